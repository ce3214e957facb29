import ModelLibrary
import ResShift

/// What is enlarged of a layer, how much larger it becomes, and with it everything: by a whole factor, or to a width.
struct Enlargement {
  /// What is enlarged, in the layer's coordinates.
  let area: PixelRect
  /// Whether the result is reduced again, so that only its detail is finer.
  let isSameSize: Bool
  /// Sides before and after, of what is enlarged as a whole.
  private let (width, newWidth, height, newHeight): (Int, Int, Int, Int)

  /// `selected` is the selection's bounding box, which counts unless the whole image is enlarged; nil = none. A width is that of the
  /// whole result: of the canvas if the image is scaled, of the area in a new image.
  ///
  /// Throws `factorTooLarge` and `widthNotReached` for what the model cannot give, `resultTooLarge` for what GIMP cannot hold.
  init(_ settings: Settings, _ model: ModelDescriptor, of source: Source, selected: PixelRect?) throws {
    let canvas = source.gimp.size(of: source.image)
    let isWhole = settings.output == .scaledImage
    area = isWhole ? source.bounds : selected ?? source.bounds
    isSameSize = settings.output == .sameSize
    (width, height) = isWhole ? canvas : (area.width, area.height)
    if let asked = settings.width {
      let largest = width * model.diffusion.sf
      guard (width...largest).contains(asked) else {
        throw ShellError.widthNotReached(model: model.name, asked: asked, from: width, largest: largest)
      }
      (newWidth, newHeight) = (asked, max(1, rounded(height * asked, width)))
    } else {
      do { try model.checkFactor(settings.factor) } catch let error as RestoreError {
        throw ShellError(error, about: source)
      }
      (newWidth, newHeight) = (width * settings.factor, height * settings.factor)
    }
    let (result, large) = (size(area.width, area.height), isWhole ? size(canvas.width, canvas.height) : (0, 0))
    let (wide, high) = (max(result.width, large.0), max(result.height, large.1))
    guard max(wide, high) <= source.gimp.largestSide else { throw ShellError.resultTooLarge(width: wide, height: high) }
  }

  /// Of the result.
  var resultSize: (width: Int, height: Int) { resultSize(of: area) }

  /// Of the result of a part of the area.
  func resultSize(of part: PixelRect) -> (width: Int, height: Int) {
    isSameSize ? (part.width, part.height) : size(part.width, part.height)
  }

  /// How many times as long a side of the result is.
  var ratio: Double { isSameSize ? 1 : Double(newWidth) / Double(width) }

  /// What becomes of a size in the image.
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
