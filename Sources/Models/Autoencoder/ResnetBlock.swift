import Layers
import TensorCore

/// The residual block of the autoencoder: [N, H, W, in] to [N, H, W, out].
struct ResnetBlock: Sendable {
  private let norm1: GroupNorm
  private let conv1: Conv2d
  private let norm2: GroupNorm
  private let conv2: Conv2d
  private let shortcut: Conv2d?
  private let probe: Probe

  init(_ inChannels: Int, _ outChannels: Int, _ at: Weights) throws {
    norm1 = try GroupNorm(inChannels, epsilon: 1e-6, at.at("norm1"))
    conv1 = try Conv2d(inChannels, outChannels, kernel: 3, at.at("conv1"))
    norm2 = try GroupNorm(outChannels, epsilon: 1e-6, at.at("norm2"))
    conv2 = try Conv2d(outChannels, outChannels, kernel: 3, at.at("conv2"))
    shortcut = inChannels == outChannels ? nil : try Conv2d(inChannels, outChannels, kernel: 1, at.at("nin_shortcut"))
    probe = at.probe
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    if conv1.isHalf && conv2.isHalf && x.shape.n == 1 {
      let h = conv1.half(x, activating: norm1.map(of: x))
      return probe(conv2(h, activating: norm2.map(of: h), adding: shortcut.map { $0(x) } ?? x))
    }
    let h = conv1(x, activating: norm1.map(of: x))
    return probe(conv2(h, activating: norm2.map(of: h), adding: shortcut.map { $0(x) } ?? x))
  }
}
