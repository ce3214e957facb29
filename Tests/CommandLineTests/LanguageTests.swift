import Foundation
import Testing

/// The command speaks the user's language on standard error, and one language on standard output.
@Suite(.serialized) struct LanguageTests {
  /// The program as it is installed: the catalogues beside it, and the locale of a language.
  private struct Installation {
    let bench: Workbench
    var program: URL { bench.folder.appending(path: "bin/resshift") }

    init(_ languages: [String], locale: String) throws {
      bench = try Workbench()
      try FileManager.default.createDirectory(
        at: bench.folder.appending(path: "bin"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Workbench.program, to: program)
      for language in languages {
        let folder = bench.folder.appending(path: "share/locale/\(language)/LC_MESSAGES")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let catalogue = Workbench.package.appending(path: "plugin/translations/\(language).po")
        try Self.tool("msgfmt", "-o", folder.appending(path: "resshift.mo").path, catalogue.path)
      }
      try Self.tool("localedef", "-i", locale, "-f", "UTF-8", bench.path("\(locale).UTF-8"))
    }

    private static func tool(_ arguments: String...) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    }

    func run(_ arguments: [String], _ environment: [String: String]) throws -> Run {
      try bench.run(
        arguments, environment: ["LOCPATH": bench.folder.path].merging(environment) { $1 }, program: program)
    }
  }

  @Test("In French, errors and notes are French, with the language's own marks; results are as ever")
  func french() throws {
    let french = try Installation(["fr"], locale: "fr_FR")
    try french.bench.write(Workbench.picture(16, 12), "photo.png")
    let missing = ["upscale", "photo.png", "-o", "no-such/out.png"]
    let run = try french.run(missing, ["LC_ALL": "fr_FR.UTF-8"])
    #expect(run.status == 73)
    #expect(run.onlyErrorLine() == "no-such/out.png: le dossier no-such n’existe pas\u{A0}; créez-le d’abord")
    // The same by the other variables, as far as they are for messages.
    for variables in [["LC_ALL": "", "LANG": "fr_FR.UTF-8"], ["LC_ALL": "", "LC_MESSAGES": "fr_FR.UTF-8"]] {
      #expect(try french.run(missing, variables).errors.contains("n’existe pas"))
    }
    let list = try french.run(["models", "list"], ["LC_ALL": "fr_FR.UTF-8"])
    #expect(list.output == (try french.run(["models", "list"], ["LC_ALL": "C"])).output)
  }

  @Test("In the locales C and POSIX it is English, whatever else is there", arguments: ["C", "POSIX"])
  func english(locale: String) throws {
    let german = try Installation(["de"], locale: "de_DE")
    try german.bench.write(Workbench.picture(16, 12), "photo.png")
    let run = try german.run(
      ["upscale", "photo.png", "-o", "no-such/out.png"], ["LC_ALL": locale, "LANGUAGE": "de", "LANG": "de_DE.UTF-8"])
    #expect(run.onlyErrorLine() == "no-such/out.png: the folder no-such does not exist; create it first")
  }

  @Test("Of a language that has no catalogue it speaks English")
  func otherLanguage() throws {
    let dutch = try Installation(["de"], locale: "nl_NL")
    let run = try dutch.run(["upscale", "photo.png", "-o", "no-such/out.png"], ["LC_ALL": "nl_NL.UTF-8"])
    #expect(run.errors.hasPrefix("resshift: ") && run.errors.contains("no-such"))
    #expect(!run.errors.contains("Ordner"))
  }
}
