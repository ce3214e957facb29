import Models

extension ModelDescriptor {
  /// Trainable numbers of the UNet and the autoencoder together; buffers are not counted.
  public var parameterCount: Int { unet.parameterCount + autoencoder.parameterCount }
}

private func conv(_ inChannels: Int, _ outChannels: Int, kernel: Int = 3) -> Int {
  inChannels * outChannels * kernel * kernel + outChannels
}

private func norm(_ channels: Int) -> Int { 2 * channels }

extension UNetConfiguration {
  /// Counted as the layers are built (design of the published `UNetModelSwin`).
  public var parameterCount: Int {
    let embedding = 4 * modelChannels
    let widths = channelMult.map { $0 * modelChannels }
    func resBlock(_ input: Int, _ output: Int) -> Int {
      norm(input) + conv(input, output) + conv(embedding, 2 * output, kernel: 1) + norm(output) + conv(output, output)
        + (input == output ? 0 : conv(input, output, kernel: 1))
    }
    func swinLayer(_ channels: Int, level: Int) -> Int {
      let hidden = Int(Double(swinEmbedDim) * mlpRatio)
      let side = 2 * window(atLevel: level) - 1
      let block =
        2 * norm(swinEmbedDim) + conv(swinEmbedDim, 3 * swinEmbedDim, kernel: 1)
        + conv(swinEmbedDim, swinEmbedDim, kernel: 1) + side * side * (swinEmbedDim / numHeadChannels)
        + conv(swinEmbedDim, hidden, kernel: 1) + conv(hidden, swinEmbedDim, kernel: 1)
      return conv(channels, swinEmbedDim, kernel: 1) + swinDepth * block + conv(swinEmbedDim, channels, kernel: 1)
    }
    var total = conv(modelChannels, embedding, kernel: 1) + conv(embedding, embedding, kernel: 1)
    var condition = condMask ? 4 : 3
    for stage in 0..<featureExtractorStages {
      total += conv(condition, 16 << stage) + conv(16 << stage, 32 << stage)
      condition = 32 << stage
    }
    var channels = widths[0]
    total += conv(inChannels + condition, channels)
    var skips = [channels]
    for (level, width) in widths.enumerated() {
      for block in 0..<numResBlocks[level] {
        total += resBlock(channels, width)
        total += block == 0 && hasSwinLayers(atLevel: level) ? swinLayer(width, level: level) : 0
        channels = width
        skips.append(channels)
      }
      if level < widths.count - 1 {
        total += conv(channels, channels)
        skips.append(channels)
      }
    }
    total += 2 * resBlock(channels, channels) + swinLayer(channels, level: widths.count - 1)
    for (level, width) in widths.enumerated().reversed() {
      for block in 0...numResBlocks[level] {
        total += resBlock(channels + skips.removeLast(), width)
        total += block == 0 && hasSwinLayers(atLevel: level) ? swinLayer(width, level: level) : 0
        channels = width
      }
      if level > 0 { total += conv(channels, channels) }
    }
    return total + norm(channels) + conv(channels, outChannels)
  }
}

extension AutoencoderConfiguration {
  /// 0 for pixel-unshuffle.
  public var parameterCount: Int {
    guard case .vq(let vq) = self else { return 0 }
    let widths = vq.chMult.map { $0 * vq.ch }
    let deepest = widths[widths.count - 1]
    func resnetBlock(_ input: Int, _ output: Int) -> Int {
      norm(input) + conv(input, output) + norm(output) + conv(output, output)
        + (input == output ? 0 : conv(input, output, kernel: 1))
    }
    let middle = 2 * resnetBlock(deepest, deepest) + norm(deepest) + 4 * conv(deepest, deepest, kernel: 1)

    var encoder = conv(vq.inChannels, vq.ch)
    var channels = vq.ch
    for (level, width) in widths.enumerated() {
      for _ in 0..<vq.numResBlocks[level] {
        encoder += resnetBlock(channels, width)
        channels = width
      }
      if level < widths.count - 1 { encoder += conv(channels, channels) }
    }
    encoder += middle + norm(deepest) + conv(deepest, vq.zChannels)

    var decoder = conv(vq.zChannels, deepest) + middle
    for (level, width) in widths.enumerated().reversed() {
      for _ in 0...vq.numResBlocks[level] {
        decoder += resnetBlock(channels, width)
        channels = width
      }
      if level > 0 { decoder += conv(channels, channels) }
    }
    decoder += norm(channels) + conv(channels, vq.outCh)
    return encoder + decoder + vq.nEmbed * vq.embedDim + conv(vq.zChannels, vq.embedDim, kernel: 1)
      + conv(vq.embedDim, vq.zChannels, kernel: 1)
  }
}
