import Foundation
import ModelLibrary
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import ResShift

private final class CacheFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "resshift-rates-\(UUID().uuidString)").path
  var rates: MachineRates { MachineRates(path: path + "/resshift/rates") }
  func write(_ text: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/resshift", withIntermediateDirectories: true)
    try text.write(toFile: path + "/resshift/rates", atomically: true, encoding: .utf8)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct MachineRatesTests {
  @Test func aRateIsRememberedAndAveraged() throws {
    let folder = CacheFolder()
    #expect(folder.rates.rate("a 2") == nil)
    folder.rates.record("a 2", 100)
    folder.rates.record("b 2", 7)
    #expect(folder.rates.rate("a 2") == 100)
    folder.rates.record("a 2", 50)
    #expect(folder.rates.rate("a 2") == 75 && folder.rates.rate("b 2") == 7)
    // Of others that were measured in the same way, the last one.
    #expect(folder.rates.latestRate(endingIn: " 2") == 75 && folder.rates.latestRate(endingIn: " 4") == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/resshift")
    #expect(names == ["rates"])
  }

  @Test(arguments: [
    "", "a 2", "a 2\tmany\n", "a 2\tnan\n", "a 2\t-3\n", "a 2\tinf\n", "\u{0}\u{1}\tx\ty\n\n\t\t", "a 2\t1e300\n",
  ])
  func damagedFilesAreAsGoodAsNone(_ text: String) throws {
    let folder = CacheFolder()
    try folder.write(text)
    #expect(folder.rates.rate("a 2") == nil)
    folder.rates.record("a 2", 12)
    #expect(folder.rates.rate("a 2") == 12)
  }

  @Test func whatCannotBeWrittenIsForgotten() {
    let nowhere = MachineRates(path: "/dev/null/resshift/rates")
    nowhere.record("a", 12)
    #expect(nowhere.rate("a") == nil)
  }

  @Test func manyAtOnceLeaveAWholeFile() async {
    let folder = CacheFolder()
    let rates = folder.rates
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { for turn in 0..<20 { rates.record("task \(task)", Double(10 + turn)) } }
      }
    }
    rates.record("last", 5)
    #expect(rates.rate("last") == 5)
    #expect((0..<8).allSatisfy { (rates.rate("task \($0)") ?? 10) >= 10 })
  }
}

struct OutlookTests {
  private func compact() throws -> ModelDescriptor {
    try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-sr-x4").path)
  }

  private var options: RestoreOptions {
    var options = RestoreOptions()
    options.tile = .pixels(64)
    return options
  }

  /// The plan is what happens: tiles, steps and operations are those of the run.
  @Test func upscalingDoesWhatWasForetold() throws {
    let model = try compact()
    let outlook = try model.outlook(
      .upscale(width: 90, height: 70, toWidth: 180, toHeight: 140), options, nil)
    #expect((outlook.resultWidth, outlook.resultHeight) == (180, 140))
    let places = Places()
    let count = WorkCount()
    try WorkCount.$current.withValue(count) {
      var options = options
      options.report = { places.add($0.place) }
      _ = try Restorer(model).upscale(PixelImage(width: 90, height: 70, channels: 3), factor: 2, options)
    }
    #expect(outlook.operations == count.operations)
    let last = try #require(places.all.last { $0.stage == .sampling })
    #expect((last.tile, last.tiles) == (outlook.tiles, outlook.tiles))
    #expect((last.step, last.steps) == (outlook.steps, outlook.steps))
    #expect(outlook.seconds == nil)
  }

