import CGimp
import ResShift

/// Earlier results that a source layer has in its group: each carries the source's tattoo, a number that GIMP keeps for a
/// layer's whole life, files included, in a parasite.
struct Tries {
  /// How a result came to replace the source's pixels.
  enum Kind: String {
    /// Lies over the source, seen through the selection.
    case overlay
    /// A whole layer in the place of the source, which is hidden.
    case copy
  }

  struct Try {
    let layer: gint32
    let kind: Kind
    var isVisible: Bool { gimp_item_get_visible(layer) != 0 }
  }

  /// Topmost first.
  let all: [Try]

  private static let parasite = "resshift-result"

  init(on source: Source) {
    let tattoo = gimp_item_get_tattoo(source.layer)
    all = children(of: gimp_item_get_parent(source.layer), in: source.image).compactMap { layer in
      guard layer != source.layer, let (origin, kind) = Tries.mark(of: layer), origin == tattoo else { return nil }
      return Try(layer: layer, kind: kind)
    }
  }

  /// The result that is seen in the place of the source.
  var shownCopy: gint32? { all.first { $0.kind == .copy && $0.isVisible }?.layer }

  /// Notes that `layer` is a result on `source`.
  static func mark(_ layer: gint32, as kind: Kind, on source: Source) {
    let text = "\(gimp_item_get_tattoo(source.layer)) \(kind.rawValue)"
    let note = text.withCString {
      gimp_parasite_new(parasite, guint32(GIMP_PARASITE_PERSISTENT), guint32(text.utf8.count), $0)
    }
    gimp_item_attach_parasite(layer, note)
    gimp_parasite_free(note)
  }

  private static func mark(of layer: gint32) -> (tattoo: guint32, kind: Kind)? {
    guard let note = gimp_item_get_parasite(layer, parasite) else { return nil }
    defer { gimp_parasite_free(note) }
    guard let data = note.pointee.data else { return nil }
    let text = String(
      decoding: UnsafeRawBufferPointer(start: data, count: min(64, Int(note.pointee.size))), as: UTF8.self)
    let words = text.split(separator: " ")
    guard words.count == 2, let tattoo = guint32(words[0]), let kind = Kind(rawValue: String(words[1])) else {
      return nil
    }
    return (tattoo, kind)
  }
}

/// The layers of a group, or of the image itself for -1; topmost first.
func children(of group: gint32, in image: gint32) -> [gint32] {
  var count: gint = 0
  let ids = group == -1 ? gimp_image_get_layers(image, &count) : gimp_item_get_children(group, &count)
  defer { g_free(ids) }
  return (0..<Int(count)).compactMap { ids?[$0] }
}
