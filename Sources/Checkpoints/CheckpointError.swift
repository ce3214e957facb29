/// Why a checkpoint cannot be used. Every case names the file; `description` is one line for the user.
public enum CheckpointError: Error, Equatable {
  /// There is no file at that path.
  case notFound(file: String)
  /// The file exists but cannot be opened or mapped: a folder, no permission, not a regular file.
  case unreadable(file: String, found: String)
  /// The file has no bytes.
  case empty(file: String)
  /// Another program has written to the file while its weights were in use.
  case changed(file: String)
  /// The file is neither safetensors nor a PyTorch zip; `found` says what it looks like.
  case notACheckpoint(file: String, found: String)
  /// `torch.save` of PyTorch before 1.6: pickles one after another, no zip.
  case legacyFormat(file: String)
  /// The file ends before `part` does.
  case truncated(file: String, part: String, expected: String, found: String)
  /// `part` of the file contradicts its format, or itself.
  case malformed(file: String, part: String, expected: String, found: String)
  /// `part` is valid but outside what this reader does: compression, encryption, big-endian numbers.
  case unsupported(file: String, part: String, expected: String, found: String)
  /// The pickle names something outside the allow list; `found` is its dotted name.
  case refusedCode(file: String, found: String)
  /// The file is sound but holds no tensor where weights are looked for.
  case noTensors(file: String, found: String)
  /// One tensor's record contradicts itself or the data it points to.
  case malformedTensor(file: String, tensor: String, expected: String, found: String)
  /// The tensor's elements are not of a type that can be read this way.
  case wrongElementType(file: String, tensor: String, expected: String, found: String)
  /// The network needs a tensor that the file does not have; an unknown shape is empty.
  case missingTensor(file: String, tensor: String, expectedShape: [Int])
  /// The file has tensors that the network does not use.
  case surplusTensors(file: String, tensors: [String])
  /// The tensor's shape is not the one the network (or the buffer) has.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])

  /// The path of the checkpoint, as it was given.
  public var file: String {
    switch self {
    case .notFound(let file), .unreadable(let file, _), .empty(let file), .changed(let file),
      .notACheckpoint(let file, _),
      .legacyFormat(let file), .truncated(let file, _, _, _), .malformed(let file, _, _, _),
      .unsupported(let file, _, _, _), .refusedCode(let file, _), .noTensors(let file, _),
      .malformedTensor(let file, _, _, _), .wrongElementType(let file, _, _, _), .missingTensor(let file, _, _),
      .surplusTensors(let file, _), .wrongShape(let file, _, _, _):
      file
    }
  }
}

extension CheckpointError: CustomStringConvertible {
  /// One line: the file, what is wrong with it, what to do. Text out of the file is cut and stripped of controls.
  public var description: String { "\(printable(file, limit: 1000)): \(problem)" }

  private var problem: String {
    switch self {
    case .notFound:
      "no such file; check the path, or install the model that needs it"
    case .unreadable(_, let found):
      "cannot be read (\(printable(found))); give the path of a readable .pth or .safetensors file"
    case .empty:
      "the file is empty; copy or download it again"
    case .changed:
      "was changed while it was in use, so the result would be wrong; run it again"
    case .notACheckpoint(_, let found):
      "not a checkpoint but \(printable(found)); use a .safetensors file or a .pth file written by torch.save"
    case .legacyFormat:
      "written by PyTorch before 1.6 in a format that is not supported; save it again with a newer PyTorch: "
        + "torch.save(torch.load(FILE, map_location='cpu'), FILE)"
    case .truncated(_, let part, let expected, let found):
      "cut short: \(printable(part)) needs \(printable(expected)), found \(printable(found)); "
        + "copy or download the file again"
    case .malformed(_, let part, let expected, let found):
      "damaged: \(printable(part)): expected \(printable(expected)), found \(printable(found)); "
        + "copy or download the file again"
    case .unsupported(_, let part, let expected, let found):
      "not supported: \(printable(part)) has \(printable(found)), only \(printable(expected)) can be read; "
        + "save it again with torch.save or as safetensors"
    case .refusedCode(_, let found):
      "refused: on loading it wants to run code (\(printable(found))), which no file of weights needs; "
        + "get it from a source you trust, or save only its state dict with torch.save"
    case .noTensors(_, let found):
      "holds no weights: expected tensors, at the top or under state_dict, found \(printable(found)); "
        + "save the network's state_dict() with torch.save"
    case .malformedTensor(_, let tensor, let expected, let found):
      "damaged: tensor \(printable(tensor)): expected \(printable(expected)), found \(printable(found)); "
        + "copy or download the file again"
    case .wrongElementType(_, let tensor, let expected, let found):
      "tensor \(printable(tensor)) has \(printable(found)) elements, expected \(printable(expected)); "
        + "convert it and save the file again"
    case .missingTensor(_, let tensor, let expectedShape):
      "tensor \(printable(tensor))\(expectedShape.isEmpty ? "" : " of shape \(expectedShape)") is missing; "
        + "use the checkpoint that belongs to this model"
    case .surplusTensors(_, let tensors):
      "\(tensors.count == 1 ? "1 tensor is" : "\(tensors.count) tensors are") unknown to this model (\(examples(tensors))); "
        + "use the checkpoint that belongs to it"
    case .wrongShape(_, let tensor, let expected, let found):
      "tensor \(printable(tensor)) has shape \(found), expected \(expected); "
        + "use the checkpoint that belongs to this model"
    }
  }

  private func examples(_ tensors: [String]) -> String {
    let shown = tensors.prefix(3).map { printable($0) }.joined(separator: ", ")
    return tensors.count > 3 ? shown + ", ..." : shown
  }
}

/// Text of unknown origin fit for one line of a terminal: controls become `?`, what exceeds `limit` is cut.
private func printable(_ text: String, limit: Int = 200) -> String {
  var line = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if line.count == limit { return String(line) + "..." }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: line.append("?")
    default: line.append(scalar)
    }
  }
  return String(line)
}
