import Checkpoints
import Diffusion
import Layers
import ModelLibrary
import Models
import Synchronization
import TensorCore

/// The loaded networks of one model.
struct Networks: Sendable {
  let unet: UNetModelSwin
  let autoencoder: Autoencoder
  /// Makes y instead of the bicubic enlargement; nil without one.
  let start: StartNetwork?
  let sampler: Sampler
  /// The weights that are not in memory yet: they are read and made ready when they are first used.
  let pending = PendingTensors()
  /// What the weights are read from.
  private let files: [Checkpoint]

  /// Opens all files of a model that are not open yet; surplus, missing and wrongly shaped tensors are errors.
  ///
  /// All of that is found here; the numbers themselves are read when a layer is first used. They are multiplied in the current `Precision`.
  init(_ descriptor: ModelDescriptor, _ opened: OpenedFiles = OpenedFiles()) throws {
    let unetFile = try opened.file(descriptor, descriptor.files.unet.name)
    var (autoencoderFile, startFile): (Checkpoint?, Checkpoint?)
    (unet, autoencoder, start) = try PendingTensors.$current.withValue(pending) {
      let unetSource = CheckpointWeights(unetFile)
      let unet = try UNetModelSwin(descriptor.unet, Weights(unetSource, network: "unet"))
      try unetSource.finish()
      var autoencoderSource: CheckpointWeights?
      let autoencoder = try Autoencoder(descriptor.autoencoder) {
        guard let name = descriptor.files.autoencoder?.name else {
          throw RestoreError.noAutoencoderFile(model: descriptor.name)
        }
        let file = try opened.file(descriptor, name)
        let source = CheckpointWeights(file)
        (autoencoderFile, autoencoderSource) = (file, source)
        return Weights(source, network: "ae")
      }
      try autoencoderSource?.finish()
      let start = try descriptor.start.map { configuration in
        guard let name = descriptor.files.start?.name else {
          throw RestoreError.noStartFile(model: descriptor.name)
        }
        let file = try opened.file(descriptor, name)
        startFile = file
        let source = CheckpointWeights(file)
        let start = try StartNetwork(
          configuration, scale: descriptor.diffusion.sf, Weights(source, network: "start"))
        try source.finish()
        return start
      }
      return (unet, autoencoder, start)
    }
    files = [unetFile, autoencoderFile, startFile].compactMap { $0 }
    sampler = Sampler(GaussianDiffusion(descriptor.diffusion))
  }

  /// The same architecture with random weights: for measuring, without files.
  init(_ descriptor: ModelDescriptor, randomWeightsSeed seed: UInt64) throws {
    let source = RandomWeights(seed: seed)
    (unet, autoencoder, start) = try PendingTensors.$current.withValue(pending) {
      let unet = try UNetModelSwin(descriptor.unet, Weights(source, network: "unet"))
      let autoencoder = try Autoencoder(descriptor.autoencoder) {
        Weights(source, network: "ae")
      }
      let start = try descriptor.start.map {
        try StartNetwork($0, scale: descriptor.diffusion.sf, Weights(source, network: "start"))
      }
      return (unet, autoencoder, start)
    }
    files = []
    sampler = Sampler(GaussianDiffusion(descriptor.diffusion))
  }

  /// Throws `CheckpointError.changed` if another program wrote to a file since it was opened.
  func checkFiles() throws {
    for file in files { try file.checkUnchanged() }
  }

  /// See `Restorer.readModelFiles`.
  static func readFiles() { Checkpoint.areMapped = false }
}

/// The files of one model, each opened once, whatever becomes of its name meanwhile.
final class OpenedFiles: Sendable {
  private let files = Mutex<[String: Checkpoint]>([:])

  func file(_ descriptor: ModelDescriptor, _ name: String) throws -> Checkpoint {
    guard let folder = descriptor.folder else { throw RestoreError.noFiles(model: descriptor.name) }
    return try files.withLock { files in
      if let file = files[name] { return file }
      let file = try Checkpoint(path: ModelFiles.path(of: name, in: folder) ?? folder + "/" + name)
      files[name] = file
      return file
    }
  }
}
