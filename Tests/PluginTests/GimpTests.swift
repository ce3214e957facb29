import Testing

/// All tests that start GIMP, one after the other: each GIMP and each computation wants the whole machine.
@Suite(.serialized) struct GimpTests {}
