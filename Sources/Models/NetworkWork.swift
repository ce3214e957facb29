import TensorCore

/// What a network does for a picture of some size, counted from its sizes alone.
public struct NetworkWork: Sendable, Equatable {
  /// Operations of the plain algorithms, as `WorkCount` has them: two for each multiply-add.
  public private(set) var operations = 0
  /// What takes the time, in operations on one vector: those of the algorithms that are chosen. Comparable between networks and
  /// sizes, so that the time of one tells that of another.
  public private(set) var cost = 0.0

  public init() {}

  public static func + (a: NetworkWork, b: NetworkWork) -> NetworkWork {
    var sum = a
    sum.operations += b.operations
    sum.cost += b.cost
    return sum
  }

  public static func * (count: Int, work: NetworkWork) -> NetworkWork {
    var product = work
    product.operations *= count
    product.cost *= Double(count)
    return product
  }

  /// A convolution of 3x3 with its norm, to `height` x `width` output pixels.
  fileprivate mutating func convolve(_ input: Int, _ output: Int, _ height: Int, _ width: Int, stride: Int = 1) {
    operations += 2 * 9 * input * output * height * width
    cost += Double(ConvolutionAlgorithm.cost(height: height, width: width, input, output, stride: stride))
    // Norm, activation and residual go over the input and the output once.
    cost += Double((input + output) * height * width) * Self.costOfElement
  }

  /// A linear layer on each of so many positions.
  fileprivate mutating func multiply(_ input: Int, _ output: Int, positions: Int) {
    operations += 2 * input * output * positions
    cost += Double(input * output) / 16 * Double(positions) * Self.costOfProduct
    cost += Double((input + output) * positions) * Self.costOfElement
  }

  /// Attention of so many groups of tokens, each with all of its group.
  fileprivate mutating func attend(groups: Int, tokens: Int, channels: Int) {
    operations += 4 * groups * tokens * tokens * channels
    cost += Double(2 * groups * tokens * tokens * channels) / 16 * Self.costOfAttention
  }

  /// The search for the nearest of so many codes.
  fileprivate mutating func search(codes: Int, channels: Int, positions: Int) {
    operations += 2 * codes * channels * positions
    cost += Double(codes * channels * positions) / 16 * Self.costOfSearch
  }

  /// Relative to the products of a convolution, as measured with `resshift bench`.
  private static var costOfProduct: Double { 1.1 * shareInPrecision }
  private static var costOfAttention: Double { 1.6 * shareInPrecision }
  private static let costOfSearch = 1.6
  private static let costOfElement = 0.5
  /// What matrix units leave of it.
  private static var shareInPrecision: Double { Precision.current.hasMatrixUnits ? 0.35 : 1 }
}

extension UNetConfiguration {
  /// One step for a latent of `height` x `width`, of either kind of autoencoder.
  public func work(height: Int, width: Int) -> NetworkWork {
    var work = NetworkWork()
    let embedding = 4 * modelChannels
    work.multiply(modelChannels, embedding, positions: 1)
    work.multiply(embedding, embedding, positions: 1)
    var (conditionChannels, side) = (condMask ? 4 : 3, lqSize / imageSize)
    for stage in 0..<featureExtractorStages {
      let inner = 16 << stage
      work.convolve(conditionChannels, inner, side * height, side * width)
      side /= 2
      work.convolve(inner, 2 * inner, side * height, side * width, stride: 2)
      conditionChannels = 2 * inner
    }
    let widths = channelMult.map { $0 * modelChannels }
    let last = widths.count - 1
    var channels = widths[0]
    work.convolve(inChannels + conditionChannels, channels, height, width)
    var skips = [channels]
    for (level, wide) in widths.enumerated() {
      for index in 0..<numResBlocks[level] {
        work = work + block(channels, wide, level, height, width, hasSwin: index == 0)
        channels = wide
        skips.append(channels)
      }
      guard level < last else { continue }
      work.convolve(channels, channels, height >> (level + 1), width >> (level + 1), stride: 2)
      skips.append(channels)
    }
    work = work + 2 * block(channels, channels, last, height, width, hasSwin: false)
    work = work + swinLayer(channels, last, height, width)
    for level in widths.indices.reversed() {
      for index in 0...numResBlocks[level] {
        work = work + block(channels + skips.removeLast(), widths[level], level, height, width, hasSwin: index == 0)
        channels = widths[level]
      }
      if level > 0 { work.convolve(channels, channels, height >> (level - 1), width >> (level - 1)) }
    }
    work.convolve(channels, outChannels, height, width)
    return work
  }

