import Foundation
import ResShift
import Testing

@testable import PictureFiles

@Suite struct OutputTests {
  private let file = PictureFile(image: Small.rgb, bitDepth: 8)

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test(arguments: [
    ("a.png", PictureFormat.png), ("a.JPG", .jpeg), ("b/a.b.jpeg", .jpeg), ("a.TiF", .tiff), ("a.tiff", .tiff),
    ("/x/a.webp", .webp), (".a.png", .png),
  ])
  func extensionDecides(path: String, format: PictureFormat) throws {
    #expect(try PictureFile.format(ofOutput: path) == format)
  }

  @Test(arguments: ["a", "a.gif", "png", ".png", "a.png/b", "a.png ", ""]) func unknownExtension(path: String) throws {
    let error = #expect(throws: PictureFileError.self) { try PictureFile.format(ofOutput: path) }
    #expect(error == .usage(path: path, reason: .unknownExtension))
    #expect(error?.description == "\(path): the name must end in one of: png, jpg, jpeg, tif, tiff, webp")
    #expect(error?.exitStatus == 64)
  }

  @Test func sixteenBitsNeedPngOrTiff() throws {
    let folder = try TemporaryFolder()
    for name in ["a.jpg", "a.webp"] {
      let error = #expect(throws: PictureFileError.self) { try file.write(to: folder.file(name), bitDepth: 16) }
      #expect(error?.exitStatus == 64)
    }
    let error = #expect(throws: PictureFileError.self) { try file.write(to: folder.file("a.png"), bitDepth: 12) }
    #expect(error?.exitStatus == 64)
    #expect(try folder.contents.isEmpty)
  }

  @Test func sidesThatAFormatCannotHave() throws {
    let folder = try TemporaryFolder()
    for (name, width) in [("a.webp", 16_384), ("a.jpg", 65_501)] {
      let image = PixelImage(width: width, height: 1, channels: 1)
      let error = #expect(throws: PictureFileError.self) {
        try PictureFile(image: image, bitDepth: 8).write(to: folder.file(name), bitDepth: 8)
      }
      #expect(error?.exitStatus == 64)
      let fits = PixelImage(width: width - 1, height: 1, channels: 1)
      try PictureFile(image: fits, bitDepth: 8).write(to: folder.file(name), bitDepth: 8)
      #expect(try PictureFile.read(folder.file(name)).image.width == width - 1)
    }
  }

  @Test func failuresLeaveNothing() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("a.png"), withIntermediateDirectories: false)
    for path in [folder.file("none/a.png"), folder.file("a.png"), "/proc/a.png"] {
      let error = #expect(throws: PictureFileError.self) { try file.write(to: path, bitDepth: 8) }
      guard case .cannotWrite(path, _) = error else {
        Issue.record("\(path): \(String(describing: error))")
        continue
      }
      #expect(error?.exitStatus == 73)
    }
    #expect(try folder.contents == ["a.png"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("a.png")).isEmpty)
  }

  @Test func failureAfterWritingRemovesThePart() throws {
    let folder = try TemporaryFolder()
    // The part's name is cut to what the system takes, the target's is not: only the renaming fails.
    let path = folder.file(String(repeating: "x", count: 300) + ".png")
    let error = #expect(throws: PictureFileError.self) { try file.write(to: path, bitDepth: 8) }
    #expect(error?.exitStatus == 73)
    #expect(try folder.contents.isEmpty)
  }

  @Test func overwritingKeepsModeAndNewFilesFollowUmask() throws {
    let folder = try TemporaryFolder()
    try file.write(to: folder.file("new.png"), bitDepth: 8)
    try Data().write(to: URL(filePath: folder.file("plain")))
    #expect(try mode(folder.file("new.png")) == mode(folder.file("plain")))
    chmod(folder.file("new.png"), 0o640)
    try file.write(to: folder.file("new.png"), bitDepth: 8)
    #expect(try mode(folder.file("new.png")) == 0o640)
  }

  @Test func outputMayBeTheInput() throws {
    let folder = try TemporaryFolder()
    try folder.write(try fixtureBytes("palette.png"), to: "a.png")
    let read = try PictureFile.read(folder.file("a.png"))
    try read.write(to: folder.file("a.png"), bitDepth: read.bitDepth)
    #expect(try PictureFile.read(folder.file("a.png")).image == Small.rgb)
    #expect(try folder.contents == ["a.png"])
  }

  @Test func linksAreWrittenThrough() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder.file("there"), withIntermediateDirectories: false)
    try manager.createSymbolicLink(atPath: folder.file("first.png"), withDestinationPath: "second.png")
    try manager.createSymbolicLink(atPath: folder.file("second.png"), withDestinationPath: folder.file("there/new.png"))
    for _ in 0..<2 {  // to nothing yet, then to a file
      try file.write(to: folder.file("first.png"), bitDepth: 8)
      #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("first.png")) == "second.png")
      #expect(try PictureFile.read(folder.file("there/new.png")).image == Small.rgb)
    }
    #expect(try manager.contentsOfDirectory(atPath: folder.file("there")) == ["new.png"])
    try manager.createSymbolicLink(atPath: folder.file("round.png"), withDestinationPath: "round.png")
    let error = #expect(throws: PictureFileError.self) { try file.write(to: folder.file("round.png"), bitDepth: 8) }
    #expect(error?.exitStatus == 73)
  }

  @Test func leftoversOfTheDeadAreRemoved() throws {
    let folder = try TemporaryFolder()
    var child: pid_t = 0
    #expect(posix_spawn(&child, "/bin/true", nil, nil, [strdup("true"), nil], nil) == 0)
    var ended = siginfo_t()
    #expect(waitid(P_PID, id_t(child), &ended, WEXITED | WNOWAIT) == 0)
    let digits = "0123456789abcdef"
    let dead = ".a.png.\(child)-\(digits).part"
    let kept = [
      ".a.png.\(getpid())-\(digits).part", ".a.png.1-\(digits).part", ".a.png.part", ".a.png.\(child)-x.part",
      "a.png.\(child)-\(digits).part", ".a.png.\(child)-\(digits).png",
    ]
    // Ended, first still with an entry in the process table, then without.
    for _ in 0..<2 {
      for name in kept + [dead] { try folder.write([1], to: name) }
      try file.write(to: folder.file("b.png"), bitDepth: 8)
      #expect(try folder.contents == (kept + ["b.png"]).sorted())
      waitpid(child, nil, 0)
    }

    // One that is locked belongs to a process that cannot be seen from here.
    try folder.write([1], to: dead)
    let descriptor = open(folder.file(dead), O_RDONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    try file.write(to: folder.file("b.png"), bitDepth: 8)
    #expect(try folder.contents.contains(dead))
    close(descriptor)
    try file.write(to: folder.file("b.png"), bitDepth: 8)
    #expect(try !folder.contents.contains(dead))
  }

  @Test func partNamesFitAndTellTheirOwner() {
    for name in ["a.png", String(repeating: "ä", count: 125) + ".png", String(repeating: "x", count: 251) + ".png"] {
      let path = PartFile.path(for: name, in: "f")
      let part = path.dropFirst(2)
      #expect(part.utf8.count <= 255)
      #expect(PartFile.owner(of: String(part)) == getpid())
      #expect(PartFile.path(for: name, in: "f") != path)
    }
  }
}
