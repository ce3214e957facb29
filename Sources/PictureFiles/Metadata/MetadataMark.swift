/// How blocks of JPEG and PNG say what they are.
enum MetadataMark {
  static let xmp = "http://ns.adobe.com/xap/1.0/\0"
  static let pngXMP = "XML:com.adobe.xmp"
  static let photoshop = "Photoshop 3.0\0"
}
