import CResShift
import ModelLibrary
import ResShift

// The functions of resshift.h, which documents them; each checks its arguments, so that no mistake of a C caller traps.

/// "" as C callers may keep it for ever.
private var empty: UnsafePointer<CChar> {
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func resshift_open(
  _ model_json: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ reason: UnsafeMutablePointer<CChar>?, _ reason_size: Int
) -> resshift_status {
  model?.pointee = nil
  // SIGBUS is the program's own business.
  Restorer.readModelFiles()
  do {
    guard let model else { throw CallError.noPlaceForModel }
    guard let model_json else { throw CallError.noModelFile }
    let descriptor = try ModelDescriptor(contentsOf: String(cString: model_json))
    model.pointee = ModelHandle(try Restorer(descriptor)).retainedPointer()
    return RESSHIFT_OK
  } catch {
    let failure = Failure(error)
    failure.write(to: reason, size: reason_size)
    return failure.status
  }
}

@c @implementation
public func resshift_free(_ model: OpaquePointer?) {
  if let model { ModelHandle.release(model) }
}

@c @implementation
public func resshift_model_name(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  ModelHandle.at(model)?.name.map { UnsafePointer($0) } ?? empty
}

@c @implementation
public func resshift_model_title(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  ModelHandle.at(model)?.title.map { UnsafePointer($0) } ?? empty
}

@c @implementation
public func resshift_model_task(_ model: OpaquePointer?) -> resshift_task {
  switch ModelHandle.at(model)?.restorer.descriptor.task {
  case .superResolution: RESSHIFT_TASK_SUPER_RESOLUTION
  case .inpainting: RESSHIFT_TASK_INPAINTING
  case .restoration: RESSHIFT_TASK_RESTORATION
  case nil: RESSHIFT_TASK_NONE
  }
}

@c @implementation
public func resshift_model_scale(_ model: OpaquePointer?) -> Int32 {
  ModelHandle.at(model).map { Int32(clamping: $0.restorer.descriptor.diffusion.sf) } ?? 0
}

@c @implementation
public func resshift_reason(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  ModelHandle.at(model)?.reason.map { UnsafePointer($0) } ?? empty
}

@c @implementation
public func resshift_options_init(
  _ options: UnsafeMutablePointer<resshift_options>?, _ struct_size: Int
) -> resshift_status {
  guard let options, resshift_options.isKnown(size: struct_size) else { return RESSHIFT_USAGE }
  resshift_options.defaults.write(to: options, size: struct_size)
  return RESSHIFT_OK
}

@c @implementation
public func resshift_upscale(
  _ model: OpaquePointer?, _ input: UnsafePointer<resshift_image>?, _ output: UnsafePointer<resshift_image>?,
  _ factor: Int32, _ options: UnsafePointer<resshift_options>?
) -> resshift_status {
  guard let handle = ModelHandle.at(model) else { return RESSHIFT_USAGE }
  return handle.call {
    guard factor >= 0 else { throw CallError.factor(factor) }
    let times = factor == 0 ? handle.restorer.descriptor.diffusion.sf : Int(factor)
    let size = try PictureLayout(input, .input)
    let target = try PictureLayout(output, .output)
    try target.requireRoom(
      width: size.width * times, height: size.height * times, channels: size.channels, .enlarging(times: times))
    let options = try RestoreOptions(options)
    target.write(try handle.restorer.upscale(try PixelImage(input, .input), factor: times, options))
  }
}

@c @implementation
public func resshift_inpaint(
  _ model: OpaquePointer?, _ input: UnsafePointer<resshift_image>?, _ mask: UnsafePointer<resshift_image>?,
  _ output: UnsafePointer<resshift_image>?, _ options: UnsafePointer<resshift_options>?
) -> resshift_status {
  guard let handle = ModelHandle.at(model) else { return RESSHIFT_USAGE }
  return handle.call {
    let size = try PictureLayout(input, .input)
    try PictureLayout(mask, .mask).requireMask(of: size)
    let target = try PictureLayout(output, .output)
    try target.requireRoom(width: size.width, height: size.height, channels: size.channels, .inpainting)
    let exclude = try resshift_options(options).exclude
    if exclude != nil { try PictureLayout(exclude, .exclude).requireMask(of: size) }
    let options = try RestoreOptions(options)
    let picture = try PixelImage(input, .input)
    let weights = try PixelImage(mask, .mask).maskWeights
    let excluded = try exclude.map { try PixelImage($0, .exclude).maskWeights }
    let filled = try handle.restorer.inpaint(picture, mask: weights, excluding: excluded, options)
    target.write(filled.blended(over: picture, weights: weights))
  }
}

@c @implementation
public func resshift_restore(
  _ model: OpaquePointer?, _ input: UnsafePointer<resshift_image>?, _ output: UnsafePointer<resshift_image>?,
  _ boxes: UnsafePointer<resshift_box>?, _ box_count: Int, _ options: UnsafePointer<resshift_options>?
) -> resshift_status {
  guard let handle = ModelHandle.at(model) else { return RESSHIFT_USAGE }
  return handle.call {
    let size = try PictureLayout(input, .input)
    let target = try PictureLayout(output, .output)
    try target.requireRoom(width: size.width, height: size.height, channels: size.channels, .restoring)
    let faces = try [PixelRect](boxes, count: box_count, inside: size)
    let options = try RestoreOptions(options)
    target.write(try handle.restorer.restore(try PixelImage(input, .input), boxes: faces, options))
  }
}

extension [PixelRect] {
  /// Throws `CallError.boxOutside` for a box that is empty or leaves the picture.
  fileprivate init(_ boxes: UnsafePointer<resshift_box>?, count: Int, inside size: PictureLayout) throws {
    guard count >= 0, count == 0 || boxes != nil else {
      throw CallError.noBoxes(count: UInt(bitPattern: count))
    }
    self = []
    for (index, box) in UnsafeBufferPointer(start: boxes, count: count).enumerated() {
      let rect = PixelRect(x: Int(box.x), y: Int(box.y), width: Int(box.width), height: Int(box.height))
      guard PixelRect(x: 0, y: 0, width: size.width, height: size.height).contains(rect) else {
        throw CallError.boxOutside(index: index, box, width: size.width, height: size.height)
      }
      append(rect)
    }
  }
}
