import Foundation
import Glibc
import ResShift
import Testing

/// Names are bytes, and folders hold more than pictures.
@Suite struct NameTests {
  /// Puts a picture under a name that is bytes.
  private func place(_ name: [UInt8], _ bench: Workbench, _ extension: String = "png") throws {
    try bench.write(Workbench.picture(8, 8), "picture.\(`extension`)")
    let target = Array((bench.folder.path + "/").utf8) + name + [0]
    let code = target.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { target in
      target.baseAddress.map { rename(bench.path("picture.\(`extension`)"), $0) }
    }
    try #require(code == 0)
  }

  private func folder(_ name: String, _ bench: Workbench) throws {
    try FileManager.default.createDirectory(at: bench.folder.appending(path: name), withIntermediateDirectories: true)
  }

  /// Names in a folder as bytes, sorted.
  private func names(_ name: String, _ bench: Workbench) throws -> [[UInt8]] {
    let listing = try #require(opendir(bench.path(name)))
    defer { closedir(listing) }
    let offset = try #require(MemoryLayout<dirent>.offset(of: \.d_name))
    var names: [[UInt8]] = []
    while let entry = readdir(listing) {
      let start = UnsafeRawPointer(entry) + offset
      let length = strlen(start.assumingMemoryBound(to: CChar.self))
      names.append([UInt8](UnsafeRawBufferPointer(start: start, count: length)))
    }
    return names.filter { $0.first != UInt8(ascii: ".") }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static let strange: [[UInt8]] = [
    Array("\u{301}mark.png".utf8), Array("\u{FE0F}.png".utf8), Array("caf\u{e9}.png".utf8),
    Array("cafe\u{301}.png".utf8), [0x6C, 0xE9] + Array(".png".utf8), Array("\u{10FFE9}.png".utf8),
    Array("[1] {2} * ?.png".utf8), Array("\u{202E}gnp.png".utf8), Array("two\nlines.png".utf8),
    Array("caf\u{e9}.\u{301}x.png".utf8),
  ]

  @Test func aFolderOfStrangeNames() throws {
    let bench = try Workbench()
    try folder("in", bench)
    for name in Self.strange { try place(Array("in/".utf8) + name, bench) }
    let run = try bench.run("upscale", "in", "-o", "out", "--factor", "2")
    #expect(run.status == 0 && run.errors.isEmpty)
    let expected = Self.strange.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(try names("out", bench) == expected)
    let again = try bench.run("upscale", "in", "-o", "out", "--factor", "2", "--skip-existing")
    #expect(again.status == 0)
    let lines = again.errorLines.map(String.init)
    #expect(lines.count == expected.count && lines.allSatisfy { $0.hasSuffix(": already there, skipped") })
    for part in ["out/l\\xE9.png", "out/\\u{301}mark.png", "out/\\u{FE0F}.png", "out/\\u{202E}gnp.png", "two lines"] {
      #expect(lines.contains { $0.contains(part) }, "\(part)")
    }
    #expect(try names("out", bench) == expected)
  }

  /// As arguments, which a shell passes on as they are.
  @Test func namesThatAreNotUTF8() throws {
    let bench = try Workbench()
    try place([0x61, 0xE9] + Array(".png".utf8), bench)
    try bench.write(PixelImage(width: 8, height: 8, channels: 1, repeating: 1), "m.png")
    func shell(_ command: String) throws -> (status: Int32, errors: String) {
      let process = bench.process([])
      let program = try #require(process.executableURL?.path)
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "name=$(printf 'a\\351.png'); exec \"$0\" \(command)", program]
      let errors = Pipe()
      process.standardError = errors
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
    #expect(try shell("upscale \"$name\" -o \"out-$name\"") == (0, ""))
    #expect(try names(".", bench).contains(Array("out-a".utf8) + [0xE9] + Array(".png".utf8)))
    #expect(try shell("upscale \"$name\" --output=\"$name\" --progress json") == (0, ""))
    let missing = try shell("upscale \"no-$name\" -o b.png")
    #expect(missing == (66, "resshift: no-a\\xE9.png: there is no such file\n"))
    let white = try shell("inpaint \"$name\" --mask m.png -o b.png")
    #expect(white.status == 65)
    // Models are named in UTF-8.
    for command in ["upscale m.png -o b.png --model \"$name\"", "models inspect \"$name\""] {
      let run = try shell(command)
      #expect(run.status == 64 && run.errors.contains("a\\xE9.png: the name is not UTF-8"), "\(run.errors)")
    }
  }

  @Test func marksAtTheStartOfANameInArguments() throws {
    let bench = try Workbench()
    try place(Array("\u{301}a.png".utf8), bench)
    #expect(try bench.run("upscale", "\u{301}a.png", "-o", "./\u{FE0F}b.png").status == 0)
    #expect(try bench.run("upscale", "./\u{301}a.png", "--output=\u{301}c.png").status == 0)
    #expect(try names(".", bench) == ["\u{301}a.png", "\u{301}c.png", "\u{FE0F}b.png"].map { Array($0.utf8) })
    let run = try bench.run("upscale", "\u{301}no.png", "-o", "d.png")
    #expect(run.onlyErrorLine() == "\\u{301}no.png: there is no such file")
  }

  @Test func otherJPEGExtensionsAreRead() throws {
    let bench = try Workbench()
    try folder("in", bench)
    for name in ["a.jpe", "b.JFIF"] { try place(Array("in/\(name)".utf8), bench, "jpg") }
    let run = try bench.run("upscale", "in", "-o", "out")
    #expect(run.status == 0 && run.errors.isEmpty)
    for name in ["a.jpe", "b.JFIF"] { #expect(try bench.read("out/\(name)").width == 32) }
  }

  @Test func otherPicturesInAFolderAreToldOf() throws {
    let bench = try Workbench()
    try folder("in/folder.png", bench)
    for name in ["b.heic", "c.AVIF", "d.gif", "e.jxl", "f.nef", "g.bmp", "notes.txt"] {
      try Data("x".utf8).write(to: bench.folder.appending(path: "in/\(name)"))
    }
    try #require(mkfifo(bench.path("in/pipe.png"), 0o600) == 0)
    let none = try bench.run("upscale", "in", "-o", "out")
    #expect(none.status == 66)
    #expect(none.onlyErrorLine().contains("no pictures in this folder"))
    #expect(none.onlyErrorLine().contains("b.heic"))
    try bench.write(Workbench.picture(8, 8), "in/a.png")
    let run = try bench.run("upscale", "in", "-o", "out")
    #expect(run.status == 0)
    #expect(
      run.onlyErrorLine()
        == "in: left out 6 pictures of another kind: b.heic, c.AVIF, d.gif, e.jxl, f.nef, ...; convert them to PNG first"
    )
    #expect(try names("out", bench) == [Array("a.png".utf8)])
    #expect(try bench.run("upscale", "in", "-o", "out", "--quiet").errors.isEmpty)
  }

  @Test func onePictureIsDoneOnce() throws {
    let bench = try Workbench()
    try folder("in", bench)
    try bench.write(Workbench.picture(8, 8), "in/b.png")
    try #require(symlink("b.png", bench.path("in/a.png")) == 0)
    try #require(link(bench.path("in/b.png"), bench.path("in/c.png")) == 0)
    try bench.write(Workbench.picture(8, 8), "d.png")
    try #require(symlink("../d.png", bench.path("in/d.png")) == 0)
    let run = try bench.run("upscale", "in", "-o", "out")
    #expect(run.status == 0)
    #expect(
      run.errorLines == [
        "resshift: in/a.png: left out, the same file as in/b.png",
        "resshift: in/c.png: left out, the same file as in/b.png",
      ])
    #expect(try names("out", bench) == ["b.png", "d.png"].map { Array($0.utf8) })
    // The same file by way of several inputs; two names that were both given are both wanted.
    #expect(try bench.run("upscale", "d.png", "./d.png", "in", "in", "-o", "two").status == 0)
    #expect(try names("two", bench) == ["b.png", "d.png"].map { Array($0.utf8) })
    #expect(try bench.run("upscale", "in/a.png", "in/b.png", "-o", "three", "--quiet").errors.isEmpty)
    #expect(try names("three", bench) == ["a.png", "b.png"].map { Array($0.utf8) })
  }

