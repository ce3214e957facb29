/// Calls `body` with the elements of what may not be there.
func withOptional<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
  if let tensor { tensor.read { body($0) } } else { body(nil) }
}

func withOptional<R>(
  _ affine: ChannelAffine?, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> R
) -> R {
  if let affine { affine.withPointers { body($0, $1) } } else { body(nil, nil) }
}

func withOptional<R>(_ places: [Int32]?, _ body: (UnsafePointer<Int32>?) -> R) -> R {
  if let places { places.withUnsafeBufferPointer { body($0.baseAddress) } } else { body(nil) }
}
