import TestSupport
import Testing

@testable import ResShift

/// Pixels that nobody sees have no say, and none shows at the edges of a cut-out.
struct AlphaTests {
  /// What is allowed between the colour of a cut-out and what is seen of it over any background.
  private static let allowed: Float = 8.0 / 255
  private static let red: [Float] = [220.0 / 255, 40.0 / 255, 30.0 / 255]
  private static let area = PixelRect(x: 8, y: 8, width: 24, height: 24)

  /// How opaque a pixel is that lies so many pixels inside an edge.
  enum Edge: CaseIterable { case hard, soft, veil, faint }

  private static func alpha(_ inside: Float, _ edge: Edge) -> Float {
    switch edge {
    case .hard: inside > 0 ? 1 : 0
    case .soft: min(max(inside / 8, 0), 1)
    // Half transparent inside, where an overshoot of alpha would show.
    case .veil: inside > 0 ? 0.5 : 0
    case .faint: inside > 0 ? 0.02 : 0
    }
  }

  /// A disc of one colour; `hidden` is what lies under alpha 0.
  private static func disc(_ edge: Edge, _ colour: [Float], hidden: [Float]) -> PixelImage {
    PixelImage(40, 40, channels: colour.count + 1) { x, y in
      let (dx, dy) = (Float(x) - 19.5, Float(y) - 19.5)
      let a = alpha(15 - (dx * dx + dy * dy).squareRoot(), edge)
      return (a > 0 ? colour : hidden) + [a]
    }
  }

  /// How far what is seen over black, white and red is from the visible colour.
  private static func halo(_ picture: PixelImage, _ colour: [Float]) -> Float {
    var worst: Float = 0
    for p in 0..<picture.width * picture.height {
      let alpha = picture.samples[p * picture.channels + colour.count]
      for c in colour.indices {
        worst = max(worst, abs(picture.samples[p * picture.channels + c] - colour[c]) * alpha)
      }
    }
    return worst
  }

