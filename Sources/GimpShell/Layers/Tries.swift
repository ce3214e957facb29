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
    let layer: Layer
    let kind: Kind
    /// Whether it shows what a hole was filled with.
    let holdsFill: Bool
  }

  /// Topmost first; results on results as well.
  let all: [Try]
  /// The result that is seen in the place of the source.
  let shownCopy: Layer?

  /// Of a result: the source's name and the kind, and whether it holds a fill.
  private static let resultNote = "resshift-result"
  private static let fillWord = "fill"
  /// Of a source: its name and the tattoo that it had, which tells it from a duplicate that the user made.
  private static let sourceNote = "resshift-source"
  /// Of a source that is hidden because a copy took its place.
  private static let hiddenNote = "resshift-hidden"

  init(on source: Source) {
    let gimp = source.gimp
    let layers = gimp.allLayers(of: source.image)
    let results = layers.compactMap { layer -> (name: String, result: Try)? in
      guard layer != source.layer, let words = Tries.words(Tries.resultNote, of: layer, gimp), words.count >= 2,
        let kind = Kind(rawValue: words[1])
      else { return nil }
      return (words[0], Try(layer: layer, kind: kind, holdsFill: words.dropFirst(2).contains(Tries.fillWord)))
    }
    var names = Set([Tries.name(of: source.layer, among: layers, gimp)].compactMap { $0 })
    var found: [Layer: Try] = [:]
    var isComplete = false
    while !isComplete {
      let more = results.filter { names.contains($0.name) && found[$0.result.layer] == nil }
      for (_, result) in more {
        found[result.layer] = result
        if let name = Tries.name(of: result.layer, among: layers, gimp) { names.insert(name) }
      }
      isComplete = more.isEmpty
    }
    all = layers.compactMap { found[$0] }
    shownCopy = all.first { $0.kind == .copy && gimp.isVisible($0.layer) }?.layer
  }

  // MARK: Notes

  /// Notes that `layer`, not yet in the image, is a result on `source`. What a copy took over from the source goes.
  ///
  /// The source gets its name in this, which is part of the undo step: to be called within one.
  static func mark(_ layer: Layer, as kind: Kind, holdsFill: Bool, on source: Source) {
    let gimp = source.gimp
    for note in [sourceNote, hiddenNote] where gimp.note(note, of: layer) != nil { gimp.detach(note, from: layer) }
    let known = name(of: source.layer, among: gimp.allLayers(of: source.image), gimp)
    let name = known ?? String(UInt64.random(in: 0...UInt64.max), radix: 16)
    if known == nil { gimp.attach(sourceNote, "\(name) \(gimp.tattoo(of: source.layer))", to: source.layer) }
    gimp.attach(resultNote, "\(name) \(kind.rawValue)" + (holdsFill ? " \(fillWord)" : ""), to: layer)
  }

  /// Hides the source, and notes that this was no wish of the user's.
  static func hide(_ source: Source) {
    guard source.gimp.isVisible(source.layer) else { return }
    source.gimp.setVisible(source.layer, false)
    source.gimp.attach(hiddenNote, "yes", to: source.layer)
  }

  /// Whether the source is hidden only because a copy took its place; that copy may have gone.
  static func hasHidden(_ source: Source) -> Bool {
    !source.gimp.isVisible(source.layer) && source.gimp.note(hiddenNote, of: source.layer) != nil
  }

  /// The name of a source; nil if it has none, or only that of the layer that it was duplicated from.
  private static func name(of layer: Layer, among layers: [Layer], _ gimp: any Gimp) -> String? {
    guard let words = words(sourceNote, of: layer, gimp), words.count == 2 else { return nil }
    func hasKeptTattoo(_ layer: Layer) -> Bool {
      self.words(sourceNote, of: layer, gimp) == [words[0], "\(gimp.tattoo(of: layer))"]
    }
    let isDuplicate = !hasKeptTattoo(layer) && layers.contains { $0 != layer && hasKeptTattoo($0) }
    return isDuplicate ? nil : words[0]
  }

  private static func words(_ note: String, of layer: Layer, _ gimp: any Gimp) -> [String]? {
    gimp.note(note, of: layer)?.split(separator: " ").map(String.init)
  }
}

extension Gimp {
  /// All layers of an image, those in groups after their group; topmost first.
  func allLayers(of image: Image, in group: Layer? = nil) -> [Layer] {
    layers(of: group, in: image).flatMap { layer in
      [layer] + (kind(of: layer) == .group ? allLayers(of: image, in: layer) : [])
    }
  }
}
