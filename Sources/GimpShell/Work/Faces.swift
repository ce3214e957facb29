import ResShift
import Wording

/// Where the faces are that a model of faces restores: what is selected, or what the active path is drawn around.
struct Faces {
  enum Origin: Equatable {
    case selection
    case path
    /// Nobody has shown where: the whole layer is one.
    case layer
  }
  let origin: Origin
  /// In the layer's coordinates; none for the whole layer.
  let boxes: [PixelRect]

  init(on source: Source, _ selection: Selection?) {
    if let selection {
      (origin, boxes) = (.selection, selection.islands)
      return
    }
    let strokes = source.gimp.pathBounds(of: source.image).compactMap { stroke in
      stroke.moved(x: -source.place.x, y: -source.place.y).cropped(to: source.bounds)
    }
    (origin, boxes) = (strokes.isEmpty ? .layer : .path, strokes)
  }

  /// The smallest rectangle around all of them; nil = the whole layer.
  var bounds: PixelRect? { boxes.first.map { boxes.reduce($0) { $0.union($1) } } }

  /// What a dialog says of them.
  var note: Message {
    switch origin {
    case .selection:
      .counted(
        boxes.count, one: "The selection is one face.",
        other: "\(boxes.count) faces: each separate part of the selection is one.")
    case .path:
      .counted(
        boxes.count, one: "The path is drawn around one face.",
        other: "\(boxes.count) faces: each part of the path is drawn around one.")
    case .layer:
      "Nothing is selected, so the whole layer is taken for one face. Select each face, or draw a path around it."
    }
  }
}

extension PixelRect {
  /// What lies within another one; nil = nothing.
  func cropped(to other: PixelRect) -> PixelRect? {
    let (left, top) = (max(x, other.x), max(y, other.y))
    let (right, bottom) = (min(x + width, other.x + other.width), min(y + height, other.y + other.height))
    return right > left && bottom > top
      ? PixelRect(x: left, y: top, width: right - left, height: bottom - top) : nil
  }

  /// The rectangle around points with decimals, in whole pixels.
  public init?(around points: [(x: Double, y: Double)]) {
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    // Paths may lie anywhere; images do not.
    func whole(_ value: Double) -> Int { Int(max(-1e6, min(1e6, value))) }
    guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max() else { return nil }
    let (x, y) = (whole(left.rounded(.down)), whole(top.rounded(.down)))
    self.init(x: x, y: y, width: whole(right.rounded(.up)) - x, height: whole(bottom.rounded(.up)) - y)
  }
}
