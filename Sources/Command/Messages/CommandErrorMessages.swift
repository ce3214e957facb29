import Wording

/// What users read when the command line itself found something wrong: what, where, and what to do.
extension CommandError {
  var message: Message {
    switch self {
    case .arguments(let reason, let help): "\(reason); see \(help)"
    case .notUTF8(let argument): "\(argument): the name is not UTF-8; rename the file, with convmv for example"
    case .unknownProducts(let value, let known):
      "RESSHIFT_PRODUCTS is \"\(value)\", but it can be \(known.joined(separator: " or ")); change or unset it"
    case .impossibleInstructions(let value, let possible):
      "RESSHIFT_ISA is \"\(value)\", but on this processor it can be \(possible.joined(separator: " or ")); change or unset it"
    case .emptyInput: "an input is empty; name a picture or a folder"
    case .emptyOutput: "--output is empty; name a file, or a folder for several"
    case .emptySaveFolder: "--save is empty; name a folder"
    case .listHasZeros(let path): "\(path): names in this list end with zero bytes; give --null, too"
    case .notAReport(let path):
      "\(path): is not a report, so nothing is appended to it; choose another file for --report"
    case .needsFolder(let path): "\(path): several inputs need a folder as --output"
    case .isFileNotFolder(let path): "\(path): is a file, but several inputs need a folder as --output"
    case .inputIsFolder(let path): "\(path): is a folder, but inpaint takes one picture and its mask"
    case .canvasSmaller(let path, let width, let height, let newWidth, let newHeight):
      "\(path): has \(width)x\(height) pixels and can only be extended, not become \(newWidth)x\(newHeight); choose a larger size"
    case .canvasAsLarge(let path, let width, let height):
      "\(path): has these \(width)x\(height) pixels already, so there is nothing to extend"
    case .extendsFolder(let path): "\(path): is a folder, but extend takes one picture"
    case .twins(let one, let other, let output): "\(one) and \(other) would both be written to \(output)"
    case .overwritesInput(let input, let other):
      "the result of \(input) would overwrite \(other); choose another folder"
    case .bitDepth(let bits, let format, let output):
      "\(output): \(format.name) cannot hold \(bits) bits, png and tiff can"
    case .boxOutside(let box, let picture, let width, let height):
      """
      --box \(box.x),\(box.y),\(box.width),\(box.height) reaches outside \(picture), which is \(width)x\(height)
      """
    case .factorTooLarge(let factor, let model, let largest):
      "--factor \(factor): the model \(model) enlarges \(largest) times at most"
    case .doesNotEnlarge(let factor, let model, let task):
      "--factor \(factor): the model \(model) is for \(task.purpose) and does not enlarge"
    case .cropTooSmall(let crop, let factor): "--crop \(crop): must be \(factor) or more, the factor"
    case .holesNeedInpainting(let model, let task):
      "model \(model) is for \(task.purpose); holes need a model for inpainting"
    case .inpaintingNeedsHoles(let model, let task):
      "model \(model) is for \(task.purpose); it needs --degrade boxes or irregular, or --masks"
    case .sameNames(let one, let other, let name):
      "\(one) and \(other) have the same name, \(name); rename one of them"
    case .sameReferenceNames(let one, let other, let name):
      "\(one) and \(other) have the same name, \(name); remove one of them"

    case .folderUnreadable(let folder, let reason): "\(folder): cannot read this folder: \(reason)"
    case .listUnreadable(let path, let reason): "\(path): cannot read this list: \(reason)"
    case .listEmpty(let path): "\(path): this list names no pictures; write one a line"
    case .noPictures(let folder, let known):
      "\(folder): no pictures in this folder (\(known.joined(separator: ", ")))"
    case .onlyForeignPictures(let folder, let known, let foreign):
      .counted(
        foreign.names.count,
        one: """
          \(folder): no pictures in this folder (\(known.joined(separator: ", "))); left out a picture of another kind: \
          \(foreign.examples)
          """,
        other: """
          \(folder): no pictures in this folder (\(known.joined(separator: ", "))); left out \(foreign.names.count) pictures of \
          another kind: \(foreign.examples)
          """)
    case .noTwin(let path, let original): "\(path).*: no such picture, the twin of \(original)"

    case .maskSize(let mask, let width, let height, let picture, let pictureWidth, let pictureHeight):
      """
      \(mask): the mask is \(width)x\(height), but \(picture) is \(pictureWidth)x\(pictureHeight); make both the same size
      """
    case .maskBlack(let mask, .everywhere):
      "\(mask): the mask is black everywhere, or nearly so, and there is nothing to fill; white is filled"
    case .maskBlack(let mask, .cropped):
      """
      \(mask): the mask is black all over the part that --crop leaves, or nearly so, and there is nothing to fill; white is \
      filled
      """
    case .maskWhite(let mask, .everywhere):
      "\(mask): the mask is white everywhere, so there is nothing left to continue from; make black what to keep"
    case .maskGrownWhite(let mask, let grow):
      "\(mask): grown by \(grow) pixels the mask covers all, so there is nothing left to continue from; use a smaller --grow"
    case .maskWhite(let mask, .cropped):
      """
      \(mask): the mask is white all over the part that --crop leaves, so there is nothing left to continue from; make black \
      what to keep
      """
    case .inputSize(let original, let width, let height, let input, let inputWidth, let inputHeight, 1):
      """
      \(original): is \(width)x\(height), but its input \(input) is \(inputWidth)x\(inputHeight); the original must be \
      \(inputWidth)x\(inputHeight), the same size
      """
    case .inputSize(let original, let width, let height, let input, let inputWidth, let inputHeight, let factor):
      """
      \(original): is \(width)x\(height), but its input \(input) is \(inputWidth)x\(inputHeight); the original must be \
      \(inputWidth * factor)x\(inputHeight * factor), \(factor) times as large
      """
    case .referenceSize(let path, let width, let height, let original, let wholeWidth, let wholeHeight, nil):
      """
      \(path): is \(width)x\(height), but what it is compared with, \(original), is \(wholeWidth)x\(wholeHeight)
      """
    case .referenceSize(let path, let width, let height, let original, let wholeWidth, let wholeHeight, let part?):
      """
      \(path): is \(width)x\(height), but what it is compared with, \(original), is \(wholeWidth)x\(wholeHeight), the part \
      used \(part.width)x\(part.height)
      """
    case .tooSmall(let path, let width, let height, let factor):
      "\(path): is \(width)x\(height), too small for a factor of \(factor); take a larger picture"

    case .noFolder(let path, let folder): "\(path): cannot write, there is no folder \(folder)"
    case .notAFolder(let path, let folder): "\(path): cannot write, \(folder) is not a folder"
    case .folderNotWritable(let path, let folder, let reason):
      "\(path): cannot write into the folder \(folder): \(reason)"
    case .folderNotMade(let path, let reason): "\(path): cannot make this folder: \(reason)"
    case .deadLink(let path): "\(path): cannot write, this link leads nowhere"
    case .folderGone(let path, let folder):
      "\(path): cannot write, the folder \(folder) was removed during the run; run it again"
    case .nameTooLong(let path, let count, let most):
      "\(path): the name has \(count) bytes, at most \(most) are possible; choose a shorter one"
    case .reportNotWritten(let path, let reason): "\(path): cannot write the report: \(reason)"
    case .sameFile(let path, let other): "\(path): is the result of \(other) by another name; choose another folder"
    }
  }
}

extension CommandError.Foreign {
  /// Up to five of the names.
  var examples: String { names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "") }
}
