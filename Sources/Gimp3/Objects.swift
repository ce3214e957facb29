import CGimp3
import GimpShell

/// C's casts between a GObject's types, which macros do there.
func cast<From, To>(_ object: UnsafeMutablePointer<From>?) -> UnsafeMutablePointer<To>? {
  object.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: To.self) }
}

/// The same for types that only C knows whole.
func cast<To>(_ object: OpaquePointer?) -> UnsafeMutablePointer<To>? {
  object.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: To.self) }
}

/// Gives back a reference of ours. Images and items of GIMP's are not ours.
func release(_ object: OpaquePointer) { g_object_unref(UnsafeMutableRawPointer(object)) }

extension Image {
  /// GIMP's object; nil when the image was closed.
  var object: OpaquePointer? { gimp_image_get_by_id(id) }

  init?(_ object: OpaquePointer?) {
    guard let object else { return nil }
    self.init(gimp_image_get_id(object))
  }
}

extension Layer {
  /// GIMP's object, as each of its types; nil when there is no such item any more.
  var item: UnsafeMutablePointer<GimpItem>? { gimp_item_get_by_id(id) }
  var drawable: UnsafeMutablePointer<GimpDrawable>? { cast(item) }
  var layer: UnsafeMutablePointer<GimpLayer>? { cast(item) }

  init?<T>(_ object: UnsafeMutablePointer<T>?) {
    guard let object else { return nil }
    self.init(gimp_item_get_id(cast(object)))
  }

  init?(_ object: OpaquePointer?) {
    guard let object else { return nil }
    self.init(gimp_item_get_id(cast(object)))
  }
}

extension UnsafeMutablePointer<UnsafeMutablePointer<GimpItem>?> {
  /// The layers of an array of GIMP's that ends with NULL.
  var layers: [Layer] {
    var layers: [Layer] = []
    var next = self
    while let item = next.pointee {
      layers.append(Layer(gimp_item_get_id(item)))
      next += 1
    }
    return layers
  }
}
