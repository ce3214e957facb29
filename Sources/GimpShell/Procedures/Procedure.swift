import ModelLibrary
import ResShift
import Wording

/// A procedure of the plug-in, as data: what GIMP is told of it, and its work. All there are stand in `Procedure.all`.
public struct Procedure: Sendable {
  /// Its name in GIMP's procedure database.
  public let name: String
  /// Its entry in the menu, with the mnemonic marked; nil = it is in none.
  public let menuLabel: Message?
  public let blurb: Message
  public let help: Message
  /// The year of its copyright.
  public let year: String
  /// Its own parameters, after those that its kind has.
  public let parameters: [Parameter]
  /// How many of them, from the first, are in the argument list of GIMP 2.10, which scripts know by place: it never changes.
  private let listedCount: Int
  public let kind: Kind

  public enum Kind: Sendable {
    /// Works on a layer: run mode, image and drawable come first, the new layer comes back.
    case layer(LayerWork)
    /// Works on a layer by way of another procedure; arguments and results are as above.
    case relay(@Sendable (_ call: LayerCall, _ gimp: any Gimp) throws -> [Layer])
    /// Works on files: the run mode comes first, the number of failures comes back.
    case files(FilesWork)
    /// Opens the window of the models: the run mode comes first, nothing comes back.
    case models
  }

  /// The file of its icon in the plug-in's folder.
  public var iconFile: String {
    let subject =
      switch kind {
      case .layer(let work):
        switch work.task {
        case .superResolution: "upscale"
        case .inpainting: work.isOfImage ? "outpaint" : "inpaint"
        case .restoration: "restore"
        }
      case .relay: "again"
      case .files: "batch"
      case .models: "models"
      }
    return "icons/resshift-\(subject).png"
  }

  /// Where the pages of help are in the plug-in's folder: a folder for each language. Their entries are called as procedures are.
  public static let helpFolder = "help"
  public static let helpDomain = "resshift-help"

  /// Those that calls by place have; the others are standard there.
  public var listedParameters: ArraySlice<Parameter> { parameters.prefix(listedCount) }

  /// Where the menu entries are.
  public static let menuPath = "<Image>/Filters/Enhance/ResShift"
  public static let authors = "The ResShift for GIMP authors"
  public static let licence = "GPL-3.0-or-later"

  /// The one that is called so.
  public init(named name: String) throws {
    guard let procedure = Procedure.all.first(where: { $0.name == name }) else {
      throw ShellError.unknownProcedure(name)
    }
    self = procedure
  }

  init(
    _ name: String, menuLabel: Message? = nil, blurb: Message, help: Message, year: String, _ parameters: [Parameter],
    listed: Int? = nil, _ kind: Kind
  ) {
    listedCount = listed ?? parameters.count
    (self.name, self.menuLabel, self.blurb, self.help) = (name, menuLabel, blurb, help)
    (self.year, self.parameters, self.kind) = (year, parameters, kind)
  }
}

/// What a procedure does with a layer.
public struct LayerWork: Sendable {
  let task: ModelTask
  /// Of the dialog.
  let title: Message
  /// What the button of the dialog says, with the mnemonic marked.
  let action: Message
  /// Whether there has to be a selection.
  var needsSelection = false
  /// Whether it works on the image, for which the first of several layers stands.
  var isOfImage = false
  /// Reads and computes; returns what writes the result.
  let perform: @Sendable (Request) throws -> Writing
}

/// What a procedure does with files.
public struct FilesWork: Sendable {
  /// The procedure that does one picture.
  let single: String
  /// Whether each picture has a mask.
  let hasMasks: Bool
  let task: ModelTask
  /// Of the dialog.
  let title: Message
  /// What the button of the dialog says, with the mnemonic marked.
  let action: Message
  /// Does one picture that is open; `arguments` are those of the batch. Returns what is to be saved.
  let perform: @Sendable (BatchCall) throws -> (image: Image, layer: Layer)
}
