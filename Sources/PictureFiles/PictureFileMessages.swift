import Glibc
import Wording

// Every sentence for users of this module.

extension PictureFileError: Explained {
  /// The path, what is wrong, what to do.
  public var message: Message {
    switch self {
    case .usage(let path, let reason): "\(path): \(reason.message)"
    case .notAPicture(let path, let reason): "\(path): \(reason.message)"
    case .damaged(let path, let format, let detail?):
      "\(path): the \(format.name) file is damaged (\(detail)); copy or export it again"
    case .damaged(let path, let format, nil): "\(path): the \(format.name) file is damaged; copy or export it again"
    case .unsupported(let path, let reason): "\(path): \(reason.message)"
    case .notFound(let path, let reason): "\(path): \(reason.message)"
    case .notEnoughMemory(let path, .reading(let width, let height)):
      "\(path): \(width) x \(height) pixels do not fit in memory; reduce or cut the picture first"
    case .notEnoughMemory(let path, .writing): "\(path): not enough memory to write the picture"
    case .cannotWrite(let path, let reason): "\(path): \(reason.message)"
    }
  }
}

extension PictureFileError.Usage {
  fileprivate var message: Message {
    switch self {
    case .unknownExtension:
      "the name must end in one of: \(PictureFormat.allExtensions.joined(separator: ", "))"
    case .bitDepth(16, let format):
      "\(format.name) holds \(format.bitDepthList) bits, not 16; write 8 bits, or a png or tiff file"
    case .bitDepth(let bits, let format): "\(format.name) holds \(format.bitDepthList) bits, not \(bits)"
    case .tooLarge(let width, let height, let format):
      """
      the result has \(width) x \(height) pixels, a \(format.name) file at most \(format.longestSide) a side; \
      write a png or tiff file
      """
    }
  }
}

extension PictureFileError.NotAPicture {
  fileprivate var message: Message {
    switch self {
    case .folder: "this is a folder, not a picture"
    case .empty: "the file is empty"
    case .changed: "was changed while it was read; run it again once the other program has written it"
    case .foreign(.gif): "this is a GIF picture; \(PictureFormat.nameList) can be read"
    case .foreign(.bmp): "this is a BMP picture; \(PictureFormat.nameList) can be read"
    case .foreign(.photoshop): "this is a Photoshop picture; \(PictureFormat.nameList) can be read"
    case .foreign(.gimp): "this is a GIMP picture; \(PictureFormat.nameList) can be read"
    case .foreign(.pdf): "this is a PDF document; \(PictureFormat.nameList) can be read"
    case .foreign(.avif): "this is an AVIF picture; \(PictureFormat.nameList) can be read"
    case .foreign(.heic): "this is a HEIC picture; \(PictureFormat.nameList) can be read"
    case .foreign(nil): "this is no picture; \(PictureFormat.nameList) can be read"
    }
  }
}

extension PictureFileError.Unsupported {
  fileprivate var message: Message {
    switch self {
    case .kind(let format, let detail?): "this \(format.name) file cannot be used: \(detail)"
    case .kind(let format, nil): "this \(format.name) file cannot be used: it is of an unusual kind"
    case .tooManyPixels(let width, let height):
      "\(width) x \(height) pixels are too many; up to \(PictureFile.mostPixels >> 20) x 2^20 pixels can be read"
    case .tooManyBytes: "the file is larger than \(InputFile.mostBytes >> 30) GiB; reduce it first"
    }
  }
}

extension PictureFileError.NotFound {
  fileprivate var message: Message {
    switch self {
    case .missing: "there is no such file"
    case .danglingLink: "this link leads to no file"
    case .notPermitted: "you may not read this file; check its permissions"
    case .system(let code): "cannot be read (\(systemMessage(code)))"
    }
  }
}

extension PictureFileError.CannotWrite {
  fileprivate var message: Message {
    switch self {
    case .noFolder(let folder): "the folder \(folder) does not exist; create it first"
    case .notAFolder(let folder): "\(folder) is not a folder"
    case .folderNotPermitted(let folder): "you may not write into the folder \(folder)"
    case .folderUnknown(let code): systemMessage(code)
    case .isFolder: "this is a folder; name a file in it"
    case .notAFile: "this is no ordinary file"
    case .writeProtected: "the file is write-protected"
    case .nameTooLong(let count, let most):
      "the name has \(count) bytes, at most \(most) are possible; choose a shorter one"
    case .pathTooLong(let most): "the path is too long; at most \(most) bytes are possible"
    case .circularLinks: "its symbolic links go round in circles"
    case .noSpace(let code): "cannot be written (\(systemMessage(code))); make room or choose another folder"
    case .system(let code): "cannot be written (\(systemMessage(code)))"
    case .encoding(let format, let detail?): "the picture cannot be written as \(format.name) (\(detail))"
    case .encoding(let format, nil): "the picture cannot be written as \(format.name)"
    }
  }
}

