import CResShift
import ResShift

extension PixelImage {
  /// Copies a C picture, converted to floats; `what` names it in errors.
  ///
  /// Throws `CallError` when the structure makes no sense, and for samples that are not finite.
  init(_ image: UnsafePointer<resshift_image>?, _ what: CallError.Argument) throws {
    let layout = try PictureLayout(image, what)
    var samples: [Float] = []
    samples.reserveCapacity(layout.width * layout.height * layout.channels)
    for y in 0..<layout.height {
      let row = UnsafeRawPointer(layout.pixels + y * layout.rowBytes)
      switch layout.sampleType {
      case .uint8:
        for i in 0..<layout.rowSamples { samples.append(Float(row.load(fromByteOffset: i, as: UInt8.self)) / 255) }
      case .uint16:
        for i in 0..<layout.rowSamples {
          samples.append(Float(row.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) / 65535)
        }
      case .float32:
        for i in 0..<layout.rowSamples {
          let sample = row.loadUnaligned(fromByteOffset: 4 * i, as: Float.self)
          guard sample.isFinite else {
            throw CallError.notFinite(what, x: i / layout.channels, y: y, sample)
          }
          samples.append(sample)
        }
      }
    }
    self.init(width: layout.width, height: layout.height, channels: layout.channels, samples: samples)
  }
}

/// Where a picture's samples lie in C memory, checked: nothing read or written by it leaves what the caller described.
struct PictureLayout {
  enum SampleType: Int {
    case uint8 = 1
    case uint16 = 2
    case float32 = 4

    init?(_ type: resshift_sample_type) {
      switch type {
      case RESSHIFT_UINT8: self = .uint8
      case RESSHIFT_UINT16: self = .uint16
      case RESSHIFT_FLOAT32: self = .float32
      default: return nil
      }
    }

    /// Bytes of one sample.
    var size: Int { rawValue }
  }

  /// Its name, for errors.
  private let what: CallError.Argument
  let width: Int
  let height: Int
  let channels: Int
  let sampleType: SampleType
  let pixels: UnsafeMutableRawPointer
  let rowBytes: Int

  var rowSamples: Int { width * channels }

  /// Throws `CallError` with what is wrong.
  init(_ image: UnsafePointer<resshift_image>?, _ what: CallError.Argument) throws {
    guard let image = image?.pointee else { throw CallError.noImage(what) }
    guard image.width > 0, image.height > 0 else {
      throw CallError.emptyImage(what, width: image.width, height: image.height)
    }
    guard (1...4).contains(image.channels) else {
      throw CallError.channels(what, image.channels)
    }
    guard let sampleType = SampleType(image.sample_type) else {
      throw CallError.sampleType(what, image.sample_type.rawValue)
    }
    guard let pixels = image.pixels else { throw CallError.noPixels(what) }
    self.what = what
    width = Int(image.width)
    height = Int(image.height)
    channels = Int(image.channels)
    self.sampleType = sampleType
    self.pixels = pixels
    let needed = width * channels * sampleType.size
    guard image.row_bytes >= needed, let rowBytes = Int(exactly: image.row_bytes),
      !rowBytes.multipliedReportingOverflow(by: height).overflow
    else {
      throw CallError.rowBytes(what, Int(image.row_bytes), needed: needed)
    }
    self.rowBytes = rowBytes
  }

  /// Throws unless a picture of that size and those channels can be written here.
  func requireRoom(width: Int, height: Int, channels: Int, _ work: CallError.Work) throws {
    guard self.width == width, self.height == height, self.channels == channels else {
      throw CallError.output(
        width: self.width, height: self.height, channels: self.channels, work, needed: (width, height, channels))
    }
  }

  /// Throws `CallError.mask` unless it can be a mask for a picture of that layout.
  func requireMask(of size: PictureLayout) throws {
    guard channels == 1, width == size.width, height == size.height else {
      throw CallError.mask(
        what, width: width, height: height, channels: channels, inputWidth: size.width, inputHeight: size.height)
    }
  }

  /// Stores a picture of the same size; whole-number samples are clamped to 0...1 and rounded to the nearest.
  func write(_ picture: PixelImage) {
    for y in 0..<height {
      let row = pixels + y * rowBytes
      let first = y * rowSamples
      switch sampleType {
      case .uint8:
        for i in 0..<rowSamples {
          row.storeBytes(of: UInt8(scaled(picture.samples[first + i], 255)), toByteOffset: i, as: UInt8.self)
        }
      case .uint16:
        for i in 0..<rowSamples {
          row.storeBytes(of: UInt16(scaled(picture.samples[first + i], 65535)), toByteOffset: 2 * i, as: UInt16.self)
        }
      case .float32:
        for i in 0..<rowSamples {
          row.storeBytes(of: picture.samples[first + i], toByteOffset: 4 * i, as: Float.self)
        }
      }
    }
  }

  private func scaled(_ sample: Float, _ top: Float) -> Float {
    (min(max(sample, 0), 1) * top).rounded()
  }
}
