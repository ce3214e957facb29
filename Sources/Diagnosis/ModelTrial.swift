import ModelLibrary
import ModelStore
import ResShift

/// Whether a model works on this machine, found by using it on a tiny picture.
public struct ModelTrial: Sendable {
  public let model: String
  public let outcome: Outcome

  public enum Outcome: Sendable {
    /// It took so many seconds, loading included.
    case works(seconds: Double)
    case fails(any Error)
  }

  public init(model: String, _ outcome: Outcome) { (self.model, self.outcome) = (model, outcome) }

  /// The sides of the picture, in pixels.
  public static let side = 64

  /// Compares the files of an installed model with what is known of them, then restores a picture.
  ///
  /// Throws `RestoreError.cancelled` and what else `options.progress` throws to stop; all other errors are outcomes.
  public init(of model: ModelDescriptor, in store: ModelStore, _ options: RestoreOptions = .init()) throws {
    self.model = model.name
    if let error = store.verify(model).lazy.compactMap(\.error).first {
      outcome = .fails(error)
      return
    }
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let result = try Self.restored(by: model, options)
      if let problem = TrialError(result, of: model) { throw problem }
      outcome = .works(seconds: start.duration(to: clock.now) / .seconds(1))
    } catch RestoreError.cancelled {
      throw RestoreError.cancelled
    } catch {
      outcome = .fails(error)
    }
  }

  private static func restored(by model: ModelDescriptor, _ options: RestoreOptions) throws -> PixelImage {
    let restorer = try Restorer(model, options.precision)
    switch model.task {
    case .superResolution: return try restorer.upscale(picture, factor: min(2, model.diffusion.sf), options)
    case .inpainting: return try restorer.inpaint(picture, mask: hole, options)
    case .restoration: return try restorer.restore(picture, options)
    }
  }

  /// Slow and fast changes of light and colour, and a few edges.
  private static var picture: PixelImage {
    var picture = PixelImage(width: side, height: side, channels: 3)
    for y in 0..<side {
      for x in 0..<side {
        let isBright = (x / 16 + y / 16) % 2 == 0
        for c in 0..<3 { picture[x, y, c] = Float((x * (c + 1) + y * (3 - c)) % side) / 128 + (isBright ? 0.4 : 0.1) }
      }
    }
    return picture
  }

  /// The middle quarter.
  private static var hole: PixelImage {
    var hole = PixelImage(width: side, height: side, channels: 1)
    for y in side / 4..<side * 3 / 4 { for x in side / 4..<side * 3 / 4 { hole[x, y, 0] = 1 } }
    return hole
  }
}

/// What a model made of the tiny picture, if that is no picture.
enum TrialError: Error, Equatable {
  case notFinite(model: String)
  /// One colour everywhere.
  case empty(model: String)

  init?(_ result: PixelImage, of model: ModelDescriptor) {
    guard result.samples.allSatisfy(\.isFinite) else {
      self = .notFinite(model: model.name)
      return
    }
    let (least, most) = (result.samples.min() ?? 0, result.samples.max() ?? 0)
    guard most - least < 0.02 else { return nil }
    self = .empty(model: model.name)
  }
}
