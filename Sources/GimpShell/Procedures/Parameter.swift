import ModelLibrary
import ResShift
import Wording

/// An argument of a procedure, or what a user chose for one.
public enum Value: Hashable, Sendable {
  case number(Int)
  case text(String)
}

/// A parameter of a procedure: what GIMP is told of it, and what values there are.
public struct Parameter: Sendable {
  /// Its name in GIMP's procedure database, and in what is remembered.
  public let name: String
  /// What stands beside it in a dialog, with the mnemonic marked; nil = it is in none.
  public let label: Message?
  /// What the procedure browser says.
  public let help: Message
  public let kind: Kind

  public enum Kind: Sendable {
    case text
    /// The name of a model, or the path of a model.json; "" = the default of the task.
    case model
    /// One of some numbers.
    case choice(Choice)
    /// A number from 0; -1 = random.
    case seed
  }

  /// Numbers to choose from.
  public struct Choice: Sendable {
    public struct Option: Sendable {
      public let value: Int
      public let label: Message
    }
    public let options: [Option]
    public let standard: Int
    /// The error for any other number.
    let refusal: @Sendable (Int) -> ShellError
    /// Whether a model can do it; others are not offered.
    var isPossible: @Sendable (_ value: Int, _ model: ModelDescriptor) -> Bool = { _, _ in true }
  }

  init(_ name: String, label: Message? = nil, _ kind: Kind, help: Message) {
    (self.name, self.label, self.kind, self.help) = (name, label, kind, help)
  }

  /// Whether GIMP passes a string, rather than a number.
  public var isText: Bool {
    switch kind {
    case .text, .model: true
    case .choice, .seed: false
    }
  }

  /// The value if nothing was chosen.
  var standard: Value {
    switch kind {
    case .text, .model: .text("")
    case .choice(let choice): .number(choice.standard)
    case .seed: .number(-1)
    }
  }

  /// Throws for a value that there is not.
  func check(_ value: Value) throws {
    switch (kind, value) {
    case (.text, .text), (.model, .text): return
    case (.choice(let choice), .number(let number)):
      guard choice.options.contains(where: { $0.value == number }) else { throw choice.refusal(number) }
    case (.seed, .number(let number)):
      guard number >= -1 else { throw ShellError.seedImpossible(number) }
    default: throw ShellError.wrongType(parameter: name)
    }
  }
}

/// Where an enlarged picture goes; the raw values are those of the procedure's argument.
enum UpscaleOutput: Int {
  case scaledImage = 0
  case newImage = 1
  case sameSize = 2
}

extension Parameter {
  static let model = Parameter(
    "model", label: "_Model:", .model, help: "Name of a model, or path of a model.json; \"\" = default")

  static let seed = Parameter(
    "seed", label: "_Seed:", .seed, help: "The same seed gives the same picture; -1 = random")

  static let factor = Parameter(
    "factor", label: "_Factor:",
    .choice(
      Choice(
        options: [
          .init(value: 2, label: "2 times"), .init(value: 3, label: "3 times"), .init(value: 4, label: "4 times"),
        ], standard: 4, refusal: { .factorImpossible($0) },
        // Twice is offered always: what is wrong with a model that enlarges less is said when it is called.
        isPossible: { factor, model in factor <= max(2, model.diffusion.sf) })), help: "Enlargement: 2, 3 or 4")

  static let output = Parameter(
    "output", label: "_Output:",
    .choice(
      Choice(
        options: [
          .init(value: UpscaleOutput.scaledImage.rawValue, label: "Scale this image, result as new layer"),
          .init(value: UpscaleOutput.newImage.rawValue, label: "New image"),
          .init(value: UpscaleOutput.sameSize.rawValue, label: "Same size, finer detail as new layer"),
        ], standard: UpscaleOutput.scaledImage.rawValue, refusal: { .outputUnknown($0) })),
    help: "0 = scale this image and add a layer, 1 = new image, 2 = same size, finer detail")

  // Of batches.
  static let pattern = Parameter("pattern", .text, help: "Path of a picture, or a pattern such as /photos/*.jpg")
  static let maskFolder = Parameter("mask-folder", .text, help: "Folder of masks with the names of the pictures")
  static let outputFolder = Parameter("output-folder", .text, help: "Folder for the results, NAME.png each")
  static let batchModel = Parameter("model", .text, help: "As for a single picture")
}