  @Test func onlyTilesAtTheHoleCount() throws {
    let model = try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-inpaint").path)
    let hole = PixelRect(x: 700, y: 500, width: 40, height: 30)
    let outlook = try model.outlook(
      .inpaint(width: 2000, height: 1500, hole: hole, pixels: 1200, depth: 15), options, nil)
    let mask = PixelImage(2000, 1500, channels: 1) { x, y in
      [hole.contains(PixelRect(x: x, y: y, width: 1, height: 1)) ? 1 : 0]
    }
    #expect(
      RestorationJob.inpaint(hole: mask) == .inpaint(width: 2000, height: 1500, hole: hole, pixels: 1200, depth: 15))
    #expect(outlook.tiles < 30 && outlook.tiles > 0)
    let large = try model.outlook(
      .extend(width: 800, height: 600, by: Margins(left: 100, right: 100)), options, nil)
    #expect((large.resultWidth, large.resultHeight) == (1000, 600) && large.operations > outlook.operations)
  }

  /// What is filled at smaller sizes first counts at each of them.
  @Test(arguments: [
    PixelRect(x: 60, y: 40, width: 48, height: 48), PixelRect(x: 60, y: 40, width: 100, height: 100),
    PixelRect(x: 30, y: 20, width: 200, height: 220), PixelRect(x: 0, y: 0, width: 130, height: 300),
  ])
  func deepHolesDoWhatWasForetold(_ hole: PixelRect) throws {
    let restorer = try DeepHoleTests.tiny.get()
    let (picture, mask) = DeepHoleTests.scene(320, 300, hole: hole)
    let options = RestoreOptions()
    let outlook = try restorer.descriptor.outlook(.inpaint(hole: mask), options, nil)
    let count = WorkCount()
    try WorkCount.$current.withValue(count) { _ = try restorer.inpaint(picture, mask: mask, options) }
    #expect(outlook.operations == count.operations)
    var (whole, blank) = (options, options)
    (whole.tile, blank.tiling) = (.whole, .independent)
    let published = try restorer.descriptor.outlook(.inpaint(hole: mask), blank, nil)
    #expect((outlook.operations > published.operations) == (hole.width > 48))
    #expect(try restorer.descriptor.outlook(.inpaint(hole: mask), whole, nil).tiles == 1)
  }

  @Test func theDepthOfAHole() {
    func depth(_ hole: PixelRect) -> Int? {
      let mask = DeepHoleTests.scene(60, 50, hole: hole).mask
      guard case .inpaint(_, _, hole, _, let depth) = RestorationJob.inpaint(hole: mask) else { return nil }
      return depth
    }
    #expect(depth(PixelRect(x: 10, y: 10, width: 21, height: 30)) == 11)
    #expect(depth(PixelRect(x: 0, y: 10, width: 60, height: 5)) == 3, "long, not deep")
    #expect(depth(PixelRect(x: 0, y: 0, width: 20, height: 50)) == 20, "at the border")
    #expect(
      RestorationJob.inpaint(hole: PixelImage(width: 9, height: 9, channels: 1))
        == .inpaint(
          width: 9, height: 9, hole: PixelRect(x: 0, y: 0, width: 0, height: 0), pixels: 0, depth: 0))
  }

  @Test func onlyWhatWasMeasuredHasAPace() throws {
    let folder = CacheFolder()
    let names = ["compact-sr-x4", "compact-inpaint", "compact-restore", "faceir"]
    let models = try names.map {
      try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/\($0)/model.json").path)
    }
    #expect(models.allSatisfy { $0.pace(folder.rates, threads: 2) == nil })
    for model in models { folder.rates.record(RateNames(model, threads: 2).network, 1e11) }
    #expect(models[1].pace(folder.rates, threads: 2) == nil, "the search for pieces was not measured")
    folder.rates.record(RateNames(models[1], threads: 2).fill, 1e6)
    let paces = try models.map { try #require($0.pace(folder.rates, threads: 2)) }
    #expect(paces.map(\.unit) == [.megapixel, .hole(side: 256), .megapixel, .face])
    #expect(paces.allSatisfy { $0.seconds > 0 } && models[0].pace(folder.rates, threads: 1) == nil)
    #expect(Pace(seconds: 3.4, unit: .megapixel).message.text == "3 s per megapixel")
    #expect(Pace(seconds: 0.42, unit: .face).message.text == "0.4 s per face")
    #expect(Pace(seconds: 72, unit: .hole(side: 256)).message.text == "1 min 10 s for a hole of 256 x 256")
  }

  @Test func boxesCountEach() throws {
    let model = try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-restore").path)
    let box = PixelRect(x: 10, y: 10, width: 50, height: 50)
    let one = try model.outlook(.restore(width: 600, height: 600, boxes: [box]), options, nil)
    let two = try model.outlook(.restore(width: 600, height: 600, boxes: [box, box]), options, nil)
    #expect(two.operations == 2 * one.operations && two.tiles == 2 * one.tiles)
  }

  /// One run makes the next one known, by the pace that it had.
  @Test func aRunTellsTheTimeOfTheNext() throws {
    let folder = CacheFolder()
    let model = try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-sr-x2").path)
    var options = RestoreOptions()
    options.rates = folder.rates
    let job = RestorationJob.upscale(width: 128, height: 128, toWidth: 256, toHeight: 256)
    #expect(try model.outlook(job, options, folder.rates).seconds == nil)
    _ = try Restorer(model).upscale(PixelImage(width: 128, height: 128, channels: 3, repeating: 0.4), options)
    let names = RateNames(model, threads: options.threads)
    let rate = try #require(folder.rates.rate(names.network))
    let plan = TilePlan(height: 128, width: 128, side: 128, overlap: 0)
    let work = model.architecture.work(of: plan, tiles: plan.tiles)
    let seconds = try #require(try model.outlook(job, options, folder.rates).seconds)
    #expect(abs(seconds - work.cost / rate) < 1e-9 * seconds)
    // A picture four times as large takes up to four times as long.
    let larger = RestorationJob.upscale(width: 256, height: 256, toWidth: 512, toHeight: 512)
    let more = try #require(try model.outlook(larger, options, folder.rates).seconds)
    #expect(more > 2.5 * seconds && more < 4.1 * seconds)
  }

  /// What is there of a picture counts, and what is done before the networks run.
  @Test func whatIsHeldCounts() throws {
    let model = try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-inpaint").path)
    let hole = PixelRect(x: 700, y: 500, width: 40, height: 30)
    let job = RestorationJob.inpaint(width: 4000, height: 3000, hole: hole, pixels: 1200, depth: 15)
    func memory(_ held: HeldPicture) throws -> Int { try model.outlook(job, of: held, options, nil).memory }
    let (whole, part) = (try memory(HeldPicture()), try memory(HeldPicture(isPart: true)))
    // Picture, two copies of it, weights of the mask.
    #expect(whole - part > 40 * 4000 * 3000 && part < 200_000_000)
    #expect(try memory(HeldPicture(channels: 4)) - whole == 12 * 4000 * 3000)
    let large = PixelRect(x: 500, y: 500, width: 2000, height: 1500)
    var limited = options
    limited.memoryLimit = (SystemMemory.resident ?? 0) + 1_000_000_000
    #expect {
      try model.outlook(
        .inpaint(width: 4000, height: 3000, hole: large, pixels: large.area, depth: 750), limited, nil)
    } throws: { ($0 as? RestoreError)?.kind == .notEnoughMemory }
  }

  @Test func whatDoesNotFitIsAnError() throws {
    var options = RestoreOptions()
    options.memoryLimit = 1 << 20
    let model = try compact()
    #expect {
      try model.outlook(.upscale(width: 900, height: 900, toWidth: 3600, toHeight: 3600), options, nil)
    } throws: { ($0 as? RestoreError)?.kind == .notEnoughMemory }
  }

  @Test func sentences() {
    var outlook = Outlook(
      width: 900, height: 615, resultWidth: 3600, resultHeight: 2460, tiles: 12, steps: 4, operations: 1,
      memory: 783_000_000,
      seconds: 41)
    #expect(outlook.message.text == "900 x 615 -> 3600 x 2460, 12 tiles, about 40 s, 783 MB")
    (outlook.tiles, outlook.seconds) = (1, nil)
    #expect(outlook.message.text == "900 x 615 -> 3600 x 2460, 1 tile, 783 MB")
  }

  @Test func timeLeftGoesFromWhatWasExpectedToThePaceThatWasSeen() throws {
    #expect(TimeLeft.seconds(elapsed: 0, share: 0, expected: 100) == 100)
    #expect(TimeLeft.seconds(elapsed: 60, share: 1, expected: 100) == 0)
    // Half done in 80 s where 50 were expected: between 50 and 80 are left.
    let left = try #require(TimeLeft.seconds(elapsed: 80, share: 0.5, expected: 100))
    #expect(left > 50 && left < 80)
    #expect(TimeLeft.seconds(elapsed: 1, share: 0.01, expected: nil) == nil)
    #expect(TimeLeft.seconds(elapsed: 30, share: 0.25, expected: nil) == 90)
  }

  @Test func progressInWords() {
    let place = RestoreProgress.Place(.sampling, step: 1, steps: 2, tile: 5, tiles: 12)
    #expect(RestoreProgress(share: 0.3, place, secondsLeft: 25).message.text == "step 1 of 2, tile 5 of 12, 25 s left")
    #expect(RestoreProgress(share: 0.3, .init(.encoding)).message.text == "encoding")
  }
}

private final class Places: Sendable {
  private let state = Mutex<[RestoreProgress.Place]>([])
  func add(_ place: RestoreProgress.Place) { state.withLock { $0.append(place) } }
  var all: [RestoreProgress.Place] { state.withLock { $0 } }
}
