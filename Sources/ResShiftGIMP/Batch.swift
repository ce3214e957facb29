import CGimp
import FilePaths
import Glibc
import PictureFiles
import ResShift

/// The procedures behind the Script-Fu functions for many pictures: files in, PNG files out, one after the other.
enum Batch: String, CaseIterable {
  case upscale = "plug-in-resshift-batch-upscale"
  case inpaint = "plug-in-resshift-batch-inpaint"

  /// The parameters after the run mode.
  private var ownParameters: [Procedure.Parameter] {
    let pattern: Procedure.Parameter = (
      GIMP_PDB_STRING, "pattern", "Path of a picture, or a pattern such as /photos/*.jpg"
    )
    let masks: Procedure.Parameter = (GIMP_PDB_STRING, "mask-folder", "Folder of masks with the names of the pictures")
    let output: Procedure.Parameter = (GIMP_PDB_STRING, "output-folder", "Folder for the results, NAME.png each")
    let model: Procedure.Parameter = (GIMP_PDB_STRING, "model", "As for a single picture")
    let factor: Procedure.Parameter = (GIMP_PDB_INT32, "factor", "Enlargement: 2, 3 or 4")
    let seed: Procedure.Parameter = (GIMP_PDB_INT32, "seed", "The same seed gives the same picture; -1 = random")
    switch self {
    case .upscale: return [pattern, output, model, factor, seed]
    case .inpaint: return [pattern, masks, output, model, seed]
    }
  }

  /// Tells GIMP about the procedure. It has no place in the menu: the Script-Fu functions have.
  func register() {
    let runMode: Procedure.Parameter = (GIMP_PDB_INT32, "run-mode", "{ RUN-NONINTERACTIVE (1) }")
    let parameters = Procedure.definitions([runMode] + ownParameters)
    let results = Procedure.definitions([(GIMP_PDB_INT32, "failures", "How many pictures could not be done")])
    gimp_install_procedure(
      rawValue, "\(self == .upscale ? "Enlarge" : "Fill the masks of") many pictures with ResShift",
      "Serves script-fu-resshift-batch-\(self == .upscale ? "upscale" : "inpaint"), which has the same arguments.",
      "The ResShift for GIMP authors", "GPL-3.0-or-later", "2026", nil, nil, GIMP_PLUGIN, gint(parameters.count),
      gint(results.count), parameters.baseAddress, results.baseAddress)
  }

