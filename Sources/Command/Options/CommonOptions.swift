import ArgumentParser
import FilePaths
import FoundationEssentials
import ResShift

/// The options of everything that runs a model on pictures.
struct EngineOptions: ParsableArguments {
  @Option(
    help: """
      A model's name (see resshift models list), or the path of a model.json or its folder; the built-in one by default.
      """)
  var model = ""

  @Option(
    parsing: .unconditional,
    help: "A whole number from 0 up, 12345 by default. Same seed, same picture, whatever the number of threads.",
    transform: OptionValue.seed)
  var seed: UInt64 = 12345

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Side of a tile in pixels of the network's input; 0 = the whole picture in one piece. The default is what fits"
        + " memory, at most 128 (pixel-unshuffle models: 256) positions of the latent.", valueName: "pixels"))
  var tile: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How far tiles overlap, in the same pixels; 16 positions of the latent by default, half a tile at most.",
      valueName: "pixels"))
  var overlap: Int?

  @Option(help: "joint: one latent for the whole picture; independent: every tile on its own, as published.")
  var tiling = Tiling.joint

  @Option(
    help: "Match the tone (the low frequencies) to the input; on by default for inpaint and restore --box, else off.")
  var toneMatch: Switch?

  @Option(parsing: .unconditional, help: "Worker threads; as many as there are processors by default.")
  var threads: Int?

  @Option(
    help: """
      The numbers that networks multiply: float32 or bf16, which is rougher, and faster on processors that have matrix units for it; auto: bf16 \
      there, for models whose pictures stay the same to the eye (those that come with the program), float32 elsewhere.
      """)
  var precision = PrecisionChoice.automatic

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Use no more memory than that, such as 4G or 800M.", valueName: "size"),
    transform: MemorySize.init(parsing:))
  var memory: MemorySize?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    let pixels = 0...Int(Int32.max)
    if let tile, !pixels.contains(tile) {
      throw ValidationError("--tile must be 0 (the whole picture) to \(pixels.upperBound), found \(tile)")
    }
    if let overlap, !pixels.contains(overlap) {
      throw ValidationError("--overlap must be 0 to \(pixels.upperBound), found \(overlap)")
    }
    if model.hasEscapedBytes {
      throw ValidationError("--model \(model): the name is not UTF-8; rename the folder, with convmv for example")
    }
    try Self.check(threads: threads)
    try Self.check(precision)
  }

  static func check(_ precision: PrecisionChoice) throws {
    do throws(RestoreError) { try precision.check() } catch {
      throw ValidationError("--precision \(precision.rawValue): \(error.message.text)")
    }
  }

  /// Throws when a variable of the environment that chooses how the engine works says what there is not.
  static func checkEnvironment() throws {
    if let unknown = Products.unknownChoice {
      throw CommandError.unknownProducts(unknown, known: Products.allCases.map(\.rawValue))
    }
    if let impossible = InstructionSet.impossibleChoice {
      throw CommandError.impossibleInstructions(impossible, possible: InstructionSet.possible.map(\.rawValue))
    }
  }

  static func check(threads: Int?) throws {
    let counts = RestoreOptions.threadCounts
    if let threads, !counts.contains(threads) {
      throw ValidationError("--threads must be 1 to \(counts.upperBound), found \(threads)")
    }
  }

  /// The engine's options, without progress and notices.
  var restoreOptions: RestoreOptions {
    var options = RestoreOptions()
    options.seed = seed
    options.tile = tile.map { $0 == 0 ? .whole : .pixels($0) } ?? .automatic
    options.overlap = overlap
    options.tiling = tiling
    options.toneMatch = toneMatch.map { $0 == .on }
    options.threads = threads ?? Self.processors
    options.precision = precision
    options.memoryLimit = memory?.bytes
    options.rates = .ofThisUser
    return options
  }

  /// The engine's options with progress and notices.
  func restoreOptions(_ report: ProgressReport) -> RestoreOptions {
    var options = restoreOptions
    options.report = { report.advance($0) }
    options.notice = notice(report)
    return options
  }

  /// Where things go that the user should know; nil with --quiet.
  func notice(_ report: ProgressReport) -> (@Sendable (String) -> Void)? {
    guard !quiet else { return nil }
    return { text in
      report.clearLine()
      Terminal.note(text)
    }
  }

  /// The processors that this process may run on.
  static var processors: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}

/// How much of a result is the network's: of what has a plain picture to fall back on, which fills of holes have not.
struct StrengthOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      How much of the result is the network's, 0 to 1, 1 by default; the rest is the plain picture, enlarged bicubic by upscale.
      """)
  var strength = 1.0

  func validate() throws {
    guard RestoreOptions.strengths.contains(strength) else {
      throw ValidationError("--strength must be 0 (the plain picture) to 1, found \(strength)")
    }
  }
}

/// The options that upscale, inpaint and restore share.
struct CommonOptions: ParsableArguments {
  @OptionGroup var engine: EngineOptions

  @Option(
    parsing: .unconditional,
    help: "8 or 16 bits a sample; those of the input by default, as far as the type can hold them. 16: png and tiff.")
  var bitDepth: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "So many results of each picture, 1 to 6, to choose from: of --seed and of seeds drawn from it, each in a file NAME-seedS.",
      valueName: "number"))
  var variants = 1

  @Flag(
    help: """
      Leave out what the file says about the picture: Exif, XMP, IPTC, comments (date, place, camera, author). Colour \
      profile and resolution stay.
      """)
  var strip = false

  @Flag(
    help: """
      Write nothing, and say for each picture what would be done: sizes, tiles, steps, work, memory, and time if it is known.
      """)
  var dryRun = false

  @Flag(help: "Leave pictures alone whose output is already there.")
  var skipExisting = false

  @Option(
    help: """
      json: one object a line on standard output: progress with percent, then done, skipped or failed (dry runs: plan).
      """)
  var progress: ProgressFormat?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Append a JSON object a line to this file for each picture: done, skipped or failed, sizes, seconds, memory, error and its \
      status; at the end a summary.
      """, valueName: "file"))
  var report: String?

  /// One for each result of a picture.
  var seeds: [UInt64] { Variants.seeds(from: engine.seed, count: variants) }

  func validate() throws {
    guard Variants.counts.contains(variants) else {
      throw ValidationError(
        "--variants must be \(Variants.counts.lowerBound) to \(Variants.counts.upperBound), found \(variants)")
    }
    if let bitDepth, bitDepth != 8, bitDepth != 16 {
      throw ValidationError("--bit-depth must be 8 or 16, found \(bitDepth)")
    }
  }

  var progressStyle: ProgressReport.Style {
    if progress == .json { return .json }
    return engine.quiet || !Terminal.errorsAreSeen ? .none : .terminal
  }
}
