/// The procedures of the plug-in. One more is an entry here, and its work.
extension Procedure {
  public static let all = [upscale, inpaint, restore, batchUpscale, batchInpaint, models]

  static let upscale = Procedure(
    "plug-in-resshift-upscale", menuLabel: "_Upscale...",
    blurb: "Enlarge a picture and restore its detail with the ResShift diffusion model",
    help: """
      Enlarges the drawable by factor, at most by the model's own scale. Output 0 scales the image and adds the \
      result as a new layer, 1 makes a new image, 2 keeps the size and adds finer detail. Outputs 1 and 2 work on the \
      selection's bounding box, if there is a selection.
      """,
    year: "2025", [.model, .factor, .output, .seed],
    .layer(
      LayerWork(task: .superResolution, title: "ResShift: Upscale", action: "_Upscale") { try $0.upscale() }))

  static let inpaint = Procedure(
    "plug-in-resshift-inpaint", menuLabel: "_Inpaint...",
    blurb: "Fill the selection with the ResShift diffusion model",
    help: """
      The selection is the hole. The fill becomes a new layer above the drawable with the selection as its layer mask; \
      nothing outside the selection changes.
      """,
    year: "2025", [.model, .seed],
    .layer(
      LayerWork(task: .inpainting, title: "ResShift: Inpaint", action: "_Inpaint", needsSelection: true) {
        try $0.inpaint()
      }))

  static let restore = Procedure(
    "plug-in-resshift-restore", menuLabel: "_Restore...",
    blurb: "Restore a picture or the selected faces with the ResShift diffusion model",
    help: """
      The result becomes a new layer of the same size above the drawable. With a face model every island of the \
      selection is one face; other models restore the selection or the whole layer.
      """,
    year: "2025", [.model, .seed],
    .layer(
      LayerWork(task: .restoration, title: "ResShift: Restore", action: "_Restore") { try $0.restore() }))

  // Batches have no place in the menu: the Script-Fu functions that they serve have.

  static let batchUpscale = Procedure(
    "plug-in-resshift-batch-upscale", blurb: "Enlarge many pictures with ResShift",
    help: "Serves script-fu-resshift-batch-upscale, which has the same arguments.", year: "2026",
    [.pattern, .outputFolder, .batchModel, .factor, .seed],
    .files(FilesWork(single: upscale.name, hasMasks: false) { try $0.upscale() }))

  static let batchInpaint = Procedure(
    "plug-in-resshift-batch-inpaint", blurb: "Fill the masks of many pictures with ResShift",
    help: "Serves script-fu-resshift-batch-inpaint, which has the same arguments.", year: "2026",
    [.pattern, .maskFolder, .outputFolder, .batchModel, .seed],
    .files(FilesWork(single: inpaint.name, hasMasks: true) { try $0.inpaint() }))

  static let models = Procedure(
    "plug-in-resshift-models", menuLabel: "_Models...", blurb: "Install, import and remove models of ResShift",
    help: "Opens a window. From scripts and batch calls use the command: resshift models.", year: "2026", [], .models)
}
