import Wording

extension ModelError: Explained {
  public var message: Message {
    switch self {
    case .noSuchFile(let file): "\(file): no such file; a model is a folder with a model.json"
    case .tooLong(let file, let bytes): "\(file): too long for a model.json (\(bytes) bytes)"
    case .unreadable(let file): "\(file): not a file that can be read"
    case .notJSON(let file): "\(file): not valid JSON; look for a missing or surplus comma, quote or bracket"
    case .notAnObject(let file, let found): "\(file): expected an object, found \(found.words)"
    case .badField(let file, let key, let problem): "\(file): \(key.oneLine): \(problem.message)"

    case .unknownArchitecture(let name, let known):
      "unknown architecture \"\(name)\"; there are \(list(known))"
    case .notAUNet(let file): "\(file): these are not the tensors of a ResShift UNet; import its checkpoint"
    case .notAnAutoencoder(let file): "\(file): these are not the tensors of a VQ autoencoder"
    case .notAStart(let file): "\(file): these are not the tensors of a start network"
    case .autoencoderNeeded(let file, let channels):
      "\(file): its latent of \(channels) channels needs an autoencoder; give the file of that too"

    case .unknownModel(let name, let known): "unknown model \"\(name)\"; known: \(list(known))"
    case .emptyCatalogue(let name, let roots):
      "unknown model \"\(name)\"; put its folder, a model.json and the files that it names, into one of \(list(roots))"
    case .wrongTask(let model, let task, let wanted):
      "model \(model) is for \(task.purpose), not for \(wanted.purpose)"
    case .notInstalled(let model, let advice): "model \(model) is not installed; \(advice.message)"
    case .incomplete(let model, let advice): "\(model) is not complete; \(advice.message)"
    case .nothingToRemove(let model): "model \(model) is not installed; there is nothing to remove"
    case .noneInstalled(let task, let advice): "no \(task.purpose) model is installed; \(advice.message)"
    case .noneKnown(let task, let roots):
      """
      no \(task.purpose) model is installed; put its folder, a model.json and the files that it names, into one of \
      \(list(roots))
      """
    }
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension ModelTask {
  /// As it follows on "for".
  public var purpose: Message {
    switch self {
    case .superResolution: "super-resolution"
    case .inpainting: "inpainting"
    case .restoration: "restoration"
    }
  }
}

extension InstallAdvice {
  /// What to do, as it follows on what is missing.
  public var message: Message {
    switch (canBeDownloaded, place) {
    case (true, .folder(let folder)):
      "to install \(model), run resshift models download \(model), or put \(fileList) into \(folder)"
    case (true, .newFolder(let folder)):
      "to install \(model), run resshift models download \(model), or put \(fileList) into \(folder) (make this folder)"
    case (true, .itsFolder):
      "to install \(model), run resshift models download \(model), or put \(fileList) into its folder"
    case (false, .folder(let folder)): "to install \(model), put \(fileList) into \(folder)"
    case (false, .newFolder(let folder)): "to install \(model), put \(fileList) into \(folder) (make this folder)"
    case (false, .itsFolder): "to install \(model), put \(fileList) into its folder"
    }
  }

  private var fileList: Message {
    let files = files.map { file -> Message in
      file.source.map { "\(file.name) from \($0)" } ?? Message(verbatim: file.name)
    }
    return switch files.count {
    case 0: ""
    case 1: files[0]
    case 2: "\(files[0]) and \(files[1])"
    default: "\(files[0]), \(files[1]) and \(files[2])"
    }
  }
}

extension FieldProblem {
  /// What is wrong, without file and key.
  fileprivate var message: Message {
    switch self {
    case .missing(let expected): "missing, expected \(expected.words)"
    case .wrongType(let expected, let found): "expected \(expected.words), found \(found.words)"
    case .notOneOf(let known, let found):
      "expected one of \(known.map { "\"\($0)\"" }.joined(separator: ", ")), found \"\(excerpt(found, 40))\""
    case .outOfRange(let range, let found):
      "must be \(range.lowerBound) to \(range.upperBound), found \(JSONValue.text(of: found))"
    case .wrongCount(let length, let found) where length.count == 1:
      "expected \(length.lowerBound) entries, found \(found)"
    case .wrongCount(let length, let found):
      "expected \(length.lowerBound) to \(length.upperBound) entries, found \(found)"
    case .notPositive(let upper, let found):
      "must be above 0 and at most \(JSONValue.text(of: upper)), found \(JSONValue.text(of: found))"
    case .mustBe(let wanted, isMissing: false): "only \(wanted) is supported"
    case .mustBe(let wanted, isMissing: true): "only \(wanted) is supported, and that must be said"
    case .notSupported(let accepted, let found): "only \(accepted.onlyWords) is supported, found \(found.quotedWords)"
    case .unknownOption: "unknown option; remove it if it does not change what the network computes"
    case .notAName: "must be one to 100 characters without a slash"

    case .fileWithoutUse: "a pixel_unshuffle autoencoder has no file"
    case .startWithoutSizes: "a start network needs its sizes too; add an object \"start\" with channels and blocks"
    case .notInFolder(let file):
      "must name a file inside the folder of the model.json, found \"\(excerpt(file, 80))\""

    case .notEnlarging(let sf): "super-resolution enlarges, so it must be 2 or more, found \(sf)"
    case .enlarging(let task, let sf): "must be 1 for \(task.rawValue), found \(sf)"
    case .wrongCondition(let task): "must be \(task == .inpainting) for \(task.rawValue)"
    case .forTask(.superResolution): "is for super-resolution models only"
    case .forTask(.inpainting): "is for inpainting models only"
    case .forTask(.restoration): "is for restoration models only"

    case .noRoomForNoise(let etasEnd): "leaves no room below etas_end \(etasEnd)"
    case .notHalving(let levels, let found):
      "must be a multiple of \(1 << (levels - 1)) for \(levels) levels, found \(found)"
    case .windowDoesNotDivide(let window, let size, let level):
      "\(window) does not divide the \(size) at level \(level)"
    case .notGroups(let channels, let multiple):
      "\(channels) times \(multiple) is not a multiple of 32, the groups of its norms"
    case .odd: "must be even"
    case .widthNotGroups(let found): "must be a multiple of 32, found \(found)"
    case .headsDoNotDivide(let headChannels, let width): "\(headChannels) does not divide swin_embed_dim \(width)"
    case .noChannelsLeft: "leaves no channels"
    case .notLatentChannels(let channels, let found):
      "must be \(channels), the channels of the autoencoder's latent, found \(found)"
    case .notPowerOfTwo(let imageSize, let found):
      "must be image_size \(imageSize) times a power of two, found \(found)"
    case .sizesDiffer(let lqSize, let sf, let imageSize, let downsampling):
      """
      \(lqSize) times sf \(sf) must be image_size \(imageSize) times \(downsampling), the pixels of one latent position
      """
    case .tooManyParameters(let count): "describes a network of \(count) parameters; no model is that large"
    }
  }

