import Wording

/// Why a picture file could not be read or written: the path as the user gave it and what was found.
///
/// A case is a kind of failure with its exit status; its reason says which one. The sentences are in
/// `PictureFileMessages.swift`.
public enum PictureFileError: Error, Equatable {
  /// What was asked for cannot be: an unknown type of file, too many bits or pixels for it (exit status 64).
  case usage(path: String, reason: Usage)
  /// The file's bytes are those of no picture that is read here (exit status 65).
  case notAPicture(path: String, reason: NotAPicture)
  /// The file is a picture, but broken; `detail` are the codec's words (exit status 65).
  case damaged(path: String, format: PictureFormat, detail: String?)
  /// The file is a picture, but of a kind or size that is not handled (exit status 65).
  case unsupported(path: String, reason: Unsupported)
  /// There is no such file, or it may not be read (exit status 66).
  case notFound(path: String, reason: NotFound)
  /// The machine has not enough memory for the picture (exit status 71).
  case notEnoughMemory(path: String, reason: Memory)
  /// The file, its folder or the disk does not take the result (exit status 73).
  case cannotWrite(path: String, reason: CannotWrite)

  public enum Usage: Equatable, Sendable {
    case unknownExtension
    /// Bits a sample that the format does not have.
    case bitDepth(Int, PictureFormat)
    /// A side that the format does not have, in pixels.
    case tooLarge(width: Int, height: Int, PictureFormat)
  }

  public enum NotAPicture: Equatable, Sendable {
    case folder
    case empty
    /// Another program wrote to it while it was read.
    case changed
    /// nil: nothing that is known.
    case foreign(ForeignFormat?)
  }

  public enum Unsupported: Equatable, Sendable {
    /// A kind of the format that is not read, in the codec's words.
    case kind(PictureFormat, detail: String?)
    case tooManyPixels(width: Int, height: Int)
    /// More bytes than `InputFile.mostBytes`.
    case tooManyBytes
  }

  public enum NotFound: Equatable, Sendable {
    case missing
    /// A symbolic link to nothing.
    case danglingLink
    case notPermitted
    /// Any other value of errno.
    case system(Int32)
  }

  public enum Memory: Equatable, Sendable {
    case reading(width: Int, height: Int)
    case writing
  }

  public enum CannotWrite: Equatable, Sendable {
    case noFolder(String)
    case notAFolder(String)
    case folderNotPermitted(String)
    /// Nothing can be learnt of the folder: a value of errno.
    case folderUnknown(Int32)
    case isFolder
    case notAFile
    case writeProtected
    /// Bytes of the name, and how many the file system takes.
    case nameTooLong(Int, most: Int)
    /// How many bytes of a path the system takes.
    case pathTooLong(most: Int)
    case circularLinks
    /// The disk or the quota is full: a value of errno.
    case noSpace(Int32)
    /// Any other value of errno while writing.
    case system(Int32)
    /// The codec refused, in its words.
    case encoding(PictureFormat, detail: String?)
  }

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
