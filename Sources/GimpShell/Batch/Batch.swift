import FilePaths
import ModelLibrary
import PictureFiles
import ResShift

/// Many pictures: files in, PNG files out, one after the other.
extension Procedure {
  /// Does the pictures; whatever fails gets a message, and the others are done. Returns the number of failures. `arguments`
  /// come after the run mode; with a dialog it asks for them, and says at the end what came of it.
  ///
  /// Throws `ShellError.argumentCount` for a wrong number of arguments.
  public func perform(_ work: FilesWork, _ mode: RunMode, _ arguments: [Value], in gimp: any Gimp) throws -> Int {
    let arguments = try mode == .nonInteractive ? arguments : chosenArguments(work, mode, in: gimp)
    guard arguments.count == parameters.count else {
      throw ShellError.argumentCount(
        procedure: name, expected: ownOffset + parameters.count, found: ownOffset + arguments.count)
    }
    let messages = BatchMessages(gimp: gimp, areCollected: mode != .nonInteractive)
    let outcome = try perform(work, arguments, messages, isChosen: mode != .nonInteractive, in: gimp)
    if mode != .nonInteractive {
      let folder = zip(parameters, arguments).first { $0.0.name == Parameter.outputFolder.name }?.1
      messages.tellCollected(
        after: Notice.batchDone(outcome.done, failed: outcome.failures),
        folder.flatMap { outcome.done > 0 ? Notice.results(in: $0) : nil })
    }
    return outcome.failures
  }

  /// What the user chooses in the dialog, or chose last.
  private func chosenArguments(_ work: FilesWork, _ mode: RunMode, in gimp: any Gimp) throws -> [Value] {
    var settings = Settings(lastOf: self, in: gimp)
    if mode == .interactive {
      let form = try Form(self, work, ModelCatalogue(roots: gimp.modelFolders), settings, in: gimp)
      guard let filled = gimp.ask(form) else { throw ShellError.cancelled }
      settings = filled.settings
      settings.remember(for: self, in: gimp)
    }
    return parameters.map { settings[$0] }
  }

  private func perform(
    _ work: FilesWork, _ arguments: [Value], _ messages: BatchMessages, isChosen: Bool, in gimp: any Gimp
  ) throws -> (done: Int, failures: Int) {
    let values = Dictionary(uniqueKeysWithValues: zip(parameters.map(\.name), arguments))
    func text(_ parameter: Parameter) -> String {
      if case .text(let text)? = values[parameter.name] { text } else { "" }
    }
    // Errors of what is called here are told by these messages, not by GIMP once more.
    gimp.silenceErrors()
    let files: BatchFiles
    do {
      files = try BatchFiles(
        pattern: text(.pattern), masks: work.hasMasks ? text(.maskFolder) : nil, output: text(.outputFolder),
        onlyPictures: isChosen)
    } catch {
      messages.say(ShellError(error).message)
      return (0, 1)
    }
    var failures = files.failures.count
    for failure in files.failures { messages.say(failure.message) }
    for note in files.notes { messages.say(note) }
    var results = BatchResults(files, in: gimp)
    var done = 0
    let clock = TimeLeft(expected: nil)
    for (index, job) in files.jobs.enumerated() {
      let title = Notice.picture(index + 1, of: files.jobs.count, job.picture.nameAfterSlash)
      let left = clock.seconds(atShare: Double(index) / Double(files.jobs.count))
      gimp.beginProgress(left.map { Notice.left(title, seconds: $0) } ?? title)
      let before = gimp.images
      do {
        let picture = try BatchPicture(job.picture, in: gimp, messages)
        defer { picture.close() }
        let result = try work.perform(
          BatchCall(job: job, picture: picture, single: work.single, values: values, messages: messages))
        try results.save(result.image, result.layer, job)
        done += 1
      } catch {
        failures += 1
        let reason = ShellError(error).message
        let namesFile = reason.text.utf8.starts(with: job.picture.utf8)
        messages.say(namesFile ? reason : "\(job.picture): \(reason)")
      }
      // A procedure that was stopped half way may leave images behind.
      for image in gimp.images.subtracting(before) { gimp.delete(image) }
    }
    return (done, failures)
  }
}