extension PictureNotice {
  var message: Message {
    switch self {
    case .endMissing: "the file has lost its end; the picture is whole"
    case .trailing(1): "a byte after the end of the picture left out"
    case .trailing(let count):
      .counted(
        count, one: "\(count) byte after the end of the picture left out",
        other: "\(count) bytes after the end of the picture left out")
    case .unknownSamples(1):
      "a sample of each pixel, neither colour nor alpha by what the file says (ExtraSamples), left out"
    case .unknownSamples(let count):
      .counted(
        count,
        one: "\(count) sample of each pixel, neither colour nor alpha by what the file says (ExtraSamples), left out",
        other: "\(count) samples of each pixel, neither colour nor alpha by what the file says (ExtraSamples), left out"
      )
    case .samplesAreNoNumbers: "some of its samples are no numbers and count as 0 or 1"
    case .samplesOutOfRange(let low, let high):
      "its samples reach from \(low) to \(high); what is below 0 or above 1 is cut off"
    case .samplesLikeWholeNumbers(let low, let high, let top):
      """
      its samples reach from \(low) to \(high); what is below 0 or above 1 is cut off; divide samples of 0...\(top) by \
      \(top) first
      """
    case .profileDamaged: "its colour profile is damaged and is left out"
    case .makerNoteTooFar: "the maker's note of its Exif block lies too far inside the file and is left out"
    case .secondXMPPart: "the second part of its XMP (such as a depth map or a long history) is left out"
    case .chunkDamaged(let name): "its chunk \(name) is damaged and is left out"
    case .animation(let frames):
      .counted(
        frames, one: "it is an animation of \(frames) frame; only its still picture is used",
        other: "it is an animation of \(frames) frames; only its still picture is used")
    case .chunksMakeNoSense: "its chunks gAMA and cHRM make no sense and are left out"
    case .pages(let count):
      .counted(
        count, one: "it has \(count) page; only the first one is used",
        other: "it has \(count) pages; only the first one is used")
    case .layers: "its layers are left out; the flat picture is used"
    case .exifDamaged: "its Exif block is damaged and is left out"
    case .exifDamagedInParts: "its Exif block is damaged in parts; the others are kept"
    case .xmpDamaged: "its XMP is damaged and is left out"
    case .iptcDamaged: "its IPTC records are damaged and are left out"
    case .multiPicture(let count):
      .counted(
        count, one: "it holds \(count) picture (MPO: other views, a gain or depth map); only the first one is used",
        other: "it holds \(count) pictures (MPO: other views, a gain or depth map); only the first one is used")
    case .commentsTooLong(let mebibytes): "comments of more than \(mebibytes) MiB are left out"
    case .profileDoesNotFit(let profile, isGray: true):
      "its colour profile is for \(profile), the picture is gray; the profile is left out"
    case .profileDoesNotFit(let profile, isGray: false):
      "its colour profile is for \(profile), the picture is RGB; the profile is left out"
    case .highRange: "only PNG can say that its colours are HDR or video's (cICP); this is left out"
    case .noRoomInTIFF: "its metadata do not fit into so large a TIFF file and are left out"
    case .noTransparency: "JPEG has no transparency, the picture was put on white; png, tiff and webp keep it"
    case .noPlaceForIPTC: "WebP has no place for IPTC records, they are left out; the others keep them"
    case .noRoomForMakerNote: "JPEG's Exif block has no room for the maker's note, which is left out"
    case .noRoomForExif: "JPEG has no room for its Exif block, which is left out"
    case .noRoomForXMP: "JPEG has no room for its XMP, which is left out"
    case .noRoomForIPTC: "JPEG has no room for its IPTC records, which are left out"
    }
  }
}

extension PictureFormat {
  /// "8 or 16".
  fileprivate var bitDepthList: Message {
    bitDepths.dropFirst().reduce("\(bitDepths[0])") { list, bits in "\(list) or \(bits)" }
  }

  /// "PNG, JPEG, TIFF and WebP".
  fileprivate static var nameList: Message {
    let names = all.map(\.name)
    return "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
  }
}

/// The system's words for an errno value.
private func systemMessage(_ code: Int32) -> Message {
  strerror(code).map { Message(verbatim: String(cString: $0)) } ?? "error \(code)"
}
