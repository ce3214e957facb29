import Layers
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The embedding of the step: sinusoids, Linear, SiLU, Linear, giving [1, 1, 1, 4 * modelChannels].
struct TimestepEmbedding: Sendable {
  private let channels: Int
  private let linear0: Linear
  private let linear2: Linear
  private let probe: Probe

  init(modelChannels: Int, _ at: Weights) throws {
    channels = modelChannels
    linear0 = try Linear(modelChannels, 4 * modelChannels, at.at("0"))
    linear2 = try Linear(4 * modelChannels, 4 * modelChannels, at.at("2"))
    probe = at.probe
  }

  /// `step` counts from 0.
  func callAsFunction(_ step: Int) -> Tensor {
    let half = channels / 2
    let angles = (0..<half).map { Float(step) * expf(-Float(log(10000.0)) * Float($0) / Float(half)) }
    let sinusoids = angles.map(cosf) + angles.map(sinf) + [Float](repeating: 0, count: channels - 2 * half)
    let hidden = linear0(Tensor(Shape(1, 1, 1, channels), sinusoids)).silu()
    return probe(linear2(probe(hidden, "1")))
  }
}
