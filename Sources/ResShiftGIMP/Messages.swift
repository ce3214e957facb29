import ModelLibrary
import ModelStore
import PictureFiles
import ResShift

/// Why a procedure could not do its work; the text goes to the user as GIMP's error message.
enum PlugInError: Error {
  /// The caller's arguments do not fit (`GIMP_PDB_CALLING_ERROR`).
  case calling(String)
  /// The image, the selection or the model does not allow it (`GIMP_PDB_EXECUTION_ERROR`).
  case execution(String)
  /// The user closed the dialog (`GIMP_PDB_CANCEL`).
  case cancelled
}

extension PlugInError {
  /// What is wrong, in one line.
  var text: String {
    switch self {
    case .calling(let text), .execution(let text): text
    case .cancelled: "Cancelled."
    }
  }

  /// What any error thrown on the way means to GIMP.
  init(_ error: any Error) {
    switch error {
    case let error as PlugInError: self = error
    case RestoreError.cancelled: self = .cancelled
    case let error as RestoreError where error.kind == .usage: self = .calling(error.message.text)
    case let error as ModelError where error.kind == .usage: self = .calling(error.message.text)
    case let error as PictureFileError: self = .execution(error.description)
    default: self = .execution(String(describing: error))
    }
  }

  static func indexed(_ name: String) -> PlugInError {
    .execution("Layer “\(name)” has indexed colours: convert the image to RGB first (Image > Mode > RGB).")
  }

  static func group(_ name: String) -> PlugInError {
    .execution("“\(name)” is a layer group, which has no pixels of its own: choose one of the layers in it.")
  }

  static func channel(_ name: String) -> PlugInError {
    .execution("“\(name)” is a channel, not a layer: choose a layer in the Layers dialog.")
  }

  static let floatingSelection = PlugInError.execution(
    "The image has a floating selection: anchor it or turn it into a layer first (Layer > Anchor Layer, To New Layer).")

  static let emptySelection = PlugInError.execution(
    "The selection is empty: select what is to be filled, then run Inpaint again.")

  static func selectionOutside(_ name: String) -> PlugInError {
    .execution("The selection does not touch layer “\(name)”: select something on it, or choose another layer.")
  }

  static func selectionNearlyEmpty(_ name: String) -> PlugInError {
    .execution("Next to nothing of layer “\(name)” is selected, less than a hundredth of each pixel: select more.")
  }

  static func transparent(_ name: String, isSelected: Bool) -> PlugInError {
    .execution(
      isSelected
        ? "Nothing of layer “\(name)” can be seen where it is selected, it is fully transparent: select another part."
        : "Nothing of layer “\(name)” can be seen, it is fully transparent: choose a layer with something on it.")
  }

  static func imageClosed(_ name: String) -> PlugInError {
    .execution("The image of layer “\(name)” was closed before the result was there: it could not be added.")
  }

  static func layerGone(_ name: String) -> PlugInError {
    .execution("Layer “\(name)” was removed before the result was there: nothing was changed. Undo that and try again.")
  }

  static func layerMoved(_ name: String) -> PlugInError {
    .execution(
      "Layer “\(name)” was moved, cropped or scaled before the result was there: nothing was changed. Try again.")
  }

  static func layerConverted(_ name: String) -> PlugInError {
    .execution(
      "The colour mode of layer “\(name)” was changed before the result was there: nothing was changed. Try again.")
  }

  static func nothingKnown(_ name: String) -> PlugInError {
    .execution("Nothing of layer “\(name)” is left around the selection to fill it from: select less.")
  }

  static func tooLarge(_ width: Int, _ height: Int) -> PlugInError {
    .execution("The result would have \(width)x\(height) pixels, more than GIMP can hold: use a smaller factor.")
  }

  static func refused(_ what: String, _ name: String) -> PlugInError {
    .execution("GIMP refused to \(what) for layer “\(name)”: see its error console.")
  }
}
