import ModelLibrary
import ModelStore
import TestSupport
import Testing

@testable import GimpShell

/// What the window of the models shows.
@Suite struct ModelListTests {
  private let list = ModelList(
    ModelStore(ModelCatalogue(roots: [packageFolder.appending(path: "plugin/models").path])))

  @Test func everyModelHasARow() throws {
    let rows = list.rows
    #expect(rows.count == list.store.catalogue.entries.count)
    let builtIn = try #require(rows.first { $0.details.hasPrefix("compact-inpaint:") })
    #expect(builtIn.state.text == "installed")
    #expect(builtIn.details.contains("steps; "))
    #expect(rows.contains { $0.action?.label.text == "Install..." && $0.state.text.hasPrefix("about ") })
  }

  @Test func questionsAreMarkedUpSafely() throws {
    #expect(ModelList.escaped("<a & \"b\">") == "&lt;a &amp; &quot;b&quot;&gt;")
    let action = try #require(list.rows.compactMap(\.action).first)
    let question = try #require(list.question(before: action))
    #expect(question.yes.text == "_Agree and install")
    #expect(question.markup.text.contains("will be downloaded.") && question.markup.text.contains("</b> is under"))
  }
}
