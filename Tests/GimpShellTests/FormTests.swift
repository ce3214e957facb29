import Foundation
import ModelLibrary
import ModelStore
import ResShift
import TestSupport
import Testing
import Wording

@testable import GimpShell

/// Dialogs as data.
@Suite struct FormTests {
  private let gimp = MemoryGimp()

  private func form(
    _ procedure: Procedure, _ initial: Settings? = nil, isIndexed: Bool = false, isSelected: Bool = false,
    channels: Int = 3
  ) throws
    -> Form
  {
    let image = gimp.makeImage(8, 8)
    gimp[image].isIndexed = isIndexed
    if isSelected { gimp[image].selection = PixelImage(width: 8, height: 8, channels: 1, repeating: 1) }
    let layer = gimp.addLayer(PixelImage(width: 8, height: 8, channels: channels), to: image)
    guard case .layer(let work) = procedure.kind else { throw ShellError.itemMissing }
    return try Form(
      procedure, work, Source(layer, in: image, of: gimp), ModelCatalogue(roots: gimp.modelFolders),
      initial ?? Settings(standardOf: procedure))
  }

  /// The rows that depend on the processor.
  private static let precision = Precision.possible.contains(.bf16) ? ["Accurac_y:"] : []

  private func choice(_ form: Form, _ row: Int) -> (options: [String], chosen: Int) {
    guard case .choice(let options, let chosen) = form.rows[row].control else { return ([], -1) }
    return (options.filter(\.isPossible).map(\.label.text), chosen)
  }

