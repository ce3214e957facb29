import ResShift

/// What the caller or the user chose for the parameters of a procedure.
public struct Settings: Equatable, Sendable {
  /// By the parameters' names; all of the procedure's.
  private var values: [String: Value]
  /// Seeds that were chosen by looking at their results, instead of those of the parameters; not remembered.
  var chosenSeeds: [UInt64] = []

  /// What holds if nothing is chosen.
  public init(standardOf procedure: Procedure) {
    values = Dictionary(uniqueKeysWithValues: procedure.parameters.map { ($0.name, $0.standard) })
  }

  /// The arguments of a call without a dialog: those that the procedure declares, the listed ones at least. Throws for more or
  /// fewer, and for values that there are not.
  public init(_ arguments: [Value], of procedure: Procedure) throws {
    self.init(standardOf: procedure)
    let listed = procedure.listedParameters.count
    guard (listed...procedure.parameters.count).contains(arguments.count) else {
      throw ShellError.argumentCount(
        procedure: procedure.name, expected: procedure.ownOffset + listed,
        found: procedure.ownOffset + arguments.count)
    }
    for (argument, parameter) in zip(arguments, procedure.parameters) {
      try parameter.check(argument)
      values[parameter.name] = argument
    }
  }

  public subscript(_ parameter: Parameter) -> Value {
    get { values[parameter.name] ?? parameter.standard }
    set { values[parameter.name] = newValue }
  }

  /// Options by their names, a line `name=value` each; what is left out is standard. Throws for names and values that there are
  /// not.
  init(named text: String, of procedure: Procedure) throws {
    self.init(standardOf: procedure)
    for line in text.split(whereSeparator: \.isNewline) {
      let (name, value) = Self.divided(line)
      guard let parameter = procedure.parameters.first(where: { $0.name == name }) else {
        throw ShellError.optionUnknown(procedure: procedure.name, String(name))
      }
      guard let value: Value = parameter.isText ? .text(value) : Int(value).map(Value.number) else {
        throw ShellError.wrongType(parameter: parameter.name)
      }
      try parameter.check(value)
      self[parameter] = value
    }
  }

  /// Whether the procedure has a parameter.
  func has(_ parameter: Parameter) -> Bool { values[parameter.name] != nil }

  func number(_ parameter: Parameter) -> Int {
    if case .number(let number) = self[parameter] { number } else { 0 }
  }

  // MARK: By name

  /// "" = the task's default.
  var model: String {
    get { if case .text(let name) = self[.model] { name } else { "" } }
    set { self[.model] = .text(newValue) }
  }

  var factor: Int { number(.factor) }

  var output: UpscaleOutput { UpscaleOutput(rawValue: number(.output)) ?? .scaledImage }

  // Of procedures that lack a parameter its standard value.
  var width: Int? { values[Parameter.width.name] == nil ? nil : number(.width) }
  /// 0...1.
  var strength: Double { Double(number(.strength)) / 100 }
  var precision: PrecisionChoice { Parameter.precisions[number(.precision)] }
  var grow: Int { number(.grow) }
  /// Whether the canvas becomes larger, or a larger image is made.
  var growsImage: Bool {
    values[Parameter.output.name] != nil && output != .sameSize || values[Parameter.left.name] != nil
  }
  var matchesTone: Bool { number(.toneMatch) != 0 }
  var samplesMerged: Bool { number(.sampleMerged) != 0 }
  /// The name of a channel; nil = none.
  var excludedChannel: String? {
    if case .text(let name) = self[.exclude], !name.isEmpty { name } else { nil }
  }
  var fillsTransparent: Bool { number(.fillTransparent) != 0 }
  var canvas: NewCanvas {
    func side(_ parameter: Parameter) -> Int? { number(parameter) > 0 ? number(parameter) : nil }
    let ratio = number(.ratio)
    return NewCanvas(
      margins: Margins(left: number(.left), right: number(.right), top: number(.top), bottom: number(.bottom)),
      width: side(.canvasWidth), height: side(.canvasHeight),
      ratio: ratio > 0 ? NewCanvas.Ratio(Parameter.ratios[ratio - 1].0, Parameter.ratios[ratio - 1].1) : nil,
      anchor: Anchor.allCases[number(.anchor)])
  }

  /// nil = random.
  var seed: UInt64? {
    get { UInt64(exactly: number(.seed)) }
    set { self[.seed] = .number(newValue.map { Int(clamping: $0) } ?? -1) }
  }

  /// The seeds to use now, one for each result, in the range that the procedures accept; that of the first is to lie on top.
  func drawSeeds() -> [UInt64] {
    if !chosenSeeds.isEmpty { return chosenSeeds }
    return Variants.seeds(from: seed ?? UInt64.random(in: 0...UInt64(Int32.max)), count: count)
  }

  /// How many results there are to be of each layer.
  var count: Int { chosenSeeds.isEmpty ? max(1, number(.variants)) : chosenSeeds.count }
}

/// The values of the last dialog, as text: a line `name=value` for each parameter, so that a later version with more of them,
/// or fewer, understands those that it knows.
extension Settings {
  /// What is not in the text, or is no possible value, is the standard one.
  public init(_ text: String, of procedure: Procedure) {
    self.init(standardOf: procedure)
    for line in text.split(separator: "\n") {
      let (name, text) = Self.divided(line)
      guard let parameter = procedure.parameters.first(where: { $0.name == name }) else { continue }
      guard let value: Value = parameter.isText ? .text(text) : Int(text).map(Value.number),
        (try? parameter.check(value)) != nil
      else { continue }
      self[parameter] = value
    }
  }

  /// A line without an equals sign is a name whose value is "".
  private static func divided(_ line: Substring) -> (name: Substring, value: String) {
    let name = line.prefix { $0 != "=" }
    return (name, String(line.dropFirst(name.count + 1)).unescaped)
  }

  public var text: String {
    values.sorted { $0.key < $1.key }.map { name, value in
      switch value {
      case .number(let number): "\(name)=\(number)\n"
      case .text(let text): "\(name)=\(text.escaped)\n"
      }
    }.joined()
  }

  init(lastOf procedure: Procedure, in gimp: any Gimp) {
    self.init(gimp.remembered(procedure.name) ?? "", of: procedure)
    // What is remembered may be of another machine.
    if (try? precision.check()) == nil { self[.precision] = Parameter.precision.standard }
  }

  func remember(for procedure: Procedure, in gimp: any Gimp) { gimp.remember(text, as: procedure.name) }
}

extension Procedure {
  /// How many arguments come before its own.
  public var ownOffset: Int {
    switch kind {
    case .layer, .relay: 3
    case .files, .models: 1
    }
  }
}

extension String {
  /// On one line: paths may hold line feeds.
  fileprivate var escaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  fileprivate var unescaped: String {
    var text = ""
    var isEscaped = false
    for scalar in unicodeScalars {
      switch (isEscaped, scalar) {
      case (true, "n"): text += "\n"
      case (false, "\\"):
        isEscaped = true
        continue
      default: text.unicodeScalars.append(scalar)
      }
      isEscaped = false
    }
    return text
  }
}
