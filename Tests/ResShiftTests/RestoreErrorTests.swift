import Testing

@testable import ResShift

@Suite struct RestoreErrorTests {
  /// The kinds decide about exit statuses.
  @Test func kinds() {
    #expect(RestoreError.factorTooLarge(model: "m", largest: 4, asked: 5).kind == .usage)
    #expect(RestoreError.boxOutside(PixelRect(x: 0, y: 0, width: 1, height: 1), width: 1, height: 1).kind == .usage)
    #expect(RestoreError.maskIsBlack.kind == .badPicture && RestoreError.nothingVisible.kind == .badPicture)
    #expect(RestoreError.noFiles(model: "m").kind == .badModel)
    #expect(RestoreError.notEnoughMemory(.picture, needed: 1, .free(0)).kind == .notEnoughMemory)
    #expect(RestoreError.cancelled.kind == .cancelled)
  }

  @Test func sentences() {
    let box = PixelRect(x: 1, y: -2, width: 30, height: 40)
    #expect(
      "\(RestoreError.boxOutside(box, width: 20, height: 10))"
        == "the box 1,-2,30,40 does not lie inside the picture of 20 x 10 pixels")
    #expect(
      "\(RestoreError.factorTooLarge(model: "m", largest: 4, asked: 5))" == "m enlarges 4 times at most, not 5 times")
    #expect(
      "\(RestoreError.wrongTask(model: "m", task: .inpainting, wanted: .superResolution))"
        == "m is a model for inpainting, not one that enlarges")
    #expect(
      "\(RestoreError.maskOfOtherSize(maskWidth: 3, maskHeight: 4, width: 5, height: 6))"
        == "the mask has 3 x 4 pixels, the picture 5 x 6; make both the same size")
  }

  /// What is asked for, and why there is no more memory.
  @Test func memory() {
    func text(_ shortage: MemoryShortage, _ budget: MemoryBudget) -> String {
      "\(RestoreError.notEnoughMemory(shortage, needed: 3 << 20, budget))"
    }
    #expect(
      text(.tile(side: 64), .free(1 << 20))
        == "a tile of 64 pixels needs about 3 MiB, but only 1 MiB of memory are free; choose a smaller tile, or leave the"
        + " choice to the program")
    #expect(
      text(.smallestTile(side: 64), .limit(2 << 20, held: 1 << 20))
        == "the smallest tile, 64 pixels, needs about 3 MiB, but the limit of 2 MiB leaves 1 MiB beside model and picture;"
        + " raise the limit or use a smaller picture")
    #expect(
      text(.smallestTile(side: 64), .free(5))
        == "the smallest tile, 64 pixels, needs about 3 MiB, but only 5 bytes of memory are free; close other programs or"
        + " use a smaller picture")
    #expect(
      text(.picture, .limit(1 << 20, held: 2 << 20))
        == "the result of a picture of this size needs about 3 MiB, but the limit is 1 MiB, and the program with model and"
        + " picture takes 2 MiB; raise the limit, or use a smaller picture or factor")
    #expect(MemoryBudget.limit(1, held: 2).bytes == 0)
  }
}
