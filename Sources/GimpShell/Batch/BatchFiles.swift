import FilePaths
import Glibc
import PictureFiles
import ResShift
import Wording

/// Which files a batch reads and writes. All paths are absolute.
struct BatchFiles {
  struct Job {
    let picture: String
    /// The mask, for an inpainting.
    let mask: String?
    let output: String
  }

  /// What there is to do.
  private(set) var jobs: [Job] = []
  /// Pictures that cannot be done, with the reason.
  private(set) var failures: [ShellError] = []
  /// What else the user should know.
  private(set) var notes: [Message] = []
  /// Files that no result may replace: pictures and masks.
  private let precious: Set<FileIdentity>

  /// With `onlyPictures` those files count whose names end as pictures' do. Throws when nothing matches the pattern.
  init(pattern: String, masks: String?, output: String, onlyPictures: Bool = false) throws {
    guard !pattern.isEmpty, masks?.isEmpty != true, !output.isEmpty else {
      throw ShellError.emptyName
    }
    let pictures = try BatchFiles.matches(of: BatchFiles.absolute(pattern), saidAs: pattern).filter {
      !onlyPictures || BatchFiles.isPicture($0)
    }
    guard !pictures.isEmpty else { throw ShellError.noPictures(pattern: pattern) }
    let folder = BatchFiles.absolute(output)
    var found: [(picture: String, mask: String?)] = []
    let candidates = masks.map { MaskFolder(BatchFiles.absolute($0)) }
    for picture in pictures {
      do {
        found.append((picture, try candidates?.mask(of: picture)))
      } catch {
        failures.append(ShellError(error))
      }
    }
    precious = Set((found.map(\.picture) + found.compactMap(\.mask)).compactMap(FileIdentity.init))
    let names = outputNames(for: found.map(\.picture), in: folder)
    for (found, name) in zip(found, names) {
      let target = folder.appendingName(name)
      do {
        try PictureFile.checkOutput(target, width: 1, height: 1, bitDepth: 8)
        jobs.append(Job(picture: found.picture, mask: found.mask, output: target))
      } catch {
        failures.append(.resultNotWritable(picture: found.picture, ShellError(error).message))
      }
    }
  }

  /// By its name; hidden ones are not meant.
  private static func isPicture(_ path: String) -> Bool {
    path.nameAfterSlash.utf8.first != UInt8(ascii: ".")
      && (PictureFormat(extensionOf: path) != nil || FileExtension.isForeignPicture(path))
  }

  // MARK: Names of results

  /// BASENAME.png for each, and NAME.png where that is another picture's or would replace a picture or mask.
  private mutating func outputNames(for pictures: [String], in folder: String) -> [String] {
    var taken: Set<[UInt8]> = []
    var names = pictures.map { picture -> String? in
      let name = FileExtension.stem(of: picture) + ".png"
      return isFree(name, in: folder, taken) && taken.insert(name.pathBytes).inserted ? name : nil
    }
    for (index, picture) in pictures.enumerated() where names[index] == nil {
      let name = BatchFiles.otherNames(for: picture).first { isFree($0, in: folder, taken) } ?? ""
      taken.insert(name.pathBytes)
      names[index] = name
      notes.append(Notice.nameTaken(picture, name, FileExtension.stem(of: picture) + ".png"))
    }
    return names.compactMap(\.self)
  }

  /// photo.jpg.png, photo.jpg-2.png, ...
  static func otherNames(for picture: String) -> some Sequence<String> {
    (1...).lazy.map { picture.nameAfterSlash + ($0 == 1 ? "" : "-\($0)") + ".png" }
  }

  private func isFree(_ name: String, in folder: String, _ taken: Set<[UInt8]>) -> Bool {
    !taken.contains(name.pathBytes) && !isPrecious(folder.appendingName(name))
  }

  /// Whether there is a picture or mask of this batch at `path`, perhaps under another name.
  func isPrecious(_ path: String) -> Bool { FileIdentity(path).map(precious.contains) ?? false }

  // MARK: Patterns

  /// A path from the root; `~` is the user's home unless there is such a file.
  static func absolute(_ path: String) -> String {
    var path = path
    if path.utf8.first == UInt8(ascii: "~"), FileKind(of: path) == .missing, let home = getenv("HOME") {
      let rest = path.utf8.dropFirst()
      if rest.isEmpty || rest.first == UInt8(ascii: "/") {
        path = String(pathBytes: UnsafeRawBufferPointer(start: home, count: strlen(home))) + String(Substring(rest))
      }
    }
    guard path.utf8.first != UInt8(ascii: "/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(pathBytes: UnsafeRawBufferPointer(start: here, count: strlen(here))).appendingName(path)
  }

  /// The files that a pattern names, sorted by their bytes: * ? [ ] stand for what they do in a shell, unless there is
  /// a file or folder of just that name. Throws when there are none.
  private static func matches(of pattern: String, saidAs text: String) throws -> [String] {
    if FileKind(of: pattern) == .folder {
      throw ShellError.patternIsFolder(text)
    }
    let parts = pattern.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    var paths = expanded(parts[...], in: "/")
    if paths.isEmpty {
      // Brackets that match nothing may belong to the names.
      let plain = parts.map { part in String(part.unicodeScalars.flatMap { $0 == "[" ? Array("[[]") : [Character($0)] })
      }
      paths = expanded(plain[...], in: "/")
    }
    guard !paths.isEmpty else { throw ShellError.nothingMatches(pattern: text) }
    return paths.map(\.pathBytes).sorted { $0.lexicographicallyPrecedes($1) }.map { String(pathBytes: $0) }
  }

  private static func expanded(_ parts: ArraySlice<String>, in folder: String) -> [String] {
    guard let part = parts.first else { return [] }
    let (literal, rest) = (folder.appendingName(part), parts.dropFirst())
    var names = [part]
    if FileKind(of: literal) == .missing {
      guard part.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return [] }
      names = entries(of: folder).filter { name in
        part.withPathBytes { pattern in name.withPathBytes { fnmatch(pattern, $0, FNM_PERIOD | FNM_NOESCAPE) } } == 0
      }
    }
    let paths = names.map { folder.appendingName($0) }
    return rest.isEmpty ? paths.filter(isFileOrDeadLink) : paths.flatMap { expanded(rest, in: $0) }
  }

  // MARK: The file system

  /// Names in a folder, hidden ones too; none if it cannot be read.
  static func entries(of folder: String) -> [String] {
    var names: [String] = []
    _ = forEachName(in: folder) { names.append($0) }
    return names
  }

  /// A link to nothing is one of the pictures asked for, and its failure says what it is.
  private static func isFileOrDeadLink(_ path: String) -> Bool { [.file, .missing].contains(FileKind(of: path)) }
}
