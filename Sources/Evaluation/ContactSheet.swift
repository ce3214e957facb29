import ResShift

/// Pictures side by side on white: a row for each trial with input, baseline, references, result and original.
public struct ContactSheet: Sendable {
  private static let widest = 4096
  private static let gap = 8

  private let longestSide: Int
  private let columns: Int
  private var rows: [[PixelImage]] = []

  /// A sheet for that many trials, each with as many references. More than 8 of them get smaller cells, so that the sheet does
  /// not grow without end.
  public init(trials: Int, references: Int = 0) {
    columns = 4 + references
    let widest = (Self.widest - (columns + 1) * Self.gap) / columns
    longestSide = min(widest, max(64, 8 * widest / max(trials, 1)))
  }

  /// Pictures that are larger than a cell show their middle: reduced, they would not show what was restored.
  public mutating func add(_ trial: Trial, _ outcome: Trial.Outcome, references: [PixelImage] = []) {
    precondition(references.count == columns - 4, "as many references as the sheet has columns for")
    let size = (width: trial.original.width, height: trial.original.height)
    let input = trial.input.enlargedByRepetition(width: size.width, height: size.height)
    let row = [input, outcome.baseline] + references + [outcome.result, trial.original]
    rows.append(row.map { $0.middle(longestSide) })
  }

  /// The finished sheet; at least one trial must have been added.
  public var picture: PixelImage {
    let width = rows.map { $0[0].width }.max() ?? 1
    let height = rows.reduce(Self.gap) { $0 + $1[0].height + Self.gap }
    var sheet = PixelImage(
      width: columns * (width + Self.gap) + Self.gap, height: height, channels: 3, repeating: 1)
    var top = Self.gap
    for row in rows {
      for (column, cell) in row.enumerated() {
        sheet.put(cell, left: Self.gap + column * (width + Self.gap), top: top)
      }
      top += row[0].height + Self.gap
    }
    return sheet
  }
}

extension PixelImage {
  fileprivate func enlargedByRepetition(width: Int, height: Int) -> PixelImage {
    if (width, height) == (self.width, self.height) { return self }
    var result = PixelImage(width: width, height: height, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { result[x, y, c] = self[x * self.width / width, y * self.height / height, c] }
      }
    }
    return result
  }

  fileprivate func middle(_ side: Int) -> PixelImage {
    let (width, height) = (min(width, side), min(height, side))
    return cropped(
      to: PixelRect(x: (self.width - width) / 2, y: (self.height - height) / 2, width: width, height: height))
  }

  fileprivate mutating func put(_ picture: PixelImage, left: Int, top: Int) {
    let count = picture.width * channels
    for y in 0..<picture.height {
      let start = ((top + y) * width + left) * channels
      samples.replaceSubrange(start..<start + count, with: picture.samples[y * count..<(y + 1) * count])
    }
  }
}
