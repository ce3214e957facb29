import ResShift
import Testing
import Wording

@testable import GimpShell

/// Errors as data, and their sentences.
@Suite struct ShellErrorTests {
  private static let all: [ShellError] =
    [
      .unknownProcedure("p"), .argumentCount(procedure: "p", expected: 2, found: 1), .tooFewArguments(procedure: "p"),
      .wrongType(parameter: "p"), .outputUnknown(9), .factorImpossible(9),
      .factorTooLarge(model: "m", largest: 2, asked: 4), .seedImpossible(-2), .precisionUnknown(3),
      .precisionImpossible, .widthImpossible(0),
      .scaledOutputUnknown(2), .widthNotReached(model: "m", asked: 9, from: 1, largest: 4), .growImpossible(-1),
      .growImpossible(300), .strengthImpossible(101), .switchImpossible("s", 2), .marginImpossible("left", -1),
      .nothingToExtend, .canvasSideImpossible("width", -1),
      .ratioUnknown(9), .anchorUnknown(9), .canvasSmaller(width: 2, height: 2, newWidth: 1, newHeight: 2), .nothingSeen,
      .nothingSeenSelected, .nothingSeenKnown, .selectionOutsideCanvas, .itemMissing, .otherImage(layer: "l"),
      .needsWindow, .indexed(layer: "l"), .group(layer: "l"), .channel(name: "l"), .noChannel("c"), .floatingSelection,
      .emptySelection,
      .selectionOutside(layer: "l"), .selectionNearlyEmpty(layer: "l"), .transparentLayer("l"),
      .transparentSelection(layer: "l"), .transparentHole(layer: "l"), .nothingKnown(layer: "l"),
      .resultTooLarge(width: 1, height: 2),
      .imageClosed(layer: "l"), .layerGone("l"), .layerMoved("l"), .layerConverted("l"), .noAccess(item: 3), .noThread,
      .notRun(procedure: "p", reason: "r"), .callFailed(reason: "r"), .emptyName, .patternIsFolder("/f"),
      .nothingMatches(pattern: "*"), .resultNotWritable(picture: "p", "r"), .noMaskFolder(picture: "p", folder: "f"),
      .noMask(picture: "p", folder: "f", name: "n"), .severalMasks(picture: "p", folder: "f", names: ["a", "b"]),
      .maskSize(picture: "p", width: 1, height: 2, mask: "m", maskWidth: 3, maskHeight: 4),
      .maskBlack(picture: "p", mask: "m"), .maskWhite(picture: "p", mask: "m"), .noRoomForMask(reason: "r"),
      .maskNotSelected(reason: "r"), .fileCutShort("f"), .unreadable("f", reason: "r"), .noLayers(file: "f"),
      .notMerged(file: "f", reason: "r"), .resultNotMerged(reason: "r"), .notWritten("f", reason: "r"), .cancelled,
      .other("o", isCallers: false),
    ] + ShellError.Operation.allCases.map { .refused($0, layer: "l") }

  @Test func everySentenceIsWholeAndOfItsOwn() {
    let texts = Self.all.map(\.message.text)
    for text in texts {
      #expect(!text.isEmpty && !text.contains("$s") && !text.contains("\n"))
      #expect(!text.contains("  "), "\(text)")
    }
    let templates = Set(Self.all.map(\.message.template))
    #expect(templates.count == Self.all.count)
  }

  @Test func wordsOfOthersKeepTheirPerCentSigns() {
    #expect(ShellError.callFailed(reason: "100 %1$s").message.text == "100 %1$s")
    #expect(ShellError.layerGone("%1$s").message.text.contains("“%1$s”"))
  }

  @Test func statusesTellCallersMistakesFromOthers() {
    #expect(ShellError.seedImpossible(-2).status == .callingError)
    #expect(ShellError.other("x", isCallers: true).status == .callingError)
    #expect(ShellError.emptySelection.status == .executionError)
    #expect(ShellError.cancelled.status == .cancelled)
    #expect(ShellError(RestoreError.cancelled) == .cancelled)
  }
}
