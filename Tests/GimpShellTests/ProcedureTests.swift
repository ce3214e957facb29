import Foundation
import TestSupport
import Testing

@testable import GimpShell

/// The procedures as data: what GIMP is told of them is a promise to scripts.
@Suite struct ProcedureTests {
  @Test func namesAndArgumentsAreThoseThatScriptsKnow() {
    let found = Procedure.all.map { procedure in
      "\(procedure.name)(\(procedure.parameters.map { "\($0.name):\($0.isText ? "string" : "int")" }.joined(separator: " ")))"
    }
    #expect(
      found == [
        "plug-in-resshift-upscale(model:string factor:int output:int seed:int strength:int variants:int precision:int)",
        "plug-in-resshift-upscale-to(model:string width:int output:int seed:int strength:int variants:int precision:int)",
        "plug-in-resshift-inpaint(model:string seed:int fill-transparent:int variants:int precision:int)",
        "plug-in-resshift-inpaint-full(model:string seed:int grow:int tone-match:int sample-merged:int fill-transparent:int"
          + " exclude:string variants:int precision:int)",
        "plug-in-resshift-outpaint(model:string left:int right:int top:int bottom:int seed:int width:int height:int"
          + " ratio:int anchor:int variants:int precision:int)",
        "plug-in-resshift-restore(model:string seed:int strength:int variants:int precision:int)",
        "plug-in-resshift-again()",
        "plug-in-resshift-call(procedure-name:string options:string)",
        "plug-in-resshift-batch-upscale(pattern:string output-folder:string model:string factor:int seed:int)",
        "plug-in-resshift-batch-inpaint(pattern:string mask-folder:string output-folder:string model:string seed:int)",
        "plug-in-resshift-batch-restore(pattern:string output-folder:string model:string seed:int)",
        "plug-in-resshift-models()",
      ])
  }

  @Test func theListsOfGimp2AreThosePromised() {
    func listed(_ procedure: Procedure) -> [String] { procedure.listedParameters.map(\.name) }
    #expect(listed(.inpaintFull) == ["model", "seed", "grow", "tone-match", "sample-merged"])
    #expect(listed(.outpaint) == ["model", "left", "right", "top", "bottom", "seed"])
    #expect(listed(.upscale) == ["model", "factor", "output", "seed"])
    #expect(listed(.inpaint) == ["model", "seed"] && listed(.restore) == ["model", "seed"] && listed(.again) == [])
    #expect(listed(.upscaleTo) == ["model", "width", "output", "seed"])
  }

  @Test(
    "GIMP's search of actions finds the procedures by what people call their work",
    arguments: [
      ("enlarge", Procedure.upscale), ("upscale", .upscale), ("super resolution", .upscale),
      ("remove object", .inpaint), ("heal", .inpaint), ("inpaint", .inpaint), ("fill", .inpaint),
      ("remove object", .inpaintFull), ("heal", .inpaintFull), ("extend canvas", .outpaint),
      ("outpaint", .outpaint), ("uncrop", .outpaint), ("super resolution", .upscaleTo), ("denoise", .restore),
      ("jpeg artifacts", .restore), ("old photo", .restore), ("face", .restore), ("restore", .restore),
      ("batch", .batchUpscale), ("batch", .batchInpaint), ("batch", .batchRestore), ("denoise", .batchRestore),
      ("folder", .batchUpscale),
    ])
  func wordsThatAreSearchedFor(_ word: String, _ procedure: Procedure) {
    let text = (procedure.menuLabel?.text ?? "").filter { $0 != "_" } + " " + procedure.blurb.text
    #expect(text.lowercased().contains(word))
  }

  @Test func everyProcedureIsDescribed() throws {
    for procedure in Procedure.all {
      #expect(!procedure.blurb.text.isEmpty && !procedure.help.text.isEmpty && procedure.year.count == 4)
      #expect(try Procedure(named: procedure.name).name == procedure.name)
      for parameter in procedure.parameters {
        #expect(!parameter.help.text.isEmpty)
        #expect(
          (parameter.label == nil) == (parameter.tip == nil), "options of dialogs say what they do to the picture")
        #expect(throws: Never.self) { try parameter.check(parameter.standard) }
      }
      #expect(Set(procedure.parameters.map(\.name)).count == procedure.parameters.count, "names are unique")
    }
    #expect(throws: ShellError.unknownProcedure("plug-in-x")) { try Procedure(named: "plug-in-x") }
  }

  @Test("Every entry of the menu has an icon, and a page of help in each language that has pages")
  func iconsAndPages() throws {
    let plugIn = packageFolder.appending(path: "plugin")
    for procedure in Procedure.all where procedure.menuLabel != nil {
      #expect(FileManager.default.fileExists(atPath: plugIn.appending(path: procedure.iconFile).path))
      for language in ["en", "de"] {
        let pages = plugIn.appending(path: "\(Procedure.helpFolder)/\(language)")
        let list = try String(contentsOf: pages.appending(path: "gimp-help.xml"), encoding: .utf8)
        let entry = try #require(list.firstMatch(of: try Regex("id=\"\(procedure.name)\" ref=\"([^\"]+)\"")))
        let page = try String(contentsOf: pages.appending(path: String(entry[1].substring ?? "")), encoding: .utf8)
        for match in page.matches(of: /(?:src|href)="([^"#:]+)"/) {
          #expect(FileManager.default.fileExists(atPath: pages.appending(path: String(match.1)).path), "\(match.1)")
        }
      }
    }
  }

  @Test func batchesCallProceduresThatThereAre() throws {
    for procedure in Procedure.all {
      guard case .files(let work) = procedure.kind else { continue }
      #expect(try Procedure(named: work.single).parameters.map(\.name).contains("model"))
    }
  }
}
