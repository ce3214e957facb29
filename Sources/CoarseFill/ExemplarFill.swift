import TensorCore

/// The coarse fill of a hole with pieces of its surroundings.
///
/// From a small version of the picture up, each patch over the hole is given the known patch that is most like it, and each
/// pixel of the hole what those say, until they agree (Wexler, Shechtman, Irani, Space-Time Completion of Video, 2007; with
/// the channels for roughness of Newson et al., Video Inpainting of Complex Scenes, 2014).
///
/// `image` [1, h, w, 3] in [-1, 1], `known` [1, h, w, 1] of 0 and 1; known pixels keep their value. Where nothing known is
/// large enough to take patches from, the smooth fill of `pushPull`. `allowed`, of the same size, is 0 where pieces are not to come
/// from although it is known, nil = nowhere. Another `seed` finds other pieces. `progress` is
/// told the share that is done; what it throws ends the work.
public func exemplarFill(
  _ image: Tensor, known: Tensor, allowed: Tensor? = nil, seed: UInt64, progress: (Double) throws -> Void = { _ in }
) throws -> Tensor {
  let pixels = image.shape.pixels
  let isKnown = known.read { known in Pieces.flags(pixels) { known[$0] > 0 } }
  let isAllowed = allowed.map { $0.read { allowed in Pieces.flags(pixels) { allowed[$0] > 0 } } }
  var levels = try pyramid(image, isKnown: isKnown, isAllowed: isAllowed ?? isKnown)
  guard levels.allSatisfy({ !$0.sources.isEmpty }) else { return pushPull(image, known: known) }
  guard !levels[0].unknown.isEmpty else { return image }

  let top = levels.count - 1
  try levels[top].fillFirst()
  var field = PatchField(levels[top], seed: seed)
  // The first fill must not be outvoted by sources that were drawn at random.
  field.search(levels[top], rounds: 4, seed: seed)

  let work = levels.indices.map { Double(rounds(at: $0, of: levels.count) * levels[$0].targets.count) }
  var done = 0.0
  for index in levels.indices.reversed() {
    if index < top {
      field = PatchField(levels[index], from: field, of: levels[index + 1], seed: seed)
      levels[index].vote(field, .evenly)
    }
    for round in 0..<rounds(at: index, of: levels.count) {
      try progress(done / work.reduce(0, +))
      var random = SplitMix64(seed: seed, index, round)
      field.search(levels[index], rounds: 1, seed: random.next())
      levels[index].vote(field, .byLikeness)
      done += Double(levels[index].targets.count)
    }
  }
  field.measure(levels[0])
  try Interruption.check()
  return GradientDomain(levels[0], field).joined(over: image)
}

/// About what an exemplar fill costs, in searches for the source of one patch, so that the time of one fill tells that of
/// another: of a hole of some pixels within a rectangle, `searched` pixels of the picture around it.
public func exemplarFillCost(hole: (height: Int, width: Int, pixels: Int), searched: Int) -> Double {
  let (pixels, box) = (Double(hole.pixels), Double(max(1, hole.height * hole.width)))
  // Patches that reach into the hole, and how deep it is where it is as thick as on the average.
  let rim = Double(2 * PatchLevel.radius)
  let targets = min(pixels / box, 1) * (Double(hole.height) + rim) * (Double(hole.width) + rim)
  let depth = pixels / Double(max(hole.height, hole.width, 1)) / 2
  var (count, side) = (1, 1.0)
  while depth / side > Double(deepestFirstFill), count < 16 { (count, side) = (count + 1, 2 * side) }
  let searches = (0..<count).reduce(0.0) { sum, level in
    let patches = targets / Double(1 << (2 * level))
    return sum + patches * Double(rounds(at: level, of: count) + (level == count - 1 ? 4 : 0))
  }
  let (unknown, sources) = (pixels / (side * side), max(0, Double(searched) - pixels) / (side * side))
  return searches + FrontFill.searches(unknown: unknown, sources: sources) + pixels * costOfJoining
    + Double(searched) * costOfPixel
}

/// About how many bytes an exemplar fill takes at its height that looks for pieces among so many pixels.
public func exemplarFillMemory(pixels: Int) -> Int { 100 * pixels }

/// Of joining the pieces, for each pixel of the hole, and of looking at each pixel that is searched; in searches of one patch,
/// as measured.
private let (costOfJoining, costOfPixel) = (2.0, 0.05)

/// How often patches are searched for and pixels voted on at one of so many levels: structure is found where pictures are
/// small, the full size only places details.
private func rounds(at level: Int, of count: Int) -> Int {
  switch level {
  case 0: count == 1 ? 4 : 2
  case 1: 5
  default: 10
  }
}

extension PatchLevel {
  /// Unknown pixels that a `FrontFill` takes a second for; where there are more at the smallest level they are scratches all
  /// over a large picture, for which a smooth first fill will do.
  static let mostForFront = 30_000

  /// Gives the unknown pixels their first values.
  fileprivate mutating func fillFirst() throws {
    if unknown.count <= Self.mostForFront {
      var front = FrontFill(self)
      pixels = try front.filled()
    } else {
      let known = Tensor(Shape(1, height, width, 1)) { out in
        Parallel.forRanges(isKnown.count, chunk: Pieces.size) { for p in $0 { out[p] = isKnown[p] ? 1 : 0 } }
      }
      pixels = pushPull(pixels, known: known)
    }
  }
}

/// The deepest hole, in pixels to what is known, that the first fill is made for: deeper ones need smaller pictures, in much
/// smaller ones lines get lost.
private let deepestFirstFill = 12

/// The picture and its halves, down to where the hole is small.
private func pyramid(_ image: Tensor, isKnown: [Bool], isAllowed: [Bool]) throws -> [PatchLevel] {
  var levels = [PatchLevel(withRoughness(image, isKnown), isKnown: isKnown, isAllowed: isAllowed)]
  while let last = levels.last, last.depth > deepestFirstFill {
    try Interruption.check()
    let half = last.halved()
    // Where little is known, small levels have no whole patches left.
    guard half.sources.count >= 64 else { break }
    levels.append(half)
  }
  // What was stopped half way is no level.
  try Interruption.check()
  return levels
}
