import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

extension GimpTests {
  /// The plug-in ended from outside, as by `kill -9` or by a kernel that is short of memory.
  @Suite(.serialized) struct KillTests {
    /// What is called; all of them change the image.
    static let calls = [
      "(plug-in-resshift-upscale RUN-NONINTERACTIVE IMAGE (layer-of IMAGE) \"\" 2 0 7)",
      "(plug-in-resshift-inpaint RUN-NONINTERACTIVE IMAGE (layer-of IMAGE) \"\" 7)",
      "(plug-in-resshift-restore RUN-NONINTERACTIVE IMAGE (layer-of IMAGE) \"\" 7)",
    ]

    @Test("Killed at twenty moments the plug-in takes nothing with it: GIMP lives, image and undo history are intact")
    func killed() throws {
      let photo = Picture.photograph(width: 96, height: 72, channels: 3)
      let desktop = try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": photo])
      defer { desktop.close() }
      // The user's own step, which is to be the last one of the history all the time.
      _ = try desktop.ask(
        """
        (begin (define image (aref (cadr (gimp-image-list)) 0)) (define source (layer-of image)) \
        (gimp-context-set-foreground '(10 200 30)) \
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 24 20) \
        (gimp-drawable-edit-fill source FILL-FOREGROUND) (gimp-image-clean-all image) 1)
        """)
      let before = try state(of: desktop)
      #expect(before.pixels != photo)
      // A whole run of each, on a copy: how much of a processor it takes, and what comes out.
      let whole = try KillTests.calls.map { try run($0, in: desktop) }

      var random = SeededRandom(20)
      var (killed, whileWriting) = (0, 0)
      for number in 0..<20 {
        // Every fourth one near the end, where the image is written to.
        let share = Double.random(in: number % 4 == 3 ? 0.9...1 : 0...1, using: &random)
        let call = number % KillTests.calls.count
        var moment = Int(share * Double(whole[call].work))
        // Runs differ by some per cent: one that was done before its moment is taken back, and the next is killed earlier.
        for _ in 0..<12 {
          let watcher = PlugInWatcher(desktop.folder, after: moment) { kill($0, SIGKILL) == 0 }
          let answer = try watcher.during { try ask(KillTests.calls[call], "image", desktop) }
          let what: Comment = "kill \(number), call \(call), \(moment) of \(whole[call].work) ns: \(answer)"
          #expect(try desktop.ask("(+ 1 1)") == "2", what)
          var after = try state(of: desktop)
          if after.summary != before.summary || after.pixels != before.pixels {
            // It was killed while it wrote, or after that: one step takes all of that back.
            whileWriting += watcher.hasActed ? 1 : 0
            try undo(desktop)
            after = try state(of: desktop)
          }
          #expect(after.summary == before.summary, what)
          #expect(after.pixels == before.pixels, what)
          killed += watcher.hasActed ? 1 : 0
          if watcher.hasActed { break }
          moment = moment * 49 / 50
        }
      }
      #expect(killed == 20)
      // It works as before, and nothing is in the history but what the user did.
      for (call, first) in zip(KillTests.calls, whole) {
        #expect(try run(call, in: desktop).result == first.result, "\(call)")
      }
      try undo(desktop)
      _ = try desktop.ask("(begin (save-drawable source \"first.tif\") 1)")
      #expect(try desktop.picture("first.tif") == photo)
      print("plug-in killed \(killed) times, \(whileWriting) of them while it wrote to the image")
    }

