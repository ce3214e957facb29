import ModelLibrary

extension ModelArchitecture {
  /// Side of the default tile in latent positions: attention of VQ models grows with the square of the area.
  var defaultTileSide: Int {
    if case .vq = autoencoder { 128 } else { 256 }
  }
}

/// Chooses the tiles of a latent within the memory there is, and whether what is as large as the picture lies in a file.
struct TileChoice {
  let architecture: ModelArchitecture
  var options: RestoreOptions
  /// Bytes that weights will take which are not in memory yet.
  var pendingWeights = 0
  /// Where the work has begun already: whether it has a file.
  private var isInFile: Bool? { options.isInFile }
  private var need: MemoryNeed { options.need }

  private var estimate: MemoryEstimate { MemoryEstimate(architecture: architecture, threads: options.threads) }

  /// Bytes that the restoration of a latent in tiles takes beside the weights.
  func memory(of plan: TilePlan) -> Int {
    need.beside + estimate.picture(height: plan.height, width: plan.width)
      + estimate.tile(height: plan.tileHeight, width: plan.tileWidth)
  }

  /// The file for a plan: its bytes, those of its smallest tensor, and what the restoration takes in memory then, weights aside.
  func file(of plan: TilePlan) -> (bytes: Int, smallest: Int, memory: Int) {
    let tile = (height: plan.tileHeight, width: plan.tileWidth)
    let smallest = max(Self.leastInFile, estimate.largestOfTile(height: tile.height, width: tile.width) + 1)
    let memory =
      need.beside + need.besideFile + Self.window + estimate.tile(height: tile.height, width: tile.width)
      + estimate.besideFile(height: plan.height, width: plan.width, smallest: smallest)
    let bytes = estimate.file(height: plan.height, width: plan.width, smallest: smallest, results: need.results)
    return (bytes, smallest, memory)
  }

  /// Smaller tensors are not worth a file.
  private static let leastInFile = 8 << 20
  /// Bytes of the file's pages that are in the process at once, at least.
  static let window = 48 << 20

  struct Choice {
    let plan: TilePlan
    let isInFile: Bool
  }

  /// What a choice takes in memory beside the weights.
  func memory(of choice: Choice) -> Int { choice.isInFile ? file(of: choice.plan).memory : memory(of: choice.plan) }

  func plan(height: Int, width: Int) throws -> TilePlan { try choice(height: height, width: width).plan }

  /// Throws `RestoreError.notEnoughMemory` when the tile asked for, or the smallest one, does not fit.
  ///
  /// Smaller tiles come before a file as long as they are half the usual side or more; a file comes before smaller ones.
  func choice(height: Int, width: Int) throws -> Choice {
    let multiple = architecture.unet.latentMultiple
    let overlap = options.overlap.map(latentPositions) ?? 16
    func plan(_ side: Int) -> TilePlan { TilePlan(height: height, width: width, side: side, overlap: overlap) }
    func multipleOf(_ side: Int) -> Int { max(multiple, (side + multiple - 1) / multiple * multiple) }
    let budget = options.budget ?? MemoryBudget(limit: options.memoryLimit, promised: pendingWeights)
    // A mapped file takes addresses, too.
    let addresses = SystemMemory.addressSpace ?? .max
    func fits(_ plan: TilePlan, inFile: Bool) -> Bool {
      guard (isInFile ?? inFile) == inFile else { return false }
      guard inFile else { return memory(of: plan) <= budget.bytes }
      let file = file(of: plan)
      // Who has the file has its addresses, and most of the others.
      return file.memory <= budget.bytes && (isInFile == true || file.memory + file.bytes <= addresses)
    }
    func refusal(_ shortage: MemoryShortage, _ plan: TilePlan) -> RestoreError {
      .notEnoughMemory(shortage, needed: least(plan), budget)
    }

    switch options.tile {
    case .whole, .pixels:
      var side = max(height, width)
      if case .pixels(let pixels) = options.tile {
        side = multipleOf(min(latentPositions(pixels), side))
      }
      let chosen = plan(side)
      if let inFile = [false, true].first(where: { fits(chosen, inFile: $0) }) {
        return Choice(plan: chosen, isInFile: inFile)
      }
      guard fixed(chosen) < budget.bytes else { throw refusal(.picture, chosen) }
      throw refusal(.tile(side: inputSide(chosen)), chosen)
    case .automatic:
      func plan(_ side: Int) -> TilePlan {
        TilePlan(height: height, width: width, side: side, overlap: overlap, shrinkingToMultipleOf: multiple)
      }
      let usual = multipleOf(architecture.defaultTileSide)
      let sides = Array(stride(from: usual, to: 0, by: -multiple))
      let (large, small) = (sides.filter { 2 * $0 >= usual }, sides.filter { 2 * $0 < usual })
      let tries = large.map { ($0, false) } + large.map { ($0, true) } + small.flatMap { [($0, false), ($0, true)] }
      let preferred = plan(usual)
      for (side, inFile) in tries {
        let chosen = plan(side)
        guard fits(chosen, inFile: inFile) else { continue }
        if (chosen.tileHeight, chosen.tileWidth) != (preferred.tileHeight, preferred.tileWidth) {
          options.notice?(Notice.smallerTiles(inputSide(chosen), insteadOf: inputSide(preferred), budget).text)
        }
        return Choice(plan: chosen, isInFile: inFile)
      }
      let smallest = plan(multiple)
      guard fixed(smallest) < budget.bytes else { throw refusal(.picture, smallest) }
      throw refusal(.smallestTile(side: inputSide(smallest)), smallest)
    }
  }

  /// What a plan takes at least: with a file, unless the work has begun without one.
  private func least(_ plan: TilePlan) -> Int {
    isInFile == false ? memory(of: plan) : min(memory(of: plan), file(of: plan).memory)
  }

  /// What the picture takes whatever the tile.
  private func fixed(_ plan: TilePlan) -> Int {
    least(plan) - estimate.tile(height: plan.tileHeight, width: plan.tileWidth)
  }

  /// Model-input pixels as latent positions, rounded up; any number, however large.
  private func latentPositions(_ pixels: Int) -> Int {
    let (whole, rest) = max(pixels, 0).quotientAndRemainder(dividingBy: architecture.inputPerLatent)
    return whole + (rest > 0 ? 1 : 0)
  }

  private func inputSide(_ plan: TilePlan) -> Int { max(plan.tileHeight, plan.tileWidth) * architecture.inputPerLatent }
}
