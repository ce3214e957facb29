import Layers
import Models

extension ModelArchitecture {
  /// Trainable numbers of the UNet and the autoencoder together; buffers are not counted.
  public var parameterCount: Int { unet.parameterCount + autoencoder.parameterCount }
}

extension ModelDescriptor {
  /// The same.
  public var parameterCount: Int { architecture.parameterCount }
}

extension UNetConfiguration {
  /// Trainable numbers, counted by building the network; its sizes must be those that `model.json` allows.
  public var parameterCount: Int { parameters { _ = try UNetModelSwin(self, Weights($0, network: "unet")) }.total }
}

extension AutoencoderConfiguration {
  /// The same; 0 for pixel-unshuffle.
  public var parameterCount: Int {
    parameters { count in _ = try Autoencoder(self) { Weights(count, network: "ae") } }.total
  }
}

/// What the building of a network asks for. `ParameterCount` throws nothing, and neither do layers of their own accord.
private func parameters(_ build: (ParameterCount) throws -> Void) -> ParameterCount {
  let count = ParameterCount()
  try? build(count)
  return count
}
