import Foundation
import TestSupport
import Testing

@testable import ModelLibrary

private let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "plugin/models")

/// A folder of models that goes with the value.
private final class TemporaryRoot {
  let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-root-\(UUID().uuidString)")
  var path: String { folder.path }

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Copies a shipped model.json, and makes the named files, empty.
  @discardableResult
  func add(_ name: String, files: [String] = [], as folderName: String? = nil) throws -> String {
    let target = folder.appending(path: folderName ?? name)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: shipped.appending(path: "\(name)/model.json"), to: target.appending(path: "model.json"))
    for file in files { try Data().write(to: target.appending(path: file)) }
    return target.path
  }
}

private let faceFiles = ["resshift_faceir_s4.pth", "ffhq512_vq_f8_dim8_face.pth"]

@Suite struct ModelCatalogueTests {
  @Test func shippedModels() throws {
    let catalogue = ModelCatalogue(roots: [shipped.path])
    #expect(
      catalogue.entries.map(\.name) == [
        "bicsr-x4", "compact-inpaint", "compact-restore", "compact-sr-x2", "compact-sr-x4", "faceir", "inpaint-face",
        "inpaint-imagenet", "realsr-x4-v1", "realsr-x4-v2", "realsr-x4-v3",
      ])
    #expect(catalogue.entries.allSatisfy { $0.problem == nil })
    #expect(
      catalogue.entries.filter(\.isInstalled).map(\.name)
        == ["compact-inpaint", "compact-restore", "compact-sr-x2", "compact-sr-x4"])
    #expect(try catalogue.model(named: "", for: .superResolution).name == "compact-sr-x4")
    #expect(try catalogue.model(named: "", for: .superResolution, factor: 2).name == "compact-sr-x2")
    #expect(try catalogue.model(named: "", for: .superResolution, factor: 3).name == "compact-sr-x4")
    #expect(try catalogue.model(named: "", for: .restoration).name == "compact-restore")
    #expect(try catalogue.model(named: "", for: .inpainting).name == "compact-inpaint")
    #expect(catalogue.models(for: .restoration).map(\.name) == ["compact-restore", "faceir"])
  }

  @Test func defaultWithoutInstalledModelSaysHowToInstallOne() throws {
    let root = try TemporaryRoot()
    let folder = try root.add("faceir", files: [faceFiles[0]])
    let catalogue = ModelCatalogue(roots: [root.path])
    let source = "https://github.com/zsyOAOA/ResShift/releases/download/v2.0/"
    #expect(
      message { try catalogue.model(named: "", for: .restoration) }
        == "no restoration model is installed; to install faceir, run resshift models download faceir, or put \(faceFiles[1]) from \(source)\(faceFiles[1])"
        + " into \(folder)")
    #expect(
      message { try catalogue.model(named: "faceir", for: .restoration) }
        == "model faceir is not installed; to install faceir, run resshift models download faceir, or put \(faceFiles[1]) from \(source)\(faceFiles[1])"
        + " into \(folder)")
    try Data().write(to: URL(filePath: folder).appending(path: faceFiles[1]))
    #expect(try catalogue.model(named: "", for: .restoration).name == "faceir")
  }

  @Test func firstInstalledModelIsTheDefaultWithoutTheBuiltIn() throws {
    let root = try TemporaryRoot()
    try root.add("realsr-x4-v1")
    try root.add("realsr-x4-v2", files: ["resshift_realsrx4_s15_v2.pth", "autoencoder_vq_f4.pth"])
    let catalogue = ModelCatalogue(roots: [root.path])
    #expect(try catalogue.model(named: "", for: .superResolution).name == "realsr-x4-v2")
  }

  @Test func emptyCatalogue() throws {
    let catalogue = ModelCatalogue(roots: ["/nowhere/a", "/nowhere/b"])
    #expect(catalogue.entries.isEmpty)
    #expect(
      message { try catalogue.model(named: "", for: .inpainting) }
        == "no inpainting model is installed; put its folder, a model.json and the files that it names, into one of"
        + " /nowhere/a, /nowhere/b")
    #expect(
      message { try catalogue.model(named: "x", for: .inpainting) }
        == "unknown model \"x\"; put its folder, a model.json and the files that it names, into one of /nowhere/a,"
        + " /nowhere/b")
  }

  @Test func unknownNameListsTheKnownOnes() throws {
    let root = try TemporaryRoot()
    try root.add("faceir")
    try root.add("bicsr-x4")
    #expect(
      message { try ModelCatalogue(roots: [root.path]).model(named: "esrgan", for: .superResolution) }
        == "unknown model \"esrgan\"; known: bicsr-x4, faceir")
  }

  @Test func wrongTaskIsAUsageError() throws {
    #expect(
      message { try ModelCatalogue(roots: [shipped.path]).model(named: "compact-sr-x4", for: .inpainting) }
        == "model compact-sr-x4 is for super-resolution, not for inpainting")
  }

  @Test func firstRootWinsButInstalledBeatsMissing() throws {
    let first = try TemporaryRoot()
    let second = try TemporaryRoot()
    let here = try first.add("faceir")
    let there = try second.add("faceir")
    let catalogue = ModelCatalogue(roots: [first.path, second.path])
    #expect(catalogue.entries.map(\.folder) == [here])
    for file in faceFiles { try Data().write(to: URL(filePath: there).appending(path: file)) }
    #expect(catalogue.entries.map(\.folder) == [there])
    for file in faceFiles { try Data().write(to: URL(filePath: here).appending(path: file)) }
    #expect(catalogue.entries.map(\.folder) == [here])
  }

  @Test func brokenModelIsListedAndNotFatal() throws {
    let root = try TemporaryRoot()
    let folder = try root.add("faceir")
    try root.add("bicsr-x4")
    try Data("{".utf8).write(to: URL(filePath: folder).appending(path: "model.json"))
    let entries = ModelCatalogue(roots: [root.path]).entries
    #expect(entries.map(\.name) == ["bicsr-x4", "faceir"])
    #expect(entries[1].problem?.hasPrefix("\(folder)/model.json: not valid JSON") == true)
    #expect(entries[1].task == nil && !entries[1].isInstalled)
    #expect(
      message { try ModelCatalogue(roots: [root.path]).model(named: "faceir", for: .restoration) }
        == entries[1].problem)
  }

  @Test func pathsOfModels() throws {
    let root = try TemporaryRoot()
    let folder = try root.add("faceir", files: faceFiles, as: "mine")
    let empty = ModelCatalogue(roots: [])
    #expect(try empty.model(named: folder, for: .restoration).folder == folder)
    #expect(try empty.model(named: folder + "/model.json", for: .restoration).name == "faceir")
    #expect(
      message { try empty.model(named: "/nowhere/mine", for: .restoration) }
        == "/nowhere/mine: no such file; a model is a folder with a model.json")
  }

  @Test func filesMayLieInAnotherRootWithoutAModelJSON() throws {
    let system = try TemporaryRoot()
    let home = try TemporaryRoot()
    let template = try system.add("faceir", files: [faceFiles[0]])
    let catalogue = ModelCatalogue(roots: [home.path, system.path])
    let folder = home.folder.appending(path: "faceir")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data().write(to: folder.appending(path: faceFiles[1]))
    // Both halves are there, but not in one place.
    #expect(catalogue.entries.map(\.missingFiles) == [[faceFiles[1]]])
    try Data().write(to: folder.appending(path: faceFiles[0]))
    #expect(catalogue.entries.map(\.folder) == [template] && catalogue.entries.allSatisfy(\.isInstalled))
    for name in ["", "faceir", template, template + "/model.json"] {
      #expect(try catalogue.model(named: name, for: .restoration).folder == folder.path)
    }
  }

  @Test func whereToInstall() throws {
    let home = try TemporaryRoot()
    let user = home.path + "/not/yet"
    let catalogue = ModelCatalogue(roots: ["/usr/share/resshift/models", user])
    var model = try ModelDescriptor(contentsOf: shipped.appending(path: "faceir/model.json").path)
    // Beside a model.json of the user's own.
    model.folder = try home.add("faceir")
    #expect(catalogue.installFolder(of: model) == model.folder)
    // A system's installation: nothing is put there even by those who could.
    model.folder = "/usr/share/resshift/models/faceir"
    #expect(catalogue.installFolder(of: model) == user + "/faceir")
    func advice(_ folder: String) -> String { InstallAdvice(model, folder: folder).message.text }
    #expect(advice(user + "/faceir").hasSuffix(" into \(user)/faceir (make this folder)"))
    // Only what is missing there has to come.
    try FileManager.default.createDirectory(atPath: user + "/faceir", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: user + "/faceir/" + faceFiles[0]))
    #expect(!advice(user + "/faceir").contains(faceFiles[0]))
    #expect(advice(user + "/faceir").hasSuffix("\(faceFiles[1]) into \(user)/faceir"))
    // Without a place of the user's there is only the system's.
    #expect(ModelCatalogue(roots: ["/usr/share/resshift/models"]).installFolder(of: model) == model.folder)
  }

  /// Homes may lie where otherwise the system's things are: /var/home, /opt.
  @Test func homesInPlacesOfTheSystem() throws {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    #expect(ModelPath.homes.contains(home))
    for place in ["/var/home/u", "/opt/u"] {
      #expect(ModelCatalogue.isPlaceOfTheSystem(place + "/models", homes: [home]))
      #expect(!ModelCatalogue.isPlaceOfTheSystem(place + "/models", homes: [place]))
      #expect(ModelCatalogue.isPlaceOfTheSystem(place + "-other/models", homes: [place]))
    }
    #expect(!ModelCatalogue.isPlaceOfTheSystem("/home/u/models", homes: []))
  }

  @Test func searchPath() {
    let variables = ["RESSHIFT_MODELS": "/a:/b::/a", "HOME": "/home/u"]
    #expect(
      ModelCatalogue.searchPath(programFolder: "/opt/x/bin", plugInFolder: nil) { variables[$0] }
        == ["/a", "/b", "/home/u/.local/share/resshift/models", "/opt/x/share/resshift/models"])
    #expect(
      ModelCatalogue.searchPath(programFolder: "/home/u/.local/bin", plugInFolder: nil) { ["HOME": "/home/u"][$0] }
        == ["/home/u/.local/share/resshift/models"])
    #expect(
      ModelCatalogue.searchPath(programFolder: nil, plugInFolder: "/g/resshift") { ["XDG_DATA_HOME": "/data"][$0] }
        == ["/data/resshift/models", "/g/resshift/models"])
    #expect(
      ModelCatalogue.searchPath(programFolder: nil, plugInFolder: nil) { ["XDG_DATA_HOME": "relative"][$0] } == [])
  }
}
