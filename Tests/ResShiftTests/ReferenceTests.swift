import Checkpoints
import Diffusion
import Foundation
import Layers
import ModelLibrary
import Models
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// One recorded restoration and the networks that made it.
private struct RecordedCase: Sendable, CustomTestStringConvertible {
  let model: String
  let number: Int
  var testDescription: String { "\(model), case \(number)" }

  var tensors: RecordedTensors { get throws { try RecordedTensors("\(model)/case\(number).safetensors") } }

  /// All lie in the fixtures: the compact ones are the first of their names, which ship no more.
  func load() throws -> (descriptor: ModelDescriptor, networks: Networks) {
    if model.hasPrefix("compact") {
      let descriptor = try ModelDescriptor(contentsOf: fixture(model))
      return (descriptor, try Networks(descriptor))
    }
    var descriptor = try ModelDescriptor(configuration: fixture("\(model)/config.json"))
    descriptor.folder = fixture(model)
    descriptor.files.unet.name = "unet.pth"
    descriptor.files.autoencoder = ModelFile(name: "autoencoder.pth")
    return (descriptor, try Networks(descriptor))
  }

  static let tiny = [
    RecordedCase(model: "tiny-sr", number: 0), RecordedCase(model: "tiny-sr", number: 1),
    RecordedCase(model: "tiny-sr", number: 2), RecordedCase(model: "tiny-sr-15", number: 0),
    RecordedCase(model: "tiny-inpaint", number: 0), RecordedCase(model: "tiny-face", number: 0),
  ]
  static let all =
    tiny + [RecordedCase(model: "compact-sr-x4", number: 0), RecordedCase(model: "compact-inpaint", number: 0)]
}

/// The recorded draws in the order of the sampler.
private struct RecordedNoise: NoiseSource {
  let draws: [Tensor]

  init(_ tensors: RecordedTensors, steps: Int) throws {
    draws =
      [try tensors.picture("noise.prior")]
      + (try (0..<steps - 1).map { try tensors.picture("noise.step\($0)") })
  }

  func draw(_ index: Int, _ shape: Shape) -> Tensor { draws[index] }
}

extension RecordedCase {
  /// [lq, mask] as the UNet gets it.
  fileprivate func condition(_ tensors: RecordedTensors) throws -> Tensor {
    let lq = try tensors.picture("lq")
    return tensors.has("mask") ? lq.concatenated(with: try tensors.picture("mask")) : lq
  }

  fileprivate func latent(_ descriptor: ModelDescriptor, _ networks: Networks, _ lq: Tensor) -> Tensor {
    let scale = descriptor.diffusion.sf
    let y =
      scale == 1
      ? lq
      : lq.resampled(
        rows: .bicubic(from: lq.shape.h, to: lq.shape.h * scale),
        columns: .bicubic(from: lq.shape.w, to: lq.shape.w * scale))
    return networks.autoencoder.encode(y).scaled(by: Float(descriptor.diffusion.scaleFactor))
  }
}

@Suite("The engine against tensors recorded from the published implementation")
struct ReferenceTests {
  @Test(arguments: RecordedCase.all)
  fileprivate func latentOfTheInput(_ recorded: RecordedCase) throws {
    let (descriptor, networks) = try recorded.load()
    let tensors = try recorded.tensors
    let zy = recorded.latent(descriptor, networks, try tensors.picture("lq"))
    expectClose(zy, try tensors.picture("z_y"), nmse: 1e-10, "z_y")
  }

  /// Each step from the recorded sample before it: errors of one step only. With the plain algorithm, the specification.
  @Test(arguments: RecordedCase.all)
  fileprivate func singleSteps(_ recorded: RecordedCase) throws {
    try ConvolutionAlgorithm.$forced.withValue(.im2col) { try checkSingleSteps(recorded, nmse: 1e-10) }
  }

  @Test(arguments: RecordedCase.all)
  fileprivate func wholeChain(_ recorded: RecordedCase) throws {
    try ConvolutionAlgorithm.$forced.withValue(.im2col) { try checkWholeChain(recorded, nmse: 1e-9) }
  }

