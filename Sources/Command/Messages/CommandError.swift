import Glibc
import ModelLibrary
import PictureFiles
import ResShift
import Wording

/// Something that the command line itself found wrong. The sentences for it stand in `CommandErrorMessages.swift`.
enum CommandError: Explained, Equatable {
  // The command line.
  /// The argument parser's words; `help` is the command that explains more.
  case arguments(String, help: String)
  case notUTF8(argument: String)
  case unknownProducts(String, known: [String])
  case impossibleInstructions(String, possible: [String])
  case emptyInput
  case emptyOutput
  case emptySaveFolder
  case listHasZeros(String)
  case notAReport(String)
  case needsFolder(String)
  case isFileNotFolder(String)
  case inputIsFolder(String)
  case extendsFolder(String)
  case canvasSmaller(String, width: Int, height: Int, newWidth: Int, newHeight: Int)
  case canvasAsLarge(String, Int, Int)
  case twins(String, String, output: String)
  case overwritesInput(String, other: String)
  case bitDepth(Int, PictureFormat, output: String)
  case boxOutside(PixelRect, picture: String, width: Int, height: Int)
  case factorTooLarge(Int, model: String, largest: Int)
  case doesNotEnlarge(factor: Int, model: String, ModelTask)
  case cropTooSmall(Int, factor: Int)
  case holesNeedInpainting(model: String, ModelTask)
  case inpaintingNeedsHoles(model: String, ModelTask)
  case sameNames(String, String, name: String)
  case sameReferenceNames(String, String, name: String)

  // Files that are not there.
  case folderUnreadable(String, reason: String)
  case listUnreadable(String, reason: String)
  case listEmpty(String)
  case noPictures(folder: String, known: [String])
  /// All that is there is of other kinds; some of their names.
  case onlyForeignPictures(folder: String, known: [String], Foreign)
  case noTwin(path: String, of: String)

  // Data that do not fit.
  case maskSize(mask: String, width: Int, height: Int, picture: String, pictureWidth: Int, pictureHeight: Int)
  case maskBlack(String, place: MaskPlace)
  case maskWhite(String, place: MaskPlace)
  case maskGrownWhite(String, by: Int)
  case inputSize(String, width: Int, height: Int, input: String, inputWidth: Int, inputHeight: Int, factor: Int)
  case referenceSize(String, width: Int, height: Int, original: String, wholeWidth: Int, wholeHeight: Int, part: Part?)
  case tooSmall(String, width: Int, height: Int, factor: Int)

  // Results that cannot be written.
  case noFolder(String, folder: String)
  case notAFolder(String, folder: String)
  case folderNotWritable(String, folder: String, reason: String)
  case folderNotMade(String, reason: String)
  case deadLink(String)
  /// The folder of the results has been there during the run.
  case folderGone(String, folder: String)
  case nameTooLong(String, count: Int, most: Int)
  case sameFile(String, resultOf: String)
  case reportNotWritten(String, reason: String)

  /// Where a mask is black or white.
  enum MaskPlace: Equatable { case everywhere, cropped }
  /// The part of a picture that is used, in pixels.
  struct Part: Equatable { let width, height: Int }
  /// Pictures of kinds that are not read.
  struct Foreign: Equatable { let names: [String] }
}

extension CommandError {
  /// The status of `sysexits.h` that scripts can rely on.
  var exitStatus: Int32 {
    switch self {
    case .folderUnreadable, .listUnreadable, .listEmpty, .noPictures, .onlyForeignPictures, .noTwin: EX_NOINPUT
    case .maskSize, .maskBlack, .maskWhite, .maskGrownWhite, .inputSize, .referenceSize, .tooSmall: EX_DATAERR
    case .noFolder, .notAFolder, .folderNotWritable, .folderNotMade, .deadLink, .folderGone, .nameTooLong, .sameFile,
      .reportNotWritten:
      EX_CANTCREAT
    default: EX_USAGE
    }
  }
}

extension CommandError {
  /// An error of the engine about a mask, whose file the engine does not know.
  init(_ error: RestoreError, aboutMask mask: String, of picture: String, place: MaskPlace = .everywhere) {
    switch error {
    case .maskOfOtherSize(let maskWidth, let maskHeight, let width, let height):
      self = .maskSize(
        mask: mask, width: maskWidth, height: maskHeight, picture: picture, pictureWidth: width, pictureHeight: height)
    case .maskIsBlack: self = .maskBlack(mask, place: place)
    case .maskCoversAll: self = .maskWhite(mask, place: place)
    default: preconditionFailure("\(error) is no error about a mask")
    }
  }
}
