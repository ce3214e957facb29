import PictureFiles
import ResShift

/// Which picture goes where: one input to one file, or several into a folder.
struct BatchPlan {
  struct Job: Equatable {
    let input: String
    let output: String
  }

  let jobs: [Job]
  /// The folder of several outputs; made when the first of them is written.
  let folder: String?

  /// Expands folders among the inputs. Throws a `Failure` for a plan that cannot work; missing inputs are found later.
  init(inputs: [String], output: String) throws {
    guard !output.isEmpty else { throw Failure.usage("--output is empty; name a file, or a folder for several") }
    let (paths, hasFolder) = try Self.pictures(of: inputs)
    let several =
      inputs.count > 1 || hasFolder || output.hasSuffix("/") || FileSystem.kind(of: output) == .folder
    guard several else {
      folder = nil
      jobs = [Job(input: paths[0], output: output)]
      return
    }
    try Self.check(folder: output)
    folder = output
    jobs = paths.map { Job(input: $0, output: FileSystem.join(output, Self.outputName(of: $0))) }
    var writers: [String: String] = [:]
    for job in jobs {
      if let other = writers.updateValue(job.input, forKey: job.output) {
        throw Failure.usage("\(other) and \(job.input) would both be written to \(job.output)")
      }
    }
  }

  /// Pictures, and those in folders (not in folders inside them); whether there was a folder. Throws a `Failure` for an
  /// empty name and for a folder without pictures.
  static func pictures(of inputs: [String]) throws -> (paths: [String], hasFolder: Bool) {
    guard !inputs.contains("") else { throw Failure.usage("an input is empty; name a picture or a folder") }
    var paths: [String] = []
    var hasFolder = false
    for input in inputs {
      guard FileSystem.kind(of: input) == .folder else {
        paths.append(input)
        continue
      }
      hasFolder = true
      let names = try FileSystem.entries(of: input).filter { PictureFormat(extensionOf: $0) != nil }
      guard !names.isEmpty else {
        let known = PictureFormat.allExtensions.joined(separator: ", ")
        throw Failure.noInput("\(input): no pictures in this folder (\(known))")
      }
      paths += names.map { FileSystem.join(input, $0) }
    }
    return (paths, hasFolder)
  }

  /// Runs `write`; the folder, if it has to be made for it, goes again when it throws.
  func withFolder(_ write: () throws -> Void) throws {
    let isNew = try folder.map(FileSystem.createFolder) ?? false
    do {
      try write()
    } catch {
      if isNew, let folder { FileSystem.removeEmptyFolder(folder) }
      throw error
    }
  }

  /// Whether the folder is still to be made.
  var lacksFolder: Bool { folder.map { FileSystem.kind(of: $0) == .missing } ?? false }

  /// A type that cannot be written becomes png.
  private static func outputName(of input: String) -> String {
    let name = FileSystem.name(of: input)
    return PictureFormat(extensionOf: name) == nil ? name + ".png" : name
  }

  private static func check(folder: String) throws {
    switch FileSystem.kind(of: folder) {
    case .folder: try FileSystem.checkWritable(folder: folder, for: folder)
    case .missing where PictureFormat(extensionOf: folder) != nil && !folder.hasSuffix("/"):
      throw Failure.usage("\(folder): several inputs need a folder as --output")
    case .missing:
      try FileSystem.checkWritable(folder: FileSystem.folder(of: FileSystem.withoutSlashes(folder)), for: folder)
    default: throw Failure.usage("\(folder): is a file, but several inputs need a folder as --output")
    }
  }
}
