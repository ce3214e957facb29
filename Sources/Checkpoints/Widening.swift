import Glibc

/// Element types of checkpoints to float32, exactly. Pointers need no alignment; the loops are written to vectorise.
enum Widening {
  static func floats(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    memcpy(target, source, count * 4)
  }

  static func integers(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Int32>, _ count: Int) {
    memcpy(target, source, count * 4)
  }

  static func halfs(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in 0..<count { target[i] = half((source + 2 * i).loadUnaligned(as: UInt16.self)) }
  }

  static func bfloats(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in 0..<count { target[i] = bfloat((source + 2 * i).loadUnaligned(as: UInt16.self)) }
  }

  /// bfloat16 is the upper half of a float32.
  @inline(__always)
  static func bfloat(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16) }

  /// float16 with 5 exponent bits (bias 15) and 10 of fraction. Compilers call a library routine for `Float(Float16)`
  /// where the processor may lack the instruction; this is three candidates and two selections.
  @inline(__always)
  static func half(_ bits: UInt16) -> Float {
    let wide = UInt32(truncatingIfNeeded: bits)
    let sign = (wide & 0x8000) << 16
    let magnitude = (wide & 0x7FFF) << 13
    let exponent = magnitude & 0x0F80_0000
    // Bias 15 becomes 127; infinity and NaN keep an exponent of all ones.
    let normal = magnitude &+ (112 << 23)
    let infinite = magnitude &+ (224 << 23)
    // A subnormal is fraction * 2^-24: put it under the leading one of 2^-14 and take that away. No float32
    // subnormal occurs on the way, so a processor that flushes those to zero gives the same result.
    let tiny = (Float(bitPattern: magnitude &+ (113 << 23)) - Float(bitPattern: 113 << 23)).bitPattern
    let finite = exponent == 0 ? tiny : normal
    return Float(bitPattern: sign | (exponent == 0x0F80_0000 ? infinite : finite))
  }
}
