import ModelLibrary
import Models
import TensorCore

/// How much memory a restoration takes, in bytes, from the sizes of the networks alone.
///
/// Meant to be 5 to 40 % above what runs of `resshift bench` and of real pictures were measured to take beside the weights.
struct MemoryEstimate {
  let architecture: ModelArchitecture
  let threads: Int

  /// The activations of one tile of `height` by `width` latent positions: the largest of the stages.
  func tile(height: Int, width: Int) -> Int {
    let positions = height * width
    return withReserve(4 * max(unet(positions), autoencoder(positions), start(height, width))) + scratch(positions)
  }

  /// What lives beside the tiles: the picture, latents and blended sums, for `height` by `width` latent positions.
  func picture(height: Int, width: Int) -> Int {
    let positions = height * width
    let scale = architecture.diffusion.sf
    let output = positions * architecture.autoencoder.downsampling * architecture.autoencoder.downsampling
    let latent = positions * architecture.autoencoder.latentChannels
    // What is joined of one row of tiles.
    let rows = min(height, architecture.defaultTileSide + 2 * TileBlender.bandRows)
    let band = rows * width * architecture.autoencoder.latentChannels
    // z_y and z, with the prediction; then z and the output; then that, and its crop or its samples. The input as samples and
    // tensor, filled, padded, with masks.
    return withReserve(4 * (max(2 * latent + band, latent + 4 * output, 7 * output) + 16 * output / (scale * scale)))
  }

  /// With what the reserve of freed memory may keep beside `bytes` of tensors.
  private func withReserve(_ bytes: Int) -> Int { bytes + MemoryReserve.slack(peak: bytes) }

  /// Tensors that are as large as the picture, its latent or its result, in bytes, and how many of a kind there are at once: what may
  /// lie in a file.
  private func wholes(height: Int, width: Int) -> [(bytes: Int, count: Int)] {
    let positions = height * width
    let (scale, down) = (architecture.diffusion.sf, architecture.autoencoder.downsampling)
    let output = positions * down * down
    let input = output / (scale * scale)
    let channels = architecture.autoencoder.latentChannels
    // Of one row of tiles, joined: sums and weights.
    let row = min(height, architecture.defaultTileSide) * width
    return [
      // The picture as it is seen, filled, padded; planes of alpha or a mask.
      (12 * input, 3), (4 * input, 3), (4 * row * channels, 1), (4 * row, 1), (12 * row * down * down, 1),
      (4 * row * down * down, 1), (4 * output, 2),
      // z_y and z, with the one before it; or z and the result; or the result and its part.
      (max(4 * channels * positions, 12 * output), 3),
    ]
  }

  /// Bytes of the file that holds what is as large as the picture and has `smallest` bytes or more; `results` more tensors as large as
  /// the result are needed.
  func file(height: Int, width: Int, smallest: Int, results: Int) -> Int {
    let wholes = wholes(height: height, width: width)
    return wholes.filter { $0.bytes >= smallest }.reduce(0) { $0 + $1.bytes * $1.count } + results
      * wholes[wholes.count - 1].bytes
  }

  /// What of it is in memory nevertheless.
  func besideFile(height: Int, width: Int, smallest: Int) -> Int {
    wholes(height: height, width: width).filter { $0.bytes < smallest }.reduce(0) { $0 + $1.bytes * $1.count }
  }

  /// Bytes of the largest tensor of a tile, about: larger ones are not of a tile.
  func largestOfTile(height: Int, width: Int) -> Int {
    let positions = height * width
    let unet = architecture.unet
    var most = 0
    for (level, multiple) in unet.channelMult.enumerated() {
      let (plane, width) = (positions >> (2 * level), multiple * unet.modelChannels)
      let outer = unet.channelMult[min(level + 1, unet.channelMult.count - 1)] * unet.modelChannels
      most = max(most, (outer + width) * plane, max(3, Int(unet.mlpRatio.rounded(.up))) * unet.swinEmbedDim * plane)
    }
    return 4 * max(most, autoencoder(positions) / 2, start(height, width) / 2)
  }

  /// Bytes of all threads' own memory, weights and products of Winograd's algorithm, pieces of im2col matrices or of
  /// attention scores, of which a piece has 16 rows at least; for the many channels of VQ models also the input that
  /// Winograd's algorithm holds for all threads.
  private func scratch(_ positions: Int) -> Int {
    guard case .vq = architecture.autoencoder else { return threads * 12 << 20 }
    return 16 << 20 + threads * max(12 << 20, 4 * 16 * positions)
  }

  /// Elements: the skips that are left on the way up, and the widest ResBlock or Swin block.
  private func unet(_ positions: Int) -> Int {
    let unet = architecture.unet
    let mlp = 3 + 2 * Int(unet.mlpRatio.rounded(.up))
    var (skips, most) = (0, 0)
    for (level, multiple) in unet.channelMult.enumerated() {
      let (plane, width) = (positions >> (2 * level), multiple * unet.modelChannels)
      let outer = unet.channelMult[min(level + 1, unet.channelMult.count - 1)] * unet.modelChannels
      skips += (unet.numResBlocks[level] + 1) * width * plane
      // [h, skip], the first convolution's output, the second's and what Winograd holds of both.
      most = max(most, skips + 2 * (outer + width) * plane)
      // The middle of the UNet, on the last level, always has one.
      let hasSwin = level == unet.channelMult.count - 1 || unet.hasSwinLayers(atLevel: level)
      if hasSwin { most = max(most, skips + max(7, mlp) * unet.swinEmbedDim * plane) }
    }
    let ratio = architecture.inputPerLatent
    let condition = ratio > 1 ? 2 * 16 * positions * ratio * ratio : 0
    return max(most, condition)
  }

  /// Elements: two planes of the start network's channels, or the last one with its pixels, for what it sees of a tile.
  private func start(_ height: Int, _ width: Int) -> Int {
    guard let start = architecture.start else { return 0 }
    let (ratio, scale) = (architecture.inputPerLatent, architecture.diffusion.sf)
    let pixels = (height * ratio + 2 * start.reach) * (width * ratio + 2 * start.reach)
    return pixels * (start.channels + max(start.channels, 9 * scale * scale))
  }

  /// Elements of the widest block of the decoder, which is the larger half.
  private func autoencoder(_ positions: Int) -> Int {
    guard case .vq(let vq) = architecture.autoencoder else { return 0 }
    let levels = vq.chMult.count
    return (0..<levels).map { level in
      let pixels = positions << (2 * (levels - 1 - level))
      let (width, outer) = (vq.chMult[level] * vq.ch, vq.chMult[min(level + 1, levels - 1)] * vq.ch)
      // x, its norm and the first convolution's output; coarsest: q, k, v and three more.
      return (level == levels - 1 ? 6 * width : 2 * outer + max(width, (outer + 3) / 4)) * pixels
    }.max() ?? 0
  }
}
