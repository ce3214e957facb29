import ModelLibrary
import ModelStore
import PictureFiles
import ResShift
import Wording

/// Why a procedure did not do its work. The sentences for it stand in `ShellErrorMessages.swift`.
public enum ShellError: Explained, Equatable {
  // The caller's arguments do not fit.
  case unknownProcedure(String)
  case argumentCount(procedure: String, expected: Int, found: Int)
  case tooFewArguments(procedure: String)
  case wrongType(parameter: String)
  case outputUnknown(Int)
  case factorImpossible(Int)
  case factorTooLarge(model: String, largest: Int, asked: Int)
  case seedImpossible(Int)
  case variantsImpossible(Int)
  case precisionUnknown(Int)
  case precisionImpossible
  case optionUnknown(procedure: String, String)
  case nothingToRepeat
  case widthImpossible(Int)
  case scaledOutputUnknown(Int)
  case widthNotReached(model: String, asked: Int, from: Int, largest: Int)
  case growImpossible(Int)
  case strengthImpossible(Int)
  case switchImpossible(String, Int)
  case marginImpossible(String, Int)
  case canvasSideImpossible(String, Int)
  case ratioUnknown(Int)
  case anchorUnknown(Int)
  case canvasSmaller(width: Int, height: Int, newWidth: Int, newHeight: Int)
  case nothingToExtend
  case itemMissing
  case otherImage(layer: String)
  case needsWindow
  case noLayerSelected

  // The layer or the selection does not allow it.
  case indexed(layer: String)
  case group(layer: String)
  case channel(name: String)
  case noChannel(String)
  case floatingSelection
  case emptySelection
  case selectionOutside(layer: String)
  case selectionNearlyEmpty(layer: String)
  case transparentLayer(String)
  case transparentSelection(layer: String)
  case transparentHole(layer: String)
  case nothingKnown(layer: String)
  case nothingSeen
  case nothingSeenSelected
  case nothingSeenKnown
  case selectionOutsideCanvas
  case resultTooLarge(width: Int, height: Int)
  case grownAlready(layer: String)

  // The user went on working meanwhile.
  case imageClosed(layer: String)
  case layerGone(String)
  case layerMoved(String)
  case layerConverted(String)

  // GIMP or the system refused.
  case refused(Operation, layer: String)
  case noAccess(item: Int)
  case noThread
  case notRun(procedure: String, reason: String)
  case callFailed(reason: String)

  /// What GIMP was asked to do.
  public enum Operation: Hashable, Sendable, CaseIterable {
    case nameProfile, makeLayer, addMask, convertToRGB, insertLayer, copyLayer, scaleImage, makeImage
  }

  // Files of a batch.
  case emptyName
  case patternIsFolder(String)
  case noPictures(pattern: String)
  case nothingMatches(pattern: String)
  case resultNotWritable(picture: String, Message)
  case noMaskFolder(picture: String, folder: String)
  case noMask(picture: String, folder: String, name: String)
  case severalMasks(picture: String, folder: String, names: [String])
  case maskSize(picture: String, width: Int, height: Int, mask: String, maskWidth: Int, maskHeight: Int)
  case maskBlack(picture: String, mask: String)
  case maskWhite(picture: String, mask: String)
  case noRoomForMask(reason: String)
  case maskNotSelected(reason: String)
  case fileCutShort(String)
  case unreadable(String, reason: String)
  case noLayers(file: String)
  case notMerged(file: String, reason: String)
  case resultNotMerged(reason: String)
  case notWritten(String, reason: String)

  /// The user closed the dialog or stopped the work.
  case cancelled
  /// An error of what the shell calls, in its own words; `isCallers` = the arguments do not fit.
  case other(Message, isCallers: Bool)
}

extension ShellError {
  /// What GIMP is told.
  public enum Status: Sendable {
    case callingError, executionError, cancelled
  }

  public var status: Status {
    switch self {
    case .unknownProcedure, .argumentCount, .tooFewArguments, .wrongType, .outputUnknown, .factorImpossible,
      .factorTooLarge, .seedImpossible, .variantsImpossible, .precisionUnknown, .precisionImpossible, .optionUnknown,
      .widthImpossible, .scaledOutputUnknown, .widthNotReached, .growImpossible, .strengthImpossible,
      .switchImpossible, .marginImpossible, .nothingToExtend, .canvasSideImpossible, .ratioUnknown, .anchorUnknown,
      .canvasSmaller,
      .itemMissing, .otherImage, .needsWindow, .noLayerSelected,
      .other(_, isCallers: true):
      .callingError
    case .cancelled: .cancelled
    default: .executionError
    }
  }

  /// What any error thrown on the way means to the shell.
  public init(_ error: any Error) {
    switch error {
    case let error as ShellError: self = error
    case RestoreError.cancelled: self = .cancelled
    case let error as RestoreError where error.kind == .usage: self = .other(error.message, isCallers: true)
    case let error as ModelError where error.kind == .usage: self = .other(error.message, isCallers: true)
    case let error as any Explained: self = .other(error.message, isCallers: false)
    default: self = .other(Message(verbatim: String(describing: error)), isCallers: false)
    }
  }
}
