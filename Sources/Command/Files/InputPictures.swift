import FilePaths
import PictureFiles
import ResShift
import Wording

/// The pictures that the inputs of a command line stand for: those named, and those in folders (not in folders inside
/// them).
struct InputPictures {
  private(set) var paths: [String] = []
  /// Whether there was a folder among the inputs.
  private(set) var hasFolder = false
  /// What was left out, a line each.
  private(set) var notes: [Message] = []

  /// Throws a `Failure` for an empty name and for a folder that cannot be read or has no pictures.
  init(_ inputs: [String]) throws {
    guard !inputs.contains("") else { throw CommandError.emptyInput }
    // What is named outranks what is found, and a file a link to it: one picture is done once.
    var owners: [FileIdentity: String] = [:]
    for input in inputs where FileKind(of: input) != .folder {
      if let file = FileIdentity(input), owners[file] == nil { owners[file] = input }
    }
    var found: [(pictures: [String], isFolder: Bool)] = []
    for input in inputs {
      guard FileKind(of: input) == .folder else {
        found.append(([input], false))
        continue
      }
      hasFolder = true
      found.append((try pictures(in: input), true))
    }
    let folders = found.filter(\.isFolder)
    for isLink in [false, true] {
      for path in folders.flatMap(\.pictures) where FileSystem.isLink(path) == isLink {
        if let file = FileIdentity(path), owners[file] == nil { owners[file] = path }
      }
    }
    var names: [[UInt8]: FileIdentity] = [:]
    var done: Set<FileIdentity> = []
    for (pictures, isFolder) in found {
      for path in pictures {
        guard let file = FileIdentity(path) else {
          paths.append(path)
          continue
        }
        // Two names of one file may both be wanted; the same name twice, such as a.png and ./a.png, is one.
        let isTwice = names.updateValue(file, forKey: FileSystem.name(of: path).pathBytes) == file
        let owner = owners[file] ?? path
        if isTwice || isFolder && (done.contains(file) || owner.pathBytes != path.pathBytes) {
          let isOwner = owner.pathBytes == path.pathBytes
          notes.append(isOwner ? Notice.namedTwice(path) : Notice.sameFile(path, as: owner))
          continue
        }
        done.insert(file)
        paths.append(path)
      }
    }
  }

  /// Paths of the pictures in a folder, with a note on those of other kinds. Anything else that bears a picture's name,
  /// such as a folder, is none; a link to nothing stays, and its failure says so.
  private mutating func pictures(in folder: String) throws -> [String] {
    let paths = try FileSystem.entries(of: folder).map { FileSystem.join(folder, $0) }
      .filter { FileKind(of: $0) == .file || FileKind(of: $0) == .missing }
    let pictures = paths.filter { PictureFormat(extensionOf: $0) != nil }
    let foreign = paths.filter { FileExtension.isForeignPicture($0) }.map { FileSystem.name(of: $0) }
    let known = PictureFormat.allExtensions
    if !foreign.isEmpty {
      let left = CommandError.Foreign(names: foreign)
      guard !pictures.isEmpty else { throw CommandError.onlyForeignPictures(folder: folder, known: known, left) }
      notes.append(Notice.foreignPictures(folder, left))
    }
    guard !pictures.isEmpty else { throw CommandError.noPictures(folder: folder, known: known) }
    return pictures
  }
}
