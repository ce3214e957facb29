/// What is wrong with one field of a `model.json`, or with what several of them say together.
public enum FieldProblem: Sendable, Equatable {
  /// What a field has to hold.
  public enum Expected: Sendable, Equatable {
    case object, string, bool, number, wholeNumber, wholeNumbers, fileName
    case wholeNumberOrList(count: Int)
  }

  // One field on its own.
  case missing(Expected)
  case wrongType(Expected, found: JSONValue)
  case notOneOf([String], found: String)
  case outOfRange(ClosedRange<Int>, found: Double)
  case wrongCount(ClosedRange<Int>, found: Int)
  case notPositive(upTo: Double, found: Double)
  /// An option of which the engine's mathematics has one value; `isMissing`: which it has to be told.
  case mustBe(Bool, isMissing: Bool)
  case notSupported(only: JSONValue, found: JSONValue)
  case unknownOption
  case notAName

  // Files.
  case fileWithoutUse
  case startWithoutSizes
  case notInFolder(String)

  // Task.
  case notEnlarging(sf: Int)
  case enlarging(ModelTask, sf: Int)
  case wrongCondition(ModelTask)
  case forTask(ModelTask)

  // Sizes that do not fit together.
  case noRoomForNoise(etasEnd: Double)
  case notHalving(levels: Int, found: Int)
  case windowDoesNotDivide(window: Int, size: Int, level: Int)
  case notGroups(channels: Int, multiple: Int)
  case odd
  case widthNotGroups(found: Int)
  case headsDoNotDivide(headChannels: Int, width: Int)
  case noChannelsLeft
  case notLatentChannels(Int, found: Int)
  case notPowerOfTwo(imageSize: Int, found: Int)
  case sizesDiffer(lqSize: Int, sf: Int, imageSize: Int, downsampling: Int)
  case tooManyParameters(Int)
}
