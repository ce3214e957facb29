import ModelLibrary
import Models

/// The work of each stage for one tile.
struct StageWork: Equatable {
  /// Without that of a start network, which sees more than the tile.
  var encode: NetworkWork
  var step: NetworkWork
  var decode: NetworkWork
}

extension ModelArchitecture {
  /// Model-input pixels a side for one latent position.
  var inputPerLatent: Int { unet.lqSize / unet.imageSize }

  /// The work for a tile of `height` by `width` latent positions.
  func stageWork(height: Int, width: Int) -> StageWork {
    StageWork(
      encode: autoencoder.encodingWork(height: height, width: width), step: unet.work(height: height, width: width),
      decode: autoencoder.decodingWork(height: height, width: width))
  }

  /// What the start network, if there is one, does for a tile.
  func startWork(for tile: TilePlan.Tile, of plan: TilePlan) -> NetworkWork {
    guard let start else { return NetworkWork() }
    let seen = plan.surroundings(of: tile, reach: start.reach, scale: inputPerLatent)
    return start.work(height: seen.height, width: seen.width, scale: diffusion.sf)
  }

  /// A name for what takes equally long: the sizes of its networks. For files: on one line, without blanks.
  var rateName: String {
    func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ".") }
    let unet =
      "unet\(self.unet.modelChannels)x\(list(self.unet.channelMult))b\(list(self.unet.numResBlocks))"
      + "a\(list(self.unet.attentionResolutions))s\(self.unet.swinEmbedDim)d\(self.unet.swinDepth)"
      + "w\(self.unet.windowSize)i\(self.unet.imageSize)q\(self.unet.lqSize)"
    let coder =
      switch autoencoder {
      case .vq(let vq): "vq\(vq.ch)x\(list(vq.chMult))b\(list(vq.numResBlocks))"
      case .pixelUnshuffle(let factor): "unshuffle\(factor)"
      }
    let first = start.map { "-start\($0.channels)x\($0.blocks)" } ?? ""
    return "\(unet)-\(coder)\(first)"
  }
}

extension TilePlan {
  /// What lies within `reach` pixels of a tile, as far as there is a picture, at `scale` pixels a position.
  func surroundings(of tile: Tile, reach: Int, scale: Int) -> PixelRect {
    let part = rect(of: tile, scale: scale)
    let (left, top) = (max(0, part.x - reach), max(0, part.y - reach))
    let right = min(width * scale, part.x + part.width + reach)
    let bottom = min(height * scale, part.y + part.height + reach)
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }
}

extension ModelDescriptor {
  /// Model-input pixels a side for one latent position.
  var inputPerLatent: Int { architecture.inputPerLatent }
}
