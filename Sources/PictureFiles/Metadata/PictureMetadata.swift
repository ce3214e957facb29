/// What a picture's file says about the picture, other than how its numbers are to be read: camera, date, place, author.
///
/// Kept apart from the pixels, and written again as far as the target has a place for it; orientation and thumbnail are
/// not part of it. An empty one leaves everything out.
public struct PictureMetadata: Sendable, Equatable {
  var exif: ExifBlock?
  var xmp: XMPPacket?
  /// IPTC's records, without Photoshop's frame.
  var iptc: [UInt8]?
  /// Comments and the like, which are kept in files of the same format.
  var texts: [FileBlock] = []
  var format: PictureFormat?
  /// Of the picture, upright.
  var width = 0
  var height = 0
  /// Whether the stored pixels were not upright.
  var isTurned = false

  public init() {}

  public var isEmpty: Bool { exif == nil && xmp == nil && iptc == nil && texts.isEmpty }
}
