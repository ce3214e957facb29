import FilePaths
import Wording

/// A button that shows a folder and opens a dialog to choose another one.
struct FolderField {
  let widget: Widget
  private var chooser: OpaquePointer? { widget.map { OpaquePointer($0) } }

  private static let title: Message = "ResShift: Choose a folder"

  init() { widget = gtk_file_chooser_button_new(Self.title.text, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER) }

  /// "" = none is chosen.
  var path: String {
    guard let name = gtk_file_chooser_get_filename(chooser) else { return "" }
    defer { g_free(name) }
    return String(pathBytes: UnsafeRawBufferPointer(start: name, count: strlen(name)))
  }

  func show(_ path: String) {
    if path.isEmpty {
      gtk_file_chooser_unselect_all(chooser)
    } else {
      path.withPathBytes { _ = gtk_file_chooser_set_filename(chooser, $0) }
    }
  }
}
