/// One loaded model, ready to restore pictures. Immutable and safe to share between threads.
public final class Restorer: Sendable {
  public let descriptor: ModelDescriptor

  /// Loads the model's weights from the files that its `model.json` names.
  ///
  /// Throws `RestoreError.badModel` or `CheckpointError` when a file is damaged or does not fit the architecture,
  /// `RestoreError.modelUnavailable` when one is missing.
  public init(_ descriptor: ModelDescriptor) throws {
    self.descriptor = descriptor
  }

  /// Enlarges a picture; `factor` nil means the model's own scale, smaller factors are reduced by area average.
  ///
  /// Returns a picture of `factor` times the size with the same channels; gray stays gray, alpha is scaled on its own (bicubic).
  public func upscale(_ picture: PixelImage, factor: Int? = nil, _ options: RestoreOptions = .init()) throws -> PixelImage {
    picture
  }

  /// Fills the hole: every pixel whose mask value is above 0. The mask has one channel and the picture's size.
  ///
  /// Returns a picture of the same size and channels whose hole pixels are the network's, not yet blended by the mask's
  /// value (see `blended`); all other pixels and all alpha values are those of the input, bit for bit.
  /// Pixels of alpha 0 are unknown to the network.
  public func inpaint(_ picture: PixelImage, mask: PixelImage, _ options: RestoreOptions = .init()) throws -> PixelImage {
    picture
  }

  /// Restores a picture at its own size. With a model of `frame == .face`, `boxes` are the faces: each is scaled into the
  /// model's frame, restored and put back; no boxes means the whole picture is one. With other models each box, or the
  /// whole picture, is restored as it is.
  ///
  /// Returns a picture of the same size and channels; outside the boxes it is the input, bit for bit.
  public func restore(_ picture: PixelImage, boxes: [PixelRect] = [], _ options: RestoreOptions = .init()) throws -> PixelImage {
    picture
  }
}
