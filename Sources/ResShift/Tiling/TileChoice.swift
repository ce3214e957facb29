import ModelLibrary

extension ModelArchitecture {
  /// Side of the default tile in latent positions: attention of VQ models grows with the square of the area.
  var defaultTileSide: Int {
    if case .vq = autoencoder { 128 } else { 256 }
  }
}

/// Chooses the tiles of a latent within the memory there is.
struct TileChoice {
  let architecture: ModelArchitecture
  let options: RestoreOptions
  /// Bytes that weights will take which are not in memory yet.
  var pendingWeights = 0

  private var estimate: MemoryEstimate { MemoryEstimate(architecture: architecture, threads: options.threads) }

  /// Bytes that the restoration of a latent in tiles takes beside the weights.
  func memory(of plan: TilePlan) -> Int {
    estimate.picture(height: plan.height, width: plan.width)
      + estimate.tile(height: plan.tileHeight, width: plan.tileWidth)
  }

  /// Throws `RestoreError.notEnoughMemory` when the tile asked for, or the smallest one, does not fit.
  func plan(height: Int, width: Int) throws -> TilePlan {
    let multiple = architecture.unet.latentMultiple
    let overlap = options.overlap.map(latentPositions) ?? 16
    func plan(_ side: Int) -> TilePlan { TilePlan(height: height, width: width, side: side, overlap: overlap) }
    func multipleOf(_ side: Int) -> Int { max(multiple, (side + multiple - 1) / multiple * multiple) }
    let fixed = estimate.picture(height: height, width: width)
    func need(_ plan: TilePlan) -> Int { memory(of: plan) }
    let budget = MemoryBudget(limit: options.memoryLimit, promised: pendingWeights)

    switch options.tile {
    case .whole, .pixels:
      var side = max(height, width)
      if case .pixels(let pixels) = options.tile {
        side = multipleOf(min(latentPositions(pixels), side))
      }
      let chosen = plan(side)
      guard need(chosen) <= budget.bytes else {
        guard fixed < budget.bytes else { throw RestoreError.notEnoughMemory(.picture, needed: fixed, budget) }
        throw RestoreError.notEnoughMemory(.tile(side: inputSide(chosen)), needed: need(chosen), budget)
      }
      return chosen
    case .automatic:
      func plan(_ side: Int) -> TilePlan {
        TilePlan(height: height, width: width, side: side, overlap: overlap, shrinkingToMultipleOf: multiple)
      }
      let preferred = plan(multipleOf(architecture.defaultTileSide))
      for side in stride(from: multipleOf(architecture.defaultTileSide), to: 0, by: -multiple) {
        let chosen = plan(side)
        guard need(chosen) <= budget.bytes else { continue }
        if (chosen.tileHeight, chosen.tileWidth) != (preferred.tileHeight, preferred.tileWidth) {
          options.notice?(Notice.smallerTiles(inputSide(chosen), insteadOf: inputSide(preferred), budget).text)
        }
        return chosen
      }
      guard fixed < budget.bytes else { throw RestoreError.notEnoughMemory(.picture, needed: fixed, budget) }
      let smallest = plan(multiple)
      throw RestoreError.notEnoughMemory(
        .smallestTile(side: inputSide(smallest)), needed: need(smallest), budget)
    }
  }

  /// Model-input pixels as latent positions, rounded up; any number, however large.
  private func latentPositions(_ pixels: Int) -> Int {
    let (whole, rest) = max(pixels, 0).quotientAndRemainder(dividingBy: architecture.inputPerLatent)
    return whole + (rest > 0 ? 1 : 0)
  }

  private func inputSide(_ plan: TilePlan) -> Int { max(plan.tileHeight, plan.tileWidth) * architecture.inputPerLatent }
}
