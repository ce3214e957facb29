import FilePaths
import PictureFiles
import ResShift
import Wording

/// Which picture goes where: one input to one file, or several into a folder; each variant of a picture into a file of its own.
struct BatchPlan {
  struct Job: Equatable {
    let input: String
    let output: String
    let seed: UInt64
  }

  let jobs: [Job]
  /// The folder of several outputs; made when the first of them is written.
  let folder: String?
  private let seen = SeenFolder()
  /// What was left out of the folders among the inputs, a line each.
  let notes: [Message]

  /// The part of the pictures that the plan is for; nil = all.
  let slice: Slice?

  /// Whether there is one picture, if only in several variants.
  var isOfOnePicture: Bool { jobs.allSatisfy { $0.input.pathBytes == jobs[0].input.pathBytes } }

  /// Expands folders among the inputs, and each picture into its variants, one for each seed. What was read from a list
  /// (`isList`) goes into a folder, however short that is. A slice is taken of the pictures at the end, so that what is wrong
  /// with all of them is told by each slice. Throws a `Failure` for a plan that cannot work; missing inputs are found later.
  init(inputs: [String], output: String, seeds: [UInt64], isList: Bool = false, slice: Slice? = nil) throws {
    guard !output.isEmpty else { throw CommandError.emptyOutput }
    let found = try InputPictures(inputs)
    self.slice = slice
    let several =
      isList || inputs.count > 1 || found.hasFolder || output.endsInSlash || FileKind(of: output) == .folder
    let pictures: [[Job]]
    if several {
      try Self.check(folder: output)
      folder = output
      pictures = found.paths.map { Self.variants(of: $0, FileSystem.join(output, Self.outputName(of: $0)), seeds) }
      try Self.checkTwins(pictures.flatMap { $0 })
    } else {
      folder = nil
      pictures = [Self.variants(of: found.paths[0], output, seeds)]
    }
    let part = slice?.part(of: pictures) ?? pictures
    jobs = part.flatMap { $0 }
    notes = found.notes + (part.isEmpty ? slice.map { [Notice.emptySlice($0, of: pictures.count)] } ?? [] : [])
    seen.isSeen = folder.map { FileKind(of: $0) == .folder } ?? false
  }

  /// The only variant has the plain name, of several each has its seed in its name: photo-seed7.png.
  private static func variants(of input: String, _ output: String, _ seeds: [UInt64]) -> [Job] {
    seeds.map { seed in
      Job(input: input, output: seeds.count == 1 ? output : FileSystem.path(output, with: "-seed\(seed)"), seed: seed)
    }
  }

  /// Throws a `Failure` for two results in one file, and for a result in place of another picture that is still to be
  /// read. Names are compared by their bytes, and files that are already there by what they are.
  private static func checkTwins(_ jobs: [Job]) throws {
    var names: [[UInt8]: Job] = [:]
    var files: [FileIdentity: Job] = [:]
    var inputs: [FileIdentity: Job] = [:]
    for job in jobs { if let file = FileIdentity(job.input) { inputs[file] = job } }
    for job in jobs {
      let file = FileIdentity(job.output)
      if let other = names.updateValue(job, forKey: job.output.pathBytes) ?? file.flatMap({ files[$0] }) {
        throw CommandError.twins(other.input, job.input, output: job.output)
      }
      guard let file else { continue }
      files[file] = job
      if let other = inputs[file], FileIdentity(job.input) != file {
        throw CommandError.overwritesInput(job.input, other: other.input)
      }
    }
  }

  /// Whether the folder was there before this run, or has a result of it. (Another run's may come and go again.)
  private final class SeenFolder {
    var isSeen = false
  }

  /// Throws if the folder was there and is no more: made anew it would have the last results alone, and nobody would know.
  func checkFolder(for output: String) throws {
    guard let folder else { return }
    if seen.isSeen && FileKind(of: folder) == .missing { throw CommandError.folderGone(output, folder: folder) }
  }

  /// Runs `write`; the folder, if it has to be made for it, goes again when it throws.
  func withFolder(for output: String, _ write: () throws -> Void) throws {
    try checkFolder(for: output)
    let isNew = try folder.map(FileSystem.createFolder) ?? false
    do {
      try write()
      seen.isSeen = true
    } catch {
      if isNew, let folder { FileSystem.removeEmptyFolder(folder) }
      throw error
    }
  }

  /// Whether the folder is still to be made.
  var lacksFolder: Bool { folder.map { FileKind(of: $0) == .missing } ?? false }

  /// A type that cannot be written becomes png.
  private static func outputName(of input: String) -> String {
    let name = FileSystem.name(of: input)
    return PictureFormat(extensionOf: name) == nil ? name + ".png" : name
  }

  private static func check(folder: String) throws {
    switch FileKind(of: folder) {
    case .folder: try FileSystem.checkWritable(folder: folder, for: folder)
    case .missing where PictureFormat(extensionOf: folder) != nil && !folder.endsInSlash:
      throw CommandError.needsFolder(folder)
    case .missing where FileSystem.isLink(FileSystem.withoutSlashes(folder)):
      throw CommandError.deadLink(folder)
    case .missing:
      try FileSystem.checkWritable(folder: FileSystem.folder(of: FileSystem.withoutSlashes(folder)), for: folder)
      try FileSystem.checkLength(of: folder)
    default: throw CommandError.isFileNotFolder(folder)
    }
  }
}
