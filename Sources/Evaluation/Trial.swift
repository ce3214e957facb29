import ResShift

/// One picture to restore and the original to compare the result with.
public struct Trial: Sendable {
  public let name: String
  /// RGB.
  public let original: PixelImage
  /// What the model gets, RGB: the original made smaller, spoilt, or with a hole.
  public let input: PixelImage
  /// One channel, above 0 in the hole; for inpainting only.
  public let mask: PixelImage?

  /// Sizes must fit: the mask has the original's size, and so has the input of all tasks but super-resolution.
  public init(name: String, original: PixelImage, input: PixelImage, mask: PixelImage? = nil) {
    precondition(original.channels == 3 && input.channels == 3, "RGB pictures")
    precondition(
      original.width % input.width == 0 && original.width / input.width * input.height == original.height,
      "an original of whole multiples of the input's size")
    precondition(mask.map { ($0.width, $0.height) == (original.width, original.height) } ?? true, "a mask that fits")
    (self.name, self.original, self.input, self.mask) = (name, original, input, mask)
  }

  /// The original with a gray hole.
  public init(name: String, original: PixelImage, mask: PixelImage) {
    var input = original
    for pixel in mask.samples.indices where mask.samples[pixel] > 0 {
      for sample in 3 * pixel..<3 * pixel + 3 { input.samples[sample] = 128.0 / 255 }
    }
    self.init(name: name, original: original, input: input, mask: mask)
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The picture without the model: bicubic, push-pull or the input itself.
    public let baseline: PixelImage
    /// The sample of the first seed.
    public let result: PixelImage
    /// The mean of the samples of all seeds; nil for one seed.
    public let mean: PixelImage?
    public let scores: [Method: Scores]
    /// For one sample, on average.
    public let seconds: Double
  }

  /// What the scores are of.
  public enum Method: Hashable, Sendable {
    case baseline
    /// What another program made of the input, by the name that the caller gives it.
    case reference(String)
    case result
    case mean
    /// The original itself, for the metrics that do not compare: how rough the hole should be, how natural a picture.
    case original
  }

  /// Restores the picture with `samples` seeds from that of `options` on, and measures; `references` are measured, too, and have
  /// the original's size. Throws what the restorer throws.
  public func run(
    _ restorer: Restorer, samples: Int, references: [String: PixelImage] = [:], _ options: RestoreOptions
  ) throws -> Outcome {
    precondition(
      references.values.allSatisfy { ($0.width, $0.height) == (original.width, original.height) },
      "references of the original's size")
    let baseline = try baseline(restorer, options)
    let start = ContinuousClock.now
    let result = try sample(0, of: samples, restorer, options)
    var mean = result
    for index in 1..<max(samples, 1) {
      let other = try sample(index, of: samples, restorer, options)
      for i in mean.samples.indices { mean.samples[i] += other.samples[i] }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1) / Double(samples)
    for i in mean.samples.indices { mean.samples[i] /= Float(samples) }
    var pictures: [Method: PixelImage] = [.baseline: baseline, .result: result]
    if samples > 1 { pictures[.mean] = mean }
    for (name, picture) in references { pictures[.reference(name)] = picture }
    return Outcome(
      baseline: baseline, result: result, mean: pictures[.mean], scores: scores(of: pictures), seconds: seconds)
  }

  private func sample(_ index: Int, of count: Int, _ restorer: Restorer, _ options: RestoreOptions) throws -> PixelImage
  {
    var options = options
    options.seed &+= UInt64(index)
    options.progress = options.progress.map { report in
      { @Sendable share in try report((Double(index) + share) / Double(count)) }
    }
    return try restored(restorer, options)
  }

  private func restored(_ restorer: Restorer, _ options: RestoreOptions) throws -> PixelImage {
    if let mask { return try restorer.inpaint(input, mask: mask, options) }
    if restorer.descriptor.task == .restoration { return try restorer.restore(input, options) }
    return try restorer.upscale(input, factor: original.width / input.width, options)
  }

  private func baseline(_ restorer: Restorer, _ options: RestoreOptions) throws -> PixelImage {
    if let mask {
      // What a model starts from, unless that is nothing.
      guard restorer.descriptor.fill == .exemplar else { return try input.filledSmoothly(mask: mask) }
      return try restorer.coarselyFilled(input, mask: mask, options)
    }
    return input.resized(width: original.width, height: original.height)
  }

  private func scores(of pictures: [Method: PixelImage]) -> [Method: Scores] {
    guard let mask else {
      let comparison = Comparison(original)
      var scores = pictures.mapValues(comparison.scores)
      if let naturalness = comparison.naturalness { scores[.original] = [.naturalness: naturalness] }
      return scores
    }
    let hole = HoleScores(original, mask: mask)
    var scores = pictures.mapValues(hole.scores)
    scores[.original] = hole.scores(of: original).filter { $0.key == .gradientRatio }
    return scores
  }
}

/// Whole pictures beside their original.
struct Comparison {
  private let original: PixelImage
  private let luma: Luma
  private let spectrum: Spectrum?
  private let flat: FlatAreas

  init(_ original: PixelImage) {
    self.original = original
    luma = Luma(original)
    spectrum = Spectrum(luma)
    flat = FlatAreas(luma)
  }

  /// Of the original itself.
  var naturalness: Double? { Naturalness.distance(luma) }

  func scores(of result: PixelImage) -> Scores {
    let other = Luma(result)
    var scores: Scores = [
      .psnr: Likeness.psnr(other.values, luma.values), .psnrRGB: Likeness.psnrRGB(result, original),
    ]
    scores[.ssim] = Likeness.ssim(other, luma)
    scores[.naturalness] = Naturalness.distance(Luma(result.roundedTo8Bits))
    scores[.tones] = Likeness.tones(result, original)
    scores[.noise] = flat.noise(of: other)
    if let spectrum, let difference = Spectrum(other)?.difference(from: spectrum) {
      scores[.spectrum] = difference.distance
      scores[.spectrumBias] = difference.bias
    }
    return scores
  }
}
