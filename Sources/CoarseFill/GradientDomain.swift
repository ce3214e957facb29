import TensorCore

/// Joins pieces from different places without seams: the picture whose neighbouring pixels differ as they do in the pieces,
/// and which equals the known pixels around the hole (Perez, Gangnet, Blake, Poisson Image Editing, 2003).
///
/// A weak pull towards the pieces' own colours keeps one wrong place at the rim from colouring all of a large hole.
struct GradientDomain {
  /// How much colours count beside differences: tones are evened out over some 1 / sqrt(pull) pixels.
  private static let pull: Float = 0.0005
  /// Neighbours that differ by more than this (squared) belong to different things: the edge between them stays.
  private static let tolerance: Float = 1
  private static let iterations = 150

  private let level: PatchLevel
  /// By unknown pixel: the known pixel that it shows, and how badly the patch fits that says so.
  private let origins: [Int32]
  private let misfits: [Float]
  /// By pixel: its number among the unknown ones, or -1.
  private let numbers: [Int32]

  init(_ level: PatchLevel, _ field: PatchField) {
    self.level = level
    (origins, misfits) = level.origins(field)
    var numbers = [Int32](repeating: -1, count: level.height * level.width)
    Pieces.inOrder(level.unknown.count) { for number in $0 { numbers[Int(level.unknown[number])] = Int32(number) } }
    self.numbers = numbers
  }

  /// `image` [1, h, w, 3] with its unknown pixels filled.
  func joined(over image: Tensor) -> Tensor {
    let colours = solution()
    var result = Pieces.copy(of: image)
    result.modify { out in
      Parallel.forRanges(colours.count, chunk: Self.chunk) { piece in
        for number in piece {
          for k in 0..<3 { out[3 * Int(level.unknown[number]) + k] = min(max(colours[number][k], -1), 1) }
        }
      }
    }
    return result
  }

  private typealias Colour = SIMD4<Float>

  /// Conjugate gradients, all channels at once, from the pieces' colours on.
  private func solution() -> [Colour] {
    var (u, residual) = equations()
    combine(&residual, product(u), -1)
    var direction = vector(residual.count) { residual[$0] }
    var energy = dot(residual, residual)
    let enough = 1e-8 * Double(residual.count)
    for _ in 0..<Self.iterations where energy > enough && !Interruption.isWanted {
      let image = product(direction)
      let alpha = Float(energy / dot(direction, image))
      combine(&u, direction, alpha)
      combine(&residual, image, -alpha)
      let next = dot(residual, residual)
      let beta = Float(next / energy)
      energy = next
      map(&direction) { i, value in residual[i] + beta * value }
    }
    return u
  }

  /// The pieces' colours and the right side: what the sum of each pixel's differences to its neighbours should be, plus
  /// what is known of those neighbours.
  private func equations() -> (pieces: [Colour], right: [Colour]) {
    let count = level.unknown.count
    return level.pixels.read { pixels in
      func colour(_ p: Int) -> Colour {
        let c = pixels + p * PatchLevel.channels
        return Colour(c[0], c[1], c[2], 0)
      }
      let pieces = vector(count) { colour(Int(origins[$0])) }
      let right = vector(count) { i in
        var sum = Self.pull * pieces[i]
        forNeighbours(of: Int(level.unknown[i])) { q, offset in
          let j = Int(numbers[q])
          let here = isKnown(Int(origins[i]), offset) ? pieces[i] - colour(Int(origins[i]) + offset) : nil
          let there = j >= 0 && isKnown(Int(origins[j]), -offset) ? colour(Int(origins[j]) - offset) - pieces[j] : nil
          let jump = pieces[i] - (j >= 0 ? pieces[j] : colour(q))
          let smooth: Colour
          switch (here, there) {
          // The better piece decides: the mean of two would be smoother than either.
          case (let here?, let there?): smooth = misfits[i] <= misfits[j] ? here : there
          case (let one?, nil), (nil, let one?): smooth = one
          case (nil, nil): smooth = .zero
          }
          let misfit = ((jump - smooth) * (jump - smooth)).sum() / Self.tolerance
          sum += jump + (smooth - jump) / (1 + misfit * misfit)
          if j < 0 { sum += colour(q) }
        }
        return sum
      }
      return (pieces, right)
    }
  }

  /// The left side: (pull + number of neighbours) u - the sum of the unknown neighbours.
  private func product(_ u: [Colour]) -> [Colour] {
    vector(u.count) { i in
      var (sum, count) = (Colour.zero, Self.pull)
      forNeighbours(of: Int(level.unknown[i])) { q, _ in
        count += 1
        let j = Int(numbers[q])
        if j >= 0 { sum += u[j] }
      }
      return count * u[i] - sum
    }
  }

  /// The up to four neighbours of a pixel, and how far on they are.
  @inline(__always)
  private func forNeighbours(of p: Int, _ body: (_ q: Int, _ offset: Int) -> Void) {
    let (width, x) = (level.width, p % level.width)
    if p >= width { body(p - width, -width) }
    if x > 0 { body(p - 1, -1) }
    if x < width - 1 { body(p + 1, 1) }
    if p < numbers.count - width { body(p + width, width) }
  }

  /// Whether the neighbour of a pixel lies in the same picture and is known.
  private func isKnown(_ p: Int, _ offset: Int) -> Bool {
    let q = p + offset
    return level.isKnown.indices.contains(q) && level.isKnown[q]
      && (abs(offset) > 1 || q / level.width == p / level.width)
  }

  // MARK: - Vectors, in pieces that do not depend on threads

  private static let chunk = 4096

  private func vector(_ count: Int, _ body: (Int) -> Colour) -> [Colour] {
    [Colour](unsafeUninitializedCapacity: count) { x, initialised in
      nonisolated(unsafe) let x = x
      Parallel.forRanges(count, chunk: Self.chunk) { for i in $0 { x[i] = body(i) } }
      // If the computation is stopped, the rest holds any numbers.
      initialised = count
    }
  }

  private func map(_ x: inout [Colour], _ body: (Int, Colour) -> Colour) {
    x.withUnsafeMutableBufferPointer { x in
      // Each element is written by one thread only.
      nonisolated(unsafe) let x = x
      Parallel.forRanges(x.count, chunk: Self.chunk) { for i in $0 { x[i] = body(i, x[i]) } }
    }
  }

  private func combine(_ x: inout [Colour], _ y: [Colour], _ factor: Float) {
    map(&x) { i, value in value + factor * y[i] }
  }

  private func dot(_ a: [Colour], _ b: [Colour]) -> Double {
    var sums = [Double](repeating: 0, count: (a.count + Self.chunk - 1) / Self.chunk)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      Parallel.forRanges(a.count, chunk: Self.chunk) { piece in
        var part = Colour.zero
        for i in piece { part += a[i] * b[i] }
        sums[piece.lowerBound / Self.chunk] = Double(part.sum())
      }
    }
    return sums.reduce(0, +)
  }
}
