import Foundation
import Testing

/// `resshift models check`.
@Suite struct ModelsCheckTests {
  @Test func aModelThatWorksAndOneThatIsDamaged() throws {
    let bench = try Workbench()
    let shipped = Workbench.package.appending(path: "plugin/models")
    let models = bench.folder.appending(path: "models")
    try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
    for name in ["compact-restore", "compact-sr-x2"] {
      try FileManager.default.copyItem(at: shipped.appending(path: name), to: models.appending(path: name))
    }
    var run = try bench.run("models", "check", "compact-restore", "--threads", "1")
    #expect(
      run.status == 0 && run.output.contains("compact-restore: Works: ") && run.output.contains(" for 64x64 pixels."))
    let file = models.appending(path: "compact-sr-x2/unet.safetensors")
    try Data(contentsOf: file).prefix(500).write(to: file)
    run = try bench.run(["models", "check", "--report"], models: models.path)
    #expect(run.status == 65 && run.output.contains("compact-restore: 5 MB, works, "))
    #expect(
      run.output.contains("compact-sr-x2: 1 kB, fails: ")
        && run.output.contains("ResShift for GIMP 0.1.0, command line"))
    run = try bench.run("models", "check", "nothing")
    #expect(run.status == 69)
  }
}
