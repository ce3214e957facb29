import GimpShell
import Wording

/// The catalogues of the plug-in, by gettext: resshift.mo of each language below `locale` in the plug-in's folder.
enum Translations {
  static let domain = "resshift"

  /// The folder of the catalogues; nil if the plug-in's own is not known.
  static var folder: String? { plugInFolder.map { $0 + "/locale" } }

  /// From here on messages are in the language of the user's environment, as far as there is a catalogue.
  static func use() {
    setlocale(LC_ALL, "")
    guard let folder else { return }
    bindtextdomain(domain, folder)
    bind_textdomain_codeset(domain, "UTF-8")
    Language.current = { template, plural in
      guard !template.isEmpty else { return template }
      // What has no translation comes back as the very pointer that was given.
      return template.withCString { one in
        guard let plural else { return dgettext(domain, one).map { String(cString: $0) } ?? template }
        return plural.template.withCString { many in
          dngettext(domain, one, many, UInt(max(0, plural.count))).map { String(cString: $0) }
            ?? Message.english(template, plural)
        }
      }
    }
  }

  /// The folder of the running executable.
  static var plugInFolder: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let text = String(cString: path)
    return text.lastIndex(of: "/").map { String(text[..<$0]) }
  }
}
