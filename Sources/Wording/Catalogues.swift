import CGettext

extension Language {
  /// The name of the catalogues: `resshift.mo` in LANGUAGE/LC_MESSAGES below a folder of theirs.
  public static let domain = "resshift"

  /// From here on sentences are in the language of the C library's locale (`setlocale`), as far as `folder` has a catalogue for
  /// it: in English otherwise, as in the locales C and POSIX.
  public static func useCatalogues(in folder: String) {
    bindtextdomain(domain, folder)
    bind_textdomain_codeset(domain, "UTF-8")
    current = { template, plural in
      // The translation of nothing is the catalogue's head.
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
}
