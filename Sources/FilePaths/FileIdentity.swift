/// Which file a path leads to: the same for all its hard links.
package struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  /// nil if there is no such file.
  package init?(_ path: String) {
    guard let status = FileStatus(path) else { return nil }
    (device, number) = (status.device, status.number)
  }
}
