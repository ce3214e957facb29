import Foundation
import Testing
import Wording

@testable import GimpShell

/// What catalogues make of labels.
@Suite struct TranslationTests {
  /// A catalogue by its sentences, read from its source.
  struct Catalogue: CustomTestStringConvertible {
    let language: String
    let sentences: [String: String]
    var testDescription: String { language }

    /// English is what the program says without one.
    static let english = Catalogue(language: "en", sentences: [:])

    static let all: [Catalogue] = {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../plugin/translations")
      let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
      return [english] + files.filter { $0.pathExtension == "po" }.sorted { $0.path < $1.path }.map(read)
    }()

    private static func read(_ file: URL) -> Catalogue {
      var (sentences, key) = ([String: String](), "")
      for line in ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n") {
        guard let space = line.firstIndex(of: " "), line.hasSuffix("\"") else { continue }
        let text = String(line[space...].dropFirst(2).dropLast()).replacing("\\\"", with: "\"")
        switch line[..<space] {
        case "msgid": key = text
        case "msgstr", "msgstr[0]": sentences[key] = text
        default: break
        }
      }
      return Catalogue(language: file.deletingPathExtension().lastPathComponent, sentences: sentences)
    }

    func text(_ message: Message) -> String {
      message.text { template, plural in sentences[template] ?? Message.english(template, plural) }
    }

    /// The letters that Alt takes to these labels.
    func mnemonics(_ labels: [Message]) -> [Character?] {
      labels.map { label in
        let text = text(label)
        return text.firstIndex(of: "_").map { Character(text[text.index(after: $0)].lowercased()) }
      }
    }
  }

  @Test("There are seven languages, and each says its own")
  func languages() {
    #expect(Catalogue.all.map(\.language) == ["en", "de", "es", "fr", "ja", "pt_BR", "zh_CN"])
    #expect(Set(Catalogue.all.map { $0.text("_Restore...") }).count == 7)
    #expect(
      Catalogue.all.map { $0.text(Amount.decimal(1.2, digits: 1)) } == [
        "1.2", "1,2", "1,2", "1,2", "1.2", "1,2", "1.2",
      ])
  }

  @Test("Labels of a dialog have a letter each, and none twice", arguments: Catalogue.all)
  func lettersOfDialogs(_ catalogue: Catalogue) {
    for procedure in Procedure.all {
      let own: [Message]
      switch procedure.kind {
      case .layer(let work): own = [work.action, "_Preview", "_Variants:"]
      case .files(let work): own = [work.action]
      default: continue
      }
      let labels =
        procedure.parameters.compactMap(\.label) + own + ["_Cancel", "Ra_ndom", "R_eset", "_Get more models..."]
      let letters = catalogue.mnemonics(labels)
      #expect(
        !letters.contains(nil) && Set(letters).count == letters.count,
        "\(catalogue.language), \(procedure.name): \(labels.map(catalogue.text))")
    }
  }

  @Test("What options do is said in each language", arguments: Catalogue.all.dropFirst())
  func tips(_ catalogue: Catalogue) {
    for parameter in Procedure.all.flatMap(\.parameters) {
      for text in [parameter.tip, parameter.help].compactMap({ $0 }) {
        #expect(catalogue.text(text) != Catalogue.english.text(text), "\(catalogue.language), \(parameter.name)")
      }
    }
  }

  @Test("In the dialogs of GIMP 3 the letters of GIMP's own Reset and Cancel are free")
  func lettersOfGimp() {
    let letters = Procedure.all.flatMap { procedure -> [Character?] in
      switch procedure.kind {
      case .layer(let work): Catalogue.english.mnemonics([work.action])
      case .files(let work): Catalogue.english.mnemonics([work.action])
      default: []
      }
    }
    #expect(!letters.contains("r") && !letters.contains("c"))
  }

  @Test("Entries of the menu have a letter each, and none twice", arguments: Catalogue.all)
  func lettersOfTheMenu(_ catalogue: Catalogue) {
    let labels = Procedure.all.compactMap(\.menuLabel)
    let letters = catalogue.mnemonics(labels)
    #expect(
      !letters.contains(nil) && Set(letters).count == letters.count,
      "\(catalogue.language): \(labels.map(catalogue.text))")
  }
}
