@_exported import ModelLibrary

extension ModelDescriptor {
  /// Model-input pixels a side for one latent position.
  var inputPerLatent: Int { unet.lqSize / unet.imageSize }

  /// Share of the work of each stage for one tile, a step of the UNet being 1; for progress only.
  var stageWork: (encode: Double, step: Double, decode: Double) {
    if case .vq = autoencoder { (3.4, 1, 6.6) } else { (0.01, 1, 0.01) }
  }

  /// Side of the default tile in latent positions: attention of VQ models grows with the square of the area.
  fileprivate var defaultTileSide: Int {
    if case .vq = autoencoder { 128 } else { 256 }
  }
}

/// Chooses the tiles of a latent within the memory there is.
struct TileChoice {
  let descriptor: ModelDescriptor
  let options: RestoreOptions
  /// Bytes that weights will take which are not in memory yet.
  var pendingWeights = 0

  /// Throws `RestoreError.notEnoughMemory` when the tile asked for, or the smallest one, does not fit.
  func plan(height: Int, width: Int) throws -> TilePlan {
    let multiple = descriptor.unet.latentMultiple
    let overlap = options.overlap.map(latentPositions) ?? 16
    func plan(_ side: Int) -> TilePlan { TilePlan(height: height, width: width, side: side, overlap: overlap) }
    func multipleOf(_ side: Int) -> Int { max(multiple, (side + multiple - 1) / multiple * multiple) }
    let estimate = MemoryEstimate(descriptor: descriptor, threads: options.threads)
    let fixed = estimate.picture(height: height, width: width)
    func need(_ plan: TilePlan) -> Int { fixed + estimate.tile(height: plan.tileHeight, width: plan.tileWidth) }
    let budget = Budget(limit: options.memoryLimit, promised: pendingWeights)

    switch options.tile {
    case .whole, .pixels:
      var side = max(height, width)
      if case .pixels(let pixels) = options.tile {
        side = multipleOf(min(latentPositions(pixels), side))
      }
      let chosen = plan(side)
      guard need(chosen) <= budget.bytes else {
        guard fixed < budget.bytes else { throw pictureTooLarge(fixed, budget) }
        throw RestoreError.notEnoughMemory(
          "a tile of \(inputSide(chosen)) pixels needs about \(mebibytes(need(chosen))), but \(budget.words);"
            + " choose a smaller tile, or leave the choice to the program")
      }
      return chosen
    case .automatic:
      func plan(_ side: Int) -> TilePlan {
        TilePlan(height: height, width: width, side: side, overlap: overlap, shrinkingToMultipleOf: multiple)
      }
      let preferred = plan(multipleOf(descriptor.defaultTileSide))
      for side in stride(from: multipleOf(descriptor.defaultTileSide), to: 0, by: -multiple) {
        let chosen = plan(side)
        guard need(chosen) <= budget.bytes else { continue }
        if (chosen.tileHeight, chosen.tileWidth) != (preferred.tileHeight, preferred.tileWidth) {
          options.notice?(
            "working in tiles of \(inputSide(chosen)) instead of \(inputSide(preferred)) pixels, as \(budget.words)")
        }
        return chosen
      }
      guard fixed < budget.bytes else { throw pictureTooLarge(fixed, budget) }
      throw RestoreError.notEnoughMemory(
        "the smallest tile, \(inputSide(plan(multiple))) pixels, needs about \(mebibytes(need(plan(multiple)))), but"
          + " \(budget.words); \(budget.remedy) or use a smaller picture")
    }
  }

  /// Model-input pixels as latent positions, rounded up; any number, however large.
  private func latentPositions(_ pixels: Int) -> Int {
    let (whole, rest) = max(pixels, 0).quotientAndRemainder(dividingBy: descriptor.inputPerLatent)
    return whole + (rest > 0 ? 1 : 0)
  }

  private func pictureTooLarge(_ bytes: Int, _ budget: Budget) -> RestoreError {
    .notEnoughMemory(
      "a picture of this size needs about \(mebibytes(bytes)) whatever the tile, but \(budget.words); \(budget.remedy)"
        + " or use a smaller picture")
  }

  private func inputSide(_ plan: TilePlan) -> Int { max(plan.tileHeight, plan.tileWidth) * descriptor.inputPerLatent }
}

/// Bytes that a restoration may still take, and why no more.
private struct Budget {
  let bytes: Int
  /// The second half of "needs so much, but ...".
  let words: String
  /// What gives more, for "... or use a smaller picture".
  let remedy: String

  /// `limit` is for the whole program; nil = what the machine has free. `promised` bytes of it are as good as taken.
  init(limit: Int?, promised: Int) {
    let free = max(0, (SystemMemory.available ?? Int.max / 2) - promised)
    let held = (SystemMemory.resident ?? 0) + promised
    guard let limit, limit - held < free else {
      bytes = free
      words = "only \(mebibytes(free)) of memory are free"
      remedy = "close other programs"
      return
    }
    bytes = max(0, limit - held)
    words =
      limit > held
      ? "the limit of \(mebibytes(limit)) leaves \(mebibytes(bytes)) beside model and picture"
      : "the limit is \(mebibytes(limit)), and the program with model and picture takes \(mebibytes(held))"
    remedy = "raise the limit"
  }
}

/// Limits are given in powers of 1024; what would read as nothing stays in bytes.
private func mebibytes(_ bytes: Int) -> String {
  bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
}
