extension ModelCatalogue {
  /// Where the missing files of a model belong: beside its `model.json` if the user may write there, otherwise, as in
  /// a system's installation, in the folder of the model's name in the user's own root. Absolute; nil without a folder.
  public func installFolder(of model: ModelDescriptor) -> String? {
    guard let own = model.folder, !Self.isTheUsers(own) else { return model.folder }
    return homes(of: model.name).first(where: Self.isTheUsers) ?? own
  }

  /// Where a new model of that name belongs: in the first root that the user may write to, or that can be made.
  public func newFolder(for name: String) -> String? { homes(of: name).first(where: Self.isTheUsers) }

  /// Whether something there is the user's own: not of the system, and writable.
  public func isTheUsers(_ folder: String) -> Bool { Self.isTheUsers(folder) }

  /// The folders in which the files of a model of that name may lie, whether they exist or not.
  private func homes(of name: String) -> [String] {
    name.hasPrefix(".") ? [] : roots.map { ModelPath.absolute(ModelPath.join($0, name)) }
  }

  /// The model as it can be used: its files are beside its `model.json`, or all in one folder of the model's name in
  /// another root, where they need no copy of the `model.json`.
  func completed(_ model: ModelDescriptor) -> ModelDescriptor {
    guard !model.missingFiles.isEmpty,
      let home = homes(of: model.name).first(where: { model.files.missing(in: $0).isEmpty })
    else { return model }
    var complete = model
    complete.folder = home
    return complete
  }

  /// Whether new files belong there: not a place of the system's, and the folder, or the first above it that exists, can be
  /// written.
  private static func isTheUsers(_ folder: String) -> Bool {
    guard !isPlaceOfTheSystem(folder, homes: ModelPath.homes) else { return false }
    var place = folder
    while place != "/", !ModelPath.exists(place) { place = ModelPath.folder(ofFile: place) }
    return ModelPath.isWritableFolder(place)
  }

  /// Whether the system's packages own that place; not if it is in one of the user's `homes`, as /var/home/user.
  static func isPlaceOfTheSystem(_ folder: String, homes: [String]) -> Bool {
    let ofTheSystem = ["/usr", "/opt", "/var", "/app", "/snap", "/nix", "/gnu", "/etc"]
    func lies(in place: String) -> Bool { folder == place || folder.hasPrefix(place + "/") }
    return ofTheSystem.contains(where: lies) && !homes.contains(where: lies)
  }
}
