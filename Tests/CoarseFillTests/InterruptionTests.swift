import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import CoarseFill

/// How often a fill looks whether it is to stop.
struct InterruptionTests {
  private struct Stopped: Error {}

  private final class Looks: Sendable {
    private let state = Mutex(0)
    var count: Int { state.withLock { $0 } }
    func add() { state.withLock { $0 += 1 } }
  }

  /// Noise, and what is known of it: all but a rectangle.
  private func picture(
    _ height: Int, _ width: Int, hole: (rows: Range<Int>, columns: Range<Int>)
  ) -> (image: Tensor, known: Tensor) {
    var random = SeededRandom(61)
    let known = Tensor(
      Shape(1, height, width, 1),
      (0..<height * width).map { hole.rows.contains($0 / width) && hole.columns.contains($0 % width) ? 0 : 1 })
    return (random.tensor(Shape(1, height, width, 3)), known)
  }

  /// Looks before the first report and after the last one, for a hole of 4 x 4 pixels in a picture 1024 pixels wide.
  private func looks(height: Int) throws -> (before: Int, after: Int) {
    let (image, known) = picture(height, 1024, hole: (100..<104, 500..<504))
    let allowed = Tensor(known.shape, (0..<height * 1024).map { $0 % 1024 < 8 ? 0 : 1 })
    let looks = Looks()
    var atReports: [Int] = []
    try Parallel.$threads.withValue(1) {
      try Interruption.$current.withValue(Interruption(every: .zero) { looks.add() }) {
        _ = try exemplarFill(image, known: known, allowed: allowed, seed: 1) { _ in atReports.append(looks.count) }
      }
    }
    return (try #require(atReports.first), looks.count - (try #require(atReports.last)))
  }

  /// The hole being the same, what a larger picture takes longer are the loops over it, which have a look for each 65 536 numbers
  /// at least: some milliseconds.
  @Test func everyLoopOverAPictureLooks() throws {
    let (few, many) = (try looks(height: 256), try looks(height: 768))
    let pieces = 512 * 1024 / Pieces.size
    // What is known, what is allowed, and both; rows of roughness by 16; whole patches of two kinds, sources; a copy of 5
    // channels; for each step of the first fill the sources, in quarters.
    #expect(many.before - few.before >= pieces * (3 + 4 + 2 + 1 + 5 + 3 * 4))
    // The picture, copied with its 3 channels.
    #expect(many.after - few.after >= pieces * 3)
  }

  /// What is stopped at any look throws, and does not go on.
  @Test func aFillStopsAtAnyLook() throws {
    let (image, known) = picture(120, 130, hole: (36..<84, 40..<90))
    var most = 1
    while true {
      let looks = Looks()
      let interruption = Interruption(every: .zero) { [most] in
        looks.add()
        if looks.count >= most { throw Stopped() }
      }
      let isStopped = Interruption.$current.withValue(interruption) {
        do {
          _ = try exemplarFill(image, known: known, seed: 1) { _ in try Interruption.check() }
          return false
        } catch { return error is Stopped }
      }
      #expect(looks.count <= most)
      guard isStopped else { break }
      most = most * 5 / 4 + 3
    }
    #expect(most > 100)
  }
}
