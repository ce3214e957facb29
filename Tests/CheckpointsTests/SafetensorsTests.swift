import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private func record(_ dtype: String = "F32", _ shape: String = "2", _ offsets: String = "0,8") -> String {
    "{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}"
  }

  @Test(arguments: [
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"data_offsets":[0,8],"shape":[2],"dtype":"F32"}}   "#,
    "{ \"w\" :\t{ \"dtype\" : \"F32\" , \"shape\" : [ 2 ] ,\r\n \"data_offsets\" : [ 0 , 8 ] } }",
    #"{"__metadata__":{"format":"pt","n\"o":"{\\}"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"__metadata__":{},"\u0077":{"dtype":"\u004632","shape":[1,2,1],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}"#,
  ])
  func allowedHeaders(_ header: String) throws {
    let scratch = try Scratch()
    let checkpoint = try Checkpoint(path: try scratch.safetensors(header, data: bytes([1.5, -2])))
    #expect(try checkpoint.floats("w") == [1.5, -2])
    #expect(checkpoint.info("__metadata__") == nil)
  }

  @Test func namesWithEscapes() throws {
    let scratch = try Scratch()
    let path = try scratch.safetensors(
      #"{"\ud83d\ude00\/\"\\\b\f\n\r\tä":"# + record() + "}", data: bytes([1, 2]))
    #expect(try Checkpoint(path: path).tensors.map(\.name) == ["\u{1F600}/\"\\\u{8}\u{C}\n\r\tä"])
  }

  @Test func otherElementTypes() throws {
    let scratch = try Scratch()
    let sizes = [
      "F64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "C64": 8, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4,
      "U16": 2, "U8": 1, "BOOL": 1,
    ]
    for (type, size) in sizes {
      let path = try scratch.safetensors(
        "{\"w\":" + record(type, "3", "0,\(3 * size)") + "}", data: [UInt8](repeating: 1, count: 3 * size))
      let checkpoint = try Checkpoint(path: path)
      #expect(checkpoint.info("w")?.count == 3)
      #expect(checkpoint.info("w")?.elementType.size == size)
      #expect(throws: CheckpointError.self) { try checkpoint.floats("w") }
    }
    let unknown = try scratch.safetensors("{\"w\":" + record("F4", "2", "0,1") + "}", data: [1])
    #expect(message(unknown).contains("tensor w has F4 elements"))
  }

  /// Headers that are no JSON, or JSON of another kind. The data is always eight bytes.
  @Test(arguments: [
    "", " ", "{", "}", "[]", "{}", "null", "{\"", "{\"w", "{\"w\"", "{\"w\":", "{\"w\":{", "{\"w\":{}", "{\"w\":{}}",
    "{\"w\":[]}", "{\"w\":1}", "{\"w\":null}", "{,}", "{w:{}}",
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],}}"#,
    #"{"w":{"dtype":"F32","shape":[2,],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
    #"{"w":{"dtype":"F32","shape":[2] "data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#,
    #"{"w":{"dtype":"F32","shape":[2]}}"#, #"{"w":{"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":1,"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[+2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[]}}"#,
    #"{"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"__metadata__":{"a":{"b":"c"}},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"__metadata__":{},"__metadata__":{},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    "{\"w\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
    #"{"\x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"\ud800\u0041":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"\udc00":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"\u00g0":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
  ])
  func badGrammar(_ header: String) throws {
    let scratch = try Scratch()
    #expect(failure(try scratch.safetensors(header, data: bytes([1, 2]))) != nil)
  }

  @Test func deepNestingIsNotFollowed() throws {
    let scratch = try Scratch()
    let depth = 1_000_000
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let nest = String(repeating: open, count: depth) + String(repeating: close, count: depth)
      #expect(failure(try scratch.safetensors("{\"w\":" + nest + "}")) != nil)
      #expect(failure(try scratch.safetensors("{\"__metadata__\":{\"a\":" + nest + "}}")) != nil)
    }
  }

  @Test func invalidText() throws {
    let scratch = try Scratch()
    let header = Array("{\"".utf8) + [0xC3, 0x28, 0xFF] + Array(("\":" + record() + "}").utf8)
    let path = try scratch.file("t.safetensors", littleEndian(UInt64(header.count)) + header + bytes([1, 2]))
    #expect(message(path).contains("UTF-8"))
  }

  @Test(arguments: [
    0, 1, 2, 53, 55, 56, 63, 1 << 20, 1 << 25, 1 << 26, 1 << 31, 1 << 32, 1 << 40, UInt64(Int64.max) - 7,
    UInt64(Int64.max), 1 << 63, UInt64.max - 7, UInt64.max,
  ])
  func wrongHeaderLength(_ length: UInt64) throws {
    let scratch = try Scratch()
    let header = "{\"w\":" + record() + "}"
    #expect(header.utf8.count == 54)
    #expect(failure(try scratch.safetensors(header, length: length, data: bytes([1, 2]))) != nil)
  }

  /// Records whose numbers lie. The data is eight bytes.
  @Test(arguments: [
    ("2", "0,4"), ("2", "0,9"), ("2", "0,16"), ("2", "8,0"), ("2", "4,12"), ("2", "8,16"), ("3", "0,8"), ("1", "0,8"),
    ("0", "0,8"), ("", "0,8"), ("2,0", "0,8"), ("-2", "0,8"), ("2", "-8,0"), ("2", "0,-8"), ("2", "-0,8"),
    ("9223372036854775807", "0,8"), ("9223372036854775808", "0,8"), ("18446744073709551616", "0,8"),
    ("2305843009213693952", "0,0"), ("4611686018427387904", "0,0"), ("4294967296,4294967296", "0,0"),
    ("2147483648,2147483648,2", "0,8"), ("9223372036854775807,9223372036854775807,0", "0,8"),
    ("2", "0,9223372036854775807"), ("2", "9223372036854775800,9223372036854775807"),
    ("2", "0,9223372036854775808"), ("2", "18446744073709551608,18446744073709551616"),
    ("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2", "0,8"),
  ])
  func falseShapesAndOffsets(_ shape: String, _ offsets: String) throws {
    let scratch = try Scratch()
    #expect(
      failure(try scratch.safetensors("{\"w\":" + record("F32", shape, offsets) + "}", data: bytes([1, 2]))) != nil)
  }

  /// Pairs of one-element tensors over eight bytes: overlap, gap, one name twice.
  @Test(arguments: [
    ("a", "0,4", "b", "0,4"), ("a", "0,4", "b", "2,6"), ("a", "0,4", "b", "3,7"), ("a", "4,8", "b", "4,8"),
    ("a", "4,8", "b", "2,6"), ("a", "0,4", "a", "4,8"), ("a", "0,4", "\\u0061", "4,8"),
  ])
  func overlap(_ first: String, _ offsets: String, _ second: String, _ others: String) throws {
    let scratch = try Scratch()
    let header = "{\"\(first)\":\(record("F32", "1", offsets)),\"\(second)\":\(record("F32", "1", others))}"
    #expect(failure(try scratch.safetensors(header, data: bytes([1, 2]))) != nil)
  }

  @Test func noTensors() throws {
    let scratch = try Scratch()
    #expect(message(try scratch.safetensors("{}")).contains("holds no weights"))
    #expect(message(try scratch.safetensors("{\"__metadata__\":{}}")).contains("holds no weights"))
  }

  @Test func gapAndSurplusData() throws {
    let scratch = try Scratch()
    let gap = "{\"a\":\(record("F32", "1", "0,4")),\"b\":\(record("F32", "1", "8,12"))}"
    #expect(message(try scratch.safetensors(gap, data: bytes([1, 2, 3]))).contains("tensor b"))
    #expect(message(try scratch.safetensors("{\"w\":" + record() + "}", data: bytes([1, 2, 3]))).contains("found 12"))
  }

  @Test func controlCharactersStayOutOfMessages() throws {
    let scratch = try Scratch()
    let name = #"\u001b[2J\u202e\n"# + String(repeating: "x", count: 5000)
    let text = message(try scratch.safetensors("{\"\(name)\":" + record("F32", "3", "0,8") + "}", data: bytes([1, 2])))
    #expect(text.contains("tensor ?[2J??x") && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }
}
