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
  /// What it does to the picture, for who looks at it in a dialog; nil = it is in none.
  public let tip: Message?
  public let kind: Kind

  public enum Kind: Sendable {
    case text
    /// The name of a model, or the path of a model.json; "" = the default of the task.
    case model
    /// One of some numbers.
    case choice(Choice)
    /// A number from 0; -1 = random.
    case seed
    /// A whole number.
    case number(Number)
    /// The path of a folder; `isPattern`: of the pictures in it, as a pattern.
    case folder(isPattern: Bool)
    /// The name of one of the image's channels; "" = none.
    case channel
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

  /// Whole numbers to choose from.
  public struct Number: Sendable {
    public let range: ClosedRange<Int>
    public let standard: Int
    /// The error for any other number.
    let refusal: @Sendable (Int) -> ShellError
  }

  init(_ name: String, label: Message? = nil, _ kind: Kind, help: Message, tip: Message? = nil) {
    (self.name, self.label, self.kind, self.help, self.tip) = (name, label, kind, help, tip)
  }

  /// Whether GIMP passes a string, rather than a number.
  public var isText: Bool {
    switch kind {
    case .text, .model, .folder, .channel: true
    case .choice, .seed, .number: false
    }
  }

  var isModel: Bool { if case .model = kind { true } else { false } }
  var isSeed: Bool { if case .seed = kind { true } else { false } }

  /// The value if nothing was chosen.
  var standard: Value {
    switch kind {
    case .text, .model, .folder, .channel: .text("")
    case .choice(let choice): .number(choice.standard)
    case .seed: .number(-1)
    case .number(let number): .number(number.standard)
    }
  }

  /// Throws for a value that there is not.
  func check(_ value: Value) throws {
    switch (kind, value) {
    case (.text, .text), (.model, .text), (.folder, .text), (.channel, .text): return
    case (.choice(let choice), .number(let number)):
      guard choice.options.contains(where: { $0.value == number }) else { throw choice.refusal(number) }
    case (.seed, .number(let number)):
      guard number >= -1 else { throw ShellError.seedImpossible(number) }
    case (.number(let numbers), .number(let number)):
      guard numbers.range.contains(number) else { throw numbers.refusal(number) }
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
    "model", label: "_Model:", .model, help: "Name of a model, or path of a model.json; \"\" = default",
    tip: "What makes the new pixels. Models differ in what they were made for, in their speed and in their licence.")

  static let seed = Parameter(
    "seed", label: "_Seed:", .seed, help: "The same seed gives the same picture; -1 = random",
    tip: """
      Where chance begins: the same number gives the same result again, another number another try. Random draws a \
      new one each time.
      """)

  /// In no dialog: its tries are looked at and chosen there.
  static let variants = Parameter(
    "variants", .number(Number(range: Variants.counts, standard: 1, refusal: { .variantsImpossible($0) })),
    help:
      "How many results, each a layer named after its seed; the first seed is the given one, the others are drawn from it"
  )

  /// In the order of the argument's values.
  static let precisions: [PrecisionChoice] = [.automatic, .float32, .bf16]

  static let precision = Parameter(
    "precision", label: "Accurac_y:",
    .choice(
      Choice(
        options: [
          .init(value: 0, label: "Automatic"), .init(value: 1, label: "Full (float32)"),
          .init(value: 2, label: "Rougher and faster (bfloat16)"),
        ], standard: 0, refusal: { .precisionUnknown($0) },
        isPossible: { precision, _ in (try? precisions[precision].check()) != nil })),
    help: "0 = automatic, 1 = float32, 2 = bfloat16: faster on some processors, and a little rougher",
    tip: """
      The numbers that the model calculates with. Automatic takes the rougher ones only where they are much faster and \
      make no visible difference.
      """)

  static let factor = Parameter(
    "factor", label: "_Factor:",
    .choice(
      Choice(
        options: [
          .init(value: 2, label: "2 times"), .init(value: 3, label: "3 times"), .init(value: 4, label: "4 times"),
        ], standard: 4, refusal: { .factorImpossible($0) },
        // Twice is offered always: what is wrong with a model that enlarges less is said when it is called.
        isPossible: { factor, model in factor <= max(2, model.diffusion.sf) })), help: "Enlargement: 2, 3 or 4",
    tip: "How many times as wide and as high the picture becomes.")

  private static let outputs: [Choice.Option] = [
    .init(value: UpscaleOutput.scaledImage.rawValue, label: "Scale this image, result as new layer"),
    .init(value: UpscaleOutput.newImage.rawValue, label: "New image"),
    .init(value: UpscaleOutput.sameSize.rawValue, label: "Same size, finer detail as new layer"),
  ]

  static let output = Parameter(
    "output", label: "_Output:",
    .choice(
      Choice(options: outputs, standard: UpscaleOutput.scaledImage.rawValue, refusal: { .outputUnknown($0) })),
    help: "0 = scale this image and add a layer, 1 = new image, 2 = same size, finer detail",
    tip: """
      Where the result goes. The image with all its layers becomes larger, and the result lies above the layer; or the \
      result becomes an image of its own; or the size stays as it is, and only the detail becomes finer.
      """)

  static let width = Parameter(
    "width", label: "_Width in pixels:",
    .number(Number(range: 1...524_288, standard: 1920, refusal: { .widthImpossible($0) })),
    help: "The width of the result in pixels; the height follows",
    tip: "How wide the result becomes. The height follows, so that nothing is stretched.")

  /// Of what enlarges to a width: the same size is none.
  static let scaledOutput = Parameter(
    "output", label: "_Output:",
    .choice(
      Choice(
        options: outputs.filter { $0.value != UpscaleOutput.sameSize.rawValue },
        standard: UpscaleOutput.scaledImage.rawValue, refusal: { .scaledOutputUnknown($0) })),
    help: "0 = scale this image and add a layer, 1 = new image",
    tip: """
      Where the result goes. The image with all its layers becomes larger, and the result lies above the layer; or the \
      result becomes an image of its own.
      """)

  static let strength = Parameter(
    "strength", label: "S_trength in %:",
    .number(Number(range: 0...100, standard: 100, refusal: { .strengthImpossible($0) })),
    help: "100 = the model's result, less = mixed with the plain picture, 0 = the plain picture alone",
    tip:
      "How strong the effect is: below 100 the result is mixed with the picture as it was, or as it is when it is merely enlarged."
  )

  static let grow = Parameter(
    "grow", label: "Grow selection _by pixels:",
    .number(Number(range: PixelImage.growths, standard: 0, refusal: { .growImpossible($0) })),
    help: "By how many pixels the selection grows before it is filled; it cannot shrink",
    tip: "The fill reaches this much beyond the selection, so that no edge of the object and no shadow is left.")

  static let toneMatch = yesOrNo(
    "tone-match", "Match _tone and grain:", standard: true,
    help: "1 = the fill continues the tones and the fine noise at the selection's rim, 0 = as the model made it",
    tip: "Brightness, colours and fine noise around the selection go on in the fill, so that it does not show.")

  static let sampleMerged = yesOrNo(
    "sample-merged", "Samp_le merged:", standard: false,
    help: "1 = fill from all visible layers, the result above them, 0 = from this layer",
    tip:
      "Fills from the picture as you see it, rather than from this layer alone. The result then lies above all layers.")

  static let fillTransparent = yesOrNo(
    "fill-transparent", "Make transparent parts opa_que:", standard: false,
    help: "1 = what is transparent in the selection becomes opaque, 0 = transparency stays as it is",
    tip: "Fills what was erased, too. Otherwise what is transparent in the selection stays as transparent as it is.")

  static let exclude = Parameter(
    "exclude", label: "_Do not copy from channel:", .channel,
    help:
      "Name of a channel of the image that marks what the fill must not be made of (Select > Save to Channel); \"\" = none",
    tip: "What the fill must not be made of: select it, choose Select > Save to Channel, and name that channel here."
  )

  private static func yesOrNo(
    _ name: String, _ label: Message, standard: Bool, help: Message, tip: Message
  ) -> Parameter {
    Parameter(
      name, label: label,
      .choice(
        Choice(
          options: [.init(value: 0, label: "No"), .init(value: 1, label: "Yes")], standard: standard ? 1 : 0,
          refusal: { .switchImpossible(name, $0) })), help: help, tip: tip)
  }

  static let left = margin(
    "left", "_Left:", help: "Pixels to add at the left",
    tip: "How many pixels the picture is continued by at the left.")
  static let right = margin(
    "right", "_Right:", help: "Pixels to add at the right",
    tip: "How many pixels the picture is continued by at the right.")
  static let top = margin(
    "top", "_Top:", help: "Pixels to add at the top",
    tip: "How many pixels the picture is continued by at the top.")
  static let bottom = margin(
    "bottom", "_Bottom:", help: "Pixels to add at the bottom",
    tip: "How many pixels the picture is continued by at the bottom.")

  private static func margin(_ name: String, _ label: Message, help: Message, tip: Message) -> Parameter {
    added(name, label, 0...65_535, help: help, tip: tip) { .marginImpossible(name, $0) }
  }

  /// Pixels of a canvas, or beside it; 0 = none.
  private static func added(
    _ name: String, _ label: Message, _ range: ClosedRange<Int>, help: Message, tip: Message,
    refusal: @escaping @Sendable (Int) -> ShellError
  ) -> Parameter {
    Parameter(
      name, label: label, .number(Number(range: range, standard: 0, refusal: refusal)), help: help, tip: tip)
  }

  static let canvasWidth = canvasSide(
    "width", "New _width (0 = by sides):", help: "Width of the new canvas in pixels; 0 = as left and right say",
    tip: "How wide the image becomes, instead of what Left and Right say.")
  static let canvasHeight = canvasSide(
    "height", "New _height (0 = by sides):", help: "Height of the new canvas in pixels; 0 = as top and bottom say",
    tip: "How high the image becomes, instead of what Top and Bottom say.")

  private static func canvasSide(_ name: String, _ label: Message, help: Message, tip: Message) -> Parameter {
    added(name, label, 0...524_288, help: help, tip: tip) { .canvasSideImpossible(name, $0) }
  }

  /// Of a new canvas, in the order of the argument's values.
  static let ratios = [(1, 1), (4, 3), (3, 2), (16, 9), (21, 9), (3, 4), (2, 3), (9, 16)]

  static let ratio = Parameter(
    "ratio", label: "Pr_oportions:",
    .choice(
      Choice(
        options: [.init(value: 0, label: "As size or sides say")]
          + ratios.enumerated().map { .init(value: $0 + 1, label: Message(verbatim: "\($1.0) : \($1.1)")) },
        standard: 0,
        refusal: { .ratioUnknown($0) })),
    help:
      "If neither sides nor a size are given: 0 = none, 1 = 1:1, 2 = 4:3, 3 = 3:2, 4 = 16:9, 5 = 21:9, 6 = 3:4, 7 = 2:3, 8 = 9:16",
    tip: "The smallest canvas of these proportions that holds the image, if neither sides nor a size are given."
  )

  static let anchor = Parameter(
    "anchor", label: "_Anchor of the picture:",
    .choice(
      Choice(
        options: [
          .init(value: 4, label: "Center"), .init(value: 1, label: "Top"), .init(value: 7, label: "Bottom"),
          .init(value: 3, label: "Left"), .init(value: 5, label: "Right"), .init(value: 0, label: "Top left"),
          .init(value: 2, label: "Top right"), .init(value: 6, label: "Bottom left"),
          .init(value: 8, label: "Bottom right"),
        ], standard: 4, refusal: { .anchorUnknown($0) })),
    help:
      "Where the picture lies in a new size, row by row: 0 = top left, 1 = top, ... 4 = center, ... 8 = bottom right",
    tip: "Where the picture lies on a canvas of a new size or new proportions.")

  // Of calls by name.
  static let procedure = Parameter(
    "procedure-name", .text, help: "The procedure to call, such as plug-in-resshift-inpaint")
  static let options = Parameter(
    "options", .text, help: "Its options, a line NAME=VALUE each; those that are left out are standard")

  // Of batches.
  static let pattern = Parameter(
    "pattern", label: "_Pictures in folder:", .folder(isPattern: true),
    help: "Path of a picture, or a pattern such as /photos/*.jpg",
    tip: "All pictures in this folder are done, those in folders within it are not. They stay as they are.")

  static let maskFolder = Parameter(
    "mask-folder", label: "M_asks in folder:", .folder(isPattern: false),
    help: "Folder of masks with the names of the pictures",
    tip: """
      For each picture a picture of the same name and size that is white where something is to be filled, and black \
      elsewhere.
      """)

  static let outputFolder = Parameter(
    "output-folder", label: "_Results into folder:", .folder(isPattern: false),
    help: "Folder for the results, NAME.png each",
    tip: "Where the results are written, as PNG files with the names of the pictures. No picture is replaced.")
}