  /// The same with what is fastest, and with Winograd in every layer that it can do, also where it is not worth it.
  @Test(arguments: RecordedCase.all, [nil, ConvolutionAlgorithm.winograd2, .winograd4, .winograd6])
  fileprivate func stepsAndChainWithWinograd(_ recorded: RecordedCase, _ algorithm: ConvolutionAlgorithm?) throws {
    try ConvolutionAlgorithm.$forced.withValue(algorithm) {
      try checkSingleSteps(recorded, nmse: 1e-8)
      try checkWholeChain(recorded, nmse: 1e-7)
    }
  }

  /// OpenBLAS as who multiplies meets the same references.
  @Test(arguments: RecordedCase.all, [nil, ConvolutionAlgorithm.im2col])
  fileprivate func stepsAndChainByOpenBLAS(_ recorded: RecordedCase, _ algorithm: ConvolutionAlgorithm?) throws {
    try Products.$forced.withValue(.openblas) {
      try ConvolutionAlgorithm.$forced.withValue(algorithm) {
        try checkSingleSteps(recorded, nmse: 1e-8)
        try checkWholeChain(recorded, nmse: 1e-7)
      }
    }
  }

  /// In bfloat16, by whatever multiplies it here: the latent and each step. Rounding to eight bits in each of some fifty layers in a row
  /// leaves 1 to 3 % in networks of random weights, which a chain amplifies, and 0.1 % in those that were trained to add a little.
  @Test(arguments: RecordedCase.all)
  fileprivate func latentAndStepsInBFloat16(_ recorded: RecordedCase) throws {
    let tolerance = recorded.model.hasPrefix("compact") ? 1e-5 : 1.5e-3
    try Precision.$current.withValue(.bf16) {
      let (descriptor, networks) = try recorded.load()
      let tensors = try recorded.tensors
      let (lq, recordedLatent) = (try tensors.picture("lq"), try tensors.picture("z_y"))
      expectClose(recorded.latent(descriptor, networks, lq), recordedLatent, nmse: tolerance, "z_y")
      try checkSingleSteps(recorded, nmse: tolerance)
      guard recorded.model.hasPrefix("compact") else { return }
      let noise = try RecordedNoise(tensors, steps: descriptor.diffusion.steps)
      let condition = try recorded.condition(tensors)
      let z = networks.sampler.sample(
        around: recorded.latent(descriptor, networks, lq), noise: noise, observe: { _ in },
        denoise: { input, step in networks.unet(input, step: step, condition: condition) })
      let last = try tensors.picture("step\(descriptor.diffusion.steps - 1).sample")
      expectClose(z, last, nmse: tolerance, "the end of the chain")
      #expect(nmse(z.elements, last.elements) > 1e-11, "it is not in float32")
    }
  }

  private func checkSingleSteps(_ recorded: RecordedCase, nmse tolerance: Double) throws {
    let (descriptor, networks) = try recorded.load()
    let tensors = try recorded.tensors
    let condition = try recorded.condition(tensors)
    let zy = try tensors.picture("z_y")
    let noise = try RecordedNoise(tensors, steps: descriptor.diffusion.steps)
    let diffusion = networks.sampler.diffusion
    var z = zy
    diffusion.addNoise(to: &z, rows: 0..<zy.shape.h, diffusion.schedule.steps, noise.draws[0])
    for (index, t) in diffusion.steps.enumerated() {
      let output = networks.unet(diffusion.networkInput(z, t), step: t - 1, condition: condition)
      let start = diffusion.predictedStart(output, zy)
      expectClose(start, try tensors.picture("step\(index).pred_xstart"), nmse: tolerance, "x_0 of step \(index)")
      var next = z
      diffusion.step(&next, rows: 0..<z.shape.h, t, start: start, t > 1 ? noise.draws[index + 1] : nil)
      let reference = try tensors.picture("step\(index).sample")
      expectClose(next, reference, nmse: tolerance, "z after step \(index)")
      z = reference
    }
  }

