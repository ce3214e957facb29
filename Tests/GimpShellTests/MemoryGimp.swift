import ResShift
import TestSupport
import Wording

@testable import GimpShell

/// A GIMP in memory: images of float layers, enough for the shell to work on, with a record of what it was asked for.
final class MemoryGimp: Gimp {
  /// What this GIMP refuses to do, to see that nothing is left half done.
  enum Refusal: CaseIterable { case makeLayer, addMask, copy, insert, convertToRGB, scale, makeImage, nameProfile }

  final class ImageState {
    var size: (width: Int, height: Int)
    var isIndexed = false
    var hasLinearProfile = false
    var hasFloatingSelection = false
    /// Top level, topmost first.
    var layers: [Layer] = []
    var selection: PixelImage?
    /// The parts of the active path.
    var path: [PixelRect] = []
    /// The undo steps, each with what it did.
    var steps: [[String]] = []
    var active: Layer?
    var isShown = false
    /// Saved selections, uppermost first.
    var channels: [(name: String, values: PixelImage)] = []
    var file: String?

    init(_ width: Int, _ height: Int) { size = (width, height) }
  }

  struct LayerState {
    var image: Image
    var name: String
    var x = 0
    var y = 0
    var pixels: PixelImage
    var group: Layer?
    var children: [Layer]?
    var isInImage = false
    var isVisible = true
    var isLocked = false
    var isText = false
    var isLinear = false
    /// Whether it was made when its image was indexed.
    var isOfIndexedImage = false
    var keepsAlphaBelow = false
    var blending = Blending()
    var mask: (state: MaskState, values: PixelImage)?
    var notes: [String: String] = [:]
    var tattoo: Int
  }

  var refusals: Set<Refusal> = []
  var states: [Image: ImageState] = [:]
  var layerStates: [Layer: LayerState] = [:]
  private var nextNumber: Int32 = 1
  private var openStep: [String]?

  // What it was asked for.
  var messages: [Message] = []
  var progressTitles: [Message] = []
  var progressTexts: [Message] = []
  /// The areas whose pixels were read, in the layers' coordinates.
  var reads: [PixelRect] = []
  var memory: [String: String] = [:]
  var rates: MachineRates?
  /// A name that no folder has: nothing is kept there.
  var settingsFolder = "/nonexistent"
  /// Answers forms; nil = the user closes the dialog.
  var answer: (Form) -> Form? = { $0 }
  /// Runs when progress is shown: what users do meanwhile.
  var meanwhile: () -> Void = {}
  var modelFolders: [String] = [packageFolder.appending(path: "plugin/models").path]

  private func number() -> Int32 {
    defer { nextNumber += 1 }
    return nextNumber
  }

  // MARK: Making images

  func makeImage(_ width: Int, _ height: Int) -> Image {
    let image = Image(number())
    states[image] = ImageState(width, height)
    return image
  }

  /// Adds a layer on top, of the image or of a group.
  @discardableResult
  func addLayer(_ pixels: PixelImage, to image: Image, x: Int = 0, y: Int = 0, group: Layer? = nil) -> Layer {
    let layer = Layer(number())
    layerStates[layer] = LayerState(
      image: image, name: "layer \(layer.id)", x: x, y: y, pixels: pixels, tattoo: Int(layer.id))
    put(layer, into: group, at: 0)
    return layer
  }

  func addGroup(to image: Image) -> Layer {
    let group = addLayer(PixelImage(width: 1, height: 1, channels: 4), to: image)
    self[group].children = []
    return group
  }

  subscript(image: Image) -> ImageState { states[image] ?? ImageState(1, 1) }

  subscript(layer: Layer) -> LayerState {
    get {
      guard let state = layerStates[layer] else { preconditionFailure("layer \(layer.id) does not exist") }
      return state
    }
    set { layerStates[layer] = newValue }
  }

  /// All that a user can see of an image and its layers, to compare.
  func description(of image: Image) -> String {
    func lines(_ layers: [Layer], _ indent: String) -> [String] {
      layers.flatMap { layer -> [String] in
        let state = self[layer]
        let line =
          "\(indent)\(state.name) \(place(of: layer)) \(state.isVisible) \(state.pixels.samples.hashValue)"
          + " \(state.mask?.values.samples.hashValue ?? 0) \(state.notes.sorted { $0.key < $1.key })"
        return [line] + lines(state.children ?? [], indent + "  ")
      }
    }
    return (["\(self[image].size) \(self[image].isIndexed)"] + lines(self[image].layers, "")).joined(separator: "\n")
  }

