import FoundationEssentials

extension ModelDescriptor {
  /// A `model.json` is a page of text; anything longer is something else.
  private static let longestFile = 1 << 20

  /// Reads a `model.json`, given its path or that of its folder, and checks that its network can be built.
  ///
  /// Throws `ModelError`: `.noSuchFile` when there is none, otherwise what is wrong, with file and key. Nothing is allocated
  /// and the files that it names are not touched.
  public init(contentsOf path: String) throws {
    let file = ModelPath.isFolder(path) ? ModelPath.join(path, "model.json") : path
    try self.init(Self.object(ofFile: file))
    folder = ModelPath.folder(ofFile: ModelPath.absolute(file))
  }

  /// Reads the text of a `model.json`; errors name `file`, which need not exist.
  package init(json: Data, of file: String) throws {
    try self.init(ConfigurationObject(file: file, bytes: json))
  }

  private init(_ object: ConfigurationObject) throws {
    self = .blank
    try Self.format.read(object, into: &self)
    try check(object)
  }

  /// Reads a configuration that has `unet`, `autoencoder` and `diffusion` but neither task nor files.
  ///
  /// The task is inferred when not given: `sf` above 1 is super-resolution, `cond_mask` inpainting, else restoration.
  package init(
    configuration file: String, task: ModelTask? = nil, unetFile: String = "unet.pth",
    autoencoderFile: String? = "autoencoder.pth"
  ) throws {
    self = .blank
    let object = try Self.object(ofFile: file)
    try Self.configurationFormat.read(object, into: &self)
    title = name
    self.task = task ?? (diffusion.sf > 1 ? .superResolution : unet.condMask ? .inpainting : .restoration)
    files = ModelFiles(
      folder: ModelPath.folder(ofFile: ModelPath.absolute(file)), unet: ModelFile(name: unetFile),
      autoencoder: autoencoderFile.map { ModelFile(name: $0) })
    try checkFit(object)
  }

  private static func object(ofFile file: String) throws -> ConfigurationObject {
    guard ModelPath.exists(file) else { throw ModelError.noSuchFile(file: file) }
    let size = ModelPath.sizeOfFile(file)
    if let size, size > longestFile { throw ModelError.tooLong(file: file, bytes: size) }
    guard size != nil, let bytes = FileManager.default.contents(atPath: file) else {
      throw ModelError.unreadable(file: file)
    }
    return try ConfigurationObject(file: file, bytes: bytes)
  }
}

extension ModelDescriptor {
  /// The text of a `model.json` that reads as this model.
  public var json: String { Self.format.json(self).text(oneLine: ["schedule_kwargs"]) + "\n" }

  /// Throws `ModelError.badField`, naming `file`, unless this model's `model.json` would be accepted.
  package func checkThatItReads(as file: String) throws {
    _ = try ModelDescriptor(json: Data(json.utf8), of: file)
  }
}
