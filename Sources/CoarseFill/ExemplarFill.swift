import TensorCore

/// The coarse fill of a hole with pieces of its surroundings.
///
/// From a small version of the picture up, each patch over the hole is given the known patch that is most like it, and each
/// pixel of the hole what those say, until they agree (Wexler, Shechtman, Irani, Space-Time Completion of Video, 2007; with
/// the channels for roughness of Newson et al., Video Inpainting of Complex Scenes, 2014).
///
/// `image` [1, h, w, 3] in [-1, 1], `known` [1, h, w, 1] of 0 and 1; known pixels keep their value. Where nothing known is
/// large enough to take patches from, the smooth fill of `pushPull`. Another `seed` finds other pieces. `progress` is
/// told the share that is done; what it throws ends the work.
public func exemplarFill(
  _ image: Tensor, known: Tensor, seed: UInt64, progress: (Double) throws -> Void = { _ in }
) throws -> Tensor {
  let pixels = image.shape.pixels
  let isKnown = known.read { known in (0..<pixels).map { known[$0] > 0 } }
  var levels = pyramid(image, isKnown: isKnown)
  guard let top = levels.last, !top.sources.isEmpty else { return pushPull(image, known: known) }
  guard !levels[0].unknown.isEmpty else { return image }

  let work = levels.enumerated().map { Double(rounds(at: $0) * $1.targets.count) }
  let whole = work.reduce(0, +)
  var done = 0.0
  levels[levels.count - 1].peel()
  var field = PatchField(top, seed: seed)
  for index in levels.indices.reversed() {
    if index < levels.count - 1 {
      field = PatchField(levels[index], from: field, of: levels[index + 1], seed: seed)
      levels[index].vote(field, .evenly)
      levels[index + 1].pixels = Tensor(Shape(1, 1, 1, 1))  // Not needed any more.
    }
    for round in 0..<rounds(at: index) {
      try progress(done / whole)
      field.measure(levels[index])
      for (pass, step) in [4, 2, 1].enumerated() {
        var random = SplitMix64(seed: seed, index, round, pass)
        field.search(levels[index], step: step, seed: random.next())
      }
      levels[index].vote(field, .byLikeness)
      done += Double(levels[index].targets.count)
    }
  }
  field.measure(levels[0])
  return GradientDomain(levels[0], origins: levels[0].origins(field)).joined(over: image)
}

/// How often patches are searched for and pixels voted on at a level: structure is found where pictures are small.
private func rounds(at level: Int) -> Int { level == 0 ? 2 : level == 1 ? 5 : 10 }

/// The picture and its halves, down to where all of the hole lies close to something known.
private func pyramid(_ image: Tensor, isKnown: [Bool]) -> [PatchLevel] {
  var levels = [PatchLevel(withRoughness(image, isKnown), isKnown: isKnown)]
  while let last = levels.last, last.depth > PatchLevel.radius + 1 || last.comparisons > PatchLevel.mostComparisons {
    let next = last.halved()
    guard next.sources.count >= 64 else { break }
    levels.append(next)
  }
  return levels
}
