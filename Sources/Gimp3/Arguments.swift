import CGimp3
import FilePaths
import GimpShell
import Glibc

/// G_TYPE_INT and G_TYPE_STRING, which are macros.
private let typeInt = GType(6 << 2)
private let typeString = GType(16 << 2)

extension UnsafeMutablePointer<GimpProcedureConfig> {
  /// The values of a procedure's own parameters, in their order.
  func arguments(of procedure: Procedure) -> [Value] { procedure.parameters.map { value(of: $0) } }

  private func value(of parameter: Parameter) -> Value {
    var value = GValue()
    g_object_get_property(cast(self), parameter.name, &value)
    defer { g_value_unset(&value) }
    guard parameter.isText else { return .number(Int(g_value_get_int(&value))) }
    // "" may arrive as NULL.
    return .text(
      g_value_get_string(&value).map { String(pathBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? "")
  }

  /// Writes what differs: each writing is a signal, to which GIMP's dialog of the procedure listens.
  func set(_ settings: Settings, of procedure: Procedure) {
    for (parameter, value) in zip(procedure.parameters, arguments(of: procedure)) where settings[parameter] != value {
      set(parameter.name, settings[parameter])
    }
  }

  func set(_ name: String, _ value: Value) {
    var property = GValue()
    defer { g_value_unset(&property) }
    switch value {
    case .number(let number):
      g_value_init(&property, typeInt)
      g_value_set_int(&property, gint(truncatingIfNeeded: number))
    case .text(let text):
      g_value_init(&property, typeString)
      text.withPathBytes { g_value_set_string(&property, $0) }
    }
    g_object_set_property(cast(self), name, &property)
  }

  func set(_ name: String, object: UnsafeMutableRawPointer?) {
    var property = GValue()
    g_value_init(&property, gimp_image_get_type())
    defer { g_value_unset(&property) }
    g_value_set_object(&property, object)
    g_object_set_property(cast(self), name, &property)
  }
}
