import Layers
import TensorCore

/// One Swin block with GroupNorm in place of LayerNorm: x + attention(norm1 x), then x + mlp(norm2 x).
struct SwinTransformerBlock: Sendable {
  private let norm1: GroupNorm
  private let attention: WindowAttention
  private let norm2: GroupNorm
  private let mlp: Mlp
  private let grid: WindowGrid
  private let mask: ShiftedWindowMask?
  private let probe: Probe

  init(channels: Int, headChannels: Int, grid: WindowGrid, mlpRatio: Double, mask: ShiftMask, _ at: Weights) throws {
    norm1 = try GroupNorm(channels, epsilon: 1e-5, at.at("norm1"))
    attention = try WindowAttention(
      channels: channels, headChannels: headChannels, window: grid.height, at.at("attn"))
    norm2 = try GroupNorm(channels, epsilon: 1e-5, at.at("norm2"))
    mlp = try Mlp(channels, hidden: Int(Double(channels) * mlpRatio), at.at("mlp"))
    self.grid = grid
    self.mask = grid.down == 0 ? nil : ShiftedWindowMask(mask, window: grid.height, shift: grid.down)
    probe = at.probe
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let windows = grid.fitted(to: x.shape)
    if attention.isHalf && mlp.isHalf {
      let h = attention(norm1.rows(x, windows: windows), windows, x, masks: mask?.masks) { index in
        mask?.maskOfWindow(index, windows, on: x.shape)
      }
      return probe(mlp(norm2.rows(h), adding: h))
    }
    var h = attention(norm1(x).windows(windows), windows, masks: mask?.masks) { index in
      mask?.maskOfWindow(index, windows, on: x.shape)
    }.plane(x.shape, from: windows)
    h.add(x)
    h.add(mlp(norm2(h)))
    return probe(h)
  }
}

/// The two 1x1 convolutions of a Swin block, GELU between them.
struct Mlp: Sendable {
  private let fc1: Conv2d
  private let fc2: Conv2d
  private let probe: Probe

  init(_ channels: Int, hidden: Int, _ at: Weights) throws {
    fc1 = try Conv2d(channels, hidden, kernel: 1, at.at("fc1"))
    fc2 = try Conv2d(hidden, channels, kernel: 1, at.at("fc2"))
    probe = at.probe
  }

  /// Whether products are in bfloat16.
  var isHalf: Bool { fc1.isHalf && fc2.isHalf }

  func callAsFunction(_ x: Tensor) -> Tensor {
    probe(fc2(probe(fc1(x).gelu(), "act")))
  }

  /// The same of rows in bfloat16, plus `x`.
  func callAsFunction(_ rows: BFloat16Rows, adding x: Tensor) -> Tensor {
    fc2(fc1(rows, gelu: true), shape: x.shape, adding: x)
  }
}