  private func excerpt(_ text: String, _ length: Int) -> String { String(text.prefix(length)).oneLine }
}

extension FieldProblem.Expected {
  /// As it follows on "expected".
  fileprivate var words: Message {
    switch self {
    case .object: "an object"
    case .string: "a string"
    case .bool: "true or false"
    case .number: "a number"
    case .wholeNumber: "a whole number"
    case .wholeNumbers: "a list of whole numbers"
    case .fileName: "a file name"
    case .wholeNumberOrList(let count): "a whole number or a list of \(count)"
    }
  }
}

extension JSONValue {
  /// As it follows on "found": a value, or what kind of value it is.
  fileprivate var words: Message {
    switch self {
    case .null: Message(verbatim: "null")
    case .bool(let value): Message(verbatim: "\(value)")
    case .number(let value): Message(verbatim: JSONValue.text(of: value))
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The same with the text of a string, or its beginning.
  fileprivate var quotedWords: Message {
    if case .string(let text) = self { return Message(verbatim: "\"\(String(text.prefix(40)).oneLine)\"") }
    return words
  }

  /// The one value that is supported.
  fileprivate var onlyWords: Message { self == .array([]) ? "an empty list" : quotedWords }
}

extension String {
  /// One line, whatever a file has in its strings.
  fileprivate var oneLine: String { String(map { $0.isNewline || $0 == "\0" ? "?" : $0 }) }
}
