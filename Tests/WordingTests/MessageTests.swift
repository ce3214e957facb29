import Testing
import Wording

/// Sentences with places.
@Suite struct MessageTests {
  @Test func interpolationMakesPlaces() {
    let message: Message = "\("a.png"): has \(3) layers"
    #expect(message.template == "%1$s: has %2$s layers")
    #expect(message.values == [.text("a.png"), .text("3")])
    #expect(message.text == "a.png: has 3 layers")
  }

  @Test func perCentSignsAreNoPlaces() {
    let message: Message = "\(50) % is marked, 100%"
    #expect(message.template == "%1$s %% is marked, 100%%")
    #expect(message.text == "50 % is marked, 100%")
    #expect(("100 %" as Message).text == "100 %")
  }

  @Test func valuesAreNeverTakenForTemplates() {
    let message: Message = "\("%2$s 100%"): \("b")"
    #expect(message.text == "%2$s 100%: b")
    #expect(Message(verbatim: "%1$s").text == "%1$s")
  }

  @Test func translationsMayChangeTheOrder() {
    let message: Message = "\("layer") in \("image")"
    #expect(message.text { _, _ in "%2$s: %1$s, 100 %%" } == "image: layer, 100 %")
  }

  @Test func aTranslatorsMistakeIsShown() {
    let message: Message = "\("layer")"
    #expect(message.text { _, _ in "%3$s %d %" } == "%3$s %d %")
  }

  @Test(arguments: [(0, "0 files fail"), (1, "1 file fails"), (2, "2 files fail")])
  func numbersChooseTheForm(_ count: Int, _ text: String) {
    let message = Message.counted(count, one: "\(count) file fails", other: "\(count) files fail")
    #expect(message.text == text)
    #expect(message.text { _, plural in plural.map { "n=\($0.count)" } ?? "" } == "n=\(count)")
  }

  @Test func sentencesWithinSentencesAreTranslatedToo() {
    let inner: Message = "no such file"
    let message: Message = "\("a.png"): \(inner)"
    #expect(message.text == "a.png: no such file")
    #expect(message.text { template, _ in template == "no such file" ? "fehlt" : template } == "a.png: fehlt")
  }

  @Test("The sentence about one thing need not say its number", arguments: [(1, "b: a picture"), (3, "b: 3 pictures")])
  func oneWithoutItsNumber(_ count: Int, _ text: String) {
    let message = Message.counted(count, one: "\("b"): a picture", other: "\("b"): \(count) pictures")
    #expect(message.text == text)
    let turned = Message.counted(count, one: "a picture of \("b")", other: "\(count) pictures of \("b")")
    #expect(turned.template == "a picture of %2$s")
    #expect(turned.text == (count == 1 ? "a picture of b" : "3 pictures of b"))
  }
}
