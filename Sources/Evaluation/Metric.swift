/// What is measured of a result beside its original.
public enum Metric: String, Sendable, CaseIterable {
  /// Peak signal-to-noise ratio of the luma in dB; infinite for equal pictures.
  case psnr = "psnr_y"
  /// The same over red, green and blue.
  case psnrRGB = "psnr_rgb"
  /// Structural similarity of the luma, 1 for equal pictures.
  case ssim
  /// How far the fine half of the luma's spectrum is from the original's, in dB.
  case spectrum = "spectrum_db"
  /// The same with its sign: below 0 is too soft, above 0 too rough.
  case spectrumBias = "spectrum_bias_db"
  /// NIQE: how far the picture is from natural ones; it needs no original, and 0 is best.
  case naturalness = "niqe"
  /// Root mean square difference of means over 4 x 4 pixels from those of the original, in units of 1/255.
  case tones = "tones_rms"
  /// Standard deviation of the difference from the original where that is flat, in units of 1/255.
  case noise = "flat_noise"
  /// Peak signal-to-noise ratio of the luma inside the hole, in dB.
  case holePSNR = "hole_psnr_y"
  /// Mean absolute difference of red, green and blue inside the hole, in units of 1/255.
  case holeL1 = "hole_l1"
  /// Gradient energy inside the hole by that of the rim around it.
  case gradientRatio = "gradient_ratio"
}

/// The metrics of one result; those that cannot be had (of pictures that are too small, say) are missing.
public typealias Scores = [Metric: Double]

extension Scores {
  /// The arithmetic mean of each metric over the pictures that have it.
  public static func mean(of all: [Scores]) -> Scores {
    var result = Scores()
    for metric in Metric.allCases {
      let values = all.compactMap { $0[metric] }
      if !values.isEmpty { result[metric] = values.reduce(0, +) / Double(values.count) }
    }
    return result
  }
}