/// One picture of a batch, open, and the arguments of the batch.
struct BatchCall {
  let job: BatchFiles.Job
  let picture: BatchPicture
  /// The procedure that does one picture, in a process of its own, so that one that dies does not take the batch with it.
  let single: String
  let values: [String: Value]
  let messages: BatchMessages

  private var gimp: any Gimp { picture.gimp }

  private func value(_ parameter: Parameter) -> Value { values[parameter.name] ?? parameter.standard }

  private func call(_ arguments: [Value]) throws -> Layer {
    try gimp.call(single, picture.image, picture.layer, arguments)
  }

  func upscale() throws -> (image: Image, layer: Layer) {
    let output = Value.number(UpscaleOutput.newImage.rawValue)
    let layer = try call([value(.model), value(.factor), output, value(.seed)])
    return (gimp.image(of: layer), layer)
  }

  func inpaint() throws -> (image: Image, layer: Layer) {
    let hasAlpha = gimp.pixelType(of: picture.layer).hasAlpha
    if let mask = job.mask { try select(try weights(of: mask), of: mask) }
    return try replaced(hasAlpha: hasAlpha)
  }

  func restore() throws -> (image: Image, layer: Layer) {
    try replaced(hasAlpha: gimp.pixelType(of: picture.layer).hasAlpha)
  }

  /// The picture with what the procedure of one has put in its place.
  private func replaced(hasAlpha: Bool) throws -> (image: Image, layer: Layer) {
    _ = try call([value(.model), value(.seed)])
    guard let seen = gimp.merge(picture.image, keepingAlpha: hasAlpha) else {
      throw ShellError.resultNotMerged(reason: gimp.lastError)
    }
    return (picture.image, seen)
  }

  // MARK: Masks

  /// The weights that a mask file stands for, read as the command does; by GIMP where only that knows the type.
  private func weights(of path: String) throws -> PixelImage {
    do {
      return try PictureFile.read(path, notice: messages.notice).image.maskWeights
    } catch PictureFileError.notAPicture, PictureFileError.unsupported {
      let mask = try BatchPicture(path, in: gimp, messages)
      defer { mask.close() }
      let place = gimp.place(of: mask.layer)
      let whole = PixelRect(x: 0, y: 0, width: place.width, height: place.height)
      return try gimp.samples(of: mask.layer, whole).picture.maskWeights
    }
  }

  /// Selects what a mask marks, each pixel as much as its weight says. Throws for a mask that does not fit.
  private func select(_ weights: PixelImage, of mask: String) throws {
    let (width, height) = gimp.size(of: picture.image)
    do {
      try weights.checkMask(width: width, height: height)
    } catch let error as RestoreError {
      throw ShellError(error, about: mask, of: job.picture)
    }
    if let percent = weights.markedPercentIfMost { messages.say(Notice.mostIsMarked(mask, percent)) }
    try gimp.select(weights, in: picture.image)
    gimp.activate(picture.layer)
  }
}

extension ShellError {
  /// An error of the engine about a mask, whose file the engine does not know.
  fileprivate init(_ error: RestoreError, about mask: String, of picture: String) {
    switch error {
    case .maskOfOtherSize(let maskWidth, let maskHeight, let width, let height):
      self = .maskSize(
        picture: picture, width: width, height: height, mask: mask, maskWidth: maskWidth, maskHeight: maskHeight)
    case .maskIsBlack: self = .maskBlack(picture: picture, mask: mask)
    case .maskCoversAll: self = .maskWhite(picture: picture, mask: mask)
    default: self.init(error)
    }
  }
}
