import Checkpoints
import Foundation
import TensorCore

/// The package's folder.
public let packageFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The path of a file in Tests/Fixtures.
public func fixture(_ path: String) -> String { packageFolder.appending(path: "Tests/Fixtures/\(path)").path }

/// Tensors recorded from the published implementation, [N, C, H, W] on disk.
public struct RecordedTensors: Sendable {
  private let checkpoint: Checkpoint

  public init(_ path: String) throws {
    checkpoint = try Checkpoint(path: fixture(path))
  }

  public var names: [String] { checkpoint.tensors.map(\.name) }

  public func has(_ name: String) -> Bool { checkpoint.info(name) != nil }

  public func shape(_ name: String) throws -> [Int] {
    guard let info = checkpoint.info(name) else { throw MissingTensor(name: name) }
    return info.shape
  }

  /// The elements as recorded.
  public func values(_ name: String) throws -> [Float] {
    let count = try shape(name).reduce(1, *)
    var values = [Float](repeating: 0, count: count)
    try values.withUnsafeMutableBufferPointer { try checkpoint.read(name, into: $0) }
    return values
  }

  /// The elements of an int32 tensor.
  public func wholeNumbers(_ name: String) throws -> [Int32] {
    var values = [Int32](repeating: 0, count: try shape(name).reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try checkpoint.read(name, into: $0) }
    return values
  }

  /// A recorded picture or latent, [N, C, H, W], as the tensor [N, H, W, C] that it is here.
  public func picture(_ name: String) throws -> Tensor {
    let shape = try shape(name)
    return Tensor(channelsFirst: try values(name), shape)
  }
}

public struct MissingTensor: Error {
  public let name: String
}

extension Tensor {
  /// Elements in PyTorch's order [N, C, H, W].
  public init(channelsFirst values: [Float], _ sides: [Int]) {
    let (n, c, h, w) = (sides[0], sides[1], sides[2], sides[3])
    self.init(Shape(n, h, w, c)) { out in
      for i in values.indices {
        let (column, row, channel, picture) = (i % w, i / w % h, i / (w * h) % c, i / (w * h * c))
        out[((picture * h + row) * w + column) * c + channel] = values[i]
      }
    }
  }
}