  @Test func theUpscaleFormHasARowForEachParameter() throws {
    let form = try form(.upscale)
    #expect(form.title.text == "ResShift: Upscale" && form.action.text == "_Upscale")
    #expect(
      form.rows.map(\.label.text)
        == ["_Model:", "_Factor:", "_Output:", "S_trength in %:"] + Self.precision + ["_Seed:"])
    #expect(choice(form, 1).options.last == "4 times")
    #expect(choice(form, 2).options.count == 3 && choice(form, 2).chosen == 0)
    #expect(form.rows[3].control == .number(100, in: 0...100))
    #expect(form.rows.last?.control == .seed(nil))
    #expect(form.notes.isEmpty)
  }

  @Test("The default model is chosen at first, where there is a choice by factor automatically")
  func theStandardModelIsChosenAtFirst() throws {
    #expect(try form(.upscale).settings.model == "")
    let form = try form(.restore)
    #expect(form.settings.model == "compact-restore")
    #expect(choice(form, 0).options == ["JPEG blocks and noise (recommended)"])
  }

  @Test("A precision is offered, and kept, only where the processor has instructions for it")
  func precisions() throws {
    var settings = Settings(standardOf: .restore)
    settings[.precision] = .number(2)
    let form = try form(.restore, settings)
    let isPossible = Precision.possible.contains(.bf16)
    #expect(form.settings.precision == (isPossible ? .bf16 : .automatic))
    #expect(form.rows.contains { $0.label.text == "Accurac_y:" } == isPossible)
  }

  @Test func aModelThatIsNoLongerThereIsReplaced() throws {
    var settings = Settings(standardOf: .inpaint)
    settings.model = "gone"
    let form = try form(.inpaint, settings)
    #expect(form.settings.model == "compact-inpaint")
    #expect(choice(form, 0).chosen == 0)
  }

  @Test func choicesAndSeedsAreTakenOver() throws {
    var form = try form(.upscale)
    form.choose(0, inRow: 1)
    form.choose(2, inRow: 2)
    form.choose(seed: 77)
    #expect(form.settings.factor == 2 && form.settings.output == .sameSize && form.settings.seed == 77)
    form.choose(seed: 3_000_000_000)
    #expect(form.settings.seed == 852_516_352, "31 bits, which scripts can say")
    form.choose(99, inRow: 1)
    #expect(form.settings.factor == 2, "there is no such option")
  }

  @Test("Models that are not installed, and factors that the chosen one does not reach, are gray")
  func grayOptions() throws {
    var form = try form(.upscale)
    guard case .choice(let models, _) = form.rows[0].control else { throw ShellError.itemMissing }
    let catalogue = ModelCatalogue(roots: gimp.modelFolders)
    let entries = catalogue.shown(for: .superResolution)
    #expect(models.map(\.isPossible) == [true] + entries.map(\.isInstalled))
    #expect(models[0].label.text == "Automatic (recommended)")
    #expect(models[3].label.text == "Photographs, 4 times (ResShift v3): get it (696 MB)")
    for (index, entry) in entries.enumerated() {
      let before = form.settings
      form.choose(index + 1, inRow: 0)
      guard entry.isInstalled else {
        #expect(form.settings == before, "gray ones cannot be chosen")
        continue
      }
      let scale = try catalogue.model(named: entry.name, for: .superResolution).diffusion.sf
      #expect(choice(form, 1).options.count == max(2, scale) - 1)
      #expect(form.settings.factor <= max(2, scale))
    }
  }

  @Test("Models that were measured on this machine say how fast they are, others nothing")
  func paces() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-pace-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let rates = MachineRates(path: folder.appending(path: "resshift/rates").path)
    gimp.rates = rates
    #expect(
      choice(try form(.upscale), 0).options == [
        "Automatic (recommended)", "Photographs, 4 times", "Photographs, 2 times",
      ])
    var options = RestoreOptions()
    (options.rates, options.threads, options.precision) = (rates, gimp.threads, .automatic)
    let model = try ModelCatalogue(roots: gimp.modelFolders).model(named: "compact-sr-x2", for: .superResolution)
    var open = try form(.upscale)
    let isKnown = open.lookForPaces()
    #expect(!isKnown)
    _ = try Restorer(model).upscale(PixelImage(width: 128, height: 128, channels: 3, repeating: 0.4), options)
    var form = try form(.upscale)
    let labels = choice(form, 0).options
    #expect(labels[1] == "Photographs, 4 times", "the pace of another model is not its own")
    #expect(labels[2].hasPrefix("Photographs, 2 times – ") && labels[2].hasSuffix(" per megapixel"))
    // A dialog that was open meanwhile, as the preview measures it.
    let (isNew, isNewAgain) = (open.lookForPaces(), open.lookForPaces())
    #expect(isNew && !isNewAgain, "what is known does not change while people look at it")
    #expect(choice(open, 0).options == labels)
    // Where the model is chosen by the factor, it stands below.
    form.choose(0, inRow: 1)
    #expect(form.rows[0].details?.text.hasPrefix("\(labels[2]). For photographs") == true)
    let list = ModelList(ModelStore(ModelCatalogue(roots: gimp.modelFolders)), rates, threads: gimp.threads)
    let rows = list.groups[0].rows
    #expect(
      rows.filter { $0.details.text.hasSuffix(" per megapixel on this machine") }.map(\.name) == ["compact-sr-x2"])
  }

  @Test("Settings are kept under names, called up and deleted, each procedure's for itself")
  func presets() throws {
    var first = try form(.upscale)
    #expect(first.presets.names == [] && first.preset == nil)
    first.choose(0, inRow: 1)
    first.choose(seed: 5)
    first.savePreset(named: "  twice\nagain ")
    #expect(first.presets.names == ["twice again"] && first.preset == "twice again")
    first.choose(seed: 6)
    #expect(first.preset == nil, "something else is chosen")
    first.savePreset(named: "Another")
    first.savePreset(named: "  ")
    #expect(first.presets.names == ["Another", "twice again"])

    // In a dialog that is opened later.
    var second = try form(.upscale)
    second.callUpPreset(named: "twice again")
    #expect(second.settings.factor == 2 && second.settings.seed == 5 && second.preset == "twice again")
    second.callUpPreset(named: "none")
    #expect(second.preset == "twice again")
    second.choose(seed: 7)
    second.savePreset(named: "twice again")
    second.deletePreset(named: "Another")
    #expect(second.preset == "twice again" && second.presets.names == ["twice again"])
    second.callUpPreset(named: "twice again")
    #expect(second.settings.seed == 7)
    second.adopt(Settings(standardOf: .upscale))
    #expect(second.preset == nil)
    second.callUpPreset(named: "twice again")
    second.deletePreset(named: "twice again")
    #expect(second.preset == nil && second.settings.seed == 7, "what is chosen stays")
    #expect(try form(.upscale).presets.names == [])
    #expect(try form(.restore).presets.names == [])
  }

  @Test("Whatever the text of presets is, it is read", arguments: ["", "\n\n", "preset \n", "seed=4\n", "preset a"])
  func damagedPresets(_ text: String) throws {
    gimp.memory["plug-in-resshift-upscale-presets"] = text
    var form = try form(.upscale)
    #expect(form.presets.names == (text == "preset a" ? ["a"] : []))
    form.savePreset(named: "b")
    #expect(try self.form(.upscale).presets.names.contains("b"))
  }

  @Test("Automatic takes the model of the factor, and says which")
  func theFactorChoosesTheModel() throws {
    var form = try form(.upscale)
    #expect(choice(form, 1).options.count == 3)
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 4 times. For photographs") == true)
    form.choose(0, inRow: 1)
    #expect(form.settings.model == "" && form.settings.factor == 2)
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 2 times. ") == true)
    #expect(form.rows[0].details?.text.hasSuffix(" Licence: CC BY-SA 4.0.") == true)
    form.choose(1, inRow: 1)
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 4 times. ") == true)
  }

  @Test("Looking at a model with a smaller factor leaves the factor that was chosen")
  func lookingAtAModel() throws {
    var form = try form(.upscale)
    form.choose(2, inRow: 1)
    form.choose(2, inRow: 0)
    #expect(form.settings.model == "compact-sr-x2" && form.settings.factor == 2)
    form.choose(0, inRow: 0)
    #expect(form.settings.model == "" && form.settings.factor == 4)
  }

  @Test("At the same size the factor does not count, and takes no other model")
  func theSameSizeHasNoFactor() throws {
    var form = try form(.upscale)
    form.choose(0, inRow: 1)
    func impossible() -> [String] { form.rows.filter { !$0.isPossible }.map(\.label.text) }
    #expect(impossible() == [])
    form.choose(2, inRow: 2)
    #expect(impossible() == ["_Factor:"])
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 4 times. ") == true)
  }

  @Test("The width chooses the model, too")
  func theWidthChoosesTheModel() throws {
    var form = try form(.upscaleTo)
    form.choose(number: 16, inRow: 1)
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 2 times. ") == true)
    form.choose(number: 17, inRow: 1)
    #expect(form.rows[0].details?.text.hasPrefix("Photographs, 4 times. ") == true)
  }

  @Test("Where a selection does not count the dialog says so")
  func aSelectionThatDoesNotCount() throws {
    var form = try form(.upscale, isSelected: true)
    #expect(form.notes.map(\.text) == ["The selection does not count here: the whole image is enlarged."])
    form.choose(1, inRow: 2)
    #expect(form.notes.isEmpty)
    #expect(try self.form(.inpaint, isSelected: true).notes.isEmpty)
  }

  @Test("Models that are installed while the dialog is open can be chosen")
  func modelsThatCome() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-form-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    gimp.modelFolders.append(folder.path)
    var form = try form(.restore)
    let shipped = packageFolder.appending(path: "plugin/models/compact-restore")
    let home = folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: shipped, to: home)
    let text = try String(contentsOf: home.appending(path: "model.json"), encoding: .utf8)
    try Data(text.replacing("\"compact-restore\"", with: "\"mine\"").utf8).write(to: home.appending(path: "model.json"))
    #expect(choice(form, 0).options.count == 1)
    form.lookForModels()
    #expect(choice(form, 0).options == ["JPEG blocks and noise (recommended)", "JPEG blocks and noise"])
    form.choose(1, inRow: 0)
    #expect(form.settings.model == "mine")
  }

  @Test("Settings that the user calls up are shown as far as they are possible")
  func otherSettings() throws {
    var form = try form(.upscale)
    var settings = Settings("factor=3\noutput=2\nseed=5\n", of: .upscale)
    form.adopt(settings)
    #expect(form.settings.factor == 3 && form.settings.output == .sameSize && form.settings.seed == 5)
    #expect(form.settings.model.isEmpty)
    settings.model = "compact-sr-x2"
    form.adopt(settings)
    #expect(form.settings.model == "compact-sr-x2" && form.settings.factor == 2)
    settings.model = "realsr"
    form.adopt(settings)
    #expect(form.settings.model != "realsr", "it is not installed")
  }

  @Test("Whether transparent parts become opaque is asked where there may be some")
  func transparencyIsAskedFor() throws {
    let (opaque, other) = (try form(.inpaint), try form(.inpaint, channels: 4))
    #expect(opaque.rows.map(\.label.text) == ["_Model:"] + Self.precision + ["_Seed:"])
    #expect(
      other.rows.map(\.label.text)
        == ["_Model:", "Make transparent parts opa_que:"] + Self.precision + ["_Seed:"])
  }

  @Test func channelsAreOfTheImage() throws {
    let image = gimp.makeImage(8, 8)
    let layer = gimp.addLayer(PixelImage(width: 8, height: 8, channels: 3), to: image)
    let mask = PixelImage(width: 8, height: 8, channels: 1)
    gimp[image].channels = [("boats", mask), ("sky", mask)]
    guard case .layer(let work) = Procedure.inpaintFull.kind else { throw ShellError.itemMissing }
    func form(_ text: String) throws -> Form {
      try Form(
        .inpaintFull, work, Source(layer, in: image, of: gimp), ModelCatalogue(roots: gimp.modelFolders),
        Settings(text, of: .inpaintFull))
    }
    var shown = try form("exclude=sky\n")
    let row = try #require(shown.rows.firstIndex { $0.label.text.contains("channel") })
    #expect(choice(shown, row).options == ["None", "boats", "sky"] && choice(shown, row).chosen == 2)
    shown.choose(1, inRow: row)
    #expect(shown.settings.excludedChannel == "boats")
    #expect(try form("exclude=gone\n").settings.excludedChannel == nil, "of another image")
  }

  @Test func indexedImagesGetANote() throws {
    #expect(try form(.restore, isIndexed: true).notes.first?.text.contains("converted to RGB") == true)
  }

  @Test("Batches ask for folders first, then for the model and what a single picture is asked")
  func formsOfBatches() throws {
    guard case .files(let work) = Procedure.batchInpaint.kind else { throw ShellError.itemMissing }
    var form = try Form(
      .batchInpaint, work, ModelCatalogue(roots: gimp.modelFolders), Settings(standardOf: .batchInpaint), in: gimp)
    #expect(form.title.text == "ResShift: Inpaint a folder")
    #expect(form.rows.prefix(3).map(\.control) == [.folder(""), .folder(""), .folder("")])
    #expect(!form.isReady && form.notes.map(\.text) == ["Choose the folders first."])
    for (row, folder) in ["/photos [1]", "/masks", "/out"].enumerated() { form.choose(folder: folder, inRow: row) }
    #expect(form.isReady && form.notes.isEmpty)
    #expect(form.settings[.pattern] == .text("/photos [1]/*") && form.settings[.maskFolder] == .text("/masks"))
    #expect(form.rows.prefix(3).map(\.control) == [.folder("/photos [1]"), .folder("/masks"), .folder("/out")])
    #expect(form.settings.model == "compact-inpaint")
  }

  @Test("The Restore dialog says what faces need")
  func facesAreMentioned() throws {
    #expect(
      try form(.restore).notes.map(\.text) == [
        "Faces need another model, which can be had under Get more models.",
        "Scratches stay: select them and choose Inpaint with options, grown by 3 pixels.",
      ])
    #expect(try form(.inpaint).notes.isEmpty)
  }

  @Test func numbersAndSwitchesAreTakenOver() throws {
    var form = try form(.inpaintFull)
    #expect(form.rows[1].control == .number(0, in: 0...256))
    form.choose(number: 12, inRow: 1)
    form.choose(number: 300, inRow: 1)
    form.choose(number: 3, inRow: 0)
    form.choose(1, inRow: 3)
    #expect(form.settings.grow == 12 && form.settings.samplesMerged && form.settings.matchesTone)
    #expect(!form.settings.fillsTransparent)
    var canvas = try self.form(.outpaint)
    for row in 1...4 { canvas.choose(number: row, inRow: row) }
    #expect(canvas.settings.canvas == NewCanvas(margins: Margins(left: 1, right: 2, top: 3, bottom: 4)))
    canvas.choose(number: 800, inRow: 5)
    canvas.choose(4, inRow: 7)
    canvas.choose(1, inRow: 8)
    #expect(canvas.settings.canvas.width == 800 && canvas.settings.canvas.height == nil)
    #expect(canvas.settings.canvas.ratio == NewCanvas.Ratio(16, 9) && canvas.settings.canvas.anchor == .north)
  }
}