  private func log(_ what: String, _ image: Image) {
    if openStep != nil { openStep?.append(what) } else { self[image].steps.append([what]) }
  }

  private func put(_ layer: Layer, into group: Layer?, at position: Int) {
    self[layer].group = group
    self[layer].isInImage = true
    if let group {
      self[group].children?.insert(layer, at: position)
    } else {
      self[self[layer].image].layers.insert(layer, at: position)
    }
  }

  func take(_ layer: Layer) {
    if let group = self[layer].group { self[group].children?.removeAll { $0 == layer } }
    self[self[layer].image].layers.removeAll { $0 == layer }
    self[layer].isInImage = false
  }
}

// MARK: The session

extension MemoryGimp {
  func tell(_ message: Message) { messages.append(message) }
  func beginProgress(_ title: Message) { progressTitles.append(title) }
  func showProgress(_ share: Double) { meanwhile() }
  func tellProgress(_ text: Message) { progressTexts.append(text) }
  func ask(_ form: Form) -> Form? { answer(form) }
  var threads: Int { 2 }
  var lastError: String { "no reason" }
  var version: String { "GIMP in memory" }
  func remembered(_ name: String) -> String? { memory[name] }
  func remember(_ text: String, as name: String) { memory[name] = text }
  func rememberedInSession(_ name: String) -> String? { memory["session " + name] }
  func rememberInSession(_ text: String, as name: String) { memory["session " + name] = text }
  func silenceErrors() {}
  func call(_ procedure: String, _ image: Image, _ layer: Layer, _ arguments: [Value]) throws -> Layer {
    let procedure = try Procedure(named: procedure)
    return try procedure.perform(LayerCall(.nonInteractive, image, [layer], arguments), in: self)[0]
  }
}

// MARK: Images

extension MemoryGimp {
  func isValid(_ image: Image) -> Bool { states[image] != nil }
  var images: Set<Image> { Set(states.keys) }
  func size(of image: Image) -> (width: Int, height: Int) { self[image].size }
  var largestSide: Int { 524_288 }
  func isIndexed(_ image: Image) -> Bool { self[image].isIndexed }
  func hasFloatingSelection(_ image: Image) -> Bool { self[image].hasFloatingSelection }
  func hasLinearProfile(_ image: Image) -> Bool? {
    refusals.contains(.nameProfile) ? nil : self[image].hasLinearProfile
  }

  func convertToRGB(_ image: Image) -> Bool {
    if refusals.contains(.convertToRGB) { return false }
    log("convert to RGB", image)
    self[image].isIndexed = false
    return true
  }

  func convertToIndexed(_ image: Image) {
    log("convert to indexed", image)
    self[image].isIndexed = true
  }

  func scale(_ image: Image, width: Int, height: Int) -> Bool {
    if refusals.contains(.scale) { return false }
    log("scale", image)
    let old = self[image].size
    func across(_ x: Int) -> Int { Int((Double(x * width) / Double(old.width)).rounded()) }
    func down(_ y: Int) -> Int { Int((Double(y * height) / Double(old.height)).rounded()) }
    self[image].size = (width, height)
    for layer in layerStates.keys where self[layer].image == image && self[layer].isInImage {
      let pixels = self[layer].pixels
      self[layer].pixels = PixelImage(
        width: across(pixels.width), height: down(pixels.height), channels: pixels.channels)
      (self[layer].x, self[layer].y) = (across(self[layer].x), down(self[layer].y))
    }
    return true
  }

  func undoStep<R>(of image: Image, _ body: () throws -> R) rethrows -> R {
    // Within another it is part of that one.
    guard openStep == nil else { return try body() }
    openStep = []
    defer {
      if let step = openStep, !step.isEmpty { self[image].steps.append(step) }
      openStep = nil
    }
    return try body()
  }

  func makeImage(like image: Image, isGray: Bool, width: Int, height: Int) -> Image? {
    refusals.contains(.makeImage) ? nil : makeImage(width, height)
  }

  func finish(_ image: Image, isShown: Bool) { self[image].isShown = isShown }
  func delete(_ image: Image) { states[image] = nil }
  func updateDisplays() {}
  func isSelectionEmpty(_ image: Image) -> Bool { self[image].selection?.samples.contains { $0 > 0 } != true }

  func pathBounds(of image: Image) -> [PixelRect] { self[image].path }

