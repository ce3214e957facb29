import TensorCore

/// Brings a crop of any size into the square frame that a face model was trained with, and back, keeping its proportions.
struct FaceFrame {
  private let side: Int
  private let height: Int
  private let width: Int
  /// Size of the crop inside the frame.
  private let inner: (height: Int, width: Int)

  init(side: Int, height: Int, width: Int) {
    self.side = side
    self.height = height
    self.width = width
    let longer = max(height, width)
    inner = (max(1, (height * side + longer / 2) / longer), max(1, (width * side + longer / 2) / longer))
  }

  /// The crop scaled so that its longer side fills the frame, mirrored where the shorter one does not.
  func enter(_ crop: Tensor) -> Tensor {
    crop.resized(height: inner.height, width: inner.width).reflectPadded(height: side, width: side)
  }

  /// The frame's inside at the crop's size.
  func leave(_ frame: Tensor) -> Tensor {
    frame.cropped(y: 0, x: 0, height: inner.height, width: inner.width).resized(height: height, width: width)
  }
}
