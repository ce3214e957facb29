import ArgumentParser
import ResShift

/// What a command that takes many pictures is to work on: named in its words or in a list, all of it or a slice.
struct InputOptions: ParsableArguments {
  @Argument(help: "Pictures, or folders of pictures (not the folders inside them).")
  var input: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Read the names of the pictures from this file, a line each, instead; - is standard input.", valueName: "list"))
  var filesFrom: String?

  @Flag(help: "Names in the list end with a zero byte instead of a line: what find -print0 writes.")
  var null = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Do only every Nth picture, from the Kth on: N jobs with the same words and K = 1 to N share the work.
      """, valueName: "k/n"),
    transform: Slice.init(parsing:))
  var slice: Slice?

  func validate() throws {
    guard input.isEmpty != (filesFrom == nil) else {
      throw ValidationError("name pictures or folders, or a list of them with --files-from, and not both")
    }
    if null, filesFrom == nil { throw ValidationError("--null says how names in a list end; give --files-from, too") }
  }

  /// Where each picture goes. Throws a failure for a list that cannot be read and for a plan that cannot work.
  func plan(output: String, seeds: [UInt64]) throws -> BatchPlan {
    guard let filesFrom else {
      return try BatchPlan(inputs: input, output: output, seeds: seeds, slice: slice)
    }
    let names = try InputList.read(filesFrom, endsNamesWithZero: null)
    return try BatchPlan(inputs: names, output: output, seeds: seeds, isList: true, slice: slice)
  }
}

/// Every `count`th of several things, from the `number`th on, given as `K/N`. The slices of a list are disjoint, together they
/// are the list, and they differ by one in size at most. Neighbours, which are often alike, are in different ones.
struct Slice: Equatable, CustomStringConvertible {
  let number: Int
  let count: Int

  private static let counts = 1...1_000_000

  init(parsing argument: String) throws {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], Self.counts.contains(count),
      (1...count).contains(number)
    else {
      throw ValidationError("a slice is K/N, the Kth of N, such as 3/16: N from 1 to 1000000, K from 1 to N")
    }
    (self.number, self.count) = (number, count)
  }

  func part<Element>(of all: [Element]) -> [Element] {
    stride(from: number - 1, to: all.count, by: count).map { all[$0] }
  }

  var description: String { "\(number)/\(count)" }
}
