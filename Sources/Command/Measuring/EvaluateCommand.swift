import ArgumentParser
import Evaluation
import ModelLibrary
import PictureFiles
import ResShift

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how near a model's results come to the originals.",
    discussion: """
      Originals are spoilt (--degrade), or their spoilt twins are given (--inputs, --masks), restored, and compared with \
      the originals; so is what there would be without the model: the bicubic enlargement, the coarse fill \
      that the model starts from, or the input.

      clean: made smaller by area average. everyday: blur (sigma 1), made smaller, noise (4/255), JPEG 75. compressed: \
      blur (sigma 0.6), made smaller, noise (4/255), JPEG 50. boxes, irregular: holes of 5 to 30 % of the area. A model \
      for restoration gets pictures of the original's size.

      PSNR is in dB, of the luma (Y) and of red, green and blue; SPECTRUM is how many dB the fine half of the luma's \
      spectrum is off, BIAS the same with its sign: below 0 too soft, above 0 too rough. NIQE is how far a picture is from \
      natural ones, by itself: 0 is best. TONES is how much means over 4 x 4 pixels are off, NOISE the deviation where the \
      original is flat, both in units of 1/255. Of holes, L1 is the mean \
      difference in units of 1/255, GRADIENT the energy of the gradient inside by that around: as the original's is best. \
      A - stands for what pictures are too small for. SECONDS are those of one restoration.

      Examples:
        resshift evaluate photos --degrade everyday --crop 512 --sheet sheet.png
        resshift evaluate photos --degrade irregular --model compact-inpaint --json
        resshift evaluate originals --inputs spoilt --model realsr-x4-v3 --seeds 8
        resshift evaluate originals --inputs spoilt --reference other=results-of-another-program
      """)

  @Argument(help: "Originals, or folders of them (not the folders inside them).")
  var original: [String]

  @Option(help: "How to spoil the originals.")
  var degrade: Degradation?

  @Option(help: ArgumentHelp("A folder of spoilt pictures with the names of the originals.", valueName: "folder"))
  var inputs: String?

  @Option(help: ArgumentHelp("A folder of masks with the names of the originals: white = hole.", valueName: "folder"))
  var masks: String?

  @Option(
    help: ArgumentHelp(
      "Measure what another program made of the inputs, too: a folder of pictures with the names and the size of the "
        + "originals, or of what --crop leaves of them. Can be repeated.", valueName: "name=folder"),
    transform: NamedFolder.init(parsing:))
  var reference: [NamedFolder] = []

  @Option(parsing: .unconditional, help: "JPEG's quality for everyday and compressed, 1 to 100.")
  var quality: Int?

  @Option(parsing: .unconditional, help: "Enlarge 2, 3 or 4 times; by the model's own scale by default, never more.")
  var factor: Int?

  @Option(
    parsing: .unconditional,
    help: "Restore with that many seeds, from --seed on, and measure the first result and the mean of all.")
  var seeds = 1

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Use the middle of the originals, so many a side.", valueName: "pixels")
  )
  var crop: Int?

  @Option(
    help: ArgumentHelp(
      "Write a picture with a row for each original: input, without the model, result, original.", valueName: "file"))
  var sheet: String?

  @Option(
    help: ArgumentHelp(
      "Write originals, inputs, masks, baselines, results and means as used, each into its folder in there.",
      valueName: "folder"))
  var save: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    guard (degrade == nil) != (inputs == nil && masks == nil) else {
      throw ValidationError("give either --degrade, or --inputs or --masks or both of these")
    }
    if let factor, !(2...4).contains(factor) { throw ValidationError("--factor must be 2, 3 or 4, found \(factor)") }
    if let quality, !(1...100).contains(quality) {
      throw ValidationError("--quality must be 1 to 100, found \(quality)")
    }
    if quality != nil, !(degrade?.hasQuality ?? false) {
      throw ValidationError("--quality goes with --degrade everyday or compressed only")
    }
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 1000, found \(seeds)") }
    if Set(reference.map(\.name)).count < reference.count {
      throw ValidationError("two --reference have the same name; give each one of its own")
    }
    if let crop, crop < 1 { throw ValidationError("--crop must be 1 or more, found \(crop)") }
  }

  func run() throws {
    let descriptor = try descriptor()
    let scale = try scale(of: descriptor)
    let plan = try EvaluatePlan(self, scale: scale)
    if let sheet { try PictureFile.checkOutput(sheet, width: 1, height: 1, bitDepth: 8) }
    let folder = try save.map(EvaluateFolder.init)
    let restorer = try Restorer(descriptor, engine.precision)
    let style: ProgressReport.Style = engine.quiet || !Terminal.errorsAreSeen ? .none : .terminal
    let progress = ProgressReport(style: style, total: plan.pairs.count)
    var report = EvaluateReport(command: self, model: descriptor, scale: scale)
    var contacts = ContactSheet(trials: plan.pairs.count, references: reference.count)
    for (index, pair) in plan.pairs.enumerated() {
      progress.start(pair.original, index: index)
      do {
        let trial = try plan.trial(pair)
        let references = try plan.references(pair, of: trial)
        let outcome = try trial.run(
          restorer, samples: seeds, references: .init(uniqueKeysWithValues: references), engine.restoreOptions(progress)
        )
        report.add(trial, outcome)
        if sheet != nil { contacts.add(trial, outcome, references: references.map(\.1)) }
        try folder?.write(trial, outcome)
      } catch let error as RestoreError {
        throw Failure(error, about: pair.original)
      }
      progress.clearLine()
    }
    if let sheet { try PictureFile(image: contacts.picture, bitDepth: 8).write(to: sheet, bitDepth: 8) }
    print(json ? report.json : report.table)
  }

  /// The model asked for, or the default of the task that goes with the degradation. Throws a `Failure` for a model of
  /// another kind.
  private func descriptor() throws -> ModelDescriptor {
    let catalogue = ModelCatalogue.ofThisProgram
    let hasHoles = masks != nil || degrade?.makesHoles ?? false
    let task: ModelTask
    if engine.model.isEmpty {
      task = hasHoles ? .inpainting : degrade == .compressed ? .restoration : .superResolution
    } else {
      task = try catalogue.model(named: engine.model).task
    }
    guard (task == .inpainting) == hasHoles else {
      throw hasHoles
        ? CommandError.holesNeedInpainting(model: engine.model, task)
        : CommandError.inpaintingNeedsHoles(model: engine.model, task)
    }
    return try catalogue.model(named: engine.model, for: task, factor: factor)
  }

  /// How many times smaller than the originals the inputs are.
  private func scale(of model: ModelDescriptor) throws -> Int {
    guard model.task == .superResolution else {
      guard let factor else { return 1 }
      throw CommandError.doesNotEnlarge(factor: factor, model: model.name, model.task)
    }
    let scale = factor ?? model.diffusion.sf
    try model.checkFactor(option: scale)
    if let crop, crop < scale { throw CommandError.cropTooSmall(crop, factor: scale) }
    return scale
  }
}

extension Degradation: ExpressibleByArgument {}
