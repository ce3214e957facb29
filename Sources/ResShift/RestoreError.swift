import ModelLibrary
import TensorCore

/// The file that tensors of whole pictures lie in.
public typealias FileMemory = TensorCore.FileMemory

/// Why a restoration could not be done.
public enum RestoreError: Error, Equatable {
  // Wishes that do not fit the model or the picture.
  case factorTooLarge(model: String, largest: Int, asked: Int)
  /// A size smaller than the picture, or larger than `largest` times it.
  case sizeNotReached(model: String, width: Int, height: Int, fromWidth: Int, fromHeight: Int, largest: Int)
  case boxOutside(PixelRect, width: Int, height: Int)
  case wrongTask(model: String, task: ModelTask, wanted: ModelTask)

  // Pictures and masks.
  case nothingVisible
  case maskOfOtherSize(maskWidth: Int, maskHeight: Int, width: Int, height: Int)
  case maskIsBlack
  case maskCoversAll
  /// What the mask leaves is transparent.
  case nothingVisibleBesideMask

  // Models.
  case noAutoencoderFile(model: String)
  case noStartFile(model: String)
  /// A known architecture without files, which can only be measured.
  case noFiles(model: String)

  /// Something needs more memory, in bytes, than there is.
  case notEnoughMemory(MemoryShortage, needed: Int, MemoryBudget)
  /// What does not fit into memory has no room on a disk either.
  case noTemporaryFile(FileMemory.Refusal, needed: Int, MemoryBudget)
  /// The processor has no instructions for numbers of that kind.
  case noInstructions(for: Precision)
  /// The caller's progress handler asked to stop.
  case cancelled

  /// What kind of failure it is, for exit statuses.
  public enum Kind: Sendable {
    /// The caller asked for something that does not fit together.
    case usage
    /// The picture or mask cannot be used.
    case badPicture
    /// The model cannot be loaded.
    case badModel
    case notEnoughMemory
    case cancelled
  }

  public var kind: Kind {
    switch self {
    case .factorTooLarge, .sizeNotReached, .boxOutside, .wrongTask, .noInstructions: .usage
    case .nothingVisible, .maskOfOtherSize, .maskIsBlack, .maskCoversAll, .nothingVisibleBesideMask: .badPicture
    case .noAutoencoderFile, .noStartFile, .noFiles: .badModel
    case .notEnoughMemory, .noTemporaryFile: .notEnoughMemory
    case .cancelled: .cancelled
    }
  }
}

/// What there is too little memory for; sides in model-input pixels.
public enum MemoryShortage: Sendable, Equatable {
  /// The tile that was asked for.
  case tile(side: Int)
  case smallestTile(side: Int)
  /// The picture and its result, whatever the tile.
  case picture
}
