import FilePaths
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory for tensors of whole pictures in a file without a name, where a picture does not fit into memory.
///
/// The file has its room on the disk from the start, and vanishes with the process, however that ends. Its pages are in the
/// process only as long as they are used: all of them are let go whenever the process holds more than it may. They stay in
/// the system's cache as long as there is room, so this costs little where there is.
public final class FileMemory: Sendable {
  /// Large tensors that are made from here on lie in it; nil = in memory.
  @TaskLocal public static var current: FileMemory?

  /// Smaller tensors stay in memory.
  public let smallest: Int
  private let base: UInt
  private let size: Int
  private let gaps: Mutex<[Range<Int>]>
  private let keeper: Keeper

  /// Why there is no such file.
  public enum Refusal: Error, Equatable {
    /// Folders that were tried, and the bytes that the roomiest of them has.
    case noRoom(folders: [String], free: Int)
    /// All folders that were tried are in memory themselves.
    case inMemory(folders: [String])
    /// No folder takes a file, or a limit forbids it: words of the system.
    case impossible(folders: [String], reason: String)
  }

  /// A file of `bytes` for tensors of `smallest` bytes or more, in the first of `folders` that has room on a disk. The process is
  /// held to `resident` bytes, as far as pages of the file can do that.
  public init(bytes: Int, smallest: Int, resident: Int, in folders: [String] = FileMemory.folders) throws(Refusal) {
    let size = Self.wholePages(bytes)
    let file = try Self.file(of: size, in: folders)
    let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    let code = errno
    close(file)
    guard let mapping, mapping != MAP_FAILED else {
      throw .impossible(folders: folders, reason: String(cString: strerror(code)))
    }
    base = UInt(bitPattern: mapping)
    self.size = size
    Self.list(UInt(bitPattern: mapping), size)
    self.smallest = max(smallest, MemoryReserve.smallestBlock)
    gaps = Mutex([0..<size])
    keeper = Keeper(base: base, size: size, most: resident)
    guard keeper.start() else {
      Self.unlist(UInt(bitPattern: mapping))
      munmap(mapping, size)
      throw .impossible(folders: folders, reason: String(cString: strerror(EAGAIN)))
    }
  }

  deinit {
    keeper.stop()
    Self.unlist(base)
    munmap(UnsafeMutableRawPointer(bitPattern: base), size)
  }

  /// `TMPDIR`, or where large files are put that are gone after a restart at the latest.
  public static var folders: [String] {
    if let folder = getenv("TMPDIR"), folder.pointee != 0 {
      return [
        String(pathBytes: UnsafeBufferPointer(start: folder, count: strlen(folder)).lazy.map(UInt8.init(bitPattern:)))
      ]
    }
    return ["/var/tmp", "/tmp"]
  }

  /// Throws what is known to keep a file of `bytes` from being made, without making one.
  public static func check(bytes: Int, in folders: [String] = FileMemory.folders) throws(Refusal) {
    let size = wholePages(bytes)
    let onDisk = try foldersOnDisk(for: size, of: folders)
    if let free = room(in: onDisk), free < size { throw .noRoom(folders: onDisk, free: free) }
  }

  /// Bytes that the roomiest folder on a disk has; nil if none is on a disk.
  public static func room(in folders: [String] = FileMemory.folders) -> Int? {
    folders.filter { !isInMemory($0) }.compactMap(freeBytes).max()
  }

  // MARK: Faults

  private static let most = 8
  private static let lock = Mutex(())
  // Where such files are mapped. Made before there is one, and never freed: a handler reads it without a lock.
  nonisolated(unsafe) private static let places = {
    let places = UnsafeMutablePointer<Range<UInt>>.allocate(capacity: most)
    places.initialize(repeating: 0..<0, count: most)
    return places
  }()

  /// Whether a file of this kind is mapped at `address`. For signal handlers: a disk that has no room for what is written, though it
  /// was reserved, or that fails, is found out by SIGBUS. Call it once before, so that the list is there.
  public static func contains(_ address: UInt) -> Bool { (0..<most).contains { places[$0].contains(address) } }

  private static func list(_ base: UInt, _ size: Int) {
    lock.withLock { _ in
      if let index = (0..<most).first(where: { places[$0].isEmpty }) { places[index] = base..<base + UInt(size) }
    }
  }

  private static func unlist(_ base: UInt) {
    lock.withLock { _ in
      for index in 0..<most where !places[index].isEmpty && places[index].lowerBound == base { places[index] = 0..<0 }
    }
  }

  /// Lets pages go if the process holds more than it may; takes hardly any time if somebody has just looked. For threads that write to
  /// tensors: `faults` are theirs until their last look.
  func look(_ faults: inout Int) {
    let now = Self.faults
    if keeper.look(after: now > faults + 1 ? Keeper.shortPause : Keeper.pause) { faults = now }
  }

