import Foundation
import ResShift
import Testing

@Suite struct BenchTests {
  /// The members that scripts may rely on.
  private let contract = [
    "sgemm_gflops", "encode_ms", "unet_ms", "decode_ms", "total_ms", "direct_gflop", "peak_rss_mb", "threads",
  ]

  private func object(_ run: Run) throws -> [String: Any] {
    #expect(run.status == 0 && run.errors.isEmpty && run.output.split(separator: "\n").count == 1)
    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  private func parts(_ result: [String: Any], _ member: String, _ name: String) throws -> [[String: Any]] {
    let parts = try #require(result[member] as? [[String: Any]])
    for part in parts {
      #expect(part.keys.sorted() == (["calls", "gflop", "gflops", "ms", "sgemm_share"] + [name]).sorted())
      #expect(part[name] is String)
    }
    return parts
  }

  private func sum(_ parts: [[String: Any]], _ member: String) -> Double {
    parts.reduce(0) { $0 + ($1[member] as? Double ?? .nan) }
  }

  /// The values of a member in all objects of a list; nan where it is missing.
  private func columns(_ result: [String: Any], _ member: String) throws -> (String) -> [Double] {
    let rows = try #require(result[member] as? [[String: Double]])
    return { name in rows.map { $0[name] ?? .nan } }
  }

  /// The variable chooses who multiplies, in every command; what it cannot say is refused before any work.
  @Test func whoMultiplies() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(24, 20), "in.png")
    for choice in ["own", "openblas"] {
      let run = try bench.run(
        ["upscale", "in.png", "-o", "\(choice).png"], environment: ["RESSHIFT_PRODUCTS": choice])
      #expect(run.status == 0)
      let table = try bench.run(
        ["bench", "--architecture", "compact-sr", "--size", "16", "--products", choice]
      ).output
      #expect(table.contains("products by") && table.contains(" \(choice)\n"))
    }
    let (own, openblas) = (try bench.read("own.png"), try bench.read("openblas.png"))
    let difference = zip(own.samples, openblas.samples).map { abs($0 - $1) }.max() ?? 1
    #expect(difference <= 1.5 / 255)
    let wrong = try bench.run(["models", "list"], environment: ["RESSHIFT_PRODUCTS": "mkl"])
    #expect(wrong.status == 64)
    #expect(wrong.onlyErrorLine() == "RESSHIFT_PRODUCTS is \"mkl\", but it can be own or openblas; change or unset it")
  }

  /// The variable holds every command to older instructions; what the processor lacks is refused before any work.
  @Test func whichInstructions() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(24, 20), "in.png")
    let possible = InstructionSet.possible
    for choice in possible.map(\.rawValue) {
      let run = try bench.run(
        ["upscale", "in.png", "-o", "\(choice).png"], environment: ["RESSHIFT_ISA": choice])
      #expect(run.status == 0)
      let table = try bench.run(
        ["bench", "--architecture", "compact-sr", "--size", "16"], environment: ["RESSHIFT_ISA": choice]
      ).output
      #expect(table.contains("instructions") && table.contains(" \(choice)\n"))
      let (picture, baseline) = (try bench.read("\(choice).png"), try bench.read("baseline.png"))
      #expect(zip(picture.samples, baseline.samples).allSatisfy { abs($0 - $1) <= 1.5 / 255 })
    }
    let wrong = try bench.run(["models", "list"], environment: ["RESSHIFT_ISA": "sse9"])
    #expect(wrong.status == 64)
    #expect(
      wrong.onlyErrorLine()
        == "RESSHIFT_ISA is \"sse9\", but on this processor it can be \(possible.map(\.rawValue).joined(separator: " or ")); "
        + "change or unset it")
  }

  /// bf16 where the processor has instructions for it, refused before any work where it has none; auto is one of the two.
  @Test func whichNumbers() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(24, 20), "in.png")
    for (isa, choice) in InstructionSet.possible.flatMap({ isa in
      [PrecisionChoice.float32, .bf16, .automatic].map { (isa.rawValue, $0) }
    }) {
      let arguments = ["upscale", "in.png", "-o", "\(isa)-\(choice).png", "--precision", choice.rawValue]
      let run = try bench.run(arguments, environment: ["RESSHIFT_ISA": isa])
      let isOld = ["baseline", "avx2"].contains(isa)
      if choice == .bf16 && (isOld || !Precision.possible.contains(.bf16)) {
        #expect(run.status == 64 && !FileManager.default.fileExists(atPath: bench.path("\(isa)-\(choice).png")))
        #expect(
          run.onlyErrorLine().hasPrefix(
            "--precision bf16: this processor has no instructions for bf16; choose auto or float32"))
        continue
      }
      #expect(run.status == 0)
      let (found, plain) = (try bench.read("\(isa)-\(choice).png"), try bench.read("baseline-float32.png"))
      #expect(zip(found.samples, plain.samples).allSatisfy { abs($0 - $1) <= 1.5 / 255 }, "\(isa) \(choice)")
    }
    for (isa, expected) in [("avx2", "float32"), ("amx", "bf16")]
    where InstructionSet.possible.contains(where: { $0.rawValue == isa }) {
      let result = try object(
        try bench.run(
          ["bench", "--architecture", "compact-sr", "--size", "16", "--json"], environment: ["RESSHIFT_ISA": isa]))
      #expect(result["precision"] as? String == expected)
    }
  }

  @Test func asJSON() throws {
    let run = try Workbench().run("bench", "--architecture", "compact-sr", "--size", "16", "--threads", "1", "--json")
    let result = try object(run)
    #expect(result.keys.sorted() == (contract + ["precision", "share", "stages", "layers"]).sorted())
    let numbers = result.compactMapValues { $0 as? Double }
    #expect(numbers.keys.sorted() == (contract + ["share"]).sorted())
    #expect(numbers["threads"] == 1)
    #expect(numbers.values.allSatisfy { $0 >= 0 } && (numbers["total_ms"] ?? 0) > 0)
    let (total, work) = (try #require(numbers["total_ms"]), try #require(numbers["direct_gflop"]))
    // Numbers are printed with three decimals.
    for parts in [try parts(result, "layers", "kind"), try parts(result, "stages", "stage")] {
      let tolerance = 0.0005 * Double(parts.count + 1)
      #expect(abs(sum(parts, "ms") - total) <= tolerance && abs(sum(parts, "gflop") - work) <= tolerance)
    }
    let share = total / 1000 * (numbers["sgemm_gflops"] ?? 0) / work
    #expect(abs((numbers["share"] ?? 0) - share) < 0.001 + 0.001 * share)
  }

  /// The published architecture on its own input: 1421 GFLOP (UNet 4 x 101.3, encoder 345.2, decoder 670.8), and no
  /// more than 3 GB, of which the weights alone (174 million of 4 bytes) are 700 MB.
  @Test func ofThePublishedArchitecture() throws {
    let result = try object(try Workbench().run("bench", "--architecture", "realsr", "--threads", "2", "--json"))
    #expect(abs((result["direct_gflop"] as? Double ?? 0) - 1421) < 1)
    let stages = try parts(result, "stages", "stage").map { $0["gflop"] as? Double ?? 0 }
    for (found, expected) in zip(stages, [345.2, 4 * 101.3, 670.8, 0]) { #expect(abs(found - expected) < 0.2) }
    let peak = try #require(result["peak_rss_mb"] as? Double)
    #expect(peak > 600 && peak < 3000)
    #expect(result["threads"] as? Double == 2)
  }

  @Test func ofAModelAsTable() throws {
    let run = try Workbench().run("bench", "--model", "compact-inpaint", "--size", "16")
    #expect(run.status == 0 && run.output.contains("compact-inpaint") && run.output.contains("16x16"))
    #expect(run.output.contains("share of plain convolution"))
    let lines = run.output.split(separator: "\n")
    for start in [
      "encode ", "unet ", "decode ", "1x1 and linear ", "window attention ", "windows and layout ", "norm ",
    ] {
      #expect(lines.contains { $0.hasPrefix(start) })
    }
    #expect(lines.filter { $0.hasPrefix("other ") }.count == 2)
    // Both sections have columns of the same width.
    let sections = lines.drop { !$0.hasPrefix("STAGE ") }
    #expect(Set(sections.map(\.count)).count == 1 && lines.allSatisfy { $0.count <= 100 })
  }

  @Test func scaling() throws {
    let bench = try Workbench()
    let model = try bench.addModel("tiny-sr") { $0["task"] = "super-resolution" }
    let arguments = ["bench", "--model", model, "--scaling", "--threads", "3"]
    let result = try object(try bench.run(arguments + ["--json"]))
    #expect(result.keys.sorted() == ["sizes", "threads"])
    let (threads, sizes) = (try columns(result, "threads"), try columns(result, "sizes"))
    #expect(threads("threads") == [1, 2, 3] && threads("size") == [16, 16, 16])
    #expect(sizes("size") == [16, 32, 48] && sizes("threads") == [3, 3, 3])
    #expect(sizes("output_pixels") == [4096, 16384, 36864])
    #expect(threads("speed_up")[0] == 1 && threads("efficiency")[0] == 1 && sizes("cost_growth")[0] == 1)
    #expect(threads("total_ms")[2] == sizes("total_ms")[0])
    // Numbers are printed with three decimals.
    for (index, time) in threads("total_ms").enumerated() {
      let speedUp = threads("total_ms")[0] / time
      #expect(abs(threads("speed_up")[index] / speedUp - 1) < 0.01)
      #expect(abs(threads("efficiency")[index] * Double(index + 1) / speedUp - 1) < 0.01)
    }
    for (index, time) in sizes("ns_per_output_pixel").enumerated() {
      #expect(abs(sizes("cost_growth")[index] * sizes("ns_per_output_pixel")[0] / time - 1) < 0.01)
      #expect(abs(time * sizes("output_pixels")[index] / 1e6 / sizes("total_ms")[index] - 1) < 0.01)
    }
  }

  @Test func scalingAsTable() throws {
    let bench = try Workbench()
    let model = try bench.addModel("tiny-sr") { $0["task"] = "super-resolution" }
    let run = try bench.run("bench", "--model", model, "--scaling", "--threads", "1", "--size", "20")
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    for start in ["THREADS ", "1 ", "INPUT ", "20x20 ", "40x40 ", "60x60 "] {
      #expect(lines.contains { $0.hasPrefix(start) })
    }
    #expect(lines.allSatisfy { $0.count <= 100 })
  }
}
