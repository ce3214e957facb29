import ResShift

/// What the caller or the user chose for the parameters of a procedure.
public struct Settings: Equatable, Sendable {
  /// By the parameters' names; all of the procedure's.
  private var values: [String: Value]

  /// What holds if nothing is chosen.
  init(standardOf procedure: Procedure) {
    values = Dictionary(uniqueKeysWithValues: procedure.parameters.map { ($0.name, $0.standard) })
  }

  /// The arguments of a call without a dialog: exactly those that the procedure declares, all of them or the listed ones. Throws
  /// for others, and for values that there are not.
  public init(_ arguments: [Value], of procedure: Procedure) throws {
    self.init(standardOf: procedure)
    let listed = procedure.listedParameters.count
    guard arguments.count == listed || arguments.count == procedure.parameters.count else {
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
  var grow: Int { number(.grow) }
  var matchesTone: Bool { number(.toneMatch) != 0 }
  var samplesMerged: Bool { number(.sampleMerged) != 0 }
  var fillsTransparent: Bool { number(.fillTransparent) != 0 }
  var margins: Margins {
    Margins(left: number(.left), right: number(.right), top: number(.top), bottom: number(.bottom))
  }

  /// nil = random.
  var seed: UInt64? {
    get { UInt64(exactly: number(.seed)) }
    set { self[.seed] = .number(newValue.map { Int(clamping: $0) } ?? -1) }
  }

  /// The seed to use now, in the range that the procedures accept.
  func drawSeed() -> UInt64 { seed ?? UInt64.random(in: 0...UInt64(Int32.max)) }
}

/// The values of the last dialog, as text: a line `name=value` for each parameter, so that a later version with more of them,
/// or fewer, understands those that it knows.
extension Settings {
  /// What is not in the text, or is no possible value, is the standard one.
  public init(_ text: String, of procedure: Procedure) {
    self.init(standardOf: procedure)
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "="),
        let parameter = procedure.parameters.first(where: { $0.name == line[..<equals] })
      else { continue }
      let text = String(line[line.index(after: equals)...]).unescaped
      guard let value: Value = parameter.isText ? .text(text) : Int(text).map(Value.number),
        (try? parameter.check(value)) != nil
      else { continue }
      self[parameter] = value
    }
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
  }

  func remember(for procedure: Procedure, in gimp: any Gimp) { gimp.remember(text, as: procedure.name) }
}

extension Procedure {
  /// How many arguments come before its own.
  public var ownOffset: Int { if case .layer = kind { 3 } else { 1 } }
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
