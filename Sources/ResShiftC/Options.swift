import CResShift
import ResShift

extension resshift_options {
  /// The defaults, those of `RestoreOptions`, but for the precision, which is chosen by model and processor.
  static var defaults: resshift_options {
    let defaults = RestoreOptions()
    return resshift_options(
      struct_size: MemoryLayout<resshift_options>.size, seed: defaults.seed, tile: Int64(RESSHIFT_TILE_AUTOMATIC),
      overlap: Int64(RESSHIFT_OVERLAP_AUTOMATIC), memory_limit: 0, progress: nil, progress_context: nil, notice: nil,
      notice_context: nil, tiling: RESSHIFT_TILING_JOINT, tone_match: RESSHIFT_DEFAULT,
      threads: Int32(defaults.threads), reserved: 0, strength: defaults.strength, exclude: nil,
      precision: RESSHIFT_PRECISION_AUTO,
      reserved2: 0)
  }

  /// The sizes of the structure that callers may have: those of the versions before `strength`, `exclude` and `precision`, and this one. A
  /// newer version adds members at the end and its size here.
  private static let sizes: [Int?] = [
    MemoryLayout<resshift_options>.offset(of: \.strength), MemoryLayout<resshift_options>.offset(of: \.exclude),
    MemoryLayout<resshift_options>.offset(of: \.precision),
    MemoryLayout<resshift_options>.size,
  ]

  /// Whether this library knows a structure of that size.
  static func isKnown(size: Int) -> Bool { sizes.contains(size) }

  /// What a caller's structure says, whose size is known; members that it lacks have their defaults.
  init(reading pointer: UnsafePointer<resshift_options>, size: Int) {
    self = .defaults
    // Those who do not know of it expect the numbers that they always got.
    precision = RESSHIFT_PRECISION_FLOAT32
    withUnsafeMutableBytes(of: &self) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: size))
    }
  }

  /// Writes as much of it as a caller's structure of a size that is known holds; `struct_size` becomes that size.
  func write(to pointer: UnsafeMutablePointer<resshift_options>, size: Int) {
    var options = self
    options.struct_size = size
    withUnsafeBytes(of: options) {
      UnsafeMutableRawBufferPointer(start: pointer, count: size).copyMemory(from: .init(rebasing: $0[..<size]))
    }
  }
}

extension resshift_options {
  /// What a caller's structure says, members that it lacks by their defaults; nil = the defaults. Throws `CallError.structSize`.
  init(_ pointer: UnsafePointer<resshift_options>?) throws {
    guard let pointer else {
      self = .defaults
      return
    }
    // Only `struct_size` may be read before it is known how long the caller's structure is.
    let size = UnsafeRawPointer(pointer).load(as: Int.self)
    guard resshift_options.isKnown(size: size) else { throw CallError.structSize(UInt(bitPattern: size)) }
    self.init(reading: pointer, size: size)
  }
}

extension RestoreOptions {
  /// Throws `CallError` that names the member that is out of range.
  init(_ pointer: UnsafePointer<resshift_options>?) throws {
    self.init()
    let options = try resshift_options(pointer)
    seed = options.seed
    tile =
      switch options.tile {
      case Int64(RESSHIFT_TILE_AUTOMATIC): .automatic
      case Int64(RESSHIFT_TILE_WHOLE): .whole
      case 1...Int64(Int32.max): .pixels(Int(options.tile))
      default: throw CallError.tile(options.tile)
      }
    switch options.overlap {
    case Int64(RESSHIFT_OVERLAP_AUTOMATIC): overlap = nil
    case 0...Int64(Int32.max): overlap = Int(options.overlap)
    default: throw CallError.overlap(options.overlap)
    }
    switch options.tiling {
    case RESSHIFT_TILING_JOINT: tiling = .joint
    case RESSHIFT_TILING_INDEPENDENT: tiling = .independent
    default: throw CallError.tiling(options.tiling.rawValue)
    }
    switch options.tone_match {
    case RESSHIFT_DEFAULT: toneMatch = nil
    case RESSHIFT_OFF: toneMatch = false
    case RESSHIFT_ON: toneMatch = true
    default: throw CallError.toneMatch(options.tone_match.rawValue)
    }
    guard Self.threadCounts.contains(Int(options.threads)) else {
      throw CallError.threads(options.threads, most: Self.threadCounts.upperBound)
    }
    threads = Int(options.threads)
    guard Self.strengths.contains(options.strength) else { throw CallError.strength(options.strength) }
    strength = options.strength
    switch options.precision {
    case RESSHIFT_PRECISION_AUTO: precision = .automatic
    case RESSHIFT_PRECISION_FLOAT32: precision = .float32
    case RESSHIFT_PRECISION_BF16: precision = .bf16
    default: throw CallError.precision(options.precision.rawValue)
    }
    memoryLimit = options.memory_limit == 0 ? nil : Int(clamping: options.memory_limit)
    if let callback = options.progress {
      // The caller passes its context for use from any thread, as the header says.
      nonisolated(unsafe) let context = options.progress_context
      progress = { done in
        if callback(done, context) != 0 { throw RestoreError.cancelled }
      }
    }
    if let callback = options.notice {
      nonisolated(unsafe) let context = options.notice_context
      notice = { text in text.withCString { callback($0, context) } }
    }
  }
}
