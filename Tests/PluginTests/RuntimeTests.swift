import Foundation
import Testing

extension GimpTests {
  /// The installed plug-in needs nothing of Swift at run time.
  @Suite(.serialized) struct RuntimeTests {
    @Test("Only system libraries are linked, and the plug-in runs with Swift's own folder hidden")
    func withoutSwift() throws {
      let stage = try Stage.shared.get()
      let linked = try Command.run(["ldd", stage.plugInFolder.appending(path: "resshift").path])
      #expect(linked.status == 0)
      #expect(linked.output.contains("libResShiftGIMP.so"))
      for line in linked.output.split(separator: "\n") {
        #expect(!line.contains("not found"), "\(line)")
        #expect(!line.contains("libswift") && !line.contains("libFoundation"), "\(line)")
      }
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 40, height: 30, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 10 8 8)
        (say "layer" (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image (layer-of image) "" 7)))
        """, prefix: try RuntimeTests.hidingSwift())
      #expect(Int(gimp.log["layer"] ?? "") != nil, "\(gimp.output)")
    }

    /// A command prefix that covers the toolchain's libraries with an empty folder; nothing where the system does not
    /// allow namespaces.
    private static func hidingSwift() throws -> [String] {
      let found = try Command.run(["sh", "-c", "readlink -f \"$(command -v swift)\""])
      guard found.status == 0 else { return [] }
      let swift = URL(filePath: found.output.trimmingCharacters(in: .whitespacesAndNewlines))
      let libraries = swift.deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib/swift").path
      let hide = "mount -t tmpfs none '\(libraries)' && exec \"$@\""
      let prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c", hide, "sh"]
      return try Command.run(prefix + ["true"]).status == 0 ? prefix : []
    }
  }
}