    @Test("A model's file cut short while the plug-in works is an error of the call, at whatever moment")
    func modelCutShort() throws {
      let model = "plug-ins/resshift/models/compact-inpaint"
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 96, height: 72, channels: 3), as: "photo.tif")
      let files = FileManager.default
      let original = try Stage.shared.get().gimpFolder.appending(path: model)
      let copy = gimp.folder.appending(path: "model")
      let weights = copy.appending(path: "unet.safetensors").path
      // A whole run for its length, then cut at a share of it.
      var whole = 0
      for share in [nil, 0.1, 0.3, 0.5, 0.7] {
        try? files.removeItem(at: copy)
        try files.copyItem(at: original, to: copy)
        let watcher = PlugInWatcher(gimp.folder, after: share.map { Int($0 * Double(whole)) } ?? .max) { _ in
          truncate(weights, 1000) == 0
        }
        try watcher.during {
          try gimp.run(
            """
            (define image (load-picture "photo.tif"))
            (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 24 20)
            (define before (list (gimp-image-get-layers image) (gimp-selection-bounds image)))
            (attempt "layer" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image (layer-of image) "\(copy.path)/model.json" 7)))
            (say "untouched" (equal? before (list (gimp-image-get-layers image) (gimp-selection-bounds image))))
            """)
        }
        let answer = gimp.log["layer"] ?? ""
        guard share != nil else {
          whole = watcher.work
          #expect(!answer.isEmpty && !answer.hasPrefix("error: "), "\(answer)")
          continue
        }
        #expect(watcher.hasActed)
        #expect(answer.hasPrefix("error: ") && answer.contains(weights), "\(share ?? 0): \(answer)")
        #expect(gimp.log["untouched"] == "true")
        #expect(!gimp.output.contains("crashed"), "\(gimp.output)")
      }
    }

    /// Calls on a copy of the image, unharmed.
    private func run(_ call: String, in desktop: Desktop) throws -> (work: Int, result: Picture) {
      _ = try desktop.ask("(begin (define copy (car (gimp-image-duplicate image))) 1)")
      let watcher = PlugInWatcher(desktop.folder, after: .max) { _ in false }
      let answer = try watcher.during { try ask(call, "copy", desktop) }
      #expect(Int(answer) != nil, "\(call): \(answer)")
      _ = try desktop.ask("(begin (save-visible copy \"result.tif\") (gimp-image-delete copy) 1)")
      return (watcher.work, try desktop.picture("result.tif"))
    }

    private func ask(_ call: String, _ image: String, _ desktop: Desktop) throws -> String {
      try desktop.ask("(catch \"ended\" (car \(call.replacing("IMAGE", with: image))))")
    }

    private func undo(_ desktop: Desktop) throws {
      let (before, file) = (try desktop.ask(Self.summary), "undo.tif")
      _ = try desktop.ask("(begin (save-drawable source \"\(file)\") 1)")
      let pixels = try desktop.picture(file)
      try desktop.activateImageWindow()
      try desktop.press("ctrl+z")
      try eventually("a step to be taken back", within: 20) {
        _ = try desktop.ask("(begin (save-drawable source \"\(file)\") 1)")
        return try desktop.ask(Self.summary) != before || desktop.picture(file) != pixels
      }
    }

    /// Size, layers, selection, unsaved changes, and the images that there are.
    private static let summary = """
      (list (car (gimp-image-width image)) (car (gimp-image-height image)) (gimp-image-get-layers image) \
      (gimp-selection-bounds image) (car (gimp-image-is-dirty image)) (car (gimp-item-get-name source)) \
      (car (gimp-image-undo-is-enabled image)) (car (gimp-image-list)))
      """

    private func state(of desktop: Desktop) throws -> (summary: String, pixels: Picture) {
      _ = try desktop.ask("(begin (save-drawable source \"state.tif\") 1)")
      return (try desktop.ask(Self.summary), try desktop.picture("state.tif"))
    }
  }
}

/// Looks at the plug-in's process while something is asked of GIMP, and acts when it has had so much processor time, which is a place in
/// its work, however busy the machine is.
private final class PlugInWatcher: Sendable {
  private let folder: URL
  private let most: Int
  private let act: @Sendable (pid_t) -> Bool
  private let state = Mutex((work: 0, hasActed: false, isDone: false))

  /// Of a GIMP whose temporary files are in `folder`; `act` tells whether it has done so.
  init(_ folder: URL, after nanoseconds: Int, act: @escaping @Sendable (pid_t) -> Bool) {
    (self.folder, most, self.act) = (folder, nanoseconds, act)
  }

  /// Nanoseconds of a processor that the plug-in has taken.
  var work: Int { state.withLock { $0.work } }
  var hasActed: Bool { state.withLock { $0.hasActed } }

  func during<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
    let thread = Thread { [self] in watch() }
    thread.start()
    defer { while !thread.isFinished { usleep(1000) } }
    defer { state.withLock { $0.isDone = true } }
    return try body()
  }

  private func watch() {
    var process: pid_t?
    while !state.withLock({ $0.isDone }) {
      guard let id = process ?? Desktop.callOfPlugIn(of: folder) else {
        usleep(500)
        continue
      }
      process = id
      var clock = clockid_t()
      var time = timespec()
      guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0 else { return }
      let work = time.tv_sec * 1_000_000_000 + time.tv_nsec
      state.withLock { $0.work = work }
      if work >= most {
        let hasActed = act(id)
        state.withLock { $0.hasActed = hasActed }
        return
      }
      usleep(200)
    }
  }
}
