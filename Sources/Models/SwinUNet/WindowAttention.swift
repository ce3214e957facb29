import Layers
import TensorCore

/// Multi-head attention inside windows with a relative position bias (Swin Transformer, section 3.2).
struct WindowAttention: Sendable {
  private let heads: Int
  private let headChannels: Int
  private let window: Int
  private let qkv: Linear
  private let proj: Linear
  /// [1, heads, tokens, tokens], spread from the table of (2w-1)² offsets.
  private let bias: Tensor
  private let probe: Probe

  init(channels: Int, headChannels: Int, window: Int, _ at: Weights) throws {
    heads = channels / headChannels
    self.headChannels = headChannels
    self.window = window
    qkv = try Linear(channels, 3 * channels, at.at("qkv"))
    proj = try Linear(channels, channels, at.at("proj"))
    let offsets = 2 * window - 1
    let table = try at.tensor("relative_position_bias_table", [offsets * offsets, heads])
    let (tokens, heads) = (window * window, heads)
    bias = Tensor(whenFirstRead: Shape(1, heads, tokens, tokens), from: table) { out, table in
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

  /// x [windows, 1, tokens, C] of the grid's windows, which may be smaller than whole ones; see `windowAttention` for the
  /// masks, which are those of whole windows.
  func callAsFunction(_ x: Tensor, _ grid: WindowGrid, masks: Tensor?, maskOfWindow: (Int) -> Int?) -> Tensor {
    let qkv = qkv(x)  // [windows, 1, tokens, q | k | v]
    let (bias, masks) = (corner(of: bias, grid), masks.map { corner(of: $0, grid) })
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

  /// Whether all of it is in bfloat16.
  var isHalf: Bool {
    qkv.isHalf && proj.isHalf && windowAttentionTakesBFloat16(channels: heads * headChannels, heads: heads)
  }

  /// The same of the grid's windows of tokens in bfloat16, put back to the plane `x` that they are of and added to it.
  func callAsFunction(
    _ tokens: BFloat16Rows, _ grid: WindowGrid, _ x: Tensor, masks: Tensor?, maskOfWindow: (Int) -> Int?
  ) -> Tensor {
    let (bias, masks) = (corner(of: bias, grid), masks.map { corner(of: $0, grid) })
    let mixed = windowAttention(
      qkv: qkv(tokens), tokens: grid.tokens, heads: heads, bias: bias, masks: masks, maskOfWindow: maskOfWindow)
    return proj(mixed, shape: x.shape, windows: grid, adding: x)
  }

  /// The part of a table of pairs of tokens, [N, M, tokens, tokens], for the upper left corner of a window.
  private func corner(of table: Tensor, _ grid: WindowGrid) -> Tensor {
    if (grid.height, grid.width) == (window, window) { return table }
    let tokens = (0..<grid.tokens).map { $0 / grid.width * window + $0 % grid.width }
    let (planes, whole, part) = (table.shape.n * table.shape.h, table.shape.w, grid.tokens)
    return Tensor(Shape(table.shape.n, table.shape.h, part, part)) { out in
      table.read { table in
        for plane in 0..<planes {
          for (i, query) in tokens.enumerated() {
            for (j, key) in tokens.enumerated() {
              out[(plane * part + i) * part + j] = table[(plane * whole + query) * whole + key]
            }
          }
        }
      }
    }
  }
}
