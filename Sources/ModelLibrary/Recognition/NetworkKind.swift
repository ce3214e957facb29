import Checkpoints

/// The networks of a model, of which each has a file of its own.
public enum NetworkKind: String, Sendable {
  case unet
  case autoencoder
  case start

  /// Which of them a checkpoint holds, by its tensors; nil for none.
  public init?(of checkpoint: Checkpoint) {
    if checkpoint.info("input_blocks.0.0.weight") != nil, checkpoint.info("time_embed.0.weight") != nil {
      self = .unet
    } else if checkpoint.info("encoder.conv_in.weight") != nil, checkpoint.info("quantize.embedding.weight") != nil {
      self = .autoencoder
    } else if checkpoint.info("head.weight") != nil, checkpoint.info("activations.0.weight") != nil {
      self = .start
    } else {
      return nil
    }
  }
}
