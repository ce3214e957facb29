import CGimp
import ModelLibrary
import ResShift

/// The dialog of a procedure: which model, how large, where to, which seed.
final class Dialog {
  private let window: Widget
  private let table: Widget
  private var rows: guint = 0
  private let models: [ModelCatalogue.Entry]
  /// How many times each model enlarges.
  private let scales: [Int]
  private let modelBox: Widget
  private let factorBox: Widget
  private let outputBox: Widget
  /// GIMP's widget writes here as long as the window lives.
  private let seed = UnsafeMutablePointer<guint32>.allocate(capacity: 1)
  private let isRandom = UnsafeMutablePointer<gboolean>.allocate(capacity: 1)

  /// Shows the dialog and waits for the user.
  ///
  /// Throws `PlugInError.cancelled` when it is closed otherwise than by its button, `ModelError.notInstalled`
  /// when there is no model to offer.
  static func ask(
    _ procedure: Procedure, _ source: Source, _ catalogue: ModelCatalogue, initial: Settings
  ) throws -> Settings {
    let standard = try catalogue.model(named: "", for: procedure.task).name
    let models = catalogue.models(for: procedure.task).filter(\.isInstalled)
    let scales = models.map { (try? catalogue.model(named: $0.name, for: procedure.task).diffusion.sf) ?? 1 }
    gimp_ui_init("resshift", 0)
    let dialog = Dialog(procedure, models, scales, initial)
    let chosen = initial.model.isEmpty ? standard : initial.model
    dialog.fill(for: procedure, source, modelIndex: models.firstIndex { $0.name == chosen } ?? 0, initial)
    defer { gtk_widget_destroy(dialog.window) }
    guard dialog.run() else { throw PlugInError.cancelled }
    return dialog.settings(initial)
  }

  private init(_ procedure: Procedure, _ models: [ModelCatalogue.Entry], _ scales: [Int], _ initial: Settings) {
    self.models = models
    self.scales = scales
    window = makeDialog(
      title: procedure.dialogTitle, role: procedure.rawValue,
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (procedure.action, GTK_RESPONSE_OK)])
    table = gtk_table_new(5, 2, 0)
    modelBox = gtk_combo_box_text_new()
    factorBox = gtk_combo_box_text_new()
    outputBox = gtk_combo_box_text_new()
    seed.initialize(to: guint32(truncatingIfNeeded: initial.seed ?? 0))
    isRandom.initialize(to: initial.seed == nil ? 1 : 0)
  }

  deinit {
    seed.deallocate()
    isRandom.deallocate()
  }

  /// Builds the rows that the procedure needs.
  private func fill(for procedure: Procedure, _ source: Source, modelIndex: Int, _ initial: Settings) {
    gtk_container_set_border_width(cast(table), 12)
    gtk_table_set_row_spacings(cast(table), 6)
    gtk_table_set_col_spacings(cast(table), 6)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(window))), table, 1, 1, 0)

    for model in models { gtk_combo_box_text_append_text(cast(modelBox), model.title) }
    gtk_combo_box_set_active(cast(modelBox), gint(modelIndex))
    attach("_Model:", modelBox)
    if procedure == .upscale {
      offerFactors(choosing: initial.factor)
      g_signal_connect_data(
        modelBox, "changed",
        unsafeBitCast(modelChanged, to: GCallback.self), Unmanaged.passUnretained(self).toOpaque(), nil,
        GConnectFlags(rawValue: 0))
      attach("_Factor:", factorBox)
      for output in UpscaleOutput.allCases { gtk_combo_box_text_append_text(cast(outputBox), output.label) }
      gtk_combo_box_set_active(cast(outputBox), initial.output.rawValue)
      attach("_Output:", outputBox)
    }
    attach("_Seed:", gimp_random_seed_new(seed, isRandom))
    if source.isIndexed {
      let note = gtk_label_new("The image has indexed colours. It will be converted to RGB.")
      gtk_table_attach_defaults(cast(table), note, 0, 2, rows, rows + 1)
    }
    gtk_widget_show_all(table)
  }

  private func attach(_ label: String, _ widget: Widget) {
    gimp_table_attach_aligned(cast(table), 0, gint(rows), label, 0, 0.5, widget, 1, 0)
    rows += 1
  }

  private var modelIndex: Int { max(0, Int(gtk_combo_box_get_active(cast(modelBox)))) }

  private var factor: Int { 2 + max(0, Int(gtk_combo_box_get_active(cast(factorBox)))) }

  /// Offers the factors that the chosen model can do.
  private func offerFactors(choosing wanted: Int) {
    let largest = min(4, max(2, scales[modelIndex]))
    gtk_list_store_clear(gtk_combo_box_get_model(cast(factorBox)).map { UnsafeMutablePointer<GtkListStore>($0) })
    for factor in 2...largest { gtk_combo_box_text_append_text(cast(factorBox), "\(factor) times") }
    gtk_combo_box_set_active(cast(factorBox), gint(min(wanted, largest) - 2))
  }

  fileprivate func modelHasChanged() { offerFactors(choosing: factor) }

  /// Return confirms, as in GIMP's own dialogs: the button has the focus.
  private func run() -> Bool {
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(window), GTK_RESPONSE_OK.rawValue))
    return gimp_dialog_run(cast(window)) == GTK_RESPONSE_OK.rawValue
  }

  private func settings(_ initial: Settings) -> Settings {
    var settings = initial
    settings.model = models[modelIndex].name
    settings.factor = factor
    settings.output = UpscaleOutput(rawValue: gtk_combo_box_get_active(cast(outputBox))) ?? initial.output
    settings.seed = isRandom.pointee != 0 ? nil : UInt64(seed.pointee)
    return settings
  }
}

private let modelChanged: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, dialog in
  if let dialog { Unmanaged<Dialog>.fromOpaque(dialog).takeUnretainedValue().modelHasChanged() }
}

extension Procedure {
  fileprivate var dialogTitle: String {
    switch self {
    case .upscale: "ResShift: Upscale"
    case .inpaint: "ResShift: Inpaint"
    case .restore: "ResShift: Restore"
    }
  }

  fileprivate var action: String {
    switch self {
    case .upscale: "_Upscale"
    case .inpaint: "_Inpaint"
    case .restore: "_Restore"
    }
  }
}

extension UpscaleOutput {
  fileprivate var label: String {
    switch self {
    case .scaledImage: "Scale this image, result as new layer"
    case .newImage: "New image"
    case .sameSize: "Same size, finer detail as new layer"
    }
  }
}
