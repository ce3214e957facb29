import FilePaths
import Glibc
import ResShift
import Wording

/// Files whose layers in GIMP are pictures of their own, the first at the bottom.
enum PagedFormat {
  case pages, frames

  /// From the first bytes of a file; nil for other types.
  init?(_ path: String) {
    guard let file = path.withPathBytes({ fopen($0, "rb") }) else { return nil }
    defer { fclose(file) }
    var start = [UInt8](repeating: 0, count: 12)
    guard fread(&start, 1, 12, file) == 12 else { return nil }
    if start.starts(with: "II*\0".utf8) || start.starts(with: "MM\0*".utf8) || start.starts(with: "%PDF".utf8)
      || start.starts(with: [0x49, 0x49, 43, 0]) || start.starts(with: [0x4d, 0x4d, 0, 43])
    {
      self = .pages
    } else if start.starts(with: "GIF8".utf8) || start.dropFirst(8).elementsEqual("WEBP".utf8) {
      self = .frames
    } else {
      return nil
    }
  }

  func onlyFirst(_ file: String, _ count: Int) -> Message {
    self == .pages ? Notice.onlyFirstPage(file, count) : Notice.onlyFirstFrame(file, count)
  }

  /// Pages may differ in size; a frame is part of the whole.
  var haveSizes: Bool { self == .pages }
}
