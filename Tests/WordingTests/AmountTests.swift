import Testing
import Wording

/// Sizes, times and decimals for people.
@Suite struct AmountTests {
  @Test(arguments: [
    (0, "1 kB"), (1499, "1 kB"), (999_499, "999 kB"), (1_000_000, "1 MB"), (695_600_000, "696 MB"),
    (999_499_999, "999 MB"),
    (999_500_000, "1.0 GB"), (1_249_000_000, "1.2 GB"), (9_949_999_999, "9.9 GB"), (9_950_000_000, "10 GB"),
    (23_700_000_000, "24 GB"),
  ])
  func bytes(_ bytes: Int, _ text: String) { #expect(Amount.bytes(bytes).text(in: Message.english) == text) }

  @Test(arguments: [
    (-1, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (125, "2 min 5 s"), (3599, "59 min 59 s"), (3600, "1 h"),
    (4229, "1 h 10 min"), (7170, "2 h"),
  ])
  func time(_ seconds: Int, _ text: String) { #expect(Amount.time(seconds: seconds).text(in: Message.english) == text) }

  @Test(arguments: [
    (0.1, "1 s"), (7.4, "7 s"), (9.9, "10 s"), (42.4, "40 s"), (58, "1 min"), (126, "2 min 10 s"), (597, "10 min"),
    (1000, "17 min"), (4000, "1 h 7 min"),
  ])
  func roughTime(_ seconds: Double, _ text: String) {
    #expect(Amount.roughTime(seconds: seconds).text(in: Message.english) == text)
  }

  @Test(arguments: [
    (1.25, 1, "1.3"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (-1.5, 2, "-1.50"), (2.999, 2, "3.00"), (2.5, 0, "3"),
  ])
  func decimal(_ value: Double, _ digits: Int, _ text: String) {
    #expect(Amount.decimal(value, digits: digits).text(in: Message.english) == text)
  }

  @Test("A language has its own sign for decimals and its own units")
  func otherLanguage() {
    let german: Message.Translation = { template, _ in template == "%1$s.%2$s" ? "%1$s,%2$s" : template }
    #expect(Amount.bytes(1_249_000_000).text(in: german) == "1,2 GB")
    let japanese: Message.Translation = { template, _ in template == "%1$s min %2$s s" ? "%1$s 分 %2$s 秒" : template }
    #expect(Amount.time(seconds: 125).text(in: japanese) == "2 分 5 秒")
  }
}
