import ModelLibrary
import ResShift
import Wording

/// How the time of a restoration grows with threads and with the size of the picture.
struct BenchScaling {
  private let model: ModelDescriptor
  /// One size, from one thread up to all.
  private let byThreads: [RestorationTime]
  /// All threads, from the smallest picture up.
  private let bySize: [RestorationTime]

  /// Measures; sizes that do not fit memory are left out with a note, but for the smallest.
  init(_ restorer: Restorer, smallest: Int?, threads: Int, _ precision: PrecisionChoice) throws {
    let sizes = Benchmark.sizes(for: restorer.descriptor, smallest: smallest)
    let counts = Self.threadCounts(upTo: threads)
    let report = ProgressReport(
      style: Terminal.errorsAreSeen ? .terminal : .none, total: counts.count + sizes.count - 1)
    var done = 0
    func measure(_ size: Int, _ threads: Int) throws -> RestorationTime {
      var options = RestoreOptions()
      options.precision = precision
      options.progress = { report.advance(to: $0) }
      options.notice = { text in
        report.clearLine()
        Terminal.note(Notice.ofSize(size, text))
      }
      report.start("\(size)x\(size), threads \(threads)", index: done)
      defer { report.clearLine() }
      done += 1
      return try Benchmark.time(restorer, size: size, threads: threads, options)
    }
    model = restorer.descriptor
    byThreads = try counts.map { try measure(sizes[0], $0) }
    // The last of them is the first of these.
    var bySize = byThreads.suffix(1)
    for size in sizes.dropFirst() {
      do { bySize.append(try measure(size, threads)) } catch let error as RestoreError
        where error.kind == .notEnoughMemory
      {
        Terminal.note(Notice.leftOut(size, error.message))
      }
    }
    self.bySize = Array(bySize)
  }

  /// 1, 2, 4, ... and `limit` itself.
  private static func threadCounts(upTo limit: Int) -> [Int] {
    Array(sequence(first: 1) { 2 * $0 }.prefix { $0 < limit }) + [limit]
  }

  /// How many times faster than with one thread.
  private func speedUp(_ time: RestorationTime) -> Double { byThreads[0].totalMs / time.totalMs }

  /// Time per output pixel as a multiple of that of the smallest picture.
  private func growth(_ time: RestorationTime) -> Double { time.nsPerPixel / bySize[0].nsPerPixel }

  var json: String {
    let threads = byThreads.map { time in
      JSONText.object([
        ("threads", JSONText.number(Double(time.threads))), ("size", JSONText.number(Double(time.size))),
        ("total_ms", JSONText.number(time.totalMs)), ("speed_up", JSONText.number(speedUp(time))),
        ("efficiency", JSONText.number(speedUp(time) / Double(time.threads))),
        ("sgemm_gflops", JSONText.number(time.sgemmGflops)),
      ])
    }
    let sizes = bySize.map { time in
      JSONText.object([
        ("size", JSONText.number(Double(time.size))), ("threads", JSONText.number(Double(time.threads))),
        ("megapixels", JSONText.number(Double(time.size * time.size) / 1e6)),
        ("output_pixels", JSONText.number(Double(time.outputPixels))), ("total_ms", JSONText.number(time.totalMs)),
        ("ns_per_output_pixel", JSONText.number(time.nsPerPixel)), ("cost_growth", JSONText.number(growth(time))),
        ("sgemm_gflops", JSONText.number(time.sgemmGflops)), ("peak_rss_mb", JSONText.number(time.peakRSSMB)),
      ])
    }
    return JSONText.object([("threads", JSONText.array(threads)), ("sizes", JSONText.array(sizes))])
  }

  var table: String {
    let threads = byThreads.map { time in
      [
        "\(time.threads)", TextTable.number(time.totalMs / 1e3, 2), TextTable.number(speedUp(time), 2),
        TextTable.number(100 * speedUp(time) / Double(time.threads), 0) + " %", TextTable.number(time.sgemmGflops, 1),
      ]
    }
    let sizes = bySize.map { time in
      [
        "\(time.size)x\(time.size)", TextTable.number(time.totalMs / 1e3, 2), TextTable.number(time.nsPerPixel, 1),
        TextTable.number(growth(time), 3), TextTable.number(time.sgemmGflops, 1), TextTable.number(time.peakRSSMB, 0),
      ]
    }
    let side = byThreads[0].size
    return [
      "\(model.name), \(model.diffusion.steps) steps, \(side)x\(side) pixels:",
      TextTable.lines([["THREADS", "SECONDS", "SPEED-UP", "EFFICIENCY", "SGEMM GFLOP/S"]] + threads, numbersFrom: 1),
      "", "\(bySize[0].threads) threads:",
      TextTable.lines(
        [["INPUT", "SECONDS", "NS A PIXEL", "GROWTH", "SGEMM GFLOP/S", "PEAK MB"]] + sizes, numbersFrom: 1),
    ].joined(separator: "\n")
  }
}