  @Test func aLinkToNothingFailsAlone() throws {
    let bench = try Workbench()
    try folder("in", bench)
    try bench.write(Workbench.picture(8, 8), "in/b.png")
    try #require(symlink("nowhere.png", bench.path("in/a.png")) == 0)
    let run = try bench.run("upscale", "in", "-o", "out")
    #expect(run.status == 66)
    #expect(run.onlyErrorLine() == "in/a.png: this link leads to no file")
    #expect(try names("out", bench) == [Array("b.png".utf8)])
  }

  /// What can be known before the work is said before it: `--progress json` would tell of any.
  @Test func saidBeforeTheWork() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try bench.write(Workbench.picture(8, 8), "b.png")
    try folder("folder.png", bench)
    let long = String(repeating: "n", count: 252) + ".png"
    try #require(symlink("nowhere", bench.path("dead")) == 0)
    let before = try bench.files
    for (arguments, words) in [
      (["a.png", "-o", long], "the name has 256 bytes, at most 255"),
      (["a.png", "b.png", "-o", long.replacingOccurrences(of: ".", with: "n")], "the name has 256 bytes"),
      (["a.png", "-o", "folder.png/\(long)"], "the name has 256 bytes"),
      (["a.png", "b.png", "-o", "dead"], "this link leads nowhere"),
      (["a.png", "-o", "no/b.png"], "the folder no does not exist"),
    ] {
      let run = try bench.run(["upscale"] + arguments + ["--progress", "json"])
      #expect(run.status == 73 && run.output.isEmpty)
      #expect(run.onlyErrorLine().contains(words), "\(run.errors)")
    }
    #expect(try bench.files == before)
    // Of several, the others are done.
    try folder("out/a.png", bench)
    let run = try bench.run("upscale", "a.png", "b.png", "-o", "out", "--skip-existing")
    #expect(run.status == 73)
    #expect(run.onlyErrorLine() == "out/a.png: this is a folder; name a file in it")
    #expect(try bench.read("out/b.png").width == 32)
    // A name that only becomes too long by the extension of its result.
    try FileManager.default.copyItem(
      atPath: bench.path("a.png"), toPath: bench.path(String(repeating: "m", count: 253)))
    let grown = try bench.run("upscale", String(repeating: "m", count: 253), "b.png", "-o", "new")
    #expect(grown.status == 73 && grown.onlyErrorLine().contains("the name has 257 bytes"))
    #expect(try names("new", bench) == [Array("b.png".utf8)])
  }

  /// Results that would meet in one file through links, or replace a picture that is still to be read.
  @Test func resultsMayNotMeet() throws {
    let bench = try Workbench()
    try folder("out", bench)
    for name in ["a.png", "b.png", "out/b.png"] { try bench.write(Workbench.picture(8, 8), name) }
    try #require(symlink("b.png", bench.path("out/a.png")) == 0)
    let run = try bench.run("upscale", "a.png", "b.png", "-o", "out")
    #expect(run.status == 64 && run.onlyErrorLine() == "a.png and b.png would both be written to out/b.png")
    try folder("linked", bench)
    try #require(symlink("../b.png", bench.path("linked/a.png")) == 0)
    let over = try bench.run("upscale", "a.png", "b.png", "-o", "linked")
    #expect(over.status == 64 && over.onlyErrorLine().hasPrefix("the result of a.png would overwrite b.png"))
    #expect(try bench.read("b.png").width == 8)
  }
}
