import ArgumentParser
import ModelLibrary
import ResShift

extension Products: ExpressibleByArgument {}

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures how fast a model runs on this machine.",
    discussion: """
      The architectures are measured with random weights and need no files: \
      \(ModelDescriptor.architectureNames.joined(separator: ", ")).

      Work is counted as that of the plain algorithms, two operations a multiply-add, whatever algorithm runs; "x sgemm" \
      compares its rate with that of OpenBLAS's matrix product, measured before and after. The kinds of layers add up to \
      the whole restoration.

      --scaling restores whole pictures as upscale, inpaint and restore do: with 1, 2, 4, ... threads, then, with all of \
      them, pictures of 512, 1024 and 2048 pixels a side (0.25 to 4 megapixels); some minutes and 4 GB of memory. Models \
      with a VQ autoencoder do thirty times as much work a pixel: one, two and three times the side of their lq_size. \
      Growth is the time for each pixel of the output against that of the smallest picture. Inpainting fills all but \
      a narrow frame; face models work in a frame of one size, so that their time does not grow.

      Examples:
        resshift bench
        resshift bench --architecture realsr --threads 2 --json
        resshift bench --scaling
      """)

  @Option(help: "A model's name, or the path of a model.json or its folder.")
  var model: String?

  @Option(help: "An architecture instead of a model.")
  var architecture: String?

  @Option(
    parsing: .unconditional,
    help: "Side of the square input in pixels; the model's lq_size by default. With --scaling that of the smallest one."
  )
  var size: Int?

  @Option(
    parsing: .unconditional,
    help: "Worker threads; as many as there are processors by default. With --scaling the largest number of them.")
  var threads: Int?

  @Option(help: "Who multiplies matrices: own (our kernel) or openblas; RESSHIFT_PRODUCTS chooses for all commands.")
  var products: Products?

  @Option(
    help: "The numbers that networks multiply: float32, bf16, or auto, what upscale, inpaint and restore would take.")
  var precision = PrecisionChoice.automatic

  @Flag(help: "Measure how the time grows with threads and with the size of the picture instead.")
  var scaling = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard model == nil || architecture == nil else { throw ValidationError("give --model or --architecture, not both") }
    if let size, !(1...8192).contains(size) { throw ValidationError("--size must be 1 to 8192, found \(size)") }
    if scaling, let size, size < 16 { throw ValidationError("--size must be 16 or more with --scaling, found \(size)") }
    try EngineOptions.check(threads: threads)
    try EngineOptions.check(precision)
  }

  func run() throws {
    try Products.$forced.withValue(products) { try measure() }
  }

  private func measure() throws {
    let workers = threads ?? EngineOptions.processors
    let restorer = try restorer()
    if scaling {
      let measured = try BenchScaling(restorer, smallest: size, threads: workers, precision)
      print(json ? measured.json : measured.table)
    } else {
      let side = size ?? restorer.descriptor.unet.lqSize
      let result = try Benchmark.run(restorer, size: side, threads: workers, precision)
      print(json ? result.json : result.table(restorer.descriptor, side: side))
    }
  }

  private func restorer() throws -> Restorer {
    if let architecture {
      return try Restorer(ModelDescriptor.architecture(named: architecture), randomWeightsSeed: 1)
    }
    let catalogue = ModelCatalogue.ofThisProgram
    let task = try model.map { try catalogue.model(named: $0).task } ?? .superResolution
    return try Restorer(catalogue.model(named: model ?? "", for: task), precision)
  }
}

extension BenchmarkResult {
  fileprivate var json: String {
    JSONText.object([
      ("sgemm_gflops", JSONText.number(sgemmGflops)), ("encode_ms", JSONText.number(encodeMs)),
      ("unet_ms", JSONText.number(unetMs)), ("decode_ms", JSONText.number(decodeMs)),
      ("total_ms", JSONText.number(totalMs)), ("direct_gflop", JSONText.number(directGflop)),
      ("peak_rss_mb", JSONText.number(peakRSSMB)), ("threads", JSONText.number(Double(threads))),
      ("precision", JSONText.string(precision.rawValue)), ("share", JSONText.number(share)),
      ("stages", json(stages, "stage")), ("layers", json(layers, "kind")),
    ])
  }

  private func json(_ parts: [Part], _ name: String) -> String {
    JSONText.array(
      parts.map { part in
        JSONText.object([
          (name, JSONText.string(part.name)), ("calls", JSONText.number(Double(part.calls))),
          ("ms", JSONText.number(part.ms)), ("gflop", JSONText.number(part.gflop)),
          ("gflops", JSONText.number(part.gflops)), ("sgemm_share", JSONText.number(part.gflops / sgemmGflops)),
        ])
      })
  }

  fileprivate func table(_ model: ModelDescriptor, side: Int) -> String {
    let facts = [
      ["model", "\(model.name), \(model.diffusion.steps) steps"], ["input", "\(side)x\(side) pixels"],
      ["threads", "\(threads)"], ["instructions", InstructionSet.current.rawValue], ["products by", products.rawValue],
      [
        "precision",
        precision == .bf16 && !precision.hasMatrixUnits ? "bf16, without matrix units" : precision.rawValue,
      ],
      ["OpenBLAS sgemm", "\(TextTable.number(sgemmGflops, 1)) GFLOP/s"],
      ["one step of the unet", "\(TextTable.number(unetMs, 1)) ms"],
      ["whole restoration", "\(TextTable.number(totalMs, 1)) ms"],
      ["share of plain convolution", "\(TextTable.number(share, 3)) (1 = plain algorithms at the rate of sgemm)"],
      ["peak memory", "\(TextTable.number(peakRSSMB, 0)) MB"],
    ]
    // One table, so that the columns of both sections are as wide.
    let parts = TextTable.lines(rows("STAGE", stages) + [[""]] + rows("LAYERS", layers), numbersFrom: 1)
    return TextTable.lines(facts) + "\n\n" + parts
  }

  private func rows(_ title: String, _ parts: [Part]) -> [[String]] {
    [[title, "CALLS", "MS", "% OF TIME", "GFLOP", "GFLOP/S", "x SGEMM"]]
      + parts.map { part in
        let work =
          part.gflop > 0
          ? [
            TextTable.number(part.gflop, 2), TextTable.number(part.gflops, 1),
            TextTable.number(part.gflops / sgemmGflops, 2),
          ] : ["-", "-", "-"]
        return [
          part.name, part.calls > 0 ? "\(part.calls)" : "-", TextTable.number(part.ms, 1),
          TextTable.number(100 * part.ms / totalMs, 1),
        ] + work
      }
  }
}
