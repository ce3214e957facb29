/// The sizes of a `StartNetwork`: the section `start` of a model.json.
public struct StartConfiguration: Sendable, Equatable {
  /// Of every convolution but the last.
  public var channels: Int
  /// Convolutions between the first and the last.
  public var blocks: Int

  public init(channels: Int, blocks: Int) {
    self.channels = channels
    self.blocks = blocks
  }

  /// Pixels of the input around one that have a say in what is made of it.
  public var reach: Int { blocks + 2 }
}
