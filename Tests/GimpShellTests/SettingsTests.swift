import Testing

@testable import GimpShell

/// What was chosen: arguments of scripts, and what is remembered of a dialog.
@Suite struct SettingsTests {
  @Test func argumentsComeInTheOrderOfTheParameters() throws {
    let settings = try Settings([.text("compact-sr"), .number(3), .number(2), .number(7)], of: .upscale)
    #expect(settings.model == "compact-sr")
    #expect(settings.factor == 3)
    #expect(settings.output == .sameSize)
    #expect(settings.seed == 7)
    #expect(settings.drawSeeds() == [7])
    #expect(try Settings([.text(""), .number(-1)], of: .inpaint).seed == nil)
  }

  @Test(arguments: [
    ([Value.text("")], "plug-in-resshift-upscale takes 7 arguments, not 4."),
    ([.text(""), .number(5), .number(0), .number(1)], "Factor 5 is not possible: it is 2, 3 or 4."),
    (
      [.text(""), .number(2), .number(3), .number(1)],
      "Output 3 is unknown: 0 scales the image, 1 makes a new one, 2 keeps the size."
    ),
    ([.text(""), .number(2), .number(0), .number(-2)], "Seed -2 is not possible: it is -1 (random) or not negative."),
    ([.number(1), .number(2), .number(0), .number(1)], "Argument model is of the wrong type."),
  ])
  func wrongArgumentsAreCallersMistakes(_ arguments: [Value], _ message: String) {
    let error = #expect(throws: ShellError.self) { try Settings(arguments, of: .upscale) }
    #expect(error?.message.text == message)
    #expect(error?.status == .callingError)
  }

  @Test("A parameter that came later is not in the list of arguments by place, and may be left out")
  func listedArguments() throws {
    let later = Procedure(
      "plug-in-later", blurb: "b", help: "h", year: "2026", [.model, .seed, .factor], listed: 2, Procedure.inpaint.kind)
    #expect(later.listedParameters.map(\.name) == ["model", "seed"])
    let settings = try Settings([.text("a"), .number(5)], of: later)
    #expect(settings.seed == 5 && settings.factor == 4)
    #expect(try Settings([.text("a"), .number(5), .number(2)], of: later).factor == 2)
    #expect(throws: ShellError.argumentCount(procedure: "plug-in-later", expected: 5, found: 4)) {
      try Settings([.text("a")], of: later)
    }
  }

  @Test func randomSeedsAreInTheRangeOfArguments() throws {
    let settings = Settings(standardOf: .inpaint)
    #expect(settings.seed == nil)
    for _ in 0..<100 { #expect(settings.drawSeeds().allSatisfy { $0 <= UInt64(Int32.max) }) }
  }

  @Test("Options by name: what is left out is standard, what there is not is refused")
  func optionsByName() throws {
    let settings = try Settings(named: "seed=7\nvariants=3", of: .inpaint)
    #expect(
      settings.seed == 7 && settings.model == "" && settings.drawSeeds().count == 3 && settings.drawSeeds()[0] == 7)
    #expect(try Settings(named: "", of: .restore) == Settings(standardOf: .restore))
    let refusals: [(String, ShellError)] = [
      ("sed=7", .optionUnknown(procedure: "plug-in-resshift-inpaint", "sed")),
      ("seed=x", .wrongType(parameter: "seed")),
      ("seed", .wrongType(parameter: "seed")), ("variants=7", .variantsImpossible(7)),
    ]
    for (options, refusal) in refusals {
      #expect(throws: refusal) { try Settings(named: options, of: .inpaint) }
    }
  }

  @Test func whatIsRememberedComesBack() throws {
    for model in ["", "compact-sr-x4", "/home/a b/model=1\nx\\n.json", "Größe"] {
      let settings = try Settings([.text(model), .number(2), .number(1), .number(99)], of: .upscale)
      #expect(Settings(settings.text, of: .upscale) == settings)
    }
  }

  @Test("Of another version's settings those are kept that this one knows")
  func settingsOfOtherVersions() throws {
    let settings = Settings("strength=50\nfactor=2\nmodel=own\n", of: .upscale)
    #expect(settings.factor == 2 && settings.model == "own")
    #expect(settings.output == .scaledImage && settings.seed == nil, "what is missing is standard")
    #expect(Settings("", of: .upscale) == Settings(standardOf: .upscale))
  }

  @Test(arguments: ["factor=9", "factor=", "factor=two", "seed=-5", "output=7", "=", "nonsense"])
  func nonsenseBecomesTheStandard(_ line: String) {
    #expect(Settings(line, of: .upscale) == Settings(standardOf: .upscale))
  }

  @Test func eachProcedureRemembersItsOwn() throws {
    let gimp = MemoryGimp()
    try Settings([.text("a"), .number(3)], of: .inpaint).remember(for: .inpaint, in: gimp)
    #expect(Settings(lastOf: .inpaint, in: gimp).model == "a")
    #expect(Settings(lastOf: .restore, in: gimp).model == "")
  }
}
