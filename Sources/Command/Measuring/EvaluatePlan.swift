import Evaluation
import FilePaths
import PictureFiles
import ResShift

/// Which pictures an evaluation compares, and how they become trials.
struct EvaluatePlan {
  struct Pair {
    let name: String
    let original: String
    let input: String?
    let mask: String?
    /// In the order of the options.
    let references: [String]
  }

  let pairs: [Pair]
  private let command: EvaluateCommand
  private let scale: Int

  /// Finds the twin of each original. Throws a `CommandError` for one that is missing, and for two originals of one name.
  init(_ command: EvaluateCommand, scale: Int) throws {
    self.command = command
    self.scale = scale
    let found = try InputPictures(command.original)
    let originals = found.paths
    if !command.engine.quiet { for note in found.notes { Terminal.note(note) } }
    let inputs = try command.inputs.map(Self.picturesByName)
    let masks = try command.masks.map(Self.picturesByName)
    let references = try command.reference.map { (folder: $0.folder, pictures: try Self.picturesByName(in: $0.folder)) }
    var seen: [[UInt8]: String] = [:]
    pairs = try originals.map { original in
      let name = Self.stem(original)
      if let other = seen.updateValue(original, forKey: name.pathBytes) {
        throw CommandError.sameNames(other, original, name: name)
      }
      func twin(_ pictures: [[UInt8]: String]?, in folder: String?) throws -> String? {
        guard let pictures, let folder else { return nil }
        if let path = pictures[name.pathBytes] { return path }
        throw CommandError.noTwin(path: FileSystem.join(folder, name), of: original)
      }
      return Pair(
        name: name, original: original, input: try twin(inputs, in: command.inputs),
        mask: try twin(masks, in: command.masks),
        references: try references.compactMap { try twin($0.pictures, in: $0.folder) })
    }
  }

  /// Reads, cuts and spoils. Throws `PictureFileError`, and a `CommandError` for sizes that do not fit.
  func trial(_ pair: Pair) throws -> Trial {
    let whole = try PictureFile.read(pair.original).image.opaqueRGB
    let given = try pair.input.map { try PictureFile.read($0).image.opaqueRGB }
    if let given, let path = pair.input,
      given.width * scale != whole.width || given.height * scale != whole.height
    {
      throw CommandError.inputSize(
        pair.original, width: whole.width, height: whole.height, input: path, inputWidth: given.width,
        inputHeight: given.height, factor: scale)
    }
    let part = try part(of: whole, pair.original)
    let original = whole.cropped(to: part.scaled(by: scale))
    let input = given?.cropped(to: part)
    let seed = command.engine.seed &+ Self.hash(pair.name)
    if let path = pair.mask {
      let hole = try hole(path, pair.original, size: (whole.width, whole.height), part)
      guard let input else { return Trial(name: pair.name, original: original, mask: hole) }
      return Trial(name: pair.name, original: original, input: input, mask: hole)
    }
    if let input { return Trial(name: pair.name, original: original, input: input) }
    let degradation = command.degrade ?? .clean
    if degradation.makesHoles {
      let mask = degradation.mask(width: original.width, height: original.height, seed: seed)
      return Trial(name: pair.name, original: original, mask: mask)
    }
    return Trial(
      name: pair.name, original: original,
      input: try degradation.spoilt(original, scale: scale, quality: command.quality, seed: seed))
  }

  /// What other programs made of it, by their names. Throws `PictureFileError`, and a `CommandError` for sizes that do not fit.
  func references(_ pair: Pair, of trial: Trial) throws -> [(String, PixelImage)] {
    try zip(command.reference, pair.references).map { reference, path in
      let picture = try PictureFile.read(path).image.opaqueRGB
      let (width, height) = (trial.original.width, trial.original.height)
      if (picture.width, picture.height) == (width, height) { return (reference.name, picture) }
      let whole = try PictureFile.read(pair.original).image
      guard (picture.width, picture.height) == (whole.width, whole.height) else {
        throw CommandError.referenceSize(
          path, width: picture.width, height: picture.height, original: pair.original, wholeWidth: whole.width,
          wholeHeight: whole.height,
          part: (whole.width, whole.height) == (width, height) ? nil : .init(width: width, height: height))
      }
      return (reference.name, picture.cropped(to: try part(of: whole, pair.original).scaled(by: scale)))
    }
  }

