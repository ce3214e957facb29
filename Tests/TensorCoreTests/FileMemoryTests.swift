import Foundation
import TestSupport
import Testing

@testable import TensorCore

struct FileMemoryTests {
  private let mebi = 1 << 20

  private func file(_ size: Int, smallest: Int = 1 << 20, resident: Int = .max) throws -> FileMemory {
    try FileMemory(bytes: size, smallest: smallest, resident: resident, in: ["/var/tmp"])
  }

  @Test("Large tensors are in the file and hold what is written, in whatever order they come and go")
  func tensorsInAFile() throws {
    let file = try file(24 * mebi)
    var random = SeededRandom(61)
    FileMemory.$current.withValue(file) {
      var tensors: [(Tensor, Float)] = []
      for turn in 0..<200 {
        if tensors.count > 3 || (!tensors.isEmpty && Bool.random(using: &random)) {
          let (tensor, value) = tensors.remove(at: Int.random(in: 0..<tensors.count, using: &random))
          #expect(tensor.read { p in (0..<tensor.shape.count).allSatisfy { p[$0] == value } })
        }
        let tensor = Tensor(Shape(1, 1, mebi / 4 * Int.random(in: 1...4, using: &random), 1), repeating: Float(turn))
        #expect(tensor.storage is FileStorage || tensors.count > 2)
        tensors.append((tensor, Float(turn)))
      }
    }
    // All has come back as one piece.
    let whole = try #require(file.take(24 * mebi))
    #expect(whole == 0..<24 * mebi && file.take(mebi) == nil)
  }

  @Test func smallTensorsAndCopies() throws {
    FileMemory.$current.withValue(try file(16 * mebi)) {
      #expect(Tensor(Shape(1, 1, 100, 1)).storage is OwnedStorage)
      let first = Tensor(Shape(1, 1, mebi, 1), repeating: 1)
      var second = first
      second.modify { $0[5] = 2 }
      #expect(second.storage is FileStorage && first.elements[5] == 1 && second.elements[5] == 2)
      // There is no gap left for so much; it is done in memory then.
      #expect(Tensor(Shape(1, 1, 4 * mebi, 1)).storage is OwnedStorage)
    }
    #expect(Tensor(Shape(1, 1, mebi, 1)).storage is OwnedStorage)
  }

  @Test("A thread that brings pages knows it, and is then due to look sooner")
  func faultsAreCounted() throws {
    let memory = try file(64 * mebi)
    let place = try #require(memory.take(64 * mebi))
    let bytes = memory.address(place).assumingMemoryBound(to: UInt8.self)
    let before = FileMemory.faults
    // Farther from each other than a huge page is large.
    for megabyte in stride(from: 0, to: 64, by: 4) { bytes[megabyte * mebi] = 1 }
    let faults = FileMemory.faults
    #expect(faults >= before + 16)
    var known = before
    for _ in 0..<1000 where known == before { memory.look(&known) }
    #expect(known >= faults, "a look takes note of what was brought until then")
    memory.give(place)
  }

  /// Eight times as much is written and read as may be in the process.
  @Test func pagesAreLetGo() throws {
    func resident() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return try #require(Int(text.split(separator: " ")[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
    let before = try resident()
    let most = 32 * mebi
    try FileMemory.$current.withValue(try file(256 * mebi, resident: before + most)) {
      let tensors = (0..<8).map { Tensor(Shape(1, 1, 8 * mebi, 1), repeating: Float($0)) }
      for (value, tensor) in tensors.enumerated() {
        #expect(tensor.read { p in (0..<tensor.shape.count).allSatisfy { p[$0] == Float(value) } })
      }
      // Other tests take memory at the same time; without letting go it would be all of 256 MiB.
      var now = try resident()
      for _ in 0..<100 where now > before + most {
        usleep(10_000)
        now = min(now, try resident())
      }
      #expect(now < before + 160 * mebi)
    }
  }