  /// How often the kernel had to bring pages for this thread.
  static var faults: Int {
    var usage = rusage()
    // RUSAGE_THREAD, whose value Swift does not see.
    getrusage(__rusage_who_t(1), &usage)
    return usage.ru_minflt + usage.ru_majflt
  }

  // MARK: Blocks

  /// The place of a tensor; nil if it is small, or there is no gap for it.
  func take(_ bytes: Int) -> Range<Int>? {
    guard bytes >= smallest else { return nil }
    let bytes = Self.wholePages(bytes)
    return gaps.withLock { gaps in
      let fitting = gaps.indices.filter { gaps[$0].count >= bytes }
      guard let index = fitting.min(by: { gaps[$0].count < gaps[$1].count }) else { return nil }
      let gap = gaps[index]
      let place = gap.lowerBound..<gap.lowerBound + bytes
      if place.upperBound == gap.upperBound {
        gaps.remove(at: index)
      } else {
        gaps[index] = place.upperBound..<gap.upperBound
      }
      return place
    }
  }

  /// Takes back what `take` gave.
  func give(_ place: Range<Int>) {
    madvise(UnsafeMutableRawPointer(bitPattern: base + UInt(place.lowerBound)), place.count, MADV_DONTNEED)
    gaps.withLock { gaps in
      var joined = place
      for index in gaps.indices.reversed() {
        guard gaps[index].upperBound == joined.lowerBound || joined.upperBound == gaps[index].lowerBound else {
          continue
        }
        joined = min(joined.lowerBound, gaps[index].lowerBound)..<max(joined.upperBound, gaps[index].upperBound)
        gaps.remove(at: index)
      }
      gaps.append(joined)
    }
  }

  func address(_ place: Range<Int>) -> UnsafeMutableRawPointer {
    guard let address = UnsafeMutableRawPointer(bitPattern: base + UInt(place.lowerBound)) else {
      preconditionFailure("a mapping is never at 0")
    }
    return address
  }

  private static func wholePages(_ bytes: Int) -> Int { (max(bytes, 1) + 4095) / 4096 * 4096 }

  // MARK: The file

  /// Those folders that are on a disk.
  private static func foldersOnDisk(for size: Int, of folders: [String]) throws(Refusal) -> [String] {
    // A larger file would end the process by a signal.
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < UInt(size) {
      throw .impossible(folders: folders, reason: String(cString: strerror(EFBIG)))
    }
    let onDisk = folders.filter { !isInMemory($0) }
    guard !onDisk.isEmpty else { throw .inMemory(folders: folders) }
    return onDisk
  }

  private static func file(of size: Int, in folders: [String]) throws(Refusal) -> Int32 {
    let onDisk = try foldersOnDisk(for: size, of: folders)
    var reason = ENOSPC
    for folder in onDisk {
      guard let free = freeBytes(folder) else {
        reason = errno
        continue
      }
      guard free >= size else { continue }
      let file = unnamedFile(in: folder)
      guard file >= 0 else {
        reason = errno
        continue
      }
      if reserve(size, file) { return file }
      reason = errno
      close(file)
    }
    guard reason != ENOSPC else { throw .noRoom(folders: onDisk, free: room(in: onDisk) ?? 0) }
    throw .impossible(folders: onDisk, reason: String(cString: strerror(reason)))
  }

  /// A file that no folder lists; -1 if the folder takes none.
  private static func unnamedFile(in folder: String) -> Int32 {
    // O_TMPFILE, whose value Swift does not see.
    let file = folder.withPathBytes { open($0, 0o20000000 | O_DIRECTORY | O_RDWR | O_EXCL | O_CLOEXEC, 0o600) }
    if file >= 0 || errno == EMFILE || errno == ENFILE || errno == EACCES || errno == EROFS { return file }
    // Not all file systems can do that.
    var name = (folder + "/.resshift-XXXXXX").pathBytes.map(CChar.init(bitPattern:)) + [0]
    let named = mkstemp(&name)
    guard named >= 0 else { return named }
    unlink(name)
    _ = fcntl(named, F_SETFD, FD_CLOEXEC)
    return named
  }

  /// Takes the room on the disk now: a page for which there is none later would end the process. (File systems that never write
  /// over a block, such as btrfs, can promise that for the first writing only.)
  private static func reserve(_ size: Int, _ file: Int32) -> Bool {
    var code = posix_fallocate(file, 0, size)
    while code == EINTR { code = posix_fallocate(file, 0, size) }
    errno = code
    return code == 0
  }

  private static func freeBytes(_ folder: String) -> Int? {
    var status = statvfs()
    guard folder.withPathBytes({ statvfs($0, &status) }) == 0 else { return nil }
    return Int(clamping: status.f_bavail.multipliedReportingOverflow(by: status.f_frsize).partialValue)
  }

