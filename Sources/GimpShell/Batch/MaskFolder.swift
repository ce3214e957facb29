import FilePaths
import PictureFiles
import ResShift

/// The masks of a batch: pictures with the names of the pictures to fill.
struct MaskFolder {
  private let folder: String
  private let masks: [String]

  init(_ folder: String) {
    self.folder = folder
    masks = BatchFiles.entries(of: folder).filter { name in
      let isPicture = PictureFormat(extensionOf: name) != nil || FileExtension.isForeignPicture(name)
      return isPicture && name.utf8.first != UInt8(ascii: ".") && FileKind(of: folder.appendingName(name)) == .file
    }
  }

  /// The picture of the same name, whatever its type; of several the one whose name is wholly the same. Throws when
  /// there is none, and when it is not clear which.
  func mask(of picture: String) throws -> String {
    let stem = FileExtension.stem(of: picture).pathBytes
    let itself = FileIdentity(picture)
    let found = masks.filter { name in
      FileExtension.stem(of: name).pathBytes == stem && FileIdentity(folder.appendingName(name)) != itself
    }
    let name = picture.nameAfterSlash.pathBytes
    if let mask = found.count == 1 ? found.first : found.first(where: { $0.pathBytes == name }) {
      return folder.appendingName(mask)
    }
    guard !found.isEmpty else {
      guard FileKind(of: folder) == .folder else {
        throw ShellError.noMaskFolder(picture: picture, folder: folder)
      }
      throw ShellError.noMask(picture: picture, folder: folder, name: FileExtension.stem(of: picture) + ".png")
    }
    let names = found.map(\.pathBytes).sorted { $0.lexicographicallyPrecedes($1) }.map { String(pathBytes: $0) }
    throw ShellError.severalMasks(picture: picture, folder: folder, names: names)
  }
}
