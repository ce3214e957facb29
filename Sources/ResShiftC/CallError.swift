import CResShift
import ResShift
import Wording

/// What a C caller did wrong. The sentences for it stand in `CallErrorMessages.swift`; they end with a full stop, as those of a
/// compiler's reader do.
enum CallError: Explained {
  case noPlaceForModel
  case noModelFile
  case factor(Int32)
  case structSize(UInt)
  case tile(Int64)
  case overlap(Int64)
  case tiling(UInt32)
  case toneMatch(Int32)
  case threads(Int32, most: Int)
  case strength(Double)
  case precision(UInt32)
  case noBoxes(count: UInt)
  case boxOutside(index: Int, resshift_box, width: Int, height: Int)
  /// `image` is the name of an argument.
  case noImage(Argument)
  case emptyImage(Argument, width: Int32, height: Int32)
  case channels(Argument, Int32)
  case sampleType(Argument, UInt32)
  case noPixels(Argument)
  case rowBytes(Argument, Int, needed: Int)
  /// A sample that is NaN or infinite.
  case notFinite(Argument, x: Int, y: Int, Float)
  case mask(Argument, width: Int, height: Int, channels: Int, inputWidth: Int, inputHeight: Int)
  case output(width: Int, height: Int, channels: Int, Work, needed: (width: Int, height: Int, channels: Int))

  /// The pictures of a call, by the names of the arguments, or of the option.
  enum Argument: String { case input, mask, output, exclude }

  /// What gives a result of the size that it has.
  enum Work {
    case enlarging(times: Int)
    case inpainting, restoring
  }

  var status: resshift_status {
    switch self {
    case .notFinite, .mask: RESSHIFT_BAD_DATA
    default: RESSHIFT_USAGE
    }
  }
}