  func selectionBounds(on layer: Layer) -> PixelRect? {
    guard let selection = self[self[layer].image].selection else { return nil }
    let place = place(of: layer)
    var (left, right, top, bottom) = (Int.max, -1, Int.max, -1)
    for y in max(0, place.y)..<min(selection.height, place.y + place.height) {
      for x in max(0, place.x)..<min(selection.width, place.x + place.width) where selection[x, y, 0] > 0 {
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
      }
    }
    guard right >= left else { return nil }
    return PixelRect(x: left - place.x, y: top - place.y, width: right - left + 1, height: bottom - top + 1)
  }

  func channels(of image: Image) -> [String] { self[image].channels.map(\.name) }
  func selectNothing(_ image: Image) { self[image].selection = nil }
  func select(_ weights: PixelImage, in image: Image) throws { self[image].selection = weights }
}

// MARK: Layers

extension MemoryGimp {
  func kind(of item: Layer) -> ItemKind? { layerStates[item].map { $0.children == nil ? .layer : .group } }
  func image(of layer: Layer) -> Image { self[layer].image }
  func name(of layer: Layer) -> String { self[layer].name }
  func place(of layer: Layer) -> PixelRect {
    let state = self[layer]
    return PixelRect(x: state.x, y: state.y, width: state.pixels.width, height: state.pixels.height)
  }
  func pixelType(of layer: Layer) -> PixelType {
    let pixels = self[layer].pixels
    return PixelType(isGray: pixels.colourChannels == 1, hasAlpha: pixels.hasAlpha)
  }
  func isText(_ layer: Layer) -> Bool { self[layer].isText }
  func isVisible(_ layer: Layer) -> Bool { self[layer].isVisible }
  func isLocked(_ layer: Layer) -> Bool { self[layer].isLocked }
  func blending(of layer: Layer) -> Blending {
    var blending = self[layer].blending
    if self[layer].keepsAlphaBelow { (blending.isNormal, blending.isClipped) = (false, blending.isNormal) }
    return blending
  }
  func mask(of layer: Layer) -> MaskState? { self[layer].mask?.state }
  func tattoo(of layer: Layer) -> Int { self[layer].tattoo }
  func layers(of group: Layer?, in image: Image) -> [Layer] {
    group.map { self[$0].children ?? [] } ?? self[image].layers
  }
  func parent(of layer: Layer) -> Layer? { self[layer].group }
  func position(of layer: Layer) -> Int? {
    self[layer].isInImage ? layers(of: self[layer].group, in: self[layer].image).firstIndex(of: layer) : nil
  }

  func makeLayer(in image: Image, _ name: String, width: Int, height: Int, _ type: PixelType) -> Layer? {
    if refusals.contains(.makeLayer) { return nil }
    let layer = Layer(number())
    layerStates[layer] = LayerState(
      image: image, name: name, pixels: PixelImage(width: width, height: height, channels: type.channels),
      tattoo: Int(layer.id))
    self[layer].isOfIndexedImage = self[image].isIndexed
    return layer
  }

  func copy(_ layer: Layer) -> Layer? {
    if refusals.contains(.copy) { return nil }
    let copy = Layer(number())
    var state = self[layer]
    (state.isInImage, state.group, state.tattoo) = (false, nil, Int(copy.id))
    state.isOfIndexedImage = self[state.image].isIndexed
    layerStates[copy] = state
    return copy
  }

  func copyAppearance(of other: Layer, to layer: Layer) { self[layer].blending = self[other].blending }
  func delete(_ layer: Layer) {
    take(layer)
    layerStates[layer] = nil
  }

  func insert(_ layer: Layer, into group: Layer?, at position: Int, in image: Image) -> Bool {
    // As GIMP 3 does, whatever type such a layer has.
    if refusals.contains(.insert) || self[layer].isOfIndexedImage != self[image].isIndexed { return false }
    log("insert \(self[layer].name)", image)
    put(layer, into: group, at: position)
    return true
  }

  func remove(_ layer: Layer, from image: Image) { delete(layer) }
  func move(_ layer: Layer, x: Int, y: Int) { (self[layer].x, self[layer].y) = (x, y) }
  func setName(of layer: Layer, _ name: String) { self[layer].name = name }
  func setVisible(_ layer: Layer, _ isVisible: Bool) {
    if self[layer].isInImage { log(isVisible ? "show" : "hide", self[layer].image) }
    self[layer].isVisible = isVisible
  }
  func setLocked(_ layer: Layer, _ isLocked: Bool) { self[layer].isLocked = isLocked }
  func keepAlphaBelow(_ layer: Layer) { self[layer].keepsAlphaBelow = true }
  func activate(_ layer: Layer) { self[self[layer].image].active = layer }
  func note(_ name: String, of layer: Layer) -> String? { self[layer].notes[name] }
  func attach(_ name: String, _ text: String, to layer: Layer) { self[layer].notes[name] = text }
  func detach(_ name: String, from layer: Layer) { self[layer].notes[name] = nil }
}

