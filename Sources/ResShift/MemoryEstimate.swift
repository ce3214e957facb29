import Models

/// How much memory a restoration takes, in bytes, from the sizes of the networks alone.
struct MemoryEstimate {
  let descriptor: ModelDescriptor
  let threads: Int

  /// The activations of one tile of `height` by `width` latent positions: the largest of the stages.
  func tile(height: Int, width: Int) -> Int {
    let positions = height * width
    let scratch = threads * 12 << 20
    return 4 * max(unet(positions), autoencoder(positions)) + scratch
  }

  /// What lives beside the tiles: input, latents, blended sums and the picture, for `height` by `width` latent positions.
  func picture(height: Int, width: Int) -> Int {
    let positions = height * width
    let pixels = positions * descriptor.autoencoder.downsampling * descriptor.autoencoder.downsampling
    return 4 * (5 * positions * descriptor.autoencoder.latentChannels + 10 * pixels)
  }

  /// Elements: all skips, the widest ResBlock and the widest Swin block.
  private func unet(_ positions: Int) -> Int {
    let unet = descriptor.unet
    var (skips, widest) = (0, 0)
    for (level, multiple) in unet.channelMult.enumerated() {
      let (plane, width) = (positions >> (2 * level), multiple * unet.modelChannels)
      skips += (unet.numResBlocks[level] + 1) * width * plane
      let outer = unet.channelMult[min(level + 1, unet.channelMult.count - 1)] * unet.modelChannels
      widest = max(widest, 3 * (outer + width) * plane)
      if unet.attentionResolutions.contains(unet.imageSize >> level) {
        widest = max(widest, (6 + 2 * Int(unet.mlpRatio)) * unet.swinEmbedDim * plane)
      }
    }
    let ratio = descriptor.inputPerLatent
    let condition = ratio > 1 ? 2 * 16 * positions * ratio * ratio : 0
    return max(skips + widest, condition)
  }

  /// Elements of the widest block of the decoder, which is the larger half.
  private func autoencoder(_ positions: Int) -> Int {
    guard case .vq(let vq) = descriptor.autoencoder else { return 0 }
    let levels = vq.chMult.count
    return (0..<levels).map { level in
      let pixels = positions << (2 * (levels - 1 - level))
      let (width, outer) = (vq.chMult[level] * vq.ch, vq.chMult[min(level + 1, levels - 1)] * vq.ch)
      // x, its norm and the first convolution's output; coarsest: q, k, v and two more.
      return (level == levels - 1 ? 6 * width : 2 * outer + max(width, outer)) * pixels
    }.max() ?? 0
  }
}
