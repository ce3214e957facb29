import CGimp
import ResShift

/// GIMP's question what this plug-in offers: registers every procedure.
@c(query)
public func query() {
  for procedure in Procedure.allCases { procedure.register() }
  for batch in Batch.allCases { batch.register() }
  ModelManager.register()
}

/// GIMP's call of one procedure. Return values: status, then the new layer (of a batch: the number of
/// failures), if there is one, or the message.
@c(run)
public func run(
  name: UnsafePointer<CChar>?, count: gint, parameters: UnsafePointer<GimpParam>?,
  returnCount: UnsafeMutablePointer<gint>?, returnValues: UnsafeMutablePointer<UnsafeMutablePointer<GimpParam>?>?
) {
  gegl_init(nil, nil)
  gimp_plugin_enable_precision()
  let outcome: Result<gint32?, PlugInError>
  var resultType = GIMP_PDB_LAYER
  do {
    let parameters = UnsafeBufferPointer(start: parameters, count: Int(count))
    if name.map({ String(cString: $0) }) == ModelManager.procedure {
      try ModelManager.show(parameters)
      outcome = .success(nil)
    } else if let batch = name.flatMap({ Batch(rawValue: String(cString: $0)) }) {
      resultType = GIMP_PDB_INT32
      outcome = .success(try batch.perform(parameters))
    } else {
      outcome = .success(try Procedure(calledAs: name).perform(parameters))
    }
  } catch {
    outcome = .failure(PlugInError(error))
  }
  // GIMP reads them after this function has returned, and the process ends soon after: never freed.
  let values = UnsafeMutablePointer<GimpParam>.allocate(capacity: 2)
  returnCount?.pointee = outcome.write(to: values, resultType)
  returnValues?.pointee = values
}

extension Result where Success == gint32?, Failure == PlugInError {
  /// Fills GIMP's return values; returns how many there are.
  fileprivate func write(to values: UnsafeMutablePointer<GimpParam>, _ resultType: GimpPDBArgType) -> gint {
    func put(_ status: GimpPDBStatusType, message: String?) -> gint {
      values[0] = GimpParam(type: GIMP_PDB_STATUS, data: GimpParamData(d_status: status))
      guard let message else { return 1 }
      values[1] = GimpParam(type: GIMP_PDB_STRING, data: GimpParamData(d_string: g_strdup(message)))
      return 2
    }
    switch self {
    case .success(nil): return put(GIMP_PDB_SUCCESS, message: nil)
    case .success(let result?):
      // Layers are numbers, too.
      values[1] = GimpParam(type: resultType, data: GimpParamData(d_int32: result))
      return put(GIMP_PDB_SUCCESS, message: nil) + 1
    case .failure(.calling(let text)): return put(GIMP_PDB_CALLING_ERROR, message: text)
    case .failure(.execution(let text)): return put(GIMP_PDB_EXECUTION_ERROR, message: text)
    case .failure(.cancelled): return put(GIMP_PDB_CANCEL, message: nil)
    }
  }
}
