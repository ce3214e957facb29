import Layers
import TensorCore

/// The residual block of the UNet, modulated by the time embedding: [N, H, W, in] to [N, H, W, out].
struct ResBlock: Sendable {
  private let inNorm: GroupNorm
  private let inConv: Conv2d
  private let embedding: Linear
  private let outNorm: GroupNorm
  private let outConv: Conv2d
  private let skipConnection: Conv2d?
  private let probe: Probe

  init(_ inChannels: Int, _ outChannels: Int, embedding embeddingChannels: Int, _ at: Weights) throws {
    inNorm = try GroupNorm(inChannels, epsilon: 1e-5, at.at("in_layers.0"))
    inConv = try Conv2d(inChannels, outChannels, kernel: 3, at.at("in_layers.2"))
    embedding = try Linear(embeddingChannels, 2 * outChannels, at.at("emb_layers.1"))
    outNorm = try GroupNorm(outChannels, epsilon: 1e-5, at.at("out_layers.0"))
    outConv = try Conv2d(outChannels, outChannels, kernel: 3, at.at("out_layers.3"))
    skipConnection =
      inChannels == outChannels ? nil : try Conv2d(inChannels, outChannels, kernel: 1, at.at("skip_connection"))
    probe = at.probe
  }

  /// `activatedEmbedding` is SiLU of the time embedding, the same for every block of a step.
  func callAsFunction(_ x: Tensor, _ activatedEmbedding: Tensor) -> Tensor {
    probe(activatedEmbedding, "emb_layers.0")
    let inMap = inNorm.map(of: x)
    probe.record("in_layers.1") { inMap.apply(to: x, silu: true) }
    let modulation = probe(embedding(activatedEmbedding), "emb_layers")  // [1, 1, 1, scale | shift]
    if inConv.isHalf && outConv.isHalf && x.shape.n == 1 {
      let h = inConv.half(x, activating: inMap)
      let skip = skipConnection.map { $0(x) } ?? x
      return probe(outConv(h, activating: outNorm.map(of: h, modulation: modulation.halves), adding: skip))
    }
    let h = probe(inConv(x, activating: inMap), "in_layers")
    let outMap = outNorm.map(of: h, modulation: modulation.halves)
    probe.record("out_layers.1") { outMap.apply(to: h, silu: true) }
    let skip = skipConnection.map { $0(x) } ?? probe(x, "skip_connection")
    return probe(outConv(h, activating: outMap, adding: skip))
  }
}

extension Tensor {
  /// [1, 1, 1, 2C] as two of [1, 1, 1, C].
  fileprivate var halves: (scale: Tensor, shift: Tensor) {
    let both = reshaped(Shape(1, 2, 1, shape.c / 2))
    return (both.cropped(y: 0, x: 0, height: 1, width: 1), both.cropped(y: 1, x: 0, height: 1, width: 1))
  }
}
