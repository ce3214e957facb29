import ResShift

/// The part of the image's selection that lies on a layer; the values are blend weights.
struct Selection {
  /// Bounding box in the layer's coordinates, cropped to the layer.
  let bounds: PixelRect
  /// One channel over `bounds`: the selection as it is.
  let weights: PixelImage
  /// The same read as a mask (`MaskRule`): 0 = known, also where the selection is nearly nothing.
  let hole: PixelImage

  /// Reads the selection; nil when the image has none. Throws when it has one that misses the layer.
  init?(on source: Source) throws {
    let gimp = source.gimp
    if gimp.isSelectionEmpty(source.image) { return nil }
    guard let bounds = gimp.selectionBounds(on: source.layer) else {
      throw ShellError.selectionOutside(layer: source.name)
    }
    let weights = try gimp.selection(of: source.image, source.onCanvas(bounds))
    guard weights.samples.contains(where: { $0 > 0 }) else { throw ShellError.selectionOutside(layer: source.name) }
    self.init(weights, bounds)
    guard hole.markedShare > 0 else { throw ShellError.selectionNearlyEmpty(layer: source.name) }
  }

  /// Reads the selection on the whole canvas; nil when the image has none.
  init?(onCanvasOf source: Source) throws {
    let gimp = source.gimp
    if gimp.isSelectionEmpty(source.image) { return nil }
    let (width, height) = gimp.size(of: source.image)
    let canvas = PixelRect(x: 0, y: 0, width: width, height: height)
    let whole = try gimp.selection(of: source.image, canvas)
    guard let bounds = whole.markedBounds else { throw ShellError.selectionOutsideCanvas }
    self.init(whole.cropped(to: bounds), bounds)
    guard hole.markedShare > 0 else { throw ShellError.selectionOutsideCanvas }
  }

  /// The selection grown by some pixels within a layer, or the canvas.
  func grown(by pixels: Int, within whole: PixelRect) -> Selection {
    guard pixels > 0 else { return self }
    let (left, top) = (max(whole.x, bounds.x - pixels), max(whole.y, bounds.y - pixels))
    let right = min(whole.x + whole.width, bounds.x + bounds.width + pixels)
    let bottom = min(whole.y + whole.height, bounds.y + bounds.height + pixels)
    let area = PixelRect(x: left, y: top, width: right - left, height: bottom - top)
    var large = PixelImage(width: area.width, height: area.height, channels: 1)
    for y in 0..<bounds.height {
      let to = (y + bounds.y - top) * area.width + bounds.x - left
      large.samples.replaceSubrange(
        to..<to + bounds.width, with: weights.samples[y * bounds.width..<(y + 1) * bounds.width])
    }
    return Selection(large.grown(by: pixels), area)
  }

  init(_ weights: PixelImage, _ bounds: PixelRect) {
    (self.weights, self.bounds) = (weights, bounds)
    hole = weights.maskWeights
  }

  /// The smallest rectangle around the hole, in the layer's coordinates; there is one.
  var holeBounds: PixelRect {
    guard let marked = hole.markedBounds else { return bounds }
    return marked.moved(x: bounds.x, y: bounds.y)
  }

  /// The hole in an area of the layer, 0 outside the selection.
  func mask(over area: PixelRect) -> PixelImage {
    var mask = PixelImage(width: area.width, height: area.height, channels: 1)
    let columns = max(area.x, bounds.x)..<max(area.x, bounds.x, min(area.x + area.width, bounds.x + bounds.width))
    guard !columns.isEmpty else { return mask }
    for y in max(area.y, bounds.y)..<max(area.y, bounds.y, min(area.y + area.height, bounds.y + bounds.height)) {
      let from = (y - bounds.y) * bounds.width - bounds.x
      let to = (y - area.y) * area.width - area.x
      mask.samples.replaceSubrange(
        to + columns.lowerBound..<to + columns.upperBound,
        with: hole.samples[from + columns.lowerBound..<from + columns.upperBound])
    }
    return mask
  }

  /// The bounding box of each connected island (corners connect), in the layer's coordinates, top to bottom.
  var islands: [PixelRect] {
    var visited = [Bool](repeating: false, count: hole.samples.count)
    var boxes: [PixelRect] = []
    var pending: [Int] = []
    for start in visited.indices where hole.samples[start] > 0 && !visited[start] {
      var left = bounds.width
      var right = 0
      var top = bounds.height
      var bottom = 0
      visited[start] = true
      pending.append(start)
      while let index = pending.popLast() {
        let (y, x) = index.quotientAndRemainder(dividingBy: bounds.width)
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
        for ny in max(0, y - 1)...min(bounds.height - 1, y + 1) {
          for nx in max(0, x - 1)...min(bounds.width - 1, x + 1) {
            let neighbour = ny * bounds.width + nx
            guard hole.samples[neighbour] > 0, !visited[neighbour] else { continue }
            visited[neighbour] = true
            pending.append(neighbour)
          }
        }
      }
      boxes.append(
        PixelRect(x: bounds.x + left, y: bounds.y + top, width: right - left + 1, height: bottom - top + 1))
    }
    return boxes
  }
}

extension PixelImage {
  /// The smallest rectangle around the pixels above 0 of a picture with one channel; nil = there are none.
  fileprivate var markedBounds: PixelRect? {
    PixelRect(around: { samples[$0] > 0 }, ofWidth: width, height: height)
  }
}
