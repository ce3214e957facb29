import ArgumentParser
import ResShift

/// `on` or `off`.
enum Switch: String, ExpressibleByArgument, CaseIterable {
  case on, off
}

/// How progress is told; a person at a terminal gets a percentage without asking.
enum ProgressFormat: String, ExpressibleByArgument, CaseIterable {
  case json
}

extension Tiling: ExpressibleByArgument {}

extension PrecisionChoice: ExpressibleByArgument {}

/// Values that are more than a number within bounds.
enum OptionValue {
  /// There is no random one here, unlike in GIMP: the same command gives the same bytes.
  static func seed(_ text: String) throws -> UInt64 {
    guard let seed = UInt64(text) else {
      throw ValidationError("a seed is a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }
}

/// An amount of memory such as `4G`, `800M` or `1.5GiB`; units are powers of 1024.
struct MemorySize {
  let bytes: Int

  init(parsing argument: String) throws {
    var text = argument.uppercased()[...]
    if text.hasSuffix("IB") { text = text.dropLast(2) } else if text.hasSuffix("B") { text = text.dropLast() }
    var unit = 1.0
    if let letter = text.last, let power = ["K", "M", "G", "T"].firstIndex(of: letter) {
      for _ in 0...power { unit *= 1024 }
      text = text.dropLast()
    }
    guard let first = text.first, first.isASCII, first.isNumber, let value = Double(text), value.isFinite,
      let bytes = Int(exactly: (value * unit).rounded(.down)), bytes > 0
    else { throw ValidationError("an amount of memory is a number with K, M, G or T, such as 4G or 800M") }
    self.bytes = bytes
  }
}

/// A folder with a name for its contents, given as `NAME=FOLDER`.
struct NamedFolder {
  let name: String
  let folder: String

  init(parsing argument: String) throws {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex,
      argument.index(after: equals) < argument.endIndex
    else { throw ValidationError("a name, = and a folder, such as other=results") }
    name = String(argument[..<equals])
    folder = String(argument[argument.index(after: equals)...])
  }
}

/// A rectangle given as `X,Y,W,H` in whole pixels.
struct Box {
  let rect: PixelRect

  init(parsing argument: String) throws {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2], let height = numbers[3],
      x >= 0, y >= 0, width > 0, height > 0
    else {
      throw ValidationError("a box is left, top, width and height in whole pixels, such as 10,20,200,250")
    }
    rect = PixelRect(x: x, y: y, width: width, height: height)
  }

  /// Throws a usage error if the box is not inside a picture.
  func check(inside picture: PixelImage, of path: String) throws {
    guard PixelRect(x: 0, y: 0, width: picture.width, height: picture.height).contains(rect) else {
      throw CommandError.boxOutside(rect, picture: path, width: picture.width, height: picture.height)
    }
  }
}
