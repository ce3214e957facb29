import Testing

@testable import ModelStore

@Suite struct StoreErrorTests {
  /// The kinds decide about exit statuses.
  @Test func kinds() {
    #expect(StoreError.noSuchFile("x").kind == .notFound)
    #expect(StoreError.notANetwork(file: "x").kind == .badModel)
    #expect(StoreError.severalModels(file: "x", ["a", "b"]).kind == .usage)
    #expect(StoreError.licenceNotAccepted(model: "x", licence: "y").kind == .usage)
    #expect(StoreError.system(.makeFolder, path: "x", reason: "y").kind == .cannotWrite)
    #expect(StoreError.interrupted(url: "x", problem: "y").kind == .notFetched)
    #expect(StoreError.tooLong(url: "x", model: "y").kind == .damaged)
    #expect(StoreError.stopped.kind == .stopped)
  }

  @Test func sentences() {
    #expect(
      "\(StoreError.diskFull(folder: "/f", needed: 3_000_000, free: 500))"
        == "/f: 3 MB more are needed, 1 kB are free; make room")
    #expect("\(StoreError.system(.makeFolder, path: "/f", reason: "No"))" == "/f: cannot make this folder: No")
    #expect(
      "\(StoreError.changed(file: "/f", .download(model: "m")))"
        == "/f: was changed after it was installed; get it again with resshift models download m --force")
    #expect(
      "\(StoreError.missing(file: "/f", .importFile))"
        == "/f: is missing; get it again with resshift models import FILE --force")
  }
}
