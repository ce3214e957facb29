import FilePaths
import Wording

/// What users read when a procedure did not do its work: what is wrong, where, and what to do.
extension ShellError {
  public var message: Message {
    switch self {
    // Arguments.
    case .unknownProcedure(let name): "ResShift has no procedure “\(name)”."
    case .argumentCount(let procedure, let expected, let found):
      "\(procedure) takes \(expected) arguments, not \(found)."
    case .tooFewArguments(let procedure): "\(procedure) needs at least run mode, image and drawable."
    case .wrongType(let parameter): "Argument \(parameter) is of the wrong type."
    case .outputUnknown(let output):
      "Output \(output) is unknown: 0 scales the image, 1 makes a new one, 2 keeps the size."
    case .factorImpossible(let factor): "Factor \(factor) is not possible: it is 2, 3 or 4."
    case .factorTooLarge(let model, let largest, let asked):
      "Model “\(model)” enlarges \(largest) times at most, not \(asked): use a smaller factor."
    case .seedImpossible(let seed): "Seed \(seed) is not possible: it is -1 (random) or not negative."
    case .precisionUnknown(let precision):
      "Precision \(precision) is unknown: it is 0 (automatic), 1 (float32) or 2 (bfloat16)."
    case .precisionImpossible:
      "This processor has no instructions for bfloat16. Choose precision 0 (automatic) or 1 (float32)."
    case .variantsImpossible(let count): "\(count) variants are not possible: it is 1 to 6."
    case .optionUnknown(let procedure, let name): "\(procedure) has no option “\(name)”: see the procedure browser."
    case .nothingToRepeat:
      "There is nothing to repeat yet: use Upscale, Inpaint or another entry of the menu first, then this one for another seed."
    case .widthImpossible(let width): "Width \(width) is not possible: it is 1 to 524288 pixels."
    case .scaledOutputUnknown(let output): "Output \(output) is unknown: 0 scales the image, 1 makes a new one."
    case .widthNotReached(let model, let asked, let from, let largest):
      "Model “\(model)” cannot bring \(from) pixels to a width of \(asked): choose a width from \(from) to \(largest)."
    case .growImpossible(let grow) where grow < 0:
      "The selection cannot grow by \(grow) pixels: to make it smaller use Select > Shrink."
    case .growImpossible(let grow): "The selection cannot grow by \(grow) pixels: it is 0 to 256."
    case .strengthImpossible(let strength): "A strength of \(strength) % is not possible: it is 0 to 100."
    case .switchImpossible(let name, let value): "Argument \(name) is 0 (no) or 1 (yes), not \(value)."
    case .marginImpossible(let side, let pixels):
      "The canvas cannot be extended by \(pixels) pixels (\(side)): it is 0 to 65535."
    case .canvasSideImpossible(let name, let pixels):
      "The canvas cannot become \(pixels) pixels large (\(name)): it is 1 to 524288, or 0 for what the sides say."
    case .ratioUnknown(let ratio): "Proportions \(ratio) are unknown: they are 0 (none) to 8."
    case .anchorUnknown(let anchor): "Anchor \(anchor) is unknown: it is 0 (top left) to 8 (bottom right), 4 = center."
    case .canvasSmaller(let width, let height, let newWidth, let newHeight):
      "The canvas of \(width)x\(height) pixels can only grow, not become \(newWidth)x\(newHeight): choose a larger size."
    case .nothingToExtend:
      "Nothing is to be added: say by how many pixels the canvas is to be extended, to which size, or to which proportions."
    case .itemMissing: "The image or the layer does not exist any more."
    case .otherImage(let layer): "Layer “\(layer)” belongs to another image than the one given."
    case .needsWindow: "The model manager is a window: from scripts use the command “resshift models”."
    case .noLayerSelected: "No layer is selected: select one in the Layers dialog."

    // Layers and selections.
    case .indexed(let layer):
      "Layer “\(layer)” has indexed colours: convert the image to RGB first (Image > Mode > RGB)."
    case .group(let layer):
      "“\(layer)” is a layer group, which has no pixels of its own: choose one of the layers in it."
    case .channel(let name): "“\(name)” is a channel, not a layer: choose a layer in the Layers dialog."
    case .noChannel(let name):
      "The image has no channel “\(name)”: select what the fill must not be made of, and save that with Select > Save to Channel."
    case .floatingSelection:
      "The image has a floating selection: anchor it or turn it into a layer first (Layer > Anchor Layer, To New Layer)."
    case .emptySelection: "The selection is empty: select what is to be filled, then run Inpaint again."
    case .selectionOutside(let layer):
      "The selection does not touch layer “\(layer)”: select something on it, or choose another layer."
    case .selectionNearlyEmpty(let layer):
      "Next to nothing of layer “\(layer)” is selected, less than a hundredth of each pixel: select more."
    case .transparentLayer(let layer):
      "Nothing of layer “\(layer)” can be seen, it is fully transparent: choose a layer with something on it."
    case .transparentSelection(let layer):
      "Nothing of layer “\(layer)” can be seen where it is selected, it is fully transparent: select another part."
    case .transparentHole(let layer):
      "What is selected of layer “\(layer)” is transparent and would stay so: choose “Make transparent parts opaque” to fill it."
    case .nothingKnown(let layer):
      "Nothing of layer “\(layer)” is left around the selection to fill it from: select less."
    case .nothingSeen: "Nothing of the image can be seen, it is fully transparent: show a layer with something on it."
    case .nothingSeenSelected:
      "Nothing of the image can be seen where it is selected: select another part, or choose “Make transparent parts opaque”."
    case .nothingSeenKnown: "Nothing of the image is left around the selection to fill it from: select less."
    case .selectionOutsideCanvas: "The selection is empty on the canvas: select something in the image."
    case .resultTooLarge(let width, let height):
      "The result would have \(width)x\(height) pixels, more than GIMP can hold: use a smaller factor."

    case .grownAlready(let layer):
      "The image has grown already, by layer “\(layer)”: undo that first (Edit > Undo), then try another seed."

    // Meanwhile.
    case .imageClosed(let layer):
      "The image of layer “\(layer)” was closed before the result was there: it could not be added."
    case .layerGone(let layer):
      "Layer “\(layer)” was removed before the result was there: nothing was changed. Undo that and try again."
    case .layerMoved(let layer):
      "Layer “\(layer)” was moved, cropped or scaled before the result was there: nothing was changed. Try again."
    case .layerConverted(let layer):
      "The colour mode of layer “\(layer)” was changed before the result was there: nothing was changed. Try again."

    // GIMP and the system.
    case .refused(let operation, let layer): operation.refusal(layer)
    case .noAccess(let item): "GIMP gives no access to the pixels of drawable \(item)."
    case .noThread: "The system has no room for another thread: close other programs and try again."
    case .notRun(let procedure, let reason): "GIMP did not run \(procedure) (\(reason))"
    case .callFailed(let reason): Message(verbatim: reason)

    // Files of a batch.
    case .emptyName: "A name is empty: the pictures and the folders for masks and results need one."
    case .noPictures(let pattern): "\(pattern): there are no pictures, so there is nothing to do"
    case .patternIsFolder(let folder):
      "\(folder): is a folder; name the pictures in it, such as \(folder.appendingName("*.jpg"))"
    case .nothingMatches(let pattern): "\(pattern): no file matches, so there is nothing to do"
    case .resultNotWritable(let picture, let reason):
      "\(picture): not done, for its result cannot be written: \(reason)"
    case .noMaskFolder(let picture, let folder): "\(picture): there is no mask for it, for there is no folder \(folder)"
    case .noMask(let picture, let folder, let name):
      "\(picture): there is no mask for it in \(folder): put \(name) there"
    case .severalMasks(let picture, let folder, let names):
      "\(picture): there are several masks for it in \(folder), \(names.joined(separator: " and ")): leave one"
    case .maskSize(let picture, let width, let height, let mask, let maskWidth, let maskHeight):
      "\(picture): is \(width)x\(height), but its mask \(mask) is \(maskWidth)x\(maskHeight): make both the same size"
    case .maskBlack(let picture, let mask):
      "\(picture): its mask \(mask) is black everywhere, or nearly so: make white what is to be filled"
    case .maskWhite(let picture, let mask):
      "\(picture): its mask \(mask) is white everywhere: make black what is to be kept"
    case .noRoomForMask(let reason): "GIMP has no room for the mask (\(reason))"
    case .maskNotSelected(let reason): "GIMP does not select the mask (\(reason))"
    case .fileCutShort(let path): "\(path): the file is damaged, it ends too early; copy or export it again"
    case .unreadable(let path, let reason): "\(path): GIMP cannot read this file (\(reason))"
    case .noLayers(let path): "\(path): there are no layers in this file"
    case .notMerged(let path, let reason): "\(path): GIMP cannot merge the layers of this file (\(reason))"
    case .resultNotMerged(let reason): "GIMP cannot merge the result (\(reason))"
    case .notWritten(let path, let reason): "\(path): cannot be written (\(reason))"

    case .cancelled: "Cancelled."
    case .other(let message, _): message
    }
  }
}

extension ShellError.Operation {
  fileprivate func refusal(_ layer: String) -> Message {
    switch self {
    case .nameProfile: "GIMP refused to name the colour profile for layer “\(layer)”: see its error console."
    case .makeLayer: "GIMP refused to make the new layer for layer “\(layer)”: see its error console."
    case .addMask: "GIMP refused to add the layer mask for layer “\(layer)”: see its error console."
    case .convertToRGB: "GIMP refused to convert the image to RGB for layer “\(layer)”: see its error console."
    case .insertLayer: "GIMP refused to insert the new layer for layer “\(layer)”: see its error console."
    case .copyLayer: "GIMP refused to copy the layer for layer “\(layer)”: see its error console."
    case .scaleImage: "GIMP refused to scale the image for layer “\(layer)”: see its error console."
    case .makeImage: "GIMP refused to make a new image for layer “\(layer)”: see its error console."
    }
  }
}
