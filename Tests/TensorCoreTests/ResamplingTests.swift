import TensorCore
import TestSupport
import Testing

struct ResamplingTests {
  /// `xI.scaleS` enlarged by PyTorch is `yI.scaleS`.
  @Test func bicubicEqualsPyTorch() throws {
    let recorded = try RecordedTensors("bicubic.safetensors")
    let inputs = recorded.names.filter { $0.hasPrefix("x") }
    #expect(!inputs.isEmpty)
    for name in inputs {
      let scale = try #require(name.split(separator: ".").last.flatMap { Int($0.dropFirst(5)) })
      let x = try recorded.picture(name)
      let y = try recorded.picture("y" + name.dropFirst())
      let found = x.resampled(
        rows: .bicubic(from: x.shape.h, to: x.shape.h * scale),
        columns: .bicubic(from: x.shape.w, to: x.shape.w * scale))
      #expect(found.shape == y.shape)
      #expect(largestDifference(found.elements, y.elements) <= 1e-6, "\(name)")
    }
  }

  @Test func partsOfAnEnlargementAreThoseOfTheWhole() {
    var random = SeededRandom(7)
    let x = random.tensor(Shape(1, 9, 11, 3))
    func enlarged(_ rows: Range<Int>?, _ columns: Range<Int>?) -> Tensor {
      x.resampled(rows: .bicubic(from: 9, to: 36, range: rows), columns: .bicubic(from: 11, to: 44, range: columns))
    }
    let part = enlarged(5..<23, 40..<44)
    #expect(part.elements == enlarged(nil, nil).cropped(y: 5, x: 40, height: 18, width: 4).elements)
  }

  @Test func areaAverageKeepsTheMean() {
    var random = SeededRandom(8)
    for (from, to) in [(12, 3), (13, 5), (7, 6), (5, 1), (9, 9)] {
      let x = random.tensor(Shape(1, from, from, 1))
      let y = x.resampled(rows: .areaAverage(from: from, to: to), columns: .areaAverage(from: from, to: to))
      let (before, after) = (x.elements.reduce(0, +) / Float(from * from), y.elements.reduce(0, +) / Float(to * to))
      #expect(abs(before - after) < 1e-6)
    }
    let square = Tensor(Shape(1, 2, 4, 1), [1, 3, 5, 7, 1, 3, 5, 7])
    #expect(square.resized(height: 1, width: 2).elements == [2, 6])
  }

  @Test func reflectionDoesNotRepeatTheEdge() {
    let x = Tensor(Shape(1, 1, 3, 1), [1, 2, 3])
    #expect(x.reflectPadded(height: 2, width: 8).elements == [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2])
    #expect(Tensor(Shape(1, 1, 1, 1), [4]).reflectPadded(height: 1, width: 3).elements == [4, 4, 4])
  }
}