// MARK: Pixels and files

extension MemoryGimp {
  func samples(of layer: Layer, _ area: PixelRect) throws -> StoredSamples {
    reads.append(area)
    return StoredSamples(self[layer].pixels.cropped(to: area), isLinear: self[layer].isLinear)
  }
  func thumbnail(of layer: Layer, within side: Int) -> PixelImage? {
    let pixels = self[layer].pixels
    let (width, height) = place(of: layer).fitted(into: side)
    return pixels.resized(width: Int(width), height: Int(height))
  }
  func isLinear(_ layer: Layer) -> Bool { self[layer].isLinear }
  func setSamples(of layer: Layer, _ picture: PixelImage) throws { self[layer].pixels = picture }

  func copyPixels(of part: Layer, to area: PixelRect, of layer: Layer, where weights: PixelImage?) throws {
    if self[layer].isLocked { preconditionFailure("GIMP ends plug-ins that write to locked pixels") }
    for y in 0..<area.height {
      for x in 0..<area.width where weights.map({ $0[x, y, 0] > 0 }) ?? true {
        for c in 0..<self[part].pixels.channels {
          self[layer].pixels[area.x + x, area.y + y, c] = self[part].pixels[x, y, c]
        }
      }
    }
  }

  func selection(of image: Image, _ area: PixelRect) throws -> PixelImage {
    self[image].selection?.cropped(to: area) ?? PixelImage(width: area.width, height: area.height, channels: 1)
  }
  func maskValues(of layer: Layer, _ area: PixelRect) throws -> PixelImage {
    self[layer].mask?.values.cropped(to: area) ?? PixelImage(width: area.width, height: area.height, channels: 1)
  }
  func channelValues(named name: String, of image: Image, _ area: PixelRect) throws -> PixelImage? {
    self[image].channels.first { $0.name == name }?.values.cropped(to: area)
  }
  func addMask(_ values: PixelImage, to layer: Layer) throws -> Bool {
    if refusals.contains(.addMask) { return false }
    self[layer].mask = (MaskState(), values)
    return true
  }

  func path(of image: Image) -> String? { self[image].file }
  func setPath(of image: Image, _ path: String) { self[image].file = path }
  func load(_ path: String) -> Image? { nil }
  func save(_ image: Image, _ layer: Layer, _ path: String) -> Bool { false }
  func crop(_ image: Image, to area: PixelRect) {
    log("resize", image)
    self[image].size = (area.width, area.height)
    for layer in layerStates.keys where self[layer].image == image && self[layer].isInImage {
      (self[layer].x, self[layer].y) = (self[layer].x - area.x, self[layer].y - area.y)
    }
  }

  /// The top level alone, each pixel that of the first layer that is not transparent there; masks count from one half on.
  func makeSeenLayer(of image: Image) -> Layer? {
    if refusals.contains(.makeLayer) { return nil }
    let size = self[image].size
    let isGray = self[image].layers.allSatisfy { self[$0].pixels.colourChannels == 1 }
    var seen = PixelImage(width: size.width, height: size.height, channels: isGray ? 2 : 4)
    for y in 0..<size.height {
      for x in 0..<size.width {
        for state in self[image].layers.map({ self[$0] }) where state.isVisible {
          let (column, row) = (x - state.x, y - state.y)
          guard (0..<state.pixels.width).contains(column), (0..<state.pixels.height).contains(row) else { continue }
          let (pixels, colours) = (state.pixels, state.pixels.colourChannels)
          let alpha = pixels.hasAlpha ? pixels[column, row, colours] : 1
          guard alpha > 0, state.mask?.values[column, row, 0] ?? 1 >= 0.5 else { continue }
          for c in 0..<seen.colourChannels { seen[x, y, c] = pixels[column, row, min(c, colours - 1)] }
          seen[x, y, seen.channels - 1] = alpha
          break
        }
      }
    }
    let layer = Layer(number())
    layerStates[layer] = LayerState(image: image, name: "seen", pixels: seen, tattoo: Int(layer.id))
    return layer
  }
  func merge(_ image: Image, keepingAlpha: Bool) -> Layer? { self[image].layers.first }
  func removeNeedlessAlpha(_ layer: Layer) {}
}