  /// Does the pictures; whatever fails gets a message, and the others are done. Returns the number of failures.
  ///
  /// Throws `PlugInError.calling` for a wrong number of arguments.
  func perform(_ parameters: UnsafeBufferPointer<GimpParam>) throws -> gint32 {
    guard parameters.count == 1 + ownParameters.count else {
      throw PlugInError.calling("\(rawValue) takes \(1 + ownParameters.count) arguments, not \(parameters.count).")
    }
    // Errors of what is called here are told by these messages, not by GIMP once more.
    gimp_plugin_set_pdb_error_handler(GIMP_PDB_ERROR_HANDLER_PLUGIN)
    let values = parameters.dropFirst()
    func text(_ index: Int) -> String {
      values[values.startIndex + index].data.d_string.map {
        String(pathBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0)))
      } ?? ""
    }
    func number(_ index: Int) -> gint32 { values[values.startIndex + index].data.d_int32 }
    let files: BatchFiles
    do {
      switch self {
      case .upscale: files = try BatchFiles(pattern: text(0), masks: nil, output: text(1))
      case .inpaint: files = try BatchFiles(pattern: text(0), masks: text(1), output: text(2))
      }
    } catch {
      Batch.say(PlugInError(error).text)
      return 1
    }
    var failures = gint32(files.failures.count)
    for failure in files.failures { Batch.say(failure.text) }
    for note in files.notes { Batch.say(note) }
    var results = Results(files)
    for job in files.jobs {
      let before = Batch.images
      do {
        switch self {
        case .upscale: try upscale(job, model: text(2), factor: number(3), seed: number(4), &results)
        case .inpaint: try inpaint(job, model: text(3), seed: number(4), &results)
        }
      } catch {
        failures += 1
        let reason = PlugInError(error).text
        let path = reason.utf8.starts(with: job.picture.utf8) ? "" : "\(job.picture): "
        Batch.say("\(path)\(reason)")
      }
      // A procedure that was stopped half way may leave images behind.
      for image in Batch.images.subtracting(before) { gimp_image_delete(image) }
    }
    return failures
  }

  private func upscale(
    _ job: BatchFiles.Job, model: String, factor: gint32, seed: gint32, _ results: inout Results
  ) throws {
    let picture = try BatchPicture(job.picture, notice: Batch.say)
    defer { picture.close() }
    let output = UpscaleOutput.newImage.rawValue
    let layer = try Batch.call(.upscale, picture, model, [factor, output, seed])
    try results.save(gimp_item_get_image(layer), layer, job)
  }

  private func inpaint(_ job: BatchFiles.Job, model: String, seed: gint32, _ results: inout Results) throws {
    guard let mask = job.mask else { return }
    let picture = try BatchPicture(job.picture, notice: Batch.say)
    defer { picture.close() }
    let hasAlpha = gimp_drawable_has_alpha(picture.layer) != 0
    try Batch.select(try Batch.weights(mask), mask, in: picture, job.picture)
    _ = try Batch.call(.inpaint, picture, model, [seed])
    let seen =
      hasAlpha
      ? gimp_image_merge_visible_layers(picture.image, GIMP_CLIP_TO_IMAGE) : gimp_image_flatten(picture.image)
    try results.save(picture.image, seen, job)
  }

  /// Calls one of the procedures in a process of its own, so that one that dies does not take the batch with it.
  private static func call(
    _ procedure: Procedure, _ picture: BatchPicture, _ model: String, _ numbers: [gint32]
  ) throws -> gint32 {
    let name = g_strdup(model)
    defer { g_free(name) }
    var parameters = [
      GimpParam(type: GIMP_PDB_INT32, data: GimpParamData(d_int32: gint32(GIMP_RUN_NONINTERACTIVE.rawValue))),
      GimpParam(type: GIMP_PDB_IMAGE, data: GimpParamData(d_image: picture.image)),
      GimpParam(type: GIMP_PDB_DRAWABLE, data: GimpParamData(d_drawable: picture.layer)),
      GimpParam(type: GIMP_PDB_STRING, data: GimpParamData(d_string: name)),
    ]
    parameters += numbers.map { GimpParam(type: GIMP_PDB_INT32, data: GimpParamData(d_int32: $0)) }
    var count: gint = 0
    guard let values = gimp_run_procedure2(procedure.rawValue, &count, gint(parameters.count), &parameters) else {
      throw PlugInError.execution("GIMP did not run \(procedure.rawValue) (\(lastPDBError()))")
    }
    defer { gimp_destroy_params(values, count) }
    guard count >= 2, values[0].data.d_status == GIMP_PDB_SUCCESS else {
      throw PlugInError.execution(lastPDBError())
    }
    return values[1].data.d_layer
  }

  // MARK: Masks

  /// The weights that a mask file stands for, read as the command does; by GIMP where only that knows the type.
  private static func weights(_ path: String) throws -> PixelImage {
    do {
      return try PictureFile.read(path, notice: say).image.maskWeights
    } catch PictureFileError.notAPicture, PictureFileError.unsupported {
      let mask = try BatchPicture(path, notice: say)
      defer { mask.close() }
      let whole = PixelRect(
        x: 0, y: 0, width: Int(gimp_drawable_width(mask.layer)), height: Int(gimp_drawable_height(mask.layer)))
      return try storedSamples(of: mask.layer, whole).picture.maskWeights
    }
  }

  /// Selects what a mask marks, each pixel as much as its weight says. Throws for a mask that does not fit.
  private static func select(
    _ weights: PixelImage, _ path: String, in picture: BatchPicture, _ picturePath: String
  ) throws {
    let width = Int(gimp_image_width(picture.image))
    let height = Int(gimp_image_height(picture.image))
    guard (weights.width, weights.height) == (width, height) else {
      throw PlugInError.execution(
        "\(picturePath): is \(width)x\(height), but its mask \(path) is \(weights.width)x\(weights.height):"
          + " make both the same size")
    }
    let share = weights.markedShare
    guard share > 0 else {
      throw PlugInError.execution(
        "\(picturePath): its mask \(path) is black everywhere, or nearly so: make white what is to be filled")
    }
    guard share < 1 else {
      throw PlugInError.execution(
        "\(picturePath): its mask \(path) is white everywhere: make black what is to be kept")
    }
    if let percent = weights.markedPercentIfMost {
      say(
        "\(path): \(percent) % of the picture is marked; if that is what to keep,"
          + " invert the mask")
    }
    try replaceSelection(of: picture.image, by: weights)
    gimp_image_set_active_layer(picture.image, picture.layer)
  }

  /// Layer masks keep values as they are, where channels of images with gamma round them.
  private static func replaceSelection(of image: gint32, by weights: PixelImage) throws {
    let type = gimp_image_base_type(image) == GIMP_GRAY ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE
    let layer = gimp_layer_new(
      image, "mask", gint(weights.width), gint(weights.height), type, 100, GIMP_LAYER_MODE_NORMAL)
    guard layer != -1, gimp_image_insert_layer(image, layer, 0, 0) != 0 else {
      throw PlugInError.execution("GIMP has no room for the mask (\(lastPDBError()))")
    }
    defer { gimp_image_remove_layer(image, layer) }
    let mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE)
    guard mask != -1, gimp_layer_add_mask(layer, mask) != 0 else {
      throw PlugInError.execution("GIMP has no room for the mask (\(lastPDBError()))")
    }
    try setGrayValues(of: mask, weights)
    guard gimp_image_select_item(image, GIMP_CHANNEL_OP_REPLACE, mask) != 0 else {
      throw PlugInError.execution("GIMP does not select the mask (\(lastPDBError()))")
    }
  }

  // MARK: Messages and images

  private static func say(_ text: String) { gimp_message("ResShift: \(text.readablePath)") }

  private static var images: Set<gint32> {
    var count: gint = 0
    guard let list = gimp_image_list(&count) else { return [] }
    defer { g_free(list) }
    return Set(UnsafeBufferPointer(start: list, count: Int(count)))
  }

  /// Writes results, each whole or not at all, and none over another one or over a picture.
  private struct Results {
    private let files: BatchFiles
    private var written: Set<FileIdentity> = []

    init(_ files: BatchFiles) { self.files = files }

    mutating func save(_ image: gint32, _ drawable: gint32, _ job: BatchFiles.Job) throws {
      guard drawable != -1 else { throw PlugInError.execution("GIMP cannot merge the result (\(lastPDBError()))") }
      let folder = job.output.lastSlash.map { String(job.output[..<$0]) } ?? ""
      var output = job.output
      // Where case does not count, or links lead elsewhere, names that differ may be one file.
      if isTaken(output) {
        output =
          BatchFiles.otherNames(for: job.picture).lazy.map { folder.appendingName($0) }
          .first { !isTaken($0) } ?? output
        Batch.say("\(job.picture): the result is called \(output.nameAfterSlash), for \(job.output) is taken")
      }
      let part = folder.appendingName(".resshift-\(getpid()).png")
      defer { part.withPathBytes { _ = unlink($0) } }
      let isSaved = part.withPathBytes { gimp_file_save(GIMP_RUN_NONINTERACTIVE, image, drawable, $0, $0) }
      guard isSaved != 0 else { throw PlugInError.execution("\(output): cannot be written (\(lastPDBError()))") }
      guard part.withPathBytes({ part in output.withPathBytes { rename(part, $0) } }) == 0 else {
        throw PlugInError.execution("\(output): cannot be written (\(String(cString: strerror(errno))))")
      }
      if let file = FileIdentity(output) { written.insert(file) }
    }

    private func isTaken(_ path: String) -> Bool {
      files.isPrecious(path) || FileIdentity(path).map(written.contains) ?? false
    }
  }
}
