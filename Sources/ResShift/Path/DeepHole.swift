import CoarseFill
import ModelLibrary
import TensorCore

/// How a hole that is too deep for the window of a network is filled: first smaller, where it fits with what is around it, then at
/// each larger size beginning with what there is.
///
/// A network sees a square as it was trained on; in the middle of a larger hole it would see nothing that is known.
struct DeepHole {
  /// How far, in pixels, the middle of a hole may be from what is known: with an eighth of the window on both sides.
  static func mostDepth(window: Int) -> Int { max(1, 3 * window / 8) }

  /// Pixels of the picture, and where they are known: [1, h, w, 3] in [-1, 1], [1, h, w, 1] of 0 and 1.
  let colours: Tensor
  let known: Tensor

  /// How far the pixel that is farthest from all that is known is from it, in rows or columns, whichever are more.
  var depth: Int {
    known.read { known in Self.depth(height: self.known.shape.h, width: self.known.shape.w) { known[$0] > 0 } }
  }

  static func depth(height h: Int, width w: Int, isKnown: (_ pixel: Int) -> Bool) -> Int {
    let far = Int32(h + w)
    var distance = (0..<h * w).map { isKnown($0) ? 0 : far }
    func take(_ at: Int, _ y: Int, _ x: Int) {
      if (0..<h).contains(y) && (0..<w).contains(x) { distance[at] = min(distance[at], distance[y * w + x] + 1) }
    }
    for y in 0..<h {
      for x in 0..<w where distance[y * w + x] > 0 {
        for (dy, dx) in [(-1, -1), (-1, 0), (-1, 1), (0, -1)] { take(y * w + x, y + dy, x + dx) }
      }
    }
    for y in (0..<h).reversed() {
      for x in (0..<w).reversed() where distance[y * w + x] > 0 {
        for (dy, dx) in [(1, 1), (1, 0), (1, -1), (0, 1)] { take(y * w + x, y + dy, x + dx) }
      }
    }
    return Int(distance.max() ?? 0)
  }

  /// The depth of a hole at the next smaller size, about: half of it, or what fits the window; nil = it fits as it is.
  static func smallerDepth(than depth: Int, window: Int) -> Int? {
    let most = mostDepth(window: window)
    // An eighth more than that is not worth another size.
    return depth > most + most / 8 ? max(most, (depth + 1) / 2) : nil
  }

  /// The same at the next smaller size; nil = it fits as it is.
  func smaller(window: Int) -> DeepHole? {
    let depth = self.depth
    guard let smaller = Self.smallerDepth(than: depth, window: window) else { return nil }
    func side(_ length: Int) -> Int { max(1, length * smaller / depth) }
    let (h, w) = (side(known.shape.h), side(known.shape.w))
    guard (h, w) != (known.shape.h, known.shape.w) else { return nil }
    let share = known.resized(height: h, width: w)
    var mean = colours.masked(by: known).resized(height: h, width: w)
    // Only what is known all over is known; rounding leaves a little less than 1.
    let isKnown = Tensor(share.shape, share.elements.map { $0 > 0.999 ? 1 : 0 })
    guard isKnown.elements.contains(1) else { return nil }
    mean.normalise(by: share, elsewhere: nil)
    return DeepHole(colours: mean, known: isKnown)
  }

  /// What is known of this size over a picture of any other.
  func completed(by fill: Tensor) -> Tensor {
    let enlarged = fill.resized(height: known.shape.h, width: known.shape.w)
    return Tensor(colours.shape) { out in
      colours.read { colours in
        enlarged.read { enlarged in
          known.read { known in
            for i in 0..<self.colours.shape.count { out[i] = known[i / 3] > 0 ? colours[i] : enlarged[i] }
          }
        }
      }
    }
  }
}

extension ModelDescriptor {
  /// Whether deep holes are filled at smaller sizes first. The published algorithm, of a picture in one piece or in tiles each on
  /// its own, knows none of this.
  func fillsCoarseToFine(_ options: RestoreOptions) -> Bool {
    fill == .blank && options.tile != .whole && options.tiling == .joint
  }
}

extension Restorer {
  /// What the deep holes of a region begin with at full size, [1, h, w, 3]; nil = there are none.
  func begun(_ hole: DeepHole, _ options: RestoreOptions) throws -> Tensor? {
    guard descriptor.fillsCoarseToFine(options), let smaller = hole.smaller(window: descriptor.unet.lqSize) else {
      return nil
    }
    let earlier = try begun(smaller, options.reporting(from: 0, to: Self.shareOfSmaller))
    let isKnown = smaller.known.elements
    let width = smaller.known.shape.w
    let filled = try restored(
      blanked(smaller.colours, known: smaller.known), mask: smaller.networkMask, from: earlier,
      options.reporting(from: earlier == nil ? 0 : Self.shareOfSmaller, to: 1)
    ) { tile in
      // Tiles may reach beyond the picture, where it is padded.
      (tile.y..<min(tile.y + tile.height, smaller.known.shape.h)).contains { y in
        (tile.x..<min(tile.x + tile.width, width)).contains { isKnown[y * width + $0] == 0 }
      }
    }
    return hole.completed(by: filled)
  }

  /// Of the time that a size takes with the smaller ones, which have a quarter of the pixels or more.
  static var shareOfSmaller: Double { 0.3 }

  /// The picture with -1 in the hole: what the published inpainting models are shown.
  func blanked(_ image: Tensor, known: Tensor) -> Tensor {
    let count = image.shape.count
    return Tensor(image.shape) { out in
      image.read { image in
        known.read { known in
          for i in 0..<count { out[i] = known[i / 3] > 0 ? image[i] : -1 }
        }
      }
    }
  }
}

extension DeepHole {
  /// +1 where nothing is known, -1 elsewhere.
  fileprivate var networkMask: Tensor { Tensor(known.shape, known.elements.map { $0 > 0 ? -1 : 1 }) }
}
