import Wording

extension CheckpointError: Explained {
  /// The file, what is wrong with it, what to do. Text out of the file is cut and stripped of controls.
  public var message: Message { "\(printable(file, limit: 1000)): \(problem)" }

  private var problem: Message {
    switch self {
    case .notFound:
      "no such file; check the path, or install the model that needs it"
    case .unreadable(_, let found):
      "cannot be read (\(printable(found))); give the path of a readable .pth or .safetensors file"
    case .notEnoughMemory(_, let needed):
      "not enough memory: \(Amount.bytes(needed)) of this file cannot be mapped; raise the limit (ulimit -v)"
    case .empty:
      "the file is empty; copy or download it again"
    case .changed:
      "was changed while it was in use, so the result would be wrong; run it again"
    case .notACheckpoint(_, let found):
      "not a checkpoint but \(printable(found)); use a .safetensors file or a .pth file written by torch.save"
    case .legacyFormat:
      """
      written by PyTorch before 1.6 in a format that is not supported; save it again with a newer PyTorch: \
      torch.save(torch.load(FILE, map_location='cpu'), FILE)
      """
    case .truncated(_, let part, let expected, let found):
      """
      cut short: \(printable(part)) needs \(printable(expected)), found \(printable(found)); copy or download the file again
      """
    case .malformed(_, let part, let expected, let found):
      """
      damaged: \(printable(part)): expected \(printable(expected)), found \(printable(found)); copy or download the file \
      again
      """
    case .unsupported(_, let part, let expected, let found):
      """
      not supported: \(printable(part)) has \(printable(found)), only \(printable(expected)) can be read; save it again \
      with torch.save or as safetensors
      """
    case .refusedCode(_, let found):
      """
      refused: on loading it wants to run code (\(printable(found))), which no file of weights needs; get it from a source \
      you trust, or save only its state dict with torch.save
      """
    case .noTensors(_, let found):
      """
      holds no weights: expected tensors, at the top or under state_dict, found \(printable(found)); save the network's \
      state_dict() with torch.save
      """
    case .malformedTensor(_, let tensor, let expected, let found):
      """
      damaged: tensor \(printable(tensor)): expected \(printable(expected)), found \(printable(found)); copy or download \
      the file again
      """
    case .wrongElementType(_, let tensor, let expected, let found):
      """
      tensor \(printable(tensor)) has \(printable(found)) elements, expected \(printable(expected)); convert it and save \
      the file again
      """
    case .missingTensor(_, let tensor, let shape) where shape.isEmpty:
      "tensor \(printable(tensor)) is missing; use the checkpoint that belongs to this model"
    case .missingTensor(_, let tensor, let shape):
      "tensor \(printable(tensor)) of shape \(shape) is missing; use the checkpoint that belongs to this model"
    case .surplusTensors(_, let tensors): Self.surplus(tensors.count, examples(tensors))
    case .wrongShape(_, let tensor, let expected, let found):
      """
      tensor \(printable(tensor)) has shape \(found), expected \(expected); use the checkpoint that belongs to this model
      """
    }
  }

  private static func surplus(_ count: Int, _ examples: String) -> Message {
    .counted(
      count,
      one: "\(count) tensor is unknown to this model (\(examples)); use the checkpoint that belongs to it",
      other: "\(count) tensors are unknown to this model (\(examples)); use the checkpoint that belongs to it")
  }

  private func examples(_ tensors: [String]) -> String {
    let shown = tensors.prefix(3).map { printable($0) }.joined(separator: ", ")
    return tensors.count > 3 ? shown + ", ..." : shown
  }
}

/// Text of unknown origin fit for one line of a terminal: controls become `?`, what exceeds `limit` is cut.
func printable(_ text: String, limit: Int = 200) -> String {
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
