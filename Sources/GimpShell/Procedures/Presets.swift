/// Settings of a procedure that users have given names.
public struct Presets: Equatable, Sendable {
  /// What `Settings.text` makes of each.
  private var texts: [String: String] = [:]

  /// The order in which they are shown.
  public var names: [String] { texts.keys.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) } }

  /// A name as it is kept: without blanks around it, on one line, and short enough for a list; nil = nothing is left of it.
  public static func name(_ text: String) -> String? {
    var name = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }.prefix(mostCharacters))
    while name.last == " " { name.removeLast() }
    name = String(name.drop { $0 == " " })
    return name.isEmpty ? nil : name
  }

  private static let mostCharacters = 60

  /// nil = none is called so.
  func settings(named name: String, of procedure: Procedure) -> Settings? {
    texts[name].map { Settings($0, of: procedure) }
  }

  /// Those that had the name are forgotten.
  mutating func save(_ settings: Settings, named name: String) {
    if let name = Self.name(name) { texts[name] = settings.text }
  }

  mutating func delete(_ name: String) { texts[name] = nil }

  // MARK: As text

  /// Each begins with a line that has a mark and its name; no line of settings begins so.
  private static let mark = "preset "

  init(_ text: String) {
    var name: String?
    for line in text.split(separator: "\n") {
      if line.hasPrefix(Self.mark) {
        name = Self.name(String(line.dropFirst(Self.mark.count)))
        if let name { texts[name] = "" }
      } else if let name {
        texts[name]? += line + "\n"
      }
    }
  }

  var text: String { names.map { "\(Self.mark)\($0)\n\(texts[$0] ?? "")" }.joined() }

  /// Those of a procedure; beside what its last dialog had.
  init(of procedure: Procedure, in gimp: any GimpSession) {
    self.init(gimp.remembered(Self.memory(of: procedure)) ?? "")
  }

  func remember(for procedure: Procedure, in gimp: any GimpSession) {
    gimp.remember(text, as: Self.memory(of: procedure))
  }

  /// No name of a procedure, so that both GIMPs keep it in a file.
  private static func memory(of procedure: Procedure) -> String { procedure.name + "-presets" }
}
