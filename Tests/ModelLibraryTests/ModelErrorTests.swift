import Foundation
import Testing

@testable import ModelLibrary

@Suite struct ModelErrorTests {
  /// The kinds decide about exit statuses.
  @Test func kinds() throws {
    func kind(_ body: () throws -> some Any) -> ModelError.Kind? {
      do { _ = try body() } catch { return (error as? ModelError)?.kind }
      return nil
    }
    let empty = ModelCatalogue(roots: ["/nowhere"])
    #expect(kind { try ModelDescriptor.architecture(named: "resnet") } == .usage)
    #expect(kind { try empty.model(named: "x", for: .inpainting) } == .modelUnavailable)
    #expect(kind { try empty.model(named: "", for: .inpainting) } == .modelUnavailable)
    #expect(kind { try empty.model(named: "/nowhere/x", for: .inpainting) } == .notFound)
    #expect(kind { try ModelDescriptor(json: .init("[]".utf8), of: "x") } == .badModel)
    let advice = InstallAdvice(try .architecture(named: "realsr"), folder: nil)
    #expect(ModelError.incomplete(model: "x", advice).kind == .modelUnavailable)
    #expect(ModelError.wrongTask(model: "x", task: .inpainting, wanted: .restoration).kind == .usage)
  }

  /// Text of a file stays on one line and is cut.
  @Test func hostileText() {
    let text = "a\nb\0" + String(repeating: "c", count: 100)
    let errors = [
      ModelError.badField(file: "model.json", key: text, .unknownOption),
      .badField(file: "model.json", key: "task", .notOneOf(["x"], found: text)),
      .badField(file: "model.json", key: "files.unet", .notInFolder(text)),
      .badField(file: "model.json", key: "unet.dims", .notSupported(only: .number(2), found: .string(text))),
    ]
    for error in errors {
      #expect(!"\(error)".contains("\n") && !"\(error)".contains("\0"))
      #expect("\(error)".contains("a?b?c"))
    }
    #expect("\(errors[3])".hasSuffix("only 2 is supported, found \"a?b?" + String(repeating: "c", count: 36) + "\""))
  }
}
