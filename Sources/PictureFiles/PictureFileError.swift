/// Why a picture file could not be read or written: the path as the user gave it and the reason, in words for the user.
public enum PictureFileError: Error, Equatable {
  /// What was asked for cannot be: an unknown type of file, too many bits or pixels for it (exit status 64).
  case usage(path: String, reason: String)
  /// The file's bytes are those of no picture that is read here (exit status 65).
  case notAPicture(path: String, reason: String)
  /// The file is a picture, but broken (exit status 65).
  case damaged(path: String, reason: String)
  /// The file is a picture, but of a kind or size that is not handled (exit status 65).
  case unsupported(path: String, reason: String)
  /// There is no such file, or it may not be read (exit status 66).
  case notFound(path: String, reason: String)
  /// The machine has not enough memory for the picture (exit status 71).
  case notEnoughMemory(path: String, reason: String)
  /// The file, its folder or the disk does not take the result (exit status 73).
  case cannotWrite(path: String, reason: String)

  /// The status of sysexits.h that a program should end with.
  public var exitStatus: Int32 {
    switch self {
    case .usage: 64
    case .notAPicture, .damaged, .unsupported: 65
    case .notFound: 66
    case .notEnoughMemory: 71
    case .cannotWrite: 73
    }
  }
}

extension PictureFileError: CustomStringConvertible {
  /// One line: the path, what is wrong, what to do.
  public var description: String {
    switch self {
    case .usage(let path, let reason), .notAPicture(let path, let reason), .damaged(let path, let reason),
      .unsupported(let path, let reason), .notFound(let path, let reason), .notEnoughMemory(let path, let reason),
      .cannotWrite(let path, let reason):
      "\(path): \(reason)"
    }
  }
}
