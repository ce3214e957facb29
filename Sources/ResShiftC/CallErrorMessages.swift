import CResShift
import Wording

/// What C programmers read of their mistakes.
extension CallError {
  var message: Message {
    switch self {
    case .noPlaceForModel: "model is NULL: the handle needs a place."
    case .noModelFile: "model_json is NULL: the path of a model.json is needed."
    case .factor(let factor): "factor is \(factor): use 0 for the model's own, or 1 and up."
    case .structSize(let size):
      "options: struct_size is \(size): call resshift_options_init(&options, sizeof options) first."
    case .tile(let tile): "options: tile is \(tile): use -1 (automatic), 0 (whole) or pixels."
    case .overlap(let overlap): "options: overlap is \(overlap): use -1 (automatic) or pixels."
    case .tiling(let value): "options: \(value) is no resshift_tiling."
    case .toneMatch(let value): "options: \(value) is no resshift_switch."
    case .threads(let threads, let most): "options: threads is \(threads): use 1 to \(most)."
    case .strength(let strength): "options: strength is \(strength): use 0 (the plain picture) to 1."
    case .precision(let value): "options: \(value) is no resshift_precision."
    case .noBoxes(let count): "boxes is NULL, but box_count is \(count)."
    case .boxOutside(let index, let box, let width, let height):
      """
      boxes[\(index)]: \(box.width)x\(box.height) at \(box.x), \(box.y) does not lie in the picture of \(width)x\(height) \
      pixels.
      """
    case .noImage(let image): "\(image) is NULL: a picture is needed."
    case .emptyImage(let image, let width, let height):
      "\(image): \(width)x\(height) pixels: a picture has at least one pixel in each direction."
    case .channels(let image, let channels):
      "\(image): \(channels) channels: use 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha)."
    case .sampleType(let image, let value):
      "\(image): \(value) is no resshift_sample_type: use RESSHIFT_UINT8, _UINT16 or _FLOAT32."
    case .noPixels(let image): "\(image): pixels is NULL."
    case .rowBytes(let image, let bytes, let needed):
      "\(image): row_bytes is \(bytes): a row of these samples has \(needed) bytes."
    case .notFinite(let image, let x, let y, let sample):
      "\(image): the sample at x \(x), y \(y) is \(sample): samples must be finite."
    case .mask(let image, let width, let height, let channels, let inputWidth, let inputHeight):
      """
      \(image): \(width)x\(height) pixels of \(channels) channels: a mask has one channel and the size of input, \
      \(inputWidth)x\(inputHeight).
      """
    case .output(let width, let height, let channels, .enlarging(let times), let needed):
      """
      output: \(width)x\(height) pixels of \(channels) channels: enlarging \(times) times gives \
      \(needed.width)x\(needed.height) pixels of \(needed.channels) channels.
      """
    case .output(let width, let height, let channels, .inpainting, let needed):
      """
      output: \(width)x\(height) pixels of \(channels) channels: inpainting gives \
      \(needed.width)x\(needed.height) pixels of \(needed.channels) channels.
      """
    case .output(let width, let height, let channels, .restoring, let needed):
      """
      output: \(width)x\(height) pixels of \(channels) channels: restoring gives \
      \(needed.width)x\(needed.height) pixels of \(needed.channels) channels.
      """
    }
  }
}

extension CallError.Argument: CustomStringConvertible {
  var description: String { rawValue }
}
