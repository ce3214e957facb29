extension ModelCatalogue {
  /// Where models are looked for: `$RESSHIFT_MODELS` (colon-separated), the user's data folder, then beside the program
  /// (`<program>/../share/resshift/models`) or in the plug-in (`<its folder>/models`).
  public static func searchPath(
    programFolder: String?, plugInFolder: String?, environment: (String) -> String?
  ) -> [String] {
    var roots = (environment("RESSHIFT_MODELS") ?? "").split(separator: ":").map(String.init)
    // The base directory specification has relative paths ignored.
    if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") {
      roots.append(ModelPath.join(data, "resshift/models"))
    } else if let home = environment("HOME"), !home.isEmpty {
      roots.append(ModelPath.join(home, ".local/share/resshift/models"))
    }
    if let programFolder {
      roots.append(ModelPath.join(ModelPath.folder(ofFile: programFolder), "share/resshift/models"))
    }
    if let plugInFolder { roots.append(ModelPath.join(plugInFolder, "models")) }
    var seen: Set<String> = []
    return roots.filter { seen.insert($0).inserted }
  }
}
