import Checkpoints
import Testing

@Suite struct ErrorTests {
  @Test func missingSurplusAndWrongShapes() {
    let missing = CheckpointError.missingTensor(file: "m.pth", tensor: "conv.weight", expectedShape: [4, 3, 3, 3])
    #expect(
      "\(missing)" == "m.pth: tensor conv.weight of shape [4, 3, 3, 3] is missing; "
        + "use the checkpoint that belongs to this model")
    let wrong = CheckpointError.wrongShape(file: "m.pth", tensor: "w", expected: [4], found: [5, 1])
    #expect(
      "\(wrong)" == "m.pth: tensor w has shape [5, 1], expected [4]; use the checkpoint that belongs to this model")
    let one = CheckpointError.surplusTensors(file: "m.pth", tensors: ["a"])
    #expect("\(one)" == "m.pth: 1 tensor is unknown to this model (a); use the checkpoint that belongs to it")
    let many = CheckpointError.surplusTensors(file: "m.pth", tensors: ["a", "b", "c", "d"])
    #expect(
      "\(many)" == "m.pth: 4 tensors are unknown to this model (a, b, c, ...); use the checkpoint that belongs to it")
    #expect([missing, wrong, one, many].allSatisfy { $0.file == "m.pth" })
  }
}
