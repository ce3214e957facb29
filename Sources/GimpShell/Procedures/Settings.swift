import CGimp
import ResShift

/// Where an enlarged picture goes; the raw values are those of the procedure's argument.
enum UpscaleOutput: Int32, CaseIterable {
  case scaledImage = 0
  case newImage = 1
  case sameSize = 2
}

/// What the caller or the user chose.
struct Settings: Equatable {
  /// "" = the task's default.
  var model = ""
  var factor = 4
  var output = UpscaleOutput.scaledImage
  /// nil = random.
  var seed: UInt64?

  init() {}

  /// The arguments of a batch call: exactly those that the procedure declares.
  init(_ parameters: UnsafeBufferPointer<GimpParam>, of procedure: Procedure) throws {
    guard parameters.count == 3 + procedure.ownParameters.count else {
      throw PlugInError.calling(
        "\(procedure.rawValue) takes \(3 + procedure.ownParameters.count) arguments, not \(parameters.count).")
    }
    for (parameter, definition) in zip(parameters.dropFirst(3), procedure.ownParameters) {
      switch definition.name {
      case "model": model = parameter.data.d_string.map { String(cString: $0) } ?? ""
      case "factor": factor = Int(parameter.data.d_int32)
      case "output":
        guard let value = UpscaleOutput(rawValue: parameter.data.d_int32) else {
          throw PlugInError.calling(
            "Output \(parameter.data.d_int32) is unknown: 0 scales the image, 1 makes a new one, 2 keeps the size.")
        }
        output = value
      default: seed = try Settings.seed(parameter.data.d_int32)
      }
    }
    guard procedure != .upscale || (2...4).contains(factor) else {
      throw PlugInError.calling("Factor \(factor) is not possible: it is 2, 3 or 4.")
    }
  }

  private static func seed(_ value: gint32) throws -> UInt64? {
    if value == -1 { return nil }
    guard value >= 0 else {
      throw PlugInError.calling("Seed \(value) is not possible: it is -1 (random) or not negative.")
    }
    return UInt64(value)
  }

  /// The seed to use now, in the range that the procedures accept.
  func drawSeed() -> UInt64 { seed ?? UInt64.random(in: 0...UInt64(Int32.max)) }
}

/// The values of the last dialog: GIMP keeps them until it ends, as lines of text under the procedure's name.
extension Settings {
  init(lastOf procedure: Procedure) {
    let size = Int(gimp_procedural_db_get_data_size(procedure.rawValue))
    guard size > 0 else { return }
    var bytes = [CChar](repeating: 0, count: size + 1)
    guard gimp_procedural_db_get_data(procedure.rawValue, &bytes) != 0 else { return }
    let text = String(decoding: bytes.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4 else { return }
    model = String(lines[0])
    factor = Int(lines[1]) ?? factor
    output = Int32(lines[2]).flatMap(UpscaleOutput.init) ?? output
    seed = UInt64(lines[3])
  }

  func remember(for procedure: Procedure) {
    let text = "\(model)\n\(factor)\n\(output.rawValue)\n\(seed.map(String.init) ?? "random")"
    gimp_procedural_db_set_data(procedure.rawValue, text, guint32(text.utf8.count))
  }
}
