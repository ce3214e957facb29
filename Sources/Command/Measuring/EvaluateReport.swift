import Evaluation
import ModelLibrary
import ResShift

/// What an evaluation found, as a table or as JSON.
struct EvaluateReport {
  let command: EvaluateCommand
  let model: ModelDescriptor
  let scale: Int

  private struct Entry {
    let name: String
    let size: (width: Int, height: Int)?
    let scores: [Trial.Method: Scores]
    let seconds: Double
  }

  private var entries: [Entry] = []

  init(command: EvaluateCommand, model: ModelDescriptor, scale: Int) {
    (self.command, self.model, self.scale) = (command, model, scale)
  }

  mutating func add(_ trial: Trial, _ outcome: Trial.Outcome) {
    entries.append(
      Entry(
        name: trial.name, size: (trial.original.width, trial.original.height), scores: outcome.scores,
        seconds: outcome.seconds))
  }

  private var mean: Entry {
    var scores: [Trial.Method: Scores] = [:]
    for method in methods {
      let all = entries.compactMap { $0.scores[method] }
      if !all.isEmpty { scores[method] = .mean(of: all) }
    }
    let seconds = entries.reduce(0) { $0 + $1.seconds } / Double(max(entries.count, 1))
    return Entry(name: "mean", size: nil, scores: scores, seconds: seconds)
  }

  /// In the order of the lines.
  private var methods: [Trial.Method] {
    [.baseline] + command.reference.map { .reference($0.name) } + [.result, .mean, .original]
  }

  private var baseline: String {
    switch model.task {
    case .superResolution: "bicubic"
    case .inpainting: model.fill == .exemplar ? "exemplar" : "push-pull"
    case .restoration: "input"
    }
  }

  private var metrics: [Metric] {
    model.task == .inpainting
      ? [.holePSNR, .holeL1, .gradientRatio]
      : [.psnr, .psnrRGB, .ssim, .spectrum, .spectrumBias, .naturalness, .tones, .noise]
  }

  var table: String {
    var rows = [["PICTURE", ""] + metrics.map(\.title) + ["SECONDS"]]
    for entry in entries.count > 1 ? entries + [mean] : entries {
      for method in methods {
        guard let scores = entry.scores[method] else { continue }
        let numbers = metrics.map { metric in scores[metric].map { metric.text($0) } ?? "-" }
        let seconds = method == .result ? [TextTable.number(entry.seconds, 2)] : []
        rows.append([method == .baseline ? entry.name : "", title(of: method)] + numbers + seconds)
      }
    }
    var lines = [facts.joined(separator: ", "), "", TextTable.lines(rows, numbersFrom: 2)]
    if let sheet = command.sheet {
      lines += ["", Terminal.oneLine("\(sheet): from left to right \(columns.joined(separator: ", "))")]
    }
    return lines.joined(separator: "\n")
  }

  private var columns: [String] { ["input", baseline] + command.reference.map(\.name) + ["result", "original"] }

  private var facts: [String] {
    var facts = ["\(model.name)", "\(model.diffusion.steps) steps"]
    if scale > 1 { facts.append("\(scale) times") }
    facts.append(command.degrade.map(\.rawValue) ?? "given inputs")
    if let quality = command.quality { facts.append("JPEG \(quality)") }
    return facts + ["seed \(command.engine.seed)"]
  }

  private func title(of method: Trial.Method) -> String {
    switch method {
    case .baseline: baseline
    case .reference(let name): Terminal.oneLine(name)
    case .result: "result"
    case .mean: "mean of \(command.seeds)"
    case .original: "original"
    }
  }

  private func key(of method: Trial.Method) -> String {
    switch method {
    case .baseline: "baseline"
    case .reference(let name): "reference_\(name)"
    case .result: "result"
    case .mean: "mean_of_results"
    case .original: "original"
    }
  }

  var json: String {
    JSONText.object([
      ("model", JSONText.string(model.name)), ("task", JSONText.string(model.task.rawValue)), ("scale", "\(scale)"),
      ("degradation", command.degrade.map { JSONText.string($0.rawValue) } ?? "null"),
      ("quality", command.quality.map { "\($0)" } ?? "null"), ("seed", "\(command.engine.seed)"),
      ("seeds", "\(command.seeds)"), ("baseline", JSONText.string(baseline)),
      ("pictures", JSONText.array(entries.map(json))), ("mean", json(mean)),
    ])
  }

  private func json(_ entry: Entry) -> String {
    var members: [(name: String, value: String)] = []
    if let size = entry.size {
      members = [("name", JSONText.string(entry.name)), ("width", "\(size.width)"), ("height", "\(size.height)")]
    }
    members.append(("seconds", TextTable.number(entry.seconds, 3)))
    for method in methods {
      guard let scores = entry.scores[method] else { continue }
      let numbers = Metric.allCases.compactMap { metric in
        // JSON knows no infinity.
        scores[metric].map { (name: metric.rawValue, value: $0.isFinite ? TextTable.number($0, 5) : "null") }
      }
      members.append((key(of: method), JSONText.object(numbers)))
    }
    return JSONText.object(members)
  }
}

extension Metric {
  fileprivate var title: String {
    switch self {
    case .psnr, .holePSNR: "PSNR Y"
    case .psnrRGB: "PSNR RGB"
    case .ssim: "SSIM"
    case .spectrum: "SPECTRUM"
    case .spectrumBias: "BIAS"
    case .naturalness: "NIQE"
    case .tones: "TONES"
    case .noise: "NOISE"
    case .holeL1: "L1"
    case .gradientRatio: "GRADIENT"
    }
  }

  fileprivate func text(_ value: Double) -> String {
    value.isFinite ? TextTable.number(value, self == .ssim ? 4 : 2) : "inf"
  }
}
