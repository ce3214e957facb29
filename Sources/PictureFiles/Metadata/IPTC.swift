/// IPTC's records (IIM 4.2), and the resources of Photoshop that they travel in.
enum IPTC {
  /// The records without those that hold a preview (7 to 9); nil if they are damaged or there are none.
  static func records(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var at = 0
    while at + 5 <= bytes.count, bytes[at] == 0x1c {
      let start = at
      var count = Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])
      at += 5
      if count & 0x8000 != 0 {
        let digits = count & 0x7fff
        guard digits <= 4, at + digits <= bytes.count else { return nil }
        count = bytes[at..<at + digits].reduce(0) { $0 << 8 | Int($1) }
        at += digits
      }
      guard count <= bytes.count - at else { return nil }
      at += count
      if !(7...9).contains(bytes[start + 1]) { result += bytes[start..<at] }
    }
    // TIFF files fill up to a multiple of four.
    return result.isEmpty || bytes[at...].contains { $0 != 0 } ? nil : result
  }

  private static let signature = Array("8BIM".utf8)
  private static let resource = 0x0404

  /// IPTC's records among Photoshop's resources; nil if there are none.
  static func inResources(_ bytes: [UInt8]) -> [UInt8]? {
    func number(_ at: Int, _ size: Int) -> Int { bytes[at..<at + size].reduce(0) { $0 << 8 | Int($1) } }
    var at = 0
    while at + 12 <= bytes.count {
      let name = at + 6
      let size = name + (Int(bytes[name]) + 2) / 2 * 2
      guard size + 4 <= bytes.count else { return nil }
      let count = number(size, 4)
      guard count <= bytes.count - size - 4 else { return nil }
      if bytes[at..<at + 4].elementsEqual(signature), number(at + 4, 2) == resource {
        return Array(bytes[size + 4..<size + 4 + count])
      }
      at = size + 4 + (count + 1) / 2 * 2
    }
    return nil
  }

  /// A resource of Photoshop that holds the records.
  static func asResource(_ records: [UInt8]) -> [UInt8] {
    let size = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: records.count >> $0) }
    let head = signature + [UInt8(resource >> 8), UInt8(resource & 255), 0, 0] + size
    return head + records + (records.count % 2 == 1 ? [0] : [])
  }
}