  /// A ResBlock on a level, and the Swin layer behind it, if it has one.
  private func block(_ input: Int, _ output: Int, _ level: Int, _ height: Int, _ width: Int, hasSwin: Bool)
    -> NetworkWork
  {
    var work = NetworkWork()
    let (h, w) = (height >> level, width >> level)
    work.convolve(input, output, h, w)
    work.multiply(4 * modelChannels, 2 * output, positions: 1)
    work.convolve(output, output, h, w)
    if input != output { work.multiply(input, output, positions: h * w) }
    return hasSwin && hasSwinLayers(atLevel: level) ? work + swinLayer(output, level, height, width) : work
  }

  private func swinLayer(_ channels: Int, _ level: Int, _ height: Int, _ width: Int) -> NetworkWork {
    var work = NetworkWork()
    let (h, w) = (height >> level, width >> level)
    let (positions, dim, hidden) = (h * w, swinEmbedDim, Int(Double(swinEmbedDim) * mlpRatio))
    let tokens = min(h, self.window(atLevel: level)) * min(w, self.window(atLevel: level))
    work.multiply(channels, dim, positions: positions)
    for _ in 0..<swinDepth {
      work.multiply(dim, 3 * dim, positions: positions)
      work.attend(groups: positions / tokens, tokens: tokens, channels: dim)
      work.multiply(dim, dim, positions: positions)
      work.multiply(dim, hidden, positions: positions)
      work.multiply(hidden, dim, positions: positions)
    }
    work.multiply(dim, channels, positions: positions)
    return work
  }
}

extension AutoencoderConfiguration {
  /// Encoding a picture to a latent of `height` x `width`.
  public func encodingWork(height: Int, width: Int) -> NetworkWork {
    guard case .vq(let vq) = self else { return NetworkWork() }
    return vq.encodingWork(height, width)
  }

  /// Decoding such a latent.
  public func decodingWork(height: Int, width: Int) -> NetworkWork {
    guard case .vq(let vq) = self else { return NetworkWork() }
    return vq.decodingWork(height, width)
  }
}

extension VQConfiguration {
  private var widths: [Int] { chMult.map { $0 * ch } }

  fileprivate func encodingWork(_ height: Int, _ width: Int) -> NetworkWork {
    var work = NetworkWork()
    let last = widths.count - 1
    var channels = ch
    work.convolve(inChannels, channels, height << last, width << last)
    for (level, wide) in widths.enumerated() {
      let (h, w) = (height << (last - level), width << (last - level))
      for _ in 0..<numResBlocks[level] {
        work = work + block(channels, wide, h, w)
        channels = wide
      }
      if level < last { work.convolve(channels, channels, h / 2, w / 2, stride: 2) }
    }
    work = work + middle(channels, height, width)
    work.convolve(channels, zChannels, height, width)
    work.multiply(zChannels, embedDim, positions: height * width)
    return work
  }

  fileprivate func decodingWork(_ height: Int, _ width: Int) -> NetworkWork {
    var work = NetworkWork()
    let last = widths.count - 1
    var channels = widths[last]
    work.search(codes: nEmbed, channels: embedDim, positions: height * width)
    work.multiply(embedDim, zChannels, positions: height * width)
    work.convolve(zChannels, channels, height, width)
    work = work + middle(channels, height, width)
    for level in widths.indices.reversed() {
      let (h, w) = (height << (last - level), width << (last - level))
      for _ in 0...numResBlocks[level] {
        work = work + block(channels, widths[level], h, w)
        channels = widths[level]
      }
      if level > 0 { work.convolve(channels, channels, 2 * h, 2 * w) }
    }
    work.convolve(channels, outCh, height << last, width << last)
    return work
  }

  private func block(_ input: Int, _ output: Int, _ height: Int, _ width: Int) -> NetworkWork {
    var work = NetworkWork()
    work.convolve(input, output, height, width)
    work.convolve(output, output, height, width)
    if input != output { work.multiply(input, output, positions: height * width) }
    return work
  }

  private func middle(_ channels: Int, _ height: Int, _ width: Int) -> NetworkWork {
    var work = 2 * block(channels, channels, height, width)
    for _ in 0..<4 { work.multiply(channels, channels, positions: height * width) }
    work.attend(groups: 1, tokens: height * width, channels: channels)
    return work
  }
}

extension StartConfiguration {
  /// Making the start of a picture of `height` x `width` input pixels, enlarged `scale` times.
  public func work(height: Int, width: Int, scale: Int) -> NetworkWork {
    var work = NetworkWork()
    work.convolve(3, channels, height, width)
    for _ in 0..<blocks { work.convolve(channels, channels, height, width) }
    work.convolve(channels, 3 * scale * scale, height, width)
    return work
  }
}
