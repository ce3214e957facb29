import Synchronization

/// Counts the floating-point operations of the plain algorithms, whatever algorithm ran: what speed is compared by.
public final class WorkCount: Sendable {
  /// The counter of the operations called from here on; nil outside measurements.
  @TaskLocal public static var current: WorkCount?

  private let count = Atomic(0)

  public init() {}

  /// Operations so far: two for each multiply-add.
  public var operations: Int { count.load(ordering: .relaxed) }

  static func add(matmul m: Int, _ k: Int, _ n: Int) {
    current?.count.wrappingAdd(2 * m * k * n, ordering: .relaxed)
  }
}
