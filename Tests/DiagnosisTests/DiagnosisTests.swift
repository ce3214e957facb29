import Foundation
import ModelLibrary
import ModelStore
import ResShift
import TestSupport
import Testing
import Wording

@testable import Diagnosis

@Suite struct DiagnosisTests {
  private static let shipped = packageFolder.appending(path: "plugin/models").path
  private let store = ModelStore(ModelCatalogue(roots: [shipped]))

  @Test("The models that come with the program work", arguments: ["compact-restore", "compact-sr-x2"])
  func builtInModels(_ name: String) throws {
    let trial = try ModelTrial(of: try store.catalogue.model(named: name), in: store)
    guard case .works(let seconds) = trial.outcome else {
      Issue.record("\(trial.outcome)")
      return
    }
    #expect(trial.model == name && seconds > 0)
  }

  @Test("A file that is damaged is told by its name")
  func aDamagedFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-diagnosis-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = folder.appending(path: "compact-restore")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Self.shipped + "/compact-restore", toPath: home.path)
    let file = home.appending(path: "unet.safetensors")
    try Data(contentsOf: file).prefix(1000).write(to: file)
    let store = ModelStore(ModelCatalogue(roots: [folder.path]))
    let trial = try ModelTrial(of: try store.catalogue.model(named: "compact-restore"), in: store)
    guard case .fails(let error) = trial.outcome else {
      Issue.record("half a file works")
      return
    }
    #expect("\(error)".contains("unet.safetensors"))
    let report = InstallationReport(host: "tests", threads: 1, catalogue: store.catalogue, trials: [trial])
    #expect(report.text.contains(", fails: ") && report.text.contains("unet.safetensors"))
  }

  @Test func aTrialCanBeStopped() throws {
    var options = RestoreOptions()
    options.progress = { _ in throw RestoreError.cancelled }
    #expect(throws: RestoreError.cancelled) {
      try ModelTrial(of: try store.catalogue.model(named: "compact-restore"), in: store, options)
    }
  }

  @Test("Results that are no pictures are found")
  func problems() throws {
    let model = try store.catalogue.model(named: "compact-restore")
    var picture = PixelImage(width: 4, height: 4, channels: 3, repeating: 0.5)
    #expect(TrialError(picture, of: model) == .empty(model: "compact-restore"))
    picture[1, 1, 1] = 0.7
    #expect(TrialError(picture, of: model) == nil)
    picture[2, 1, 1] = .nan
    #expect(TrialError(picture, of: model) == .notFinite(model: "compact-restore"))
  }

  @Test func theReportSaysWhatHelpersAsk() throws {
    let report = InstallationReport(
      host: "GIMP 9", threads: 3, catalogue: store.catalogue,
      trials: [ModelTrial(model: "compact-restore", .works(seconds: 0.44))], lastError: "plug-in-x: too small")
    let lines = report.text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "ResShift for GIMP \(InstallationReport.version), GIMP 9")
    #expect(lines.contains { $0.hasPrefix("Processor: ") && $0.hasSuffix(", of which 3 are used") })
    #expect(lines.contains { $0.hasPrefix("Memory: ") && $0.hasSuffix("B free") })
    #expect(lines.contains { $0.hasPrefix("Instructions: ") })
    #expect(lines.contains("  compact-restore: 5 MB, works, 0.4 s"))
    #expect(lines.contains { $0.hasPrefix("  compact-sr-x4: ") && $0.hasSuffix(" MB, not tried") })
    #expect(lines.contains("  faceir: not installed"))
    #expect(lines.last == "Last error: plug-in-x: too small")
  }

  @Test(arguments: [(0.04, "0.0 s"), (0.449, "0.4 s"), (9.96, "10 s"), (12.4, "12 s")])
  func seconds(_ seconds: Double, _ text: String) {
    #expect(Amount.preciseTime(seconds: seconds).text(in: Message.english) == text)
  }
}
