import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct PickleMachineTests {
  private func message(_ build: (PickleBuilder) -> Void) throws -> String {
    let scratch = try Scratch()
    let pickle = PickleBuilder()
    build(pickle)
    return CheckpointsTests.message(try scratch.torch(pickle.finished, storages: ["0": bytes([1, 2, 3, 4])]))
  }

  /// `{"w": tensor}` after whatever the closure put before it.
  private func finish(_ pickle: PickleBuilder) {
    pickle.op("}").text("w").tensor(shape: [4], key: "0").op("s")
  }

  // MARK: Code

  /// What `__reduce__` returning `(os.system, ("...",))` pickles to, in each way to name a function.
  @Test func codeIsRefused() throws {
    let expected = "refused: on loading it wants to run code (os.system)"
    #expect(try message { $0.global("os", "system").op("(").text("touch /tmp/x").op("tR") }.contains(expected))
    #expect(try message { $0.text("os").text("system").raw([0x93]).op("(").text("x").op("tR") }.contains(expected))
    #expect(try message { $0.op("(").text("x").op("ios\nsystem\n") }.contains(expected))
    #expect(try message { $0.op("(cos\nsystem\n").text("x").op("o") }.contains(expected))
    #expect(try message { $0.op("cos\nsystem\n)").raw([0x81]) }.contains(expected))
    // Beside good weights, under a key that is not looked at.
    #expect(
      try message {
        finish($0)
        $0.text("extra").global("os", "system").op("(").text("x").op("tRs")
      }.contains(expected))
  }

  @Test(arguments: [
    ("builtins", "eval"), ("__builtin__", "exec"), ("builtins", "getattr"), ("posix", "system"), ("nt", "system"),
    ("subprocess", "Popen"), ("torch", "load"), ("torch.hub", "load"),
    ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("torch", "FloatStorage.__init__"), ("collections", "OrderedDict.fromkeys"), ("collections", "namedtuple"),
    ("operator", "attrgetter"), ("", ""), ("numpy", "load"), ("_codecs", "decode"),
    ("torch.storage", "_load_from_bytes"),
  ])
  func namesOutsideTheList(_ module: String, _ name: String) throws {
    #expect(try message { $0.global(module, name).op(")R") }.contains("code (\(module).\(name))"))
    #expect(try message { $0.text(module).text(name).raw([0x93]) }.contains("code (\(module).\(name))"))
  }

  @Test func nameWithLineEndsAndEscapes() throws {
    let text = try message { $0.text("o\ns").text("\u{1B}[31msystem").raw([0x93]) }
    #expect(text.contains("code (o?s.?[31msystem)"))
  }

  @Test func extensionRegistryAndPersistentText() throws {
    for code: UInt8 in [0x82, 0x83, 0x84] { #expect(try message { $0.raw([code, 1, 0, 0, 0]) }.contains("opcode")) }
    #expect(try message { $0.op("Pos.system\n") }.contains("opcode"))
  }

  /// The same outside a zip, where torch.load before 1.6 would have run it.
  @Test func plainPickles() throws {
    let scratch = try Scratch()
    let evil = PickleBuilder()
    evil.global("os", "system").op("(").text("x").op("tR")
    #expect(CheckpointsTests.message(try scratch.file("evil.pth", evil.finished)).contains("code (os.system)"))
    let plain = PickleBuilder()
    plain.op("}")
    #expect(CheckpointsTests.message(try scratch.file("plain.pth", plain.finished)).contains("a plain Python pickle"))
    #expect(CheckpointsTests.message(try scratch.file("short.pth", [0x80])).contains("a plain Python pickle"))

    // Magic number, protocol 1001, system, then the object itself.
    let magic = PickleBuilder()
    magic.raw([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
    let version = PickleBuilder()
    version.int(1001)
    let legacy = magic.finished + version.finished + plain.finished
    #expect(CheckpointsTests.message(try scratch.file("l.pth", legacy + plain.finished)).contains("before 1.6"))
    #expect(CheckpointsTests.message(try scratch.file("m.pth", legacy + evil.finished)).contains("code (os.system)"))
    #expect(CheckpointsTests.message(try scratch.file("n.pth", magic.finished)).contains("before 1.6"))
    #expect(failure(try scratch.file("o.pth", legacy)) == .legacyFormat(file: scratch.path("o.pth")))
  }

  // MARK: Bombs

  /// Values nested a million deep, by tuple, list, dictionary, mark; repeated by DUP.
  @Test func deepNesting() throws {
    let depth = 1_000_000
    func many(_ code: UInt8) -> [UInt8] { [UInt8](repeating: code, count: depth) }
    #expect(
      try message {
        $0.op("N").raw(many(0x85)).op("0")
        finish($0)
      } == "")  // TUPLE1
    #expect(try message { $0.op("N").raw(many(0x85)).raw(many(0x85)) }.contains("objects"))
    #expect(try message { $0.raw(many(0x28)) }.contains("stack"))  // MARK
    #expect(try message { $0.raw(many(0x5D)) }.contains("stack"))  // EMPTY_LIST
    #expect(try message { $0.raw(many(0x7D)) }.contains("stack"))  // EMPTY_DICT
    #expect(try message { $0.op("N").raw(many(0x32)) }.contains("stack"))  // DUP
    #expect(
      try message { $0.raw([[UInt8]](repeating: [0x7D, 0x30], count: 2 * depth).flatMap { $0 }) }.contains("objects"))
  }

  /// A dictionary and a tuple that hold themselves.
  @Test func cycles() throws {
    #expect(
      try message {
        $0.op("}q\0").text("self").op("h\0s")
        $0.text("w").tensor(shape: [4], key: "0").op("s")
      } == "")
    #expect(
      try message {
        $0.op("]q\0h\0a0")
        finish($0)
      } == "")
  }

  @Test(arguments: [UInt32(1 << 20), 1 << 31, .max]) func memo(_ index: UInt32) throws {
    #expect(try message { $0.op("Nr").raw(littleEndian(index)) }.contains("memo index"))
    #expect(try message { $0.op("j").raw(littleEndian(index)) }.contains("memo index"))
    #expect(try message { $0.op("h\u{5}") }.contains("memo index"))
    #expect(try message { $0.op("q\u{5}") }.contains("value on the stack"))
  }

  /// Lengths that the file does not have, for every opcode that has one.
  @Test func hugeLengths() throws {
    let codes32: [UInt8] = [0x58, 0x54, 0x42]  // BINUNICODE, BINSTRING, BINBYTES
    for code in codes32 {
      for length: UInt32 in [100, 1 << 20, 1 << 31, .max] {
        #expect(try message { $0.raw([code] + littleEndian(length)) } != "")
      }
    }
    for code: UInt8 in [0x8D, 0x8E, 0x96] {  // BINUNICODE8, BINBYTES8, BYTEARRAY8
      for length: UInt64 in [100, 1 << 32, UInt64(Int64.max), 1 << 63, .max] {
        #expect(try message { $0.raw([code] + littleEndian(length)) } != "")
      }
    }
    for length: Int32 in [100, .max, -1, .min] {  // LONG4
      #expect(try message { $0.raw([0x8B] + littleEndian(length)) } != "")
    }
    #expect(try message { $0.raw([0x8A, 200]) } != "")  // LONG1
  }

  @Test func longText() throws {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(
      try message {
        $0.text(long).op("0")
        finish($0)
      } == "")
    #expect(
      try message {
        $0.text(long + "x").op("0")
        finish($0)
      }.contains("text of at most"))
    #expect(try message { $0.op("c" + long + "\nx\n") }.contains("a line of at most"))
    #expect(try message { $0.op("cos") }.contains("no end of line"))
  }

  /// Opcodes on a stack that has nothing for them.
  @Test func emptyStack() throws {
    let codes = Array("012a eldsutRbQ".utf8).filter { $0 != 0x20 } + [0x85, 0x86, 0x87, 0x81, 0x90, 0x91, 0x93, 0x94]
    for code in codes {
      #expect(try message { $0.raw([code]) } != "", "\(code)")
      #expect(try message { $0.raw([0x28, code]) } != "", "\(code)")
      #expect(try message { $0.raw([0x4E, 0x28, code]) } != "", "\(code)")
    }
    #expect(try message { _ in } != "")
  }

  @Test func everyOpcodeAlone() throws {
    for code in UInt8.min...UInt8.max {
      #expect(try message { $0.raw([code]) } != "")
      #expect(try message { $0.op("NN").raw([code, code, code]) } != "")
    }
  }

  // MARK: What torch.save may write

  @Test func otherProtocols() throws {
    // Protocol 4: FRAME, SHORT_BINUNICODE, MEMOIZE, STACK_GLOBAL, EMPTY_SET, FROZENSET, ADDITEMS, BINBYTES, BYTEARRAY8.
    func short(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) + [0x94] }
    let pickle: [UInt8] =
      [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x7D, 0x94] + short("w") + short("torch._utils")
      + short("_rebuild_tensor_v2") + [0x93, 0x94, 0x28, 0x28] + short("storage") + short("torch")
      + short("FloatStorage") + [0x93, 0x94] + short("0") + short("cpu")
      + [0x4B, 4, 0x74, 0x94, 0x51, 0x4B, 0, 0x4B, 4, 0x85, 0x4B, 1, 0x85, 0x89] + short("collections")
      + short("OrderedDict") + [0x93, 0x94, 0x29, 0x52, 0x74, 0x94, 0x52, 0x94, 0x73] + short("x")
      + [0x8F, 0x28, 0x4B, 1, 0x90, 0x73] + short("y") + [0x28, 0x4B, 1, 0x91, 0x73] + short("z") + [0x43, 1, 0, 0x73]
      + short("a") + [0x96, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x73, 0x2E]
    let scratch = try Scratch()
    let path = try scratch.torch(pickle, storages: ["0": bytes([1, 2, 3, 4])])
    #expect(try Checkpoint(path: path).floats("w") == [1, 2, 3, 4])
    #expect(CheckpointsTests.message(try scratch.torch([0x80, 6, 0x7D, 0x2E])).contains("protocol"))
  }

  @Test func parameters() throws {
    let scratch = try Scratch()
    for function in ["_rebuild_parameter", "_rebuild_parameter_with_state"] {
      let path = try scratch.torch(weight: ["0": bytes([1, 2])]) {
        $0.global("torch._utils", function).op("(").tensor(shape: [2], key: "0").raw([0x88])
        $0.global("collections", "OrderedDict").op(")RtR")
      }
      #expect(try Checkpoint(path: path).floats("w") == [1, 2])
    }
    #expect(
      try message { $0.global("torch._utils", "_rebuild_parameter").op("(NtR") }.contains("a tensor as parameter"))
  }

  /// Two names for the same storage, as tied weights have.
  @Test func sharedStorage() throws {
    let scratch = try Scratch()
    let path = try scratch.torch(weight: ["0": bytes([1, 2, 3])]) {
      $0.tensor(shape: [2], key: "0", storageCount: 3).op("s").text("v")
      $0.tensor(shape: [2], key: "0", offset: 1, storageCount: 3)
    }
    #expect(try Checkpoint(path: path).floats("w") == [1, 2])
    #expect(try Checkpoint(path: path).floats("v") == [2, 3])
  }

  /// A training checkpoint: numbers as keys, tensors, NumPy scalars and callbacks outside the state dict.
  @Test func trainingCheckpoints() throws {
    let scratch = try Scratch()
    let pickle = PickleBuilder()
    pickle.op("}").text("epoch").int(1 << 40).op("s").text("optimizer_states").op("](}").text("state").op("}(")
    pickle.int(0).op("}").text("exp_avg").tensor(shape: [1 << 40], key: "missing").op("sus")
    pickle.text("betas").op("G").raw([UInt8](repeating: 0, count: 8)).op("G").raw([UInt8](repeating: 0, count: 8))
    pickle.raw([0x86]).op("ses").text("callbacks").op("}")
    pickle.global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint").op("}").text("best")
    pickle.global("numpy.core.multiarray", "scalar").global("numpy", "dtype").op("(").text("f8").int(0).int(1)
    pickle.op("tR(").int(3).op("tb").global("_codecs", "encode").text("\u{1}").text("latin1").raw([0x86]).op("R")
    pickle.raw([0x86]).op("Rss").op("s").text("size").global("torch", "Size").tuple([2]).raw([0x85]).op("Rs")
    pickle.text("counts").global("collections", "defaultdict").global("builtins", "int").raw([0x85]).op("R")
    pickle.text("a").int(1).op("ss")
    pickle.text("state_dict").op("}").text("w").tensor(shape: [2], key: "0").op("s")
    pickle.text("note").text("hello").op("s").op("s")
    let path = try scratch.torch(pickle.finished, storages: ["0": bytes([5, 6])])
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.tensors.map(\.name) == ["w"])
    #expect(try checkpoint.floats("w") == [5, 6])
  }

  @Test func noStateDict() throws {
    #expect(try message { $0.op("N") }.contains("no dictionary"))
    #expect(try message { $0.op("}") }.contains("found nothing"))
    #expect(
      try message { $0.op("}").text("model").op("}s").text("epoch").int(3).op("s") }.contains("found model, epoch"))
    #expect(try message { $0.op("}").int(1).tensor(shape: [4], key: "0").op("s") }.contains("found nothing"))
  }

  // MARK: Tensors that lie

  @Test func tensorsOutsideTheirStorage() throws {
    let big = Int.max
    let lies: [(shape: [Int], strides: [Int], offset: Int)] = [
      ([5], [1], 0), ([4], [1], 1), ([2], [4], 0), ([4], [2], 0), ([4], [1], -1), ([4], [1], big), ([4], [-1], 3),
      ([-4], [1], 0), ([-2, -2], [2, 1], 0), ([4], [big], 0), ([2, 2], [big, 1], 0), ([2, 2], [big, big], 0),
      ([big], [0], 0), ([big, big], [0, 0], 0), ([1 << 32, 1 << 32], [0, 0], 0), ([1 << 40], [0], 0), ([4], [1, 1], 0),
      ([2, 2], [1], 0), ([4], [], 0), ([], [1], 0), ([], [], 4), ([1], [1], 4), ([3, 2], [1, 2], 0),
      ([Int](repeating: 1, count: 17), [Int](repeating: 1, count: 17), 0), ([2, big], [0, 0], 0),
    ]
    for lie in lies {
      let text = try message {
        $0.op("}").text("w")
        $0.tensor(shape: lie.shape, strides: lie.strides, key: "0", offset: lie.offset, storageCount: 4).op("s")
      }
      #expect(text.contains("tensor w"), "\(lie)")
    }
    // No elements, so nothing is touched, whatever the rest says.
    let empty = try message {
      $0.op("}").text("w").tensor(shape: [0, big], strides: [big, big], key: "0", offset: big, storageCount: 4).op("s")
    }
    #expect(empty == "")
  }

  @Test func falseStorageSizes() throws {
    for count in [0, 3, 5, -1, Int.max, 1 << 62, 1 << 61] {
      let text = try message { $0.op("}").text("w").tensor(shape: [1], key: "0", storageCount: count).op("s") }
      #expect(text.contains("tensor w"), "\(count)")
    }
    for key in ["1", "", "../data.pkl", "0/", "/0"] {
      let text = try message { $0.op("}").text("w").tensor(shape: [4], key: key).op("s") }
      #expect(text.contains("a member t/data/\(key)"))
    }
    let double = try message { $0.op("}").text("w").tensor(shape: [4], storage: "DoubleStorage", key: "0").op("s") }
    #expect(double.contains("4 float64"))
  }

  @Test func malformedArguments() throws {
    let rebuild = { (pickle: PickleBuilder) in _ = pickle.op("}").text("w").global("torch._utils", "_rebuild_tensor_v2")
    }
    for arguments in [")R", "NR", "(NNNNtR", "(NtR"] {
      #expect(
        try message {
          rebuild($0)
          $0.op(arguments).op("s")
        } != "")
    }
    #expect(try message { $0.op("NQ") }.contains("persistent id"))
    #expect(try message { $0.op("(NNNNNtQ") }.contains("persistent id"))
    #expect(try message { $0.op("(").text("storage").op("NNNNtQ") }.contains("persistent id"))
    #expect(try message { $0.global("torch", "FloatStorage").op(")R") }.contains("storage type that is called"))
    #expect(try message { $0.op("}(NNNu") }.contains("pairs"))
  }
}
