import CGimp
import FilePaths
import Glibc
import PictureFiles
import ResShift

/// A picture that a batch has opened: an image with one layer that shows what is to be seen. The caller closes it.
struct BatchPicture {
  let image: gint32
  let layer: gint32

  /// Opens a file. `notice` gets a line when something is left out.
  ///
  /// Throws for a file that GIMP cannot read, and for half a picture: GIMP's loaders only warn of those and fill what
  /// is missing with gray, so the files that `PictureFiles` knows are read by it first, and others are looked at
  /// (`WholeFile`).
  init(_ path: String, notice: @escaping (String) -> Void) throws {
    do {
      _ = try PictureFile.read(path, notice: notice)
    } catch PictureFileError.notAPicture, PictureFileError.unsupported {
      // Of a kind that GIMP may know all the same.
      guard WholeFile.isWhole(path) else {
        throw PlugInError.execution("\(path): the file is damaged, it ends too early; copy or export it again")
      }
    }
    let image = path.withPathBytes { gimp_file_load(GIMP_RUN_NONINTERACTIVE, $0, $0) }
    guard image != -1 else {
      throw PlugInError.execution("\(path): GIMP cannot read this file (\(lastPDBError()))")
    }
    self.image = image
    do {
      gimp_selection_none(image)
      if gimp_image_base_type(image) == GIMP_INDEXED { gimp_image_convert_rgb(image) }
      layer = try BatchPicture.seenLayer(of: image, path, notice)
    } catch {
      gimp_image_delete(image)
      throw error
    }
  }

  func close() { gimp_image_delete(image) }

  /// Makes the picture's one layer. Pages and frames are pictures of their own, of which the first is taken; layers are
  /// parts of one picture.
  private static func seenLayer(of image: gint32, _ path: String, _ notice: (String) -> Void) throws -> gint32 {
    var layers = children(of: -1, in: image)
    guard let first = layers.last else { throw PlugInError.execution("\(path): there are no layers in this file") }
    if layers.count > 1, let pages = PagedFormat(path) {
      notice("\(path): there are \(layers.count) \(pages.word) in this file; only the first one is done")
      for layer in layers.dropLast() { gimp_image_remove_layer(image, layer) }
      if pages.haveSizes {
        let page = PixelRect(onCanvas: first).gegl
        gimp_image_resize(image, page.width, page.height, -page.x, -page.y)
      }
      gimp_item_set_visible(first, 1)
      layers = [first]
    }
    if layers.count == 1, isWholePicture(first, of: image) { return first }
    let seen = gimp_layer_new_from_visible(image, image, "seen")
    guard seen != -1, gimp_image_insert_layer(image, seen, 0, 0) != 0 else {
      throw PlugInError.execution("\(path): GIMP cannot merge the layers of this file (\(lastPDBError()))")
    }
    for layer in layers { gimp_image_remove_layer(image, layer) }
    if isOpaque(seen) { gimp_layer_flatten(seen) }
    gimp_image_set_active_layer(image, seen)
    return seen
  }

  /// Whether the layer alone, as it is, is what is seen of the image.
  private static func isWholePicture(_ layer: gint32, of image: gint32) -> Bool {
    let canvas = PixelRect(
      x: 0, y: 0, width: Int(gimp_image_width(image)), height: Int(gimp_image_height(image)))
    return PixelRect(onCanvas: layer) == canvas && gimp_item_get_visible(layer) != 0
      && gimp_layer_get_opacity(layer) == 100 && gimp_layer_get_mask(layer) == -1 && gimp_item_is_group(layer) == 0
  }

  private static func isOpaque(_ layer: gint32) -> Bool {
    guard gimp_drawable_has_alpha(layer) != 0 else { return false }
    var values = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    return values.withUnsafeMutableBufferPointer { value in
      guard let at = value.baseAddress else { return false }
      return gimp_drawable_histogram(
        layer, GIMP_HISTOGRAM_ALPHA, 0, 0.997, at, at + 1, at + 2, at + 3, at + 4, at + 5) != 0 && at[4] == 0
    }
  }
}

/// Files whose layers in GIMP are pictures of their own, the first at the bottom.
private enum PagedFormat {
  case pages, frames

  /// From the first bytes of a file; nil for other types.
  init?(_ path: String) {
    guard let file = path.withPathBytes({ fopen($0, "rb") }) else { return nil }
    defer { fclose(file) }
    var start = [UInt8](repeating: 0, count: 12)
    guard fread(&start, 1, 12, file) == 12 else { return nil }
    if start.starts(with: "II*\0".utf8) || start.starts(with: "MM\0*".utf8) || start.starts(with: "%PDF".utf8)
      || start.starts(with: [0x49, 0x49, 43, 0]) || start.starts(with: [0x4d, 0x4d, 0, 43])
    {
      self = .pages
    } else if start.starts(with: "GIF8".utf8) || start.dropFirst(8).elementsEqual("WEBP".utf8) {
      self = .frames
    } else {
      return nil
    }
  }

  var word: String { self == .pages ? "pages" : "frames" }
  /// Pages may differ in size; a frame is part of the whole.
  var haveSizes: Bool { self == .pages }
}

/// GIMP's words for why the last call failed.
func lastPDBError() -> String {
  gimp_get_pdb_error().map { String(cString: $0) } ?? "no reason given"
}