  /// The part of a mask. Throws `PictureFileError`, and a `CommandError` for one that does not fit or leaves nothing to do.
  private func hole(
    _ path: String, _ original: String, size: (width: Int, height: Int), _ part: PixelRect
  ) throws -> PixelImage {
    let mask = try PictureFile.read(path).image.maskWeights
    guard (mask.width, mask.height) == size else {
      throw CommandError.maskSize(
        mask: path, width: mask.width, height: mask.height, picture: original, pictureWidth: size.width,
        pictureHeight: size.height)
    }
    let hole = mask.cropped(to: part)
    do { try hole.checkMask(width: part.width, height: part.height) } catch let error as RestoreError {
      throw CommandError(error, aboutMask: path, of: original, place: command.crop == nil ? .everywhere : .cropped)
    }
    return hole
  }

  /// The middle of the picture, as large as --crop says, in pixels of the input.
  private func part(of picture: PixelImage, _ path: String) throws -> PixelRect {
    let (width, height) = (picture.width / scale, picture.height / scale)
    guard width > 0, height > 0 else {
      throw CommandError.tooSmall(path, width: picture.width, height: picture.height, factor: scale)
    }
    let most = (command.crop ?? .max) / scale
    let (w, h) = (min(width, most), min(height, most))
    return PixelRect(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h)
  }

  /// Pictures of a folder by their names without extension. Throws a `CommandError` for two of one name.
  private static func picturesByName(in folder: String) throws -> [[UInt8]: String] {
    var result: [[UInt8]: String] = [:]
    for name in try FileSystem.entries(of: folder) where PictureFormat(extensionOf: name) != nil {
      let path = FileSystem.join(folder, name)
      guard FileKind(of: path) != .folder else { continue }
      if let other = result.updateValue(path, forKey: stem(name).pathBytes) {
        throw CommandError.sameReferenceNames(other, path, name: stem(name))
      }
    }
    return result
  }

  /// The name of a file without its folder and extension.
  private static func stem(_ path: String) -> String {
    let name = FileSystem.name(of: path)
    return PictureFormat(extensionOf: name) == nil ? name : FileExtension.stem(of: name)
  }

  /// FNV-1a. Each picture has noise and holes of its own, whichever others there are.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension PixelRect {
  fileprivate func scaled(by factor: Int) -> PixelRect {
    PixelRect(x: x * factor, y: y * factor, width: width * factor, height: height * factor)
  }
}

/// Where `--save` puts the pictures; what it wrote can be given to `evaluate` again.
struct EvaluateFolder {
  let path: String

  /// Throws a `Failure` if nothing could be written there.
  init(_ path: String) throws {
    guard !path.isEmpty else { throw CommandError.emptySaveFolder }
    self.path = FileSystem.withoutSlashes(path)
    let parent = FileKind(of: path) == .missing ? FileSystem.folder(of: self.path) : path
    try FileSystem.checkWritable(folder: parent, for: path)
  }

  func write(_ trial: Trial, _ outcome: Trial.Outcome) throws {
    let pictures: [(folder: String, picture: PixelImage?)] = [
      ("originals", trial.original), ("inputs", trial.input), ("masks", trial.mask), ("baselines", outcome.baseline),
      ("results", outcome.result), ("means", outcome.mean),
    ]
    _ = try FileSystem.createFolder(path)
    for (folder, picture) in pictures {
      guard let picture else { continue }
      let folder = FileSystem.join(path, folder)
      _ = try FileSystem.createFolder(folder)
      try PictureFile(image: picture, bitDepth: 8).write(
        to: FileSystem.join(folder, trial.name + ".png"), bitDepth: 8)
    }
  }
}
