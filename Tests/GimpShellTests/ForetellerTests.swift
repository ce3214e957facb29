import ModelLibrary
import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// What dialogs say before the work begins.
@Suite struct ForetellerTests: Scenes {
  let gimp = MemoryGimp()
  private static let hole = PixelRect(x: 40, y: 30, width: 20, height: 16)

  /// The form that a call shows; it is closed then.
  private func form(
    _ procedure: Procedure, _ image: Image, _ layers: [Layer], _ look: @escaping (inout Form) throws -> Void
  ) throws {
    var failure: (any Error)?
    gimp.answer = { form in
      var form = form
      do { try look(&form) } catch { failure = error }
      return nil
    }
    #expect(throws: ShellError.cancelled) { try performAll(procedure, image, layers, [], mode: .interactive) }
    if let failure { throw failure }
  }

  private func text(_ form: Form) -> String { form.prospect?.message.text ?? "" }

  @Test func sizesFollowTheChoices() throws {
    let (image, layer) = image(Self.picture(90, 60))
    try form(.upscale, image, [layer]) { form in
      #expect(form.prospect?.isPossible == true && text(form).hasPrefix("90 x 60 -> 360 x 240, 1 tile, "))
      form.choose(0, inRow: 1)
      #expect(text(form).hasPrefix("90 x 60 -> 180 x 120, 1 tile, "))
      form.choose(2, inRow: 2)
      #expect(text(form).hasPrefix("90 x 60 -> 90 x 60, "))
    }
  }

  @Test func whatIsSelectedWhileTheDialogIsOpenCounts() throws {
    let (image, layer) = image(Self.picture(120, 90))
    try form(.inpaint, image, [layer]) { form in
      #expect(form.prospect == .impossible(Notice.selectFirst))
      gimp[image].selection = Self.weights(120, 90, Self.hole)
      #expect(form.prospect?.isPossible == true && text(form).hasPrefix("120 x 90 -> 120 x 90, "))
      gimp[image].selection = nil
      #expect(form.prospect?.isPossible == false)
    }
  }

  @Test func aSelectionBesideTheLayerIsNone() throws {
    let (image, _) = image(Self.picture(120, 90), selecting: Self.hole)
    let beside = gimp.addLayer(Self.picture(20, 20), to: image, x: 90, y: 60)
    let name = gimp[beside].name
    try form(.inpaint, image, [beside]) { form in
      #expect(form.prospect == .impossible(ShellError.selectionOutside(layer: name).message))
    }
  }

  @Test func marginsAreNeeded() throws {
    let (image, layer) = image(Self.picture(60, 40))
    var settings = Settings(standardOf: .outpaint)
    gimp.memory[Procedure.outpaint.name] = settings.text
    settings[.left] = .number(20)
    try form(.outpaint, image, [layer]) { [settings] form in
      form.adopt(settings)
      #expect(text(form).hasPrefix("60 x 40 -> 80 x 40, "))
      var none = settings
      for side in [Parameter.left, .right, .top, .bottom] { none[side] = .number(0) }
      form.adopt(none)
      #expect(form.prospect == .impossible(ShellError.nothingToExtend.message))
    }
  }

  @Test func severalLayersAndVariantsAddUp() throws {
    let (image, layer) = image(Self.picture(64, 64))
    let upper = gimp.addLayer(Self.picture(64, 64), to: image)
    try form(.restore, image, [layer, upper]) { form in
      #expect(text(form).contains(", 2 tiles, "))
      var settings = form.settings
      settings[.variants] = .number(3)
      form.adopt(settings)
      #expect(text(form).contains(", 6 tiles, "))
    }
  }

  @Test func whatHasGoneIsSaidByTheWork() throws {
    let (image, layer) = image(Self.picture(64, 64))
    try form(.restore, image, [layer]) { form in
      gimp.delete(image)
      #expect(form.prospect == nil)
    }
  }

  /// What users read beside the progress bar.
  @Test func progressIsToldInWords() throws {
    let (image, layer) = image(Self.picture(64, 48))
    try perform(.restore, image, layer, [.text(""), .number(1)])
    #expect(gimp.progressTexts.first?.text.hasPrefix("ResShift: loading ") == true)
  }
}