  /// Whether what is written into the folder stays in memory.
  private static func isInMemory(_ folder: String) -> Bool {
    var status = stat()
    guard folder.withPathBytes({ stat($0, &status) }) == 0 else { return false }
    // As the C library puts the two numbers of a device together.
    let (number, low) = (status.st_dev, UInt(0xff))
    let device = "\(number >> 8 & 0xfff | number >> 32 & 0xffff_f000):\(number & low | number >> 12 & 0xffff_ff00)"
    guard let mounts = fopen("/proc/self/mountinfo", "re") else { return false }
    defer { fclose(mounts) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while getline(&line, &room, mounts) > 0, let text = line {
      let bytes = UnsafeBufferPointer(start: text, count: strlen(text)).map(UInt8.init(bitPattern:))
      switch Mount(bytes, device: device) {
      case nil: continue
      case .memory: return true
      case .disk: return false
      // What is written goes into a folder of another file system; a container need not see it.
      case .over(let folder): return isInMemory(folder)
      }
    }
    return false
  }
}

/// What a file system writes to.
enum Mount: Equatable {
  case memory, disk
  /// An overlay: into that folder.
  case over(String)

  /// By a line of /proc/self/mountinfo; nil if it is of another device than that, in words like `8:1`.
  init?(_ line: [UInt8], device: String) {
    // Number, parent, device ...; behind a dash the kind of file system, its source and its options.
    let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard words.count > 3, words[2].elementsEqual(device.utf8), let dash = words.firstIndex(of: [UInt8(ascii: "-")]),
      dash + 1 < words.count
    else { return nil }
    switch String(decoding: words[dash + 1], as: UTF8.self) {
    case "tmpfs", "ramfs", "devtmpfs": self = .memory
    case "overlay":
      self = .disk
      guard dash + 3 < words.count else { return }
      let key = Array("upperdir=".utf8)
      for option in words[dash + 3].split(separator: UInt8(ascii: ",")) where option.starts(with: key) {
        let path = Self.plain(option.dropFirst(key.count))
        if path.first == UInt8(ascii: "/") { self = .over(String(pathBytes: path)) }
      }
    default: self = .disk
    }
  }

  /// Blanks and backslashes of paths are octal numbers there.
  private static func plain(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var (result, rest) = ([UInt8](), text)
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) {
        result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { 8 * $0 + Int($1) - 48 }))
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

/// Keeps a process from holding more memory than it may, by letting pages of a mapped file go: a thread looks every few milliseconds, and
/// so do those that make the pages, or a thread that waits for a processor among many would come too late.
private final class Keeper: Sendable {
  private let base: UInt
  private let size: Int
  /// Bytes.
  private let most: Int
  /// A file that tells how many pages the process holds; -1 without one.
  private let statistics = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
  private let page = Int(sysconf(Int32(_SC_PAGESIZE)))
  private let begin = ContinuousClock.now
  /// When somebody last looked, in microseconds from the beginning.
  private let looked = Atomic(0)
  private let isStopped = Atomic(false)
  private let thread = Mutex<pthread_t?>(nil)

  /// Microseconds between two looks. A look takes up to five.
  static let pause = 200
  /// The same while pages come. Where a file lies in huge pages in the system's cache one fault brings 2 MB, and where tiles of wide
  /// pictures are joined parts of rows lie in one each: 200 µs brought 70 MB.
  static let shortPause = 20

  init(base: UInt, size: Int, most: Int) { (self.base, self.size, self.most) = (base, size, most) }

  deinit { if statistics >= 0 { close(statistics) } }

  func start() -> Bool {
    thread.withLock { thread in
      var new = pthread_t()
      let code = pthread_create(
        &new, nil,
        { context in
          if let context { Unmanaged<Keeper>.fromOpaque(context).takeRetainedValue().watch() }
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      guard code == 0 else {
        Unmanaged.passUnretained(self).release()
        return false
      }
      thread = new
      return true
    }
  }

  /// Returns when the thread no longer touches the mapping.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    thread.withLock { thread in
      if let thread { pthread_join(thread, nil) }
      thread = nil
    }
  }

  private func watch() {
    while !isStopped.load(ordering: .relaxed) {
      usleep(3000)
      _ = look(after: Self.pause)
    }
  }

  /// Lets the pages go if there are too many, unless somebody has looked within these microseconds; returns whether it looked.
  func look(after pause: Int) -> Bool {
    let (now, last) = (Int(begin.duration(to: .now) / .microseconds(1)), looked.load(ordering: .relaxed))
    guard now >= last + pause,
      looked.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return false }
    // The mapping is shared: what was written stays in the file.
    if let pages = residentPages(), pages * page > most {
      madvise(UnsafeMutableRawPointer(bitPattern: base), size, MADV_DONTNEED)
    }
    return true
  }

  /// The second number of the line.
  private func residentPages() -> Int? {
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
      let count = pread(statistics, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else { return nil }
      let words = buffer[..<count].split(separator: UInt8(ascii: " "), maxSplits: 2)
      return words.count > 1 ? words[1].reduce(0) { 10 * $0 + Int($1) - 48 } : nil
    }
  }
}
