import GimpShell
import Wording

/// The catalogues of the plug-in: below `locale` in its folder.
enum Translations {
  /// The folder of the catalogues; nil if the plug-in's own is not known.
  static var folder: String? { plugInFolder.map { $0 + "/locale" } }

  /// From here on messages are in the language of the user's environment, as far as there is a catalogue.
  static func use() {
    setlocale(LC_ALL, "")
    if let folder { Language.useCatalogues(in: folder) }
  }

  /// The folder of the running executable.
  static var plugInFolder: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let text = String(cString: path)
    return text.lastIndex(of: "/").map { String(text[..<$0]) }
  }
}
