import FilePaths

extension Gimp {
  /// Names a new image that is not saved after the file of another one: “boats.jpg”, enlarged, is “boats-4x.xcf” beside it, or
  /// “boats-4x-2.xcf” where that is taken, so that saving never overwrites anything. Without a file there is no name.
  func name(_ image: Image, after other: Image, enlargedBy ending: String) {
    guard let path = path(of: other) else { return }
    let name = path.nameAfterSlash
    let folder = String(path.utf8.dropLast(name.utf8.count)) ?? ""
    var stem = name
    if let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex { stem = String(name[..<dot]) }
    let taken = Set(images.compactMap { self.path(of: $0) })
    for number in 1...999 {
      let path = "\(folder)\(stem)-\(ending)\(number == 1 ? "" : "-\(number)").xcf"
      if FileKind(of: path) == .missing && !taken.contains(path) { return setPath(of: image, path) }
    }
  }
}
