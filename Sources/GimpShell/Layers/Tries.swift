import CGimp
import ResShift

/// Earlier results on a source layer, wherever in the image they are.
///
/// The source has a parasite with a random name, each of its results one with that name. Parasites stay when layers are
/// renamed, moved, saved as XCF, and when the whole image is duplicated, which gives every layer a new tattoo.
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

  /// Topmost first; results on results as well.
  let all: [Try]

  /// Of a result: the source's name and the kind.
  private static let resultNote = "resshift-result"
  /// Of a source: its name and the tattoo that it had, which tells it from a duplicate that the user made.
  private static let sourceNote = "resshift-source"
  /// Of a source that is hidden because a copy took its place.
  private static let hiddenNote = "resshift-hidden"

  init(on source: Source) {
    let layers = allLayers(of: source.image)
    let results = layers.compactMap { layer -> (name: String, result: Try)? in
      guard layer != source.layer, let words = Tries.note(Tries.resultNote, of: layer), words.count == 2,
        let kind = Kind(rawValue: words[1])
      else { return nil }
      return (words[0], Try(layer: layer, kind: kind))
    }
    var names = Set([Tries.name(of: source.layer, among: layers)].compactMap { $0 })
    var found: [gint32: Try] = [:]
    var isComplete = false
    while !isComplete {
      let more = results.filter { names.contains($0.name) && found[$0.result.layer] == nil }
      for (_, result) in more {
        found[result.layer] = result
        if let name = Tries.name(of: result.layer, among: layers) { names.insert(name) }
      }
      isComplete = more.isEmpty
    }
    all = layers.compactMap { found[$0] }
  }

  /// The result that is seen in the place of the source.
  var shownCopy: gint32? { all.first { $0.kind == .copy && $0.isVisible }?.layer }

  // MARK: Notes

  /// Notes that `layer`, not yet in the image, is a result on `source`. What a copy took over from the source goes.
  ///
  /// The source gets its name in this, which is part of the undo step: to be called within one.
  static func mark(_ layer: gint32, as kind: Kind, on source: Source) {
    for note in [sourceNote, hiddenNote] where Tries.note(note, of: layer) != nil {
      gimp_item_detach_parasite(layer, note)
    }
    let known = name(of: source.layer, among: allLayers(of: source.image))
    let name = known ?? String(UInt64.random(in: 0...UInt64.max), radix: 16)
    if known == nil { attach(sourceNote, "\(name) \(gimp_item_get_tattoo(source.layer))", to: source.layer) }
    attach(resultNote, "\(name) \(kind.rawValue)", to: layer)
  }

  /// Hides the source, and notes that this was no wish of the user's.
  static func hide(_ source: Source) {
    guard gimp_item_get_visible(source.layer) != 0 else { return }
    gimp_item_set_visible(source.layer, 0)
    attach(hiddenNote, "yes", to: source.layer)
  }

  /// Whether the source is hidden only because a copy took its place; that copy may have gone.
  static func hasHidden(_ source: Source) -> Bool {
    gimp_item_get_visible(source.layer) == 0 && note(hiddenNote, of: source.layer) != nil
  }

  /// The name of a source; nil if it has none, or only that of the layer that it was duplicated from.
  private static func name(of layer: gint32, among layers: [gint32]) -> String? {
    guard let words = note(sourceNote, of: layer), words.count == 2 else { return nil }
    func hasKeptTattoo(_ layer: gint32) -> Bool {
      note(sourceNote, of: layer).map { $0 == [words[0], "\(gimp_item_get_tattoo(layer))"] } ?? false
    }
    let isDuplicate = !hasKeptTattoo(layer) && layers.contains { $0 != layer && hasKeptTattoo($0) }
    return isDuplicate ? nil : words[0]
  }

  private static func note(_ name: String, of layer: gint32) -> [String]? {
    guard let note = gimp_item_get_parasite(layer, name) else { return nil }
    defer { gimp_parasite_free(note) }
    guard let data = note.pointee.data else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data, count: min(64, Int(note.pointee.size)))
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
  }

  /// Attaching a parasite that cannot be undone would throw away all the user may undo.
  private static func attach(_ name: String, _ text: String, to layer: gint32) {
    let flags = guint32(GIMP_PARASITE_PERSISTENT) | guint32(GIMP_PARASITE_UNDOABLE)
    let note = text.withCString { gimp_parasite_new(name, flags, guint32(text.utf8.count), $0) }
    gimp_item_attach_parasite(layer, note)
    gimp_parasite_free(note)
  }
}

/// The layers of a group, or of the image itself for -1; topmost first.
func children(of group: gint32, in image: gint32) -> [gint32] {
  var count: gint = 0
  let ids = group == -1 ? gimp_image_get_layers(image, &count) : gimp_item_get_children(group, &count)
  defer { g_free(ids) }
  return (0..<Int(count)).compactMap { ids?[$0] }
}

/// All layers of an image, those in groups after their group; topmost first.
private func allLayers(of image: gint32, in group: gint32 = -1) -> [gint32] {
  children(of: group, in: image).flatMap { layer in
    [layer] + (gimp_item_is_group(layer) != 0 ? allLayers(of: image, in: layer) : [])
  }
}