  @Test func refusals() throws {
    func refusal(_ size: Int, _ folders: [String]) -> FileMemory.Refusal? {
      do {
        _ = try FileMemory(bytes: size, smallest: 1, resident: .max, in: folders)
        return nil
      } catch { return error }
    }
    guard case .noRoom(let folders, let free)? = refusal(1 << 60, ["/var/tmp"]) else {
      Issue.record("a file of 2^60 bytes")
      return
    }
    #expect(folders == ["/var/tmp"] && free > 0)
    #expect(refusal(mebi, ["/no/such/folder"]) != nil)
    #expect(refusal(mebi, ["/no/such/folder", "/var/tmp"]) == nil)
    if FileManager.default.fileExists(atPath: "/dev/shm") {
      #expect(refusal(mebi, ["/dev/shm"]) == .inMemory(folders: ["/dev/shm"]))
      #expect(refusal(mebi, ["/dev/shm", "/var/tmp"]) == nil)
    }
  }

  /// Folders have names of bytes.
  @Test func aFolderThatIsNotUTF8() throws {
    let folder = "/var/tmp/resshift-\(UUID().uuidString)-"
    let bytes = Array(folder.utf8) + [0xE9]
    let name = bytes.map(CChar.init(bitPattern:)) + [0]
    #expect(mkdir(name, 0o700) == 0)
    defer { rmdir(name) }
    let file = try FileMemory(
      bytes: mebi, smallest: 1, resident: .max, in: [String(pathBytes: bytes)])
    #expect(FileMemory.room(in: [String(pathBytes: bytes)]) != nil)
    let place = try #require(file.take(mebi))
    #expect(FileMemory.contains(UInt(bitPattern: file.address(place))))
    #expect(
      !FileMemory.contains(0) && !FileMemory.contains(UInt(bitPattern: name.withUnsafeBufferPointer { $0.baseAddress }))
    )
  }

  @Test func aFileThatIsGoneIsNotListed() throws {
    var file: FileMemory? = try file(4 * mebi)
    let address = UInt(bitPattern: try #require(file.flatMap { file in file.take(mebi).map(file.address) }))
    #expect(FileMemory.contains(address))
    file = nil
    #expect(!FileMemory.contains(address))
  }

  @Test func whatIsInMemory() {
    func mount(_ line: String, _ device: String = "0:52") -> Mount? { Mount(Array(line.utf8), device: device) }
    #expect(mount("29 1 0:52 / /dev/shm rw,nosuid - tmpfs tmpfs rw\n") == .memory)
    #expect(mount("29 1 0:53 / /dev/shm rw,nosuid - tmpfs tmpfs rw\n") == nil)
    #expect(mount("29 1 8:1 / / rw shared:1 master:2 - ext4 /dev/sda1 rw\n", "8:1") == .disk)
    let overlay = "61 29 0:52 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir="
    #expect(mount(overlay + "/run/up\\040per,workdir=/run/work\n") == .over("/run/up per"))
    #expect(mount(overlay + "relative,workdir=/run/work\n") == .disk)
    #expect(mount("61 29 0:52 / / ro - overlay overlay ro,lowerdir=/a:/b\n") == .disk)
    #expect(mount("61 29 0:52 / / ro - overlay\n") == .disk)
    #expect(mount("") == nil)
  }

  /// An overlay whose changes are in memory, where one can be made.
  @Test func anOverlayInMemory() throws {
    let folder = "/dev/shm/resshift-\(UUID().uuidString)"
    let files = FileManager.default
    for name in ["lower", "upper", "work", "merged"] {
      try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    defer { try? files.removeItem(atPath: folder) }
    guard
      mount(
        "overlay", folder + "/merged", "overlay", 0,
        "lowerdir=\(folder)/lower,upperdir=\(folder)/upper,workdir=\(folder)/work")
        == 0
    else { return }
    defer { umount2(folder + "/merged", Int32(MNT_DETACH)) }
    #expect(throws: FileMemory.Refusal.inMemory(folders: [folder + "/merged"])) {
      try FileMemory(bytes: mebi, smallest: 1, resident: .max, in: [folder + "/merged"])
    }
  }
}
