import ResShift

extension PixelRect {
  /// Its size with the longer side at most so long, as libgimp takes it.
  public func fitted(into side: Int) -> (width: Int32, height: Int32) {
    let share = min(1, Double(side) / Double(max(width, height)))
    func length(_ side: Int) -> Int32 { max(1, Int32((Double(side) * share).rounded())) }
    return (length(width), length(height))
  }
}

extension PixelImage {
  /// A picture of bytes; nil for a number of channels that there is not.
  public init?(bytes: UnsafePointer<UInt8>, width: Int, height: Int, channels: Int) {
    guard width > 0, height > 0, (1...4).contains(channels) else { return nil }
    self.init(
      width: width, height: height, channels: channels,
      samples: UnsafeBufferPointer(start: bytes, count: width * height * channels).map { Float($0) / 255 })
  }
}
