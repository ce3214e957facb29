import ResShift
import Testing

@testable import GimpShell

/// Where the faces are that a model of faces restores.
@Suite struct FaceTests: Scenes {
  let gimp = MemoryGimp()

  private func faces(selecting hole: PixelRect? = nil, path: [PixelRect] = []) throws -> Faces {
    let (image, layer) = image(Self.picture(40, 30), selecting: hole)
    gimp[image].path = path
    let source = try Source(layer, in: image, of: gimp)
    return Faces(on: source, try Selection(on: source))
  }

  @Test func eachIslandOfTheSelectionIsAFace() throws {
    let box = PixelRect(x: 3, y: 4, width: 10, height: 12)
    let faces = try faces(selecting: box, path: [PixelRect(x: 0, y: 0, width: 5, height: 5)])
    #expect(faces.origin == .selection && faces.boxes == [box] && faces.bounds == box)
    #expect(faces.note.text == "The selection is one face.")
  }

  @Test func withoutASelectionThePartsOfThePathAreFaces() throws {
    let faces = try faces(path: [
      PixelRect(x: -4, y: 2, width: 10, height: 6), PixelRect(x: 20, y: 10, width: 8, height: 8),
      PixelRect(x: 50, y: 50, width: 9, height: 9),
    ])
    #expect(faces.origin == .path)
    #expect(
      faces.boxes == [PixelRect(x: 0, y: 2, width: 6, height: 6), PixelRect(x: 20, y: 10, width: 8, height: 8)])
    #expect(faces.bounds == PixelRect(x: 0, y: 2, width: 28, height: 16))
    #expect(faces.note.text == "2 faces: each part of the path is drawn around one.")
  }

  @Test func withoutBothTheLayerIsOneFace() throws {
    let faces = try faces(path: [PixelRect(x: 50, y: 50, width: 9, height: 9)])
    #expect(faces.origin == .layer && faces.boxes.isEmpty && faces.bounds == nil)
    #expect(faces.note.text.hasPrefix("Nothing is selected"))
  }

  @Test func rectanglesAroundPoints() {
    #expect(PixelRect(around: []) == nil)
    #expect(
      PixelRect(around: [(1.2, 5.9), (7.5, 2.0), (3, 9.1)]) == PixelRect(x: 1, y: 2, width: 7, height: 8))
    #expect(PixelRect(around: [(.infinity, 0), (0, 0)])?.width == 1_000_000)
  }
}
