import Layers
import TensorCore

/// Multi-head attention inside windows with a relative position bias (Swin Transformer, section 3.2).
struct WindowAttention: Sendable {
  private let heads: Int
  private let qkv: Linear
  private let proj: Linear
  /// [1, heads, tokens, tokens], spread from the table of (2w-1)² offsets.
  private let bias: Tensor
  private let probe: Probe

  init(channels: Int, headChannels: Int, window: Int, _ at: Weights) throws {
    heads = channels / headChannels
    qkv = try Linear(channels, 3 * channels, at.at("qkv"))
    proj = try Linear(channels, channels, at.at("proj"))
    let offsets = 2 * window - 1
    let table = try at.tensor("relative_position_bias_table", [offsets * offsets, heads]).elements
    let (tokens, heads) = (window * window, heads)
    bias = Tensor(Shape(1, heads, tokens, tokens)) { out in
      for query in 0..<tokens {
        for key in 0..<tokens {
          let dy = query / window - key / window + window - 1
          let dx = query % window - key % window + window - 1
          for head in 0..<heads {
            out[(head * tokens + query) * tokens + key] = table[(dy * offsets + dx) * heads + head]
          }
        }
      }
    }
    probe = at.probe
  }

  /// x [windows, 1, tokens, C]; see `windowAttention` for the masks.
  func callAsFunction(_ x: Tensor, masks: Tensor?, maskOfWindow: (Int) -> Int?) -> Tensor {
    let qkv = qkv(x)  // [windows, 1, tokens, q | k | v]
    probe.record("softmax") {
      let shape = Shape(x.shape.n, heads, x.shape.w, x.shape.w)
      return Tensor(shape) {
        _ = windowAttention(
          qkv: qkv, heads: heads, bias: bias, masks: masks, maskOfWindow: maskOfWindow, probabilities: $0)
      }
    }
    let mixed = windowAttention(qkv: qkv, heads: heads, bias: bias, masks: masks, maskOfWindow: maskOfWindow)
    return probe(proj(mixed))
  }
}
