import ArgumentParser
import ResShift

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures how fast a model runs on this machine.",
    discussion: """
      The architectures are measured with random weights and need no files: \
      \(ModelDescriptor.architectureNames.joined(separator: ", ")).

      Examples:
        resshift bench
        resshift bench --architecture realsr --threads 2 --json
      """)

  @Option(help: "A model's name, or the path of a model.json or its folder.")
  var model: String?

  @Option(help: "An architecture instead of a model.")
  var architecture: String?

  @Option(parsing: .unconditional, help: "Side of the square input in pixels; the model's lq_size by default.")
  var size: Int?

  @Option(parsing: .unconditional, help: "Worker threads; as many as there are processors by default.")
  var threads: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard model == nil || architecture == nil else { throw ValidationError("give --model or --architecture, not both") }
    if let size, !(1...8192).contains(size) { throw ValidationError("--size must be 1 to 8192, found \(size)") }
    try CommonOptions.check(threads: threads)
  }

  func run() throws {
    let workers = threads ?? CommonOptions.processors
    let restorer: Restorer
    if let architecture {
      restorer = try Restorer(ModelDescriptor.architecture(named: architecture), randomWeightsSeed: 1)
    } else {
      let catalogue = ModelCatalogue.ofThisProgram
      let task = try model.map { try catalogue.model(named: $0).task } ?? .superResolution
      restorer = try Restorer(catalogue.model(named: model ?? "", for: task), threads: workers)
    }
    let side = size ?? restorer.descriptor.unet.lqSize
    let result = try Benchmark.run(restorer, size: side, threads: workers)
    print(json ? Self.json(result) : Self.table(result, restorer.descriptor, side))
  }

  private static func json(_ result: BenchmarkResult) -> String {
    let members = [
      ("sgemm_gflops", result.sgemmGflops), ("encode_ms", result.encodeMs), ("unet_ms", result.unetMs),
      ("decode_ms", result.decodeMs), ("total_ms", result.totalMs), ("direct_gflop", result.directGflop),
      ("peak_rss_mb", result.peakRSSMB), ("threads", Double(result.threads)),
    ]
    return "{" + members.map { "\"\($0.0)\": \(JSONText.number($0.1))" }.joined(separator: ", ") + "}"
  }

  private static func table(_ result: BenchmarkResult, _ model: ModelDescriptor, _ side: Int) -> String {
    func number(_ value: Double) -> String { JSONText.number((value * 10).rounded() / 10) }
    let rows = [
      ["model", "\(model.name), \(model.diffusion.steps) steps"], ["input", "\(side)x\(side) pixels"],
      ["threads", "\(result.threads)"], ["OpenBLAS sgemm", "\(number(result.sgemmGflops)) GFLOP/s"],
      ["encode", "\(number(result.encodeMs)) ms"], ["unet, one step", "\(number(result.unetMs)) ms"],
      ["decode", "\(number(result.decodeMs)) ms"], ["whole restoration", "\(number(result.totalMs)) ms"],
      ["direct work", "\(number(result.directGflop)) GFLOP"], ["peak memory", "\(number(result.peakRSSMB)) MB"],
    ]
    return TextTable.lines(rows)
  }
}
