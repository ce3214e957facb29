import ResShift

extension PixelImage {
  /// The picture as it comes back from a JPEG file of that quality, 1...100; gray or RGB, without alpha.
  ///
  /// Throws `PictureFileError` when it is too large for JPEG or for memory.
  public func throughJPEG(quality: Int) throws -> PixelImage {
    precondition((1...100).contains(quality) && !hasAlpha, "a picture without alpha and a quality of 1 to 100")
    let path = "picture.jpg"
    try PictureFile.checkFormat(ofOutput: path, width: width, height: height, bitDepth: 8)
    let encoder = Encoder(format: .jpeg, path: path, bitDepth: 8, quality: Int32(quality))
    let file = try encoder.encode(PictureFile(image: self, bitDepth: 8), notice: nil)
    defer { file.free() }
    return try Decoder(format: .jpeg, path: path).decode([UInt8](file.bytes)).image
  }
}
