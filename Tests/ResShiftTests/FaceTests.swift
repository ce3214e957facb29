import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// Restoration at the same size, with the tiny recorded face model.
struct FaceTests {
  private static let restorers = Result {
    var descriptor = try ModelDescriptor(configuration: fixture("tiny-face/config.json"))
    descriptor.folder = fixture("tiny-face")
    descriptor.frame = .face
    let face = try Restorer(descriptor)
    descriptor.frame = .none
    return (face: face, plain: try Restorer(descriptor))
  }

  private func picture(_ width: Int, _ height: Int) -> PixelImage {
    var random = SeededRandom(50)
    var picture = PixelImage(width: width, height: height, channels: 3)
    for i in picture.samples.indices { picture.samples[i] = Float.random(in: 0.2...0.8, using: &random) }
    return picture
  }

  private func options(_ toneMatch: Bool?) -> RestoreOptions {
    var options = RestoreOptions()
    (options.threads, options.toneMatch) = (2, toneMatch)
    return options
  }

  @Test func boxesAreRestoredAndNothingElse() throws {
    let input = picture(150, 120)
    let boxes = [PixelRect(x: 10, y: 20, width: 48, height: 64), PixelRect(x: 100, y: 0, width: 50, height: 33)]
    for restorer in [try Self.restorers.get().face, try Self.restorers.get().plain] {
      let output = try restorer.restore(input, boxes: boxes, options(nil))
      func change(_ x: Int, _ y: Int) -> Float { (0..<3).map { abs(output[x, y, $0] - input[x, y, $0]) }.max() ?? 0 }
      for y in 0..<120 {
        for x in 0..<150 where !boxes.contains(where: { $0.contains(PixelRect(x: x, y: y, width: 1, height: 1)) }) {
          #expect(change(x, y) == 0)
        }
      }
      // Inside it changes; an edge of the box fades, one that is the picture's own does not.
      let inside = (30..<70).map { change(30, $0) }.reduce(0, +) / 40
      let edge = (30..<70).map { change(10, $0) }.reduce(0, +) / 40
      let pictureEdge = (5..<28).map { change(149, $0) }.reduce(0, +) / 23
      #expect(inside > 0.05 && pictureEdge > 0.05 && edge < inside / 3)
    }
  }

  @Test func toneMatchingIsOnForBoxesAndOffForWholePictures() throws {
    let input = picture(64, 40)
    let box = [PixelRect(x: 8, y: 4, width: 40, height: 30)]
    let face = try Self.restorers.get().face
    #expect(try face.restore(input, boxes: box, options(nil)) == face.restore(input, boxes: box, options(true)))
    #expect(try face.restore(input, boxes: box, options(nil)) != face.restore(input, boxes: box, options(false)))
    #expect(try face.restore(input, options(nil)) == face.restore(input, options(false)))
    #expect(try face.restore(input, options(nil)) != face.restore(input, options(true)))
  }

  @Test func boxesOutsideAreRefused() throws {
    let input = picture(20, 20)
    for box in [(-1, 0, 5, 5), (16, 0, 5, 5), (0, 0, 0, 5), (0, 0, 5, 21), (Int.max, 0, 2, 2), (0, 0, Int.max, 2)] {
      let box = PixelRect(x: box.0, y: box.1, width: box.2, height: box.3)
      #expect(throws: RestoreError.self) { try Self.restorers.get().face.restore(input, boxes: [box], options(nil)) }
    }
  }

  @Test(arguments: [(512, 512), (1, 300), (300, 1), (37, 61), (1, 1)])
  func framesKeepProportions(_ size: (Int, Int)) {
    let frame = FaceFrame(side: 64, height: size.0, width: size.1)
    let crop = Tensor(Shape(1, size.0, size.1, 3), repeating: 0.25)
    let entered = frame.enter(crop)
    #expect(entered.shape == Shape(1, 64, 64, 3))
    #expect(largestDifference(entered.elements, [Float](repeating: 0.25, count: entered.shape.count)) < 1e-6)
    let left = frame.leave(entered)
    #expect(left.shape == crop.shape)
    #expect(largestDifference(left.elements, crop.elements) < 1e-6)
  }
}
