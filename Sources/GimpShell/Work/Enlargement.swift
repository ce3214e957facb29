import ModelLibrary
import ResShift

/// How much larger everything becomes: by a whole factor, or to a width.
struct Enlargement {
  /// Sides before and after, of what is enlarged as a whole.
  private let (width, newWidth, height, newHeight): (Int, Int, Int, Int)

  /// `area` is what is enlarged of the layer. A width is that of the whole result: of the canvas if the image is scaled, of the
  /// area in a new image. Throws `widthNotReached` for one that the model cannot give.
  init(_ settings: Settings, _ model: ModelDescriptor, _ area: PixelRect, canvas: (width: Int, height: Int)) throws {
    let isWhole = settings.output == .scaledImage
    (width, height) = isWhole ? canvas : (area.width, area.height)
    if let asked = settings.width {
      let largest = width * model.diffusion.sf
      guard (width...largest).contains(asked) else {
        throw ShellError.widthNotReached(model: model.name, asked: asked, from: width, largest: largest)
      }
      (newWidth, newHeight) = (asked, max(1, rounded(height * asked, width)))
    } else {
      (newWidth, newHeight) = (width * settings.factor, height * settings.factor)
    }
  }

  /// Throws `resultTooLarge` for a result of `area`, or an image scaled with it, that GIMP cannot hold.
  func check(
    _ area: PixelRect, _ output: UpscaleOutput, canvas: (width: Int, height: Int), largestSide: Int
  ) throws {
    var (width, height) = size(area.width, area.height)
    if output == .scaledImage {
      let large = size(canvas.width, canvas.height)
      (width, height) = (max(width, large.width), max(height, large.height))
    }
    guard max(width, height) <= largestSide else { throw ShellError.resultTooLarge(width: width, height: height) }
  }

  /// How many times as long a side becomes.
  var ratio: Double { Double(newWidth) / Double(width) }

  func size(_ width: Int, _ height: Int) -> (width: Int, height: Int) {
    (max(1, rounded(width * newWidth, self.width)), max(1, rounded(height * newHeight, self.height)))
  }

  func place(_ x: Int, _ y: Int) -> (x: Int, y: Int) { (rounded(x * newWidth, width), rounded(y * newHeight, height)) }
}

/// The nearest whole number to a quotient; `divisor` is above 0.
private func rounded(_ number: Int, _ divisor: Int) -> Int {
  Int((Double(number) / Double(divisor)).rounded())
}

extension Settings {
  /// The factor that a model for the first of `sources` has to reach; nil = at the same size there is none.
  func factorNeeded(for sources: [Source]) -> Int? {
    guard let width, let source = sources.first else { return output == .sameSize ? nil : factor }
    let selected = source.gimp.isSelectionEmpty(source.image) ? nil : source.gimp.selectionBounds(on: source.layer)
    let from = output == .scaledImage ? source.gimp.size(of: source.image).width : selected?.width ?? source.width
    return max(2, (width + from - 1) / from)
  }
}
