import Foundation
import Models
import ResShift
import TestSupport
import Testing

@testable import ModelStore

@Suite struct RecognitionTests {
  /// The published networks, by the names and shapes of their tensors alone.
  @Test(arguments: ["realsr", "realsr-x2", "inpaint", "faceir"])
  func publishedArchitectures(name: String) throws {
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/\(name).json")))
    let official = try JSONDecoder().decode([String: Recognition.Shapes].self, from: file)
    let expected = try ModelDescriptor.architecture(named: name)
    let unet = try #require(official["unet"])
    #expect(Recognition.unet(of: unet) == expected.unet)
    let autoencoder = try #require(official["autoencoder"].flatMap { Recognition.autoencoder(of: $0) })
    #expect(AutoencoderConfiguration.vq(autoencoder) == expected.autoencoder)
    // Without any one tensor it is still told, or not at all, but nothing traps.
    for missing in unet.keys { _ = Recognition.unet(of: unet.filter { $0.key != missing }) }
    for odd in unet.keys { _ = Recognition.unet(of: unet.merging([odd: [0, 0, 0, 0]]) { $1 }) }
  }

  /// What is written as model.json reads as the same model.
  @Test(arguments: ModelDescriptor.architectureNames)
  func descriptorsSurviveWriting(name: String) throws {
    var model = try ModelDescriptor.architecture(named: name)
    (model.name, model.title, model.licence) = ("a \"name\"", "Zwölf\nZeilen", "CC0")
    model.unetFile = "unet.safetensors"
    if case .vq = model.autoencoder { model.autoencoderFile = "autoencoder.pth" }
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-json-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(model.json.utf8).write(to: folder.appending(path: "model.json"))
    model.folder = folder.path
    #expect(try ModelDescriptor(contentsOf: folder.path) == model)
  }
}