  @Test(arguments: BuiltIn.Task.allCases.filter { $0 != .inpaint }, Edge.allCases)
  func hiddenColoursDoNotShow(_ task: BuiltIn.Task, _ edge: Edge) throws {
    let hidden: [[Float]] = [[0, 0, 0], [0, 1, 0], [1, 1, 1], [.nan, 9, -.infinity]]
    let results = try hidden.map {
      try BuiltIn.run(task, Self.disc(edge, Self.red, hidden: $0), area: Self.area).result
    }
    for result in results {
      #expect(Self.halo(result, Self.red) < Self.allowed)
      for p in 0..<result.width * result.height where result.samples[4 * p + 3] > 0 {
        #expect(
          result.samples[4 * p..<4 * p + 4] == results[0].samples[4 * p..<4 * p + 4], "hidden colours have no say")
      }
    }
    let gray = try BuiltIn.run(task, Self.disc(edge, [0.8], hidden: [0]), area: Self.area).result
    #expect(Self.halo(gray, [0.8]) < Self.allowed)
  }

  /// Next to an edge it is the colour there that counts, not a mean of all: of a cut-out in two colours each keeps its own.
  @Test func everyPartOfAnEdgeKeepsItsColour() throws {
    let blue: [Float] = [0.1, 0.2, 0.9]
    let halves = PixelImage(64, 64, channels: 4) { x, y in
      let (dx, dy) = (Float(x) - 31.5, Float(y) - 31.5)
      let alpha: Float = (dx * dx + dy * dy).squareRoot() < 26 ? 1 : 0
      return (alpha == 0 ? [0, 1, 0] : y < 32 ? Self.red : blue) + [alpha]
    }
    for task in [BuiltIn.Task.upscale, .restore] {
      let (result, scale) = try BuiltIn.run(task, halves, area: Self.area)
      for (rows, colour) in [(0..<26, Self.red), (38..<64, blue)] {
        let part = PixelRect(x: 0, y: rows.lowerBound * scale, width: 64 * scale, height: rows.count * scale)
        #expect(Self.halo(result.cropped(to: part), colour) < Self.allowed, "\(task)")
      }
    }
  }

  /// With alpha, the error of a background of c is |enlarged alpha - what alpha should be| * |colour - c|, too: enlarged
  /// alpha stays within that of the pixels next to it.
  @Test func alphaDoesNotOvershoot() throws {
    for edge in Edge.allCases {
      let disc = Self.disc(edge, Self.red, hidden: [0, 0, 0])
      let (large, _) = try BuiltIn.run(.upscale, disc, area: Self.area)
      for y in 0..<160 {
        for x in 0..<160 {
          // Pixel centres are at halves: the neighbours of a place.
          let (left, top) = ((x + 2) / 4 - 1, (y + 2) / 4 - 1)
          let around = [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)].map { column, row in
            disc[min(max(column, 0), 39), min(max(row, 0), 39), 3]
          }
          #expect((around.min() ?? 0)...(around.max() ?? 1) ~= large[x, y, 3], "\(edge) \(x) \(y)")
        }
      }
    }
  }

  @Test(arguments: BuiltIn.Task.allCases)
  func hiddenColoursAndAlphaStayAtTheSameSize(_ task: BuiltIn.Task) throws {
    let disc = Self.disc(.soft, Self.red, hidden: [0.1, 0.9, 0.3])
    let (result, scale) = try BuiltIn.run(task, disc, area: Self.area)
    guard scale == 1, task != .inpaint else { return }
    for p in 0..<40 * 40 {
      #expect(result.samples[4 * p + 3] == disc.samples[4 * p + 3])
      if disc.samples[4 * p + 3] == 0 {
        #expect(result.samples[4 * p..<4 * p + 4] == disc.samples[4 * p..<4 * p + 4])
      }
    }
  }

  /// Premultiplied files of 8 bits hold next to nothing of a colour under a small alpha.
  @Test func roundedPremultipliedColoursDoNotShow() throws {
    var disc = Self.disc(.soft, Self.red, hidden: [0, 0, 0])
    for p in 0..<40 * 40 {
      let alpha = (disc.samples[4 * p + 3] * disc.samples[4 * p + 3] * 255).rounded() / 255
      disc.samples[4 * p + 3] = alpha
      for c in 0..<3 where alpha > 0 {
        disc.samples[4 * p + c] = min((disc.samples[4 * p + c] * alpha * 255).rounded(.down) / 255 / alpha, 1)
      }
    }
    for task in [BuiltIn.Task.upscale, .restore] {
      let (result, _) = try BuiltIn.run(task, disc, area: Self.area)
      #expect(Self.halo(result, Self.red) < Self.allowed)
    }
  }

  /// What is faint all over is not taken for hidden: its detail stays.
  @Test func aFaintPictureKeepsItsDetail() throws {
    let colours = PixelImage(40, 40, channels: 3) { x, y in x / 5 % 2 == 0 ? [0.8, 0.2, 0.3] : [0.2, 0.7, 0.4] }
    let faint = PixelImage(40, 40, channels: 4) { x, y in colours.pixel(x, y) + [0.01] }
    for task in [BuiltIn.Task.upscale, .restore] {
      let (plain, _) = try BuiltIn.run(task, colours, area: Self.area)
      let (result, _) = try BuiltIn.run(task, faint, area: Self.area)
      for p in 0..<plain.width * plain.height {
        #expect(result.samples[4 * p..<4 * p + 3] == plain.samples[3 * p..<3 * p + 3])
      }
    }
  }

  @Test(arguments: [2, 4])
  func nanInAlphaIsTransparentAndStaysInItsPixel(_ channels: Int) throws {
    let colour = [Float](repeating: 0.6, count: channels - 1)
    for value in [Float.nan, -.nan, .infinity, -.infinity] {
      var (bad, good) = (PixelImage(40, 40, channels: channels) { _, _ in colour + [0.8] }, PixelImage?.none)
      good = bad
      bad[20, 18, channels - 1] = value
      good?[20, 18, channels - 1] = value == .infinity ? 1 : 0
      let plain = try #require(good)
      for task in BuiltIn.Task.allCases {
        let (a, scale) = try BuiltIn.run(task, bad, area: Self.area)
        let (b, _) = try BuiltIn.run(task, plain, area: Self.area)
        for y in 0..<a.height {
          // At the same size alpha is the input's, whatever it is.
          for x in 0..<a.width where scale > 1 || (x, y) != (20, 18) { #expect(a.pixel(x, y) == b.pixel(x, y)) }
        }
      }
    }
  }

  @Test func whollyTransparentPicturesAreRefused() {
    for alpha in [Float(0), -1, .nan] {
      let nothing = PixelImage(40, 40, channels: 4) { _, _ in [0.5, 0.5, 0.5, alpha] }
      for task in BuiltIn.Task.allCases {
        #expect {
          try BuiltIn.run(task, nothing, area: Self.area)
        } throws: { error in
          guard let error = error as? RestoreError, error.kind == .badPicture else { return false }
          return error.message.text.contains("wholly transparent")
        }
      }
    }
  }

  /// One of several boxes may be empty; then it stays as it is.
  @Test func anEmptyBoxStays() throws {
    let picture = PixelImage(80, 40, channels: 4) { x, _ in [0.2, 0.4, 0.6, x < 40 ? 0 : 1] }
    let boxes = [PixelRect(x: 4, y: 4, width: 20, height: 20), PixelRect(x: 50, y: 4, width: 20, height: 20)]
    let result = try BuiltIn.cleaner.get().restore(picture, boxes: boxes)
    #expect(result.cropped(to: boxes[0]) == picture.cropped(to: boxes[0]))
    #expect(result != picture)
  }
}
