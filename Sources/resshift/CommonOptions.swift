import ArgumentParser
import FoundationEssentials
import ResShift

/// The options that upscale, inpaint and restore share.
struct CommonOptions: ParsableArguments {
  @Option(help: "A model's name (see resshift models list), or the path of a model.json or its folder.")
  var model = ""

  @Option(help: "Same seed, same picture, whatever the number of threads.")
  var seed: UInt64 = 12345

  @Option(
    help: ArgumentHelp(
      "Side of a tile in pixels of the network's input; 0 = the whole picture in one piece. The default is what fits"
        + " memory, at most 128 (pixel-unshuffle models: 256) positions of the latent.", valueName: "pixels"))
  var tile: Int?

  @Option(help: ArgumentHelp("How far tiles overlap, in the same pixels.", valueName: "pixels"))
  var overlap: Int?

  @Option(help: "joint: one latent for the whole picture; independent: every tile on its own, as published.")
  var tiling = Tiling.joint

  @Option(help: "Match the low frequencies to the input; on by default for inpaint and restore --box.")
  var toneMatch: Switch?

  @Option(help: "Worker threads; as many as there are processors by default.")
  var threads: Int?

  @Option(help: ArgumentHelp("Use no more memory than that, such as 4G or 800M.", valueName: "size"))
  var memory: MemorySize?

  @Option(help: "8 or 16 bits a sample; that of the input by default. 16 is for png and tiff.")
  var bitDepth: Int?

  @Flag(help: "Leave pictures alone whose output is already there.")
  var skipExisting = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  @Option(help: "json: one object a line on standard output: progress with percent, then done, skipped or failed.")
  var progress: ProgressFormat?

  func validate() throws {
    if let tile, tile < 0 { throw ValidationError("--tile must be 0 or more, found \(tile)") }
    if let overlap, overlap < 0 { throw ValidationError("--overlap must be 0 or more, found \(overlap)") }
    try Self.check(threads: threads)
    if let bitDepth, bitDepth != 8, bitDepth != 16 {
      throw ValidationError("--bit-depth must be 8 or 16, found \(bitDepth)")
    }
  }

  static func check(threads: Int?) throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be 1 to 1024, found \(threads)")
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
    options.memoryLimit = memory?.bytes
    return options
  }

  var progressStyle: ProgressReport.Style {
    if progress == .json { return .json }
    return quiet || !Terminal.errorsAreSeen ? .none : .terminal
  }

  /// The processors that this process may run on.
  static var processors: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
