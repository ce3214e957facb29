/// The procedures of the plug-in. One more is an entry here, and its work.
extension Procedure {
  public static let all = [
    upscale, upscaleTo, inpaint, inpaintFull, outpaint, restore, again, byName, batchUpscale, batchInpaint,
    batchRestore, models,
  ]

  static let upscale = Procedure(
    "plug-in-resshift-upscale", menuLabel: "_Upscale...",
    blurb: "Enlarge a picture and restore its detail (upscale, super resolution)",
    help: """
      Enlarges the drawable by factor, at most by the model's own scale. Output 0 scales the image and adds the \
      result as a new layer, 1 makes a new image, 2 keeps the size and adds finer detail. Outputs 1 and 2 work on the \
      selection's bounding box, if there is a selection.
      """,
    year: "2025", [.model, .factor, .output, .seed, .strength, .variants, .precision], listed: 4,
    .layer(
      LayerWork(task: .superResolution, title: "ResShift: Upscale", action: "_Upscale") { try $0.upscale() }))

  static let upscaleTo = Procedure(
    "plug-in-resshift-upscale-to", menuLabel: "Upscale to _width...",
    blurb: "Enlarge a picture to a width in pixels, and restore its detail (super resolution)",
    help: """
      Enlarges by the smallest scale of a model that reaches the width, and reduces to it. Output 0 scales the image to the \
      width and adds the result as a new layer, 1 makes a new image of the layer, or of the selection's bounding box.
      """,
    year: "2026", [.model, .width, .scaledOutput, .seed, .strength, .variants, .precision], listed: 4,
    .layer(
      LayerWork(task: .superResolution, title: "ResShift: Upscale to width", action: "_Upscale") { try $0.upscale() }))

  static let inpaint = Procedure(
    "plug-in-resshift-inpaint", menuLabel: "_Inpaint (remove object)...",
    blurb: "Remove object, heal, fill: replace what is selected by what may be behind it (inpaint)",
    help: """
      The selection is the hole. The fill becomes a new layer above the drawable with the selection as its layer mask; \
      nothing outside the selection changes.
      """,
    year: "2025", [.model, .seed, .fillTransparent, .variants, .precision], listed: 2,
    .layer(
      LayerWork(task: .inpainting, title: "ResShift: Inpaint", action: "_Inpaint", needsSelection: true) {
        try $0.inpaint()
      }))

  static let inpaintFull = Procedure(
    "plug-in-resshift-inpaint-full", menuLabel: "Inpaint with _options...",
    blurb:
      "Remove object, heal, fill the selection (inpaint): grown, from all visible layers, with tone and grain of its rim",
    help: """
      The selection, grown by some pixels, is the hole. Filled from the layer, or from all that is seen; then the result \
      lies above all layers. Tones and fine noise of the fill continue those of the rim if tone-match is 1.
      """,
    year: "2026", [.model, .seed, .grow, .toneMatch, .sampleMerged, .fillTransparent, .exclude, .variants, .precision],
    listed: 5,
    .layer(
      LayerWork(task: .inpainting, title: "ResShift: Inpaint with options", action: "_Inpaint", needsSelection: true) {
        try $0.inpaintFull()
      }))

  static let outpaint = Procedure(
    "plug-in-resshift-outpaint", menuLabel: "_Extend canvas (outpaint)...",
    blurb: "Extend the canvas and continue the picture there (outpainting, uncrop)",
    help: """
      The canvas grows by so many pixels on each side, or to a new size or new proportions, and the border is filled from \
      what is seen of the image. The fill becomes a new layer above all others, with a layer mask that shows it in the border only.
      """,
    year: "2026",
    [.model, .left, .right, .top, .bottom, .seed, .canvasWidth, .canvasHeight, .ratio, .anchor, .variants, .precision],
    listed: 6,
    .layer(
      LayerWork(task: .inpainting, title: "ResShift: Extend canvas", action: "E_xtend", isOfImage: true) {
        try $0.outpaint()
      }))

  static let restore = Procedure(
    "plug-in-resshift-restore", menuLabel: "_Restore...",
    blurb: "Old photo, scan or face: denoise, remove JPEG artifacts and slight blur, restore detail",
    help: """
      The result becomes a new layer of the same size above the drawable. With a face model every island of the \
      selection is one face; other models restore the selection or the whole layer.
      """,
    year: "2025", [.model, .seed, .strength, .variants, .precision], listed: 2,
    .layer(
      LayerWork(task: .restoration, title: "ResShift: Restore", action: "Rest_ore") { try $0.restore() }))

  static let again = Procedure(
    "plug-in-resshift-again", menuLabel: "_Again with another seed",
    blurb: "Repeat the last call of ResShift with a new seed: another fill, another restoration",
    help: """
      Calls the procedure that was called last, with the same settings and a new seed, without a dialog. The result lies \
      above the earlier ones; its seed is in its name and in its parasite resshift-seed.
      """,
    year: "2026", [], .relay { try $0.again(in: $1) })

  static let byName = Procedure(
    "plug-in-resshift-call", blurb: "Call a procedure of ResShift with options by their names",
    help: """
      For scripts of GIMP 2.10, whose argument lists never change: reaches the options that are not in them, such as variants. \
      Options are lines such as "seed=7\\nvariants=3"; those that are left out are standard.
      """,
    year: "2026", [.procedure, .options], .relay { try $0.byName(in: $1) })

  // Their labels come last in a menu that GIMP sorts.

  static let batchUpscale = Procedure(
    "plug-in-resshift-batch-upscale", menuLabel: "Whole folder: U_pscale (batch)...",
    blurb: "Enlarge many pictures, all in a folder (batch upscale, super resolution)",
    help: "Serves script-fu-resshift-batch-upscale, which has the same arguments.", year: "2026",
    [.pattern, .outputFolder, .model, .factor, .seed],
    .files(
      FilesWork(
        single: upscale.name, hasMasks: false, task: .superResolution, title: "ResShift: Upscale a folder",
        action: "_Upscale all"
      ) { try $0.upscale() }))

  static let batchInpaint = Procedure(
    "plug-in-resshift-batch-inpaint", menuLabel: "Whole folder: I_npaint (batch)...",
    blurb: "Fill the masks of many pictures, all in a folder (batch inpaint, remove objects)",
    help: "Serves script-fu-resshift-batch-inpaint, which has the same arguments.", year: "2026",
    [.pattern, .maskFolder, .outputFolder, .model, .seed],
    .files(
      FilesWork(
        single: inpaint.name, hasMasks: true, task: .inpainting, title: "ResShift: Inpaint a folder",
        action: "_Inpaint all"
      ) { try $0.inpaint() }))

  static let batchRestore = Procedure(
    "plug-in-resshift-batch-restore", menuLabel: "Whole folder: Re_store (batch)...",
    blurb: "Restore many pictures, all in a folder: remove noise and JPEG artifacts (batch restore, denoise)",
    help: "Serves script-fu-resshift-batch-restore, which has the same arguments.", year: "2026",
    [.pattern, .outputFolder, .model, .seed],
    .files(
      FilesWork(
        single: restore.name, hasMasks: false, task: .restoration, title: "ResShift: Restore a folder",
        action: "Restore _all"
      ) { try $0.restore() }))

  public static let models = Procedure(
    "plug-in-resshift-models", menuLabel: "_Models...", blurb: "Install, import, check and remove models of ResShift",
    help: "Opens a window. From scripts and batch calls use the command: resshift models.", year: "2026", [], .models)
}
