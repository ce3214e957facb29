/// The files of a model and where they lie.
public struct ModelFiles: Sendable, Equatable {
  /// Absolute path of the folder of `model.json`, or of another that has all files; nil for an architecture without files
  /// (`ModelDescriptor.architecture(named:)`).
  public var folder: String?
  public var unet: ModelFile
  /// nil for pixel-unshuffle, which has no weights.
  public var autoencoder: ModelFile?
  /// nil for models that start from the picture as it is, or from its bicubic enlargement.
  public var start: ModelFile?

  public init(folder: String? = nil, unet: ModelFile, autoencoder: ModelFile? = nil, start: ModelFile? = nil) {
    self.folder = folder
    self.unet = unet
    self.autoencoder = autoencoder
    self.start = start
  }
}

/// One file of weights.
public struct ModelFile: Sendable, Equatable {
  /// Relative to the folder and never leaving it.
  public var name: String
  /// Where the published file can be had; nil when model.json does not say.
  public var source: String?

  public init(name: String, source: String? = nil) {
    self.name = name
    self.source = source
  }
}

extension ModelFiles {
  /// The UNet's first.
  public var all: [ModelFile] { [unet, autoencoder, start].compactMap { $0 } }

  public var names: [String] { all.map(\.name) }

  /// The files that are not in the folder.
  public var missing: [String] { folder.map { missing(in: $0) } ?? [] }

  /// The files that another folder lacks.
  func missing(in folder: String) -> [String] {
    names.filter { Self.path(of: $0, in: folder) == nil }
  }

  /// Where a file of a model lies in `folder`: under its own name, or converted as `.safetensors`; nil if neither is there.
  public static func path(of file: String, in folder: String) -> String? {
    [file, converted(file)].map { ModelPath.join(folder, $0) }.first(where: ModelPath.exists)
  }

  /// The name of a file that was converted.
  public static func converted(_ file: String) -> String {
    let name = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    return name + ".safetensors"
  }
}

extension ModelDescriptor {
  /// The names of the files that are not in its folder.
  public var missingFiles: [String] { files.missing }
}
