import Layers
import TensorCore

/// The autoencoder's attention over all positions, one head, with a skip around it.
struct AttnBlock: Sendable {
  private let norm: GroupNorm
  private let q: Conv2d
  private let k: Conv2d
  private let v: Conv2d
  private let projOut: Conv2d
  private let probe: Probe

  init(_ channels: Int, _ at: Weights) throws {
    norm = try GroupNorm(channels, epsilon: 1e-6, at.at("norm"))
    q = try Conv2d(channels, channels, kernel: 1, at.at("q"))
    k = try Conv2d(channels, channels, kernel: 1, at.at("k"))
    v = try Conv2d(channels, channels, kernel: 1, at.at("v"))
    projOut = try Conv2d(channels, channels, kernel: 1, at.at("proj_out"))
    probe = at.probe
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    // One picture at a time: rows do not say where the next one begins.
    if q.isHalf && projOut.isHalf && x.shape.n == 1 {
      let h = norm.rows(x)
      return probe(projOut(planeAttention(query: q(h), key: k(h), value: v(h)), shape: x.shape, adding: x))
    }
    let h = norm(x)
    var result = projOut(planeAttention(query: q(h), key: k(h), value: v(h)))
    result.add(x)
    return probe(result)
  }
}

/// The middle of encoder and decoder: block, attention, block.
struct MiddleBlock: Sendable {
  private let block1: ResnetBlock
  private let attention: AttnBlock
  private let block2: ResnetBlock

  init(_ channels: Int, _ at: Weights) throws {
    block1 = try ResnetBlock(channels, channels, at.at("block_1"))
    attention = try AttnBlock(channels, at.at("attn_1"))
    block2 = try ResnetBlock(channels, channels, at.at("block_2"))
  }

  func callAsFunction(_ x: Tensor) -> Tensor { block2(attention(block1(x))) }
}
