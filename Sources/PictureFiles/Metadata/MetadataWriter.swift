/// The blocks that carry a picture's metadata in a file of one format.
struct MetadataWriter {
  /// Of TIFF one, a TIFF structure to which the picture is added.
  var blocks: [FileBlock] = []
  /// What the format has no place for.
  var notices: [PictureNotice] = []

  /// `width` and `height` are those of the picture that is written.
  init(_ picture: PictureFile, width: Int, height: Int, format: PictureFormat) {
    let metadata = picture.metadata
    let isScaled = width != metadata.width || height != metadata.height
    var exif = metadata.exif ?? ExifBlock()
    if metadata.exif != nil || format.needsExif {
      exif.describe(
        width: width, height: height, resolution: picture.resolution, moved: metadata.isTurned || isScaled)
    }
    let isSimilar = width * metadata.height == height * metadata.width
    let xmp = metadata.xmp?.describing(width: width, height: height, turned: metadata.isTurned || !isSimilar)
    format.addMetadata(&self, exif, xmp, metadata.iptc)
    if metadata.format == format { blocks += metadata.texts }
  }
}
