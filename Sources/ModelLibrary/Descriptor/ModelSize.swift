import Layers
import Models

extension ModelArchitecture {
  /// Trainable numbers of all networks together; buffers are not counted.
  public var parameterCount: Int { unet.parameterCount + autoencoder.parameterCount + startParameterCount }

  /// Those of the start network; 0 without one.
  public var startParameterCount: Int {
    guard let start else { return 0 }
    return parameters { _ = try StartNetwork(start, scale: diffusion.sf, Weights($0, network: "start")) }.total
  }
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
