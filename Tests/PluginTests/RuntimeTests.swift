import Foundation
import Testing

extension GimpTests {
  /// The installed plug-in needs nothing of Swift at run time.
  @Suite(.serialized) struct RuntimeTests {
    @Test("Only system libraries are linked, and nothing of Swift is loaded while the plug-in works")
    func withoutSwift() throws {
      let stage = try Stage.shared.get()
      let linked = try Command.run(["ldd", stage.plugInFolder.appending(path: "resshift").path])
      #expect(linked.status == 0)
      #expect(linked.output.contains("lib\(GimpVersion.tested.library).so"))
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
        """, environment: ["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": gimp.folder.appending(path: "loaded").path])
      #expect(Int(gimp.log["layer"] ?? "") != nil, "\(gimp.output)")
      // The loader's own record, a file for each process: every library that was opened.
      let records = try FileManager.default.contentsOfDirectory(atPath: gimp.folder.path).filter {
        $0.hasPrefix("loaded.")
      }.map { try String(decoding: Data(contentsOf: gimp.folder.appending(path: $0)), as: UTF8.self) }
      let ours = records.filter { $0.contains("calling init: ") && $0.contains("lib\(GimpVersion.tested.library).so") }
      #expect(!ours.isEmpty, "the plug-in's processes are among \(records.count) records")
      for line in ours.flatMap({ $0.split(separator: "\n") }) {
        #expect(!line.contains("libswift") && !line.contains("libFoundation"), "\(line)")
      }
    }
  }
}
