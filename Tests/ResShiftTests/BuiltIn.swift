import ModelLibrary
import ResShift
import TestSupport

/// The built-in models, loaded once, and each of their tasks on one picture.
enum BuiltIn {
  static let upscaler = Result { try load("compact-sr-x4") }
  static let cleaner = Result { try load("compact-restore") }
  static let inpainter = Result { try load("compact-inpaint") }

  private static func load(_ name: String) throws -> Restorer {
    try Restorer(ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/\(name)").path))
  }

  enum Task: CaseIterable { case upscale, sameSize, restore, restoreBox, inpaint }

  /// What a task makes of `picture`, at `scale` times its size. Boxes and holes are `area`.
  static func run(
    _ task: Task, _ picture: PixelImage, area: PixelRect, toneMatch: Bool? = nil,
    _ change: (inout RestoreOptions) -> Void = { _ in }
  ) throws -> (result: PixelImage, scale: Int) {
    var options = RestoreOptions()
    options.threads = 2
    options.toneMatch = toneMatch
    change(&options)
    switch task {
    case .upscale: return (try upscaler.get().upscale(picture, options), 4)
    case .sameSize: return (try upscaler.get().upscale(picture, factor: 1, options), 1)
    case .restore: return (try cleaner.get().restore(picture, options), 1)
    case .restoreBox: return (try cleaner.get().restore(picture, boxes: [area], options), 1)
    case .inpaint:
      var mask = PixelImage(width: picture.width, height: picture.height, channels: 1)
      for y in area.y..<area.y + area.height { for x in area.x..<area.x + area.width { mask[x, y, 0] = 1 } }
      return (try inpainter.get().inpaint(picture, mask: mask, options), 1)
    }
  }
}

extension PixelImage {
  init(_ width: Int, _ height: Int, channels: Int, _ value: (_ x: Int, _ y: Int) -> [Float]) {
    self.init(width: width, height: height, channels: channels)
    for y in 0..<height {
      for x in 0..<width { for (c, sample) in value(x, y).enumerated() { self[x, y, c] = sample } }
    }
  }

  func pixel(_ x: Int, _ y: Int) -> [Float] { (0..<channels).map { self[x, y, $0] } }
}
