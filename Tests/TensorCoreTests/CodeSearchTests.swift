import CKernels
import TensorCore
import TestSupport
import Testing

/// The search of the codebook against its definition.
struct CodeSearchTests {
  @Test(arguments: [1, 7, 16, 33, 1000], [1, 3, 8])
  func findsTheNearest(_ codes: Int, _ dim: Int) {
    var random = SeededRandom(23)
    let vectors = random.tensor(Shape(1, 1, 37, dim)).elements
    let codebook = random.tensor(Shape(1, 1, dim, codes)).elements
    let found = nearest(vectors, codebook, dim)
    for (vector, code) in found.enumerated() {
      func distance(_ k: Int) -> Double {
        (0..<dim).reduce(0) { sum, d in
          let difference = Double(vectors[vector * dim + d]) - Double(codebook[d * codes + k])
          return sum + difference * difference
        }
      }
      let least = (0..<codes).map(distance).min() ?? 0
      #expect(distance(code) <= least * (1 + 1e-6), "vector \(vector)")
    }
  }

  /// The lowest index of equals, wherever in a run of codes that are looked at side by side they are.
  @Test(arguments: [[5, 21], [20, 21], [3, 40], [38, 40], [0, 16, 32]])
  func ofEqualsTheFirst(_ places: [Int]) {
    let codes = 41
    var codebook = [Float](repeating: 9, count: codes)
    for place in places { codebook[place] = 1 }
    #expect(nearest([1, 1.25, 0.5], codebook, 1) == [Int](repeating: places[0], count: 3))
    #expect(nearest([.nan], codebook, 1) == [0])
  }

  private func nearest(_ vectors: [Float], _ codebook: [Float], _ dim: Int) -> [Int] {
    var indices = [Int32](repeating: -1, count: vectors.count / dim)
    ck_nearest_code(&indices, vectors, indices.count, codebook, codebook.count / dim, dim)
    return indices.map(Int.init)
  }
}
