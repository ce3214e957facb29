import FilePaths
import Glibc
import ResShift

/// Writes results, each whole or not at all, and none over another one or over a picture.
struct BatchResults {
  private let files: BatchFiles
  private let gimp: any Gimp
  private var written: Set<FileIdentity> = []

  init(_ files: BatchFiles, in gimp: any Gimp) { (self.files, self.gimp) = (files, gimp) }

  mutating func save(_ image: Image, _ layer: Layer, _ job: BatchFiles.Job) throws {
    let folder = job.output.lastSlash.map { String(job.output[..<$0]) } ?? ""
    var output = job.output
    // Where case does not count, or links lead elsewhere, names that differ may be one file.
    if isTaken(output) {
      output =
        BatchFiles.otherNames(for: job.picture).lazy.map { folder.appendingName($0) }
        .first { !isTaken($0) } ?? output
      BatchMessages(gimp: gimp).say(Notice.nameTaken(job.picture, output.nameAfterSlash, job.output))
    }
    let part = folder.appendingName(".resshift-\(getpid()).png")
    defer { part.withPathBytes { _ = unlink($0) } }
    guard gimp.save(image, layer, part) else { throw ShellError.notWritten(output, reason: gimp.lastError) }
    guard part.withPathBytes({ part in output.withPathBytes { rename(part, $0) } }) == 0 else {
      throw ShellError.notWritten(output, reason: String(cString: strerror(errno)))
    }
    if let file = FileIdentity(output) { written.insert(file) }
  }

  private func isTaken(_ path: String) -> Bool {
    files.isPrecious(path) || FileIdentity(path).map(written.contains) ?? false
  }
}
