import ModelLibrary
import TensorCore
import Wording

extension RestoreError: Explained {
  public var message: Message {
    switch self {
    case .factorTooLarge(let model, let largest, let asked):
      "\(model) enlarges \(largest) times at most, not \(asked) times"
    case .sizeNotReached(let model, let width, let height, let fromWidth, let fromHeight, let largest):
      """
      \(model) cannot bring \(fromWidth) x \(fromHeight) pixels to \(width) x \(height): it enlarges \(largest) times at \
      most and does not reduce; choose a size from \(fromWidth) x \(fromHeight) to \(fromWidth * largest) x \
      \(fromHeight * largest)
      """
    case .boxOutside(let box, let width, let height):
      """
      the box \(box.x),\(box.y),\(box.width),\(box.height) does not lie inside the picture of \(width) x \(height) pixels
      """
    case .wrongTask(let model, let task, .superResolution):
      "\(model) is a model for \(task.purpose), not one that enlarges"
    case .wrongTask(let model, let task, .inpainting):
      "\(model) is a model for \(task.purpose), not one that fills holes"
    case .wrongTask(let model, let task, .restoration):
      "\(model) is a model for \(task.purpose), not one that restores pictures at their own size"

    case .nothingVisible: "it is wholly transparent there: nothing can be seen that could be restored"
    case .maskOfOtherSize(let maskWidth, let maskHeight, let width, let height):
      """
      the mask has \(maskWidth) x \(maskHeight) pixels, the picture \(width) x \(height); make both the same size
      """
    case .maskIsBlack: "the mask is black, or nearly so: nothing is marked to be filled"
    case .maskCoversAll: "the mask covers the whole picture: nothing is left to continue from"
    case .nothingVisibleBesideMask:
      "all that the mask leaves is wholly transparent: nothing is left to continue from"

    case .noAutoencoderFile(let model): "\(model): model.json names no autoencoder file under \"files\"."
    case .noStartFile(let model): "\(model): model.json names no start file under \"files\"."
    case .noFiles(let model): "\(model) is an architecture without files; it can only be measured."

    case .notEnoughMemory(let shortage, let needed, let budget):
      Self.message(shortage, needed: mebibytes(needed), budget)
    case .noTemporaryFile(let refusal, let needed, let budget):
      Self.message(refusal, needed: mebibytes(needed), budget)
    case .noInstructions(let precision):
      "this processor has no instructions for \(precision.rawValue); choose auto or float32"
    case .cancelled: "Stopped."
    }
  }

  private static func message(_ shortage: MemoryShortage, needed: Message, _ budget: MemoryBudget) -> Message {
    switch (shortage, budget) {
    case (.tile(let side), _):
      """
      a tile of \(side) pixels needs about \(needed), but \(budget.message); choose a smaller tile, or leave the choice to \
      the program
      """
    case (.smallestTile(let side), .free):
      """
      the smallest tile, \(side) pixels, needs about \(needed), but \(budget.message); close other programs or use a \
      smaller picture
      """
    case (.smallestTile(let side), .limit):
      """
      the smallest tile, \(side) pixels, needs about \(needed), but \(budget.message); raise the limit or use a smaller \
      picture
      """
    case (.picture, .free):
      """
      the result of a picture of this size needs about \(needed), but \(budget.message); close other programs, or use a smaller \
      picture or factor
      """
    case (.picture, .limit):
      """
      the result of a picture of this size needs about \(needed), but \(budget.message); raise the limit, or use a smaller \
      picture or factor
      """
    }
  }
}

extension RestoreError {
  private static func message(_ refusal: FileMemory.Refusal, needed: Message, _ budget: MemoryBudget) -> Message {
    switch refusal {
    case .noRoom(let folders, let free):
      """
      \(budget.message), and the rest needs \(needed) for a temporary file, but no more than \(mebibytes(free)) \
      are free in \(folders.joined(separator: ", ")); make room there, let TMPDIR name a folder with more, or use a smaller picture
      """
    case .inMemory(let folders):
      """
      \(budget.message), and the rest needs \(needed) for a temporary file, but all there is for it is in memory, \
      too: \(folders.joined(separator: ", ")); let TMPDIR name a folder on a disk, or use a smaller picture
      """
    case .impossible(let folders, let reason):
      """
      \(budget.message), and the rest needs \(needed) for a temporary file, which cannot be made in \
      \(folders.joined(separator: ", ")) (\(reason)); let TMPDIR name another folder, or use a smaller picture
      """
    }
  }
}

extension MemoryBudget {
  /// How much there is and why no more, as a clause.
  var message: Message {
    switch self {
    case .free(let bytes): "only \(mebibytes(bytes)) of memory are free"
    case .limit(let limit, let held) where limit > held:
      "the limit of \(mebibytes(limit)) leaves \(mebibytes(limit - held)) beside model and picture"
    case .limit(let limit, let held):
      "the limit is \(mebibytes(limit)), and the program with model and picture takes \(mebibytes(held))"
    }
  }
}

/// What the user should know of a restoration (`RestoreOptions.notice`).
enum Notice {
  /// Sides in model-input pixels.
  static func smallerTiles(_ side: Int, insteadOf preferred: Int, _ budget: MemoryBudget) -> Message {
    "working in tiles of \(side) instead of \(preferred) pixels, as \(budget.message)"
  }

  static func nothingIsTakenFrom(model: String) -> Message {
    "\(model) takes no pieces from the picture: what was excluded is of no matter to it"
  }
}

/// Limits are given in powers of 1024; what would read as nothing stays in bytes.
private func mebibytes(_ bytes: Int) -> Message {
  bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
}