  private func checkWholeChain(_ recorded: RecordedCase, nmse tolerance: Double) throws {
    let (descriptor, networks) = try recorded.load()
    let tensors = try recorded.tensors
    let condition = try recorded.condition(tensors)
    let zy = recorded.latent(descriptor, networks, try tensors.picture("lq"))
    let noise = try RecordedNoise(tensors, steps: descriptor.diffusion.steps)
    var samples: [Tensor] = []
    let z = networks.sampler.sample(
      around: zy, noise: noise, observe: { samples.append($0) },
      denoise: { input, step in networks.unet(input, step: step, condition: condition) })
    #expect(samples.count == descriptor.diffusion.steps)
    for (index, sample) in samples.enumerated() {
      expectClose(
        sample, try tensors.picture("step\(index).sample"), nmse: tolerance, "z after step \(index) of the chain")
    }
    let latent = z.scaled(by: 1 / Float(descriptor.diffusion.scaleFactor))
    guard case .vq(let model) = networks.autoencoder else {
      expectClose(networks.autoencoder.decode(latent), try tensors.picture("output"), nmse: tolerance, "output")
      return
    }
    let codes = model.codes(latent)
    let (recordedCodes, margin) = (try tensors.wholeNumbers("code_indices"), try tensors.values("code_margin"))
    #expect(codes.count == recordedCodes.count)
    for (position, code) in codes.enumerated() where margin[position] > 1e-3 {
      #expect(code == recordedCodes[position], "code at \(position), margin \(margin[position])")
    }
    // Where vectors lie between two codes another one may be chosen; the output is that of the recorded ones.
    let isSame = codes == recordedCodes
    let output = isSame ? model.decode(latent) : model.decode(codes: recordedCodes, shape: latent.shape)
    expectClose(output, try tensors.picture("output"), nmse: tolerance, isSame ? "output, end to end" : "output")
  }

  @Test(arguments: RecordedCase.tiny)
  fileprivate func outputOfTheRecordedCodes(_ recorded: RecordedCase) throws {
    let (_, networks) = try recorded.load()
    let tensors = try recorded.tensors
    guard case .vq(let model) = networks.autoencoder else {
      Issue.record("not a VQ model")
      return
    }
    let output = model.decode(codes: try tensors.wholeNumbers("code_indices"), shape: try tensors.picture("z_y").shape)
    expectClose(output, try tensors.picture("output"), nmse: 1e-9, "output")
  }

  @Test(arguments: ["tiny-sr", "tiny-inpaint"])
  func innerActivations(_ model: String) throws {
    let recorded = RecordedCase(model: model, number: 0)
    let (descriptor, networks) = try recorded.load()
    let tensors = try recorded.tensors
    let condition = try recorded.condition(tensors)
    let trace = ActivationTrace()
    try ActivationTrace.$current.withValue(trace) {
      let zy = recorded.latent(descriptor, networks, try tensors.picture("lq"))
      let diffusion = networks.sampler.diffusion
      var z = zy
      diffusion.addNoise(to: &z, rows: 0..<zy.shape.h, diffusion.schedule.steps, try tensors.picture("noise.prior"))
      let steps = descriptor.diffusion.steps
      _ = networks.unet(diffusion.networkInput(z, steps), step: steps - 1, condition: condition)
      guard case .vq(let autoencoder) = networks.autoencoder else { return }
      _ = autoencoder.decode(codes: try tensors.wholeNumbers("code_indices"), shape: zy.shape)
    }
    let found = trace.activations
    let activations = try RecordedTensors("\(model)/activations.safetensors")
    var compared = 0
    for name in activations.names where !isAlias(name) {
      guard let ours = found[name] else {
        Issue.record("\(name) was not recorded here")
        continue
      }
      let theirs = try activations.values(name)
      let sides = try activations.shape(name)
      // Pictures are channels first there; windows, tokens and embeddings lie in memory alike.
      let isPicture = sides.count == 4 && !name.hasSuffix(".softmax")
      let reference = isPicture ? Tensor(channelsFirst: theirs, sides).elements : theirs
      expectClose(ours.elements, reference, nmse: 1e-10, name)
      compared += 1
    }
    #expect(compared > 100, "most of the recorded activations were compared")
  }

  /// Dropouts and identities of the published modules, which do nothing and do not exist here.
  private func isAlias(_ name: String) -> Bool {
    [
      ".dropout", ".attn_drop", ".proj_drop", ".drop_path", ".mlp.drop", ".patch_embed.norm", ".patch_unembed.norm",
      ".out_layers.2",
    ].contains { name.hasSuffix($0) }
  }
}
