import ModelLibrary
import ModelStore
import Wording

/// What a model is called in dialogs, and what it is for, in the words of people rather than of networks.
struct ModelWords {
  /// After what it works on, such as "JPEG blocks and noise".
  let title: Message
  /// One sentence; nil for a model of which no more is known than its title.
  let purpose: Message?
  let licence: String

  /// Those that come with the plug-in speak every language; others are called as their `model.json` says.
  init(_ entry: ModelCatalogue.Entry) {
    let known = Self.known.first { $0.name == entry.name && $0.title.template == entry.title }
    title = known?.title ?? Message(verbatim: entry.title)
    purpose = known?.purpose
    licence = entry.licence
  }

  /// What it is for and under which licence, on one line.
  var details: Message {
    if let purpose { "\(purpose) Licence: \(licence)." } else { "Licence: \(licence)." }
  }

  /// What comes with the plug-in, in the order in which it is shown.
  static let known: [(name: String, title: Message, purpose: Message)] = [
    (
      "compact-sr-x4", "Photographs, 4 times",
      "For photographs, also those with noise and JPEG blocks; the quickest."
    ),
    (
      "compact-sr-x2", "Photographs, 2 times",
      "For photographs, also those with noise and JPEG blocks; quick."
    ),
    (
      "realsr-x4-v3", "Photographs, 4 times (ResShift v3)",
      "For photographs of poor quality: invents more detail, takes far longer."
    ),
    (
      "realsr-x4-v2", "Photographs, 4 times (ResShift v2)",
      "As ResShift v3, in 15 steps rather than 4: the slowest."
    ),
    (
      "realsr-x4-v1", "Photographs, 4 times (ResShift v1)",
      "An early version of ResShift v2: the slowest."
    ),
    (
      "bicsr-x4", "Clean reductions, 4 times (ResShift)",
      "For pictures that were made smaller and are clean otherwise; takes long."
    ),
    (
      "compact-inpaint", "Any picture",
      "Continues what is around the selection: removes objects and scratches; quick."
    ),
    (
      "inpaint-imagenet", "Any picture (ResShift)",
      "Invents what might have been there; takes far longer."
    ),
    (
      "inpaint-face", "Faces (ResShift)",
      "Fills holes in portraits; takes long."
    ),
    (
      "compact-restore", "JPEG blocks and noise",
      "Cleans photographs and scans; quick. It does not know faces."
    ),
    (
      "faceir", "Faces (ResShift)",
      "Makes faces sharp that are small, blurred or damaged; takes long."
    ),
  ]
}

extension ModelTask {
  /// What is done with a model, as a heading.
  var words: Message {
    switch self {
    case .superResolution: "Enlarge"
    case .inpainting: "Fill and remove"
    case .restoration: "Restore"
    }
  }
}

extension ModelCatalogue {
  /// The models of a task as they are shown: the default one, then others that are installed, then what can be got.
  func shown(for task: ModelTask) -> [Entry] {
    let standard = try? model(named: "", for: task).name
    func rank(_ entry: Entry) -> (Int, Int, String) {
      let known = ModelWords.known.firstIndex { $0.name == entry.name } ?? ModelWords.known.count
      return (entry.name == standard ? 0 : entry.isInstalled ? 1 : 2, known, entry.name)
    }
    return models(for: task).sorted { rank($0) < rank($1) }
  }
}

extension ModelCatalogue.Entry {
  /// About what has to be fetched for a model that can be had from its server, such as "696 MB"; nil for others.
  var downloadSize: Message? {
    guard let descriptor, descriptor.files.unet.source != nil else { return nil }
    return Amount.bytes(4 * descriptor.parameterCount)
  }
}
