import Testing
import Wording

/// The language of the process. Other suites of this target name their language, or speak English.
@Suite(.serialized) struct LanguageTests {
  @Test("Sentences are in the chosen language, with places in its order, however often they are said")
  func chosenLanguage() {
    let sentence: Message = "\("a.png"): there are \(3) layers in this file"
    let parted = Message.counted(2, one: "a picture", other: "\(2) pictures")
    let before = Language.current
    defer { Language.current = before }
    Language.current = { template, plural in
      switch template {
      case "%1$s: there are %2$s layers in this file": "%2$s Ebenen in %1$s"
      case "a picture": plural?.count == 1 ? "ein Bild" : "%1$s Bilder"
      default: Message.english(template, plural)
      }
    }
    // Other tests of this process may speak meanwhile: none of them has these sentences.
    for _ in 0..<100_000 where sentence.text != "3 Ebenen in a.png" { Issue.record("another sentence") }
    #expect(parted.text == "2 Bilder")
    #expect(("none of it" as Message).text == "none of it")
  }
}
