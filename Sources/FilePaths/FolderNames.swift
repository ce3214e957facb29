import Glibc

/// Calls `body` with each name in a folder, hidden ones too but not `.` and `..`, in no order. Returns whether the folder
/// could be read; if not, `errno` says why.
package func forEachName(in folder: String, _ body: (String) -> Void) -> Bool {
  guard let listing = folder.withPathBytes({ opendir($0) }) else { return false }
  defer { closedir(listing) }
  guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { return true }
  while let entry = readdir(listing) {
    // Read where it lies: the system gives short names less room than their type has.
    let start = UnsafeRawPointer(entry) + nameOffset
    let length = strlen(start.assumingMemoryBound(to: CChar.self))
    let name = String(pathBytes: UnsafeRawBufferPointer(start: start, count: length))
    if name != "." && name != ".." { body(name) }
  }
  return true
}
