import ModelLibrary
import Wording

/// How fast a model is on this machine, as people can compare it.
public struct Pace: Sendable, Equatable {
  public var seconds: Double
  public var unit: Unit

  /// What takes so long.
  public enum Unit: Sendable, Equatable {
    /// A million pixels of the result.
    case megapixel
    case face
    /// The fill of a square hole of so many pixels a side.
    case hole(side: Int)
  }
}

extension Pace {
  /// Such as "3 s per megapixel".
  public var message: Message {
    let time = seconds < 1 ? Amount.preciseTime(seconds: seconds) : Amount.roughTime(seconds: seconds)
    return switch unit {
    case .megapixel: "\(time) per megapixel"
    case .face: "\(time) per face"
    case .hole(let side): "\(time) for a hole of \(side) x \(side)"
    }
  }
}

extension ModelDescriptor {
  /// How fast the model is on so many threads; nil where it was never measured.
  public func pace(_ rates: MachineRates, threads: Int, _ precision: PrecisionChoice = .float32) -> Pace? {
    var options = RestoreOptions()
    options.threads = threads
    options.precision = precision
    guard let resolved = try? precision.resolved(for: self) else { return nil }
    // The pace of another model would do for a forecast, not for comparing the two.
    let name = Precision.$current.withValue(resolved) { RateNames(self, threads: threads).network }
    guard rates.rate(name) != nil else { return nil }
    let (job, unit) = exemplaryJob
    guard let seconds = try? outlook(job, options, rates).seconds else { return nil }
    return Pace(seconds: seconds, unit: unit)
  }

  /// What `pace` is of.
  private var exemplaryJob: (job: RestorationJob, unit: Pace.Unit) {
    let side = 1000
    switch task {
    case .superResolution:
      let small = side / diffusion.sf
      return (.upscale(width: small, height: small, toWidth: side, toHeight: side), .megapixel)
    case .restoration where frame == .face:
      let face = PixelRect(x: 0, y: 0, width: unet.lqSize, height: unet.lqSize)
      return (.restore(width: face.width, height: face.height, boxes: [face]), .face)
    case .restoration: return (.restore(width: side, height: side, boxes: []), .megapixel)
    case .inpainting:
      let hole = PixelRect(x: side / 2 - 128, y: side / 2 - 128, width: 256, height: 256)
      return (
        .inpaint(width: side, height: side, hole: hole, pixels: hole.width * hole.height, depth: hole.width / 2),
        .hole(side: hole.width)
      )
    }
  }
}
