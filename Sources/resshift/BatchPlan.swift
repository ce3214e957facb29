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
  private let folderWasThere: Bool

  /// Expands folders among the inputs. Throws a `Failure` for a plan that cannot work; missing inputs are found later.
  init(inputs: [String], output: String) throws {
    var paths: [String] = []
    var several = inputs.count > 1 || output.hasSuffix("/") || FileSystem.kind(of: output) == .folder
    for input in inputs {
      guard FileSystem.kind(of: input) == .folder else {
        paths.append(input)
        continue
      }
      several = true
      let names = try FileSystem.entries(of: input).filter { PictureFormat(extensionOf: $0) != nil }
      guard !names.isEmpty else {
        let known = PictureFormat.allExtensions.joined(separator: ", ")
        throw Failure.noInput("\(input): no pictures in this folder (\(known))")
      }
      paths += names.map { FileSystem.join(input, $0) }
    }
    folderWasThere = FileSystem.kind(of: output) == .folder
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

  func createFolder() throws {
    if let folder { try FileSystem.createFolder(folder) }
  }

  /// Takes a folder away that was made for results which then did not come.
  func removeEmptyFolder() {
    if let folder, !folderWasThere { FileSystem.removeEmptyFolder(folder) }
  }

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
      var path = folder[...]
      while path.hasSuffix("/") { path = path.dropLast() }
      try FileSystem.checkWritable(folder: FileSystem.folder(of: String(path)), for: folder)
    default: throw Failure.usage("\(folder): is a file, but several inputs need a folder as --output")
    }
  }
}
