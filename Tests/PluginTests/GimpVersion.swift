import Foundation

/// A GIMP that the tests can start. One list of cases serves all.
enum GimpVersion: String, Sendable {
  case two = "2"
  case three = "3"

  /// The one that is tested: what `RESSHIFT_GIMP` says, otherwise the first that the staged plug-in is for.
  static let tested: GimpVersion = {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["RESSHIFT_GIMP"].flatMap(GimpVersion.init(rawValue:)) { return named }
    let stage = environment["RESSHIFT_STAGE"].map { URL(filePath: $0) }
    return [two, three].first { version in
      stage.map { FileManager.default.fileExists(atPath: $0.appending(path: version.stagedFolder).path) } ?? false
    } ?? two
  }()

  /// Where `./install.sh --stage` puts what belongs into the folder of GIMP's settings.
  var stagedFolder: String { self == .two ? "gimp" : "gimp3" }

  /// The variable that names the folder of GIMP's settings.
  var folderVariable: String { "GIMP\(rawValue)_DIRECTORY" }

  /// Programs without and with a window.
  var console: String { self == .two ? "gimp-console-2.10" : "gimp-console-3.0" }
  var program: String { self == .two ? "gimp-2.10" : "gimp-3.0" }

  /// Arguments that end GIMP after its batch commands.
  var quitting: [String] { self == .two ? ["-b", "(gimp-quit 0)"] : ["--quit"] }

  /// Our library for it, and the main program that loads that.
  var library: String { self == .two ? "ResShiftGIMP" : "ResShiftGIMP3" }
  var main: String { self == .two ? "main.c" : "main3.c" }

  /// Whether its TIFF files of linear images hold samples as they are stored; those of 3 are encoded.
  var savesLight: Bool { self == .two }

  /// Settings without which 3 puts a window of news over the image.
  func settings() throws -> String? {
    guard self == .three else { return nil }
    let version = try Command.run([console, "--version"]).output.split(whereSeparator: \.isWhitespace).last ?? ""
    return "(show-welcome-dialog no)\n(check-updates no)\n(config-version \"\(version)\")\n"
  }

  /// Scheme that is loaded before the tests' programs, which speak the language of 2.10.
  var preludes: [String] { ["gimp\(rawValue).scm", "prelude.scm"] }

  /// Scheme that loads the preludes.
  var loadsPreludes: String {
    preludes.map { "(load \"\(Stage.packageFolder.appending(path: "Tests/PluginTests/\($0)").path)\")" }
      .joined(separator: "\n")
  }
}
