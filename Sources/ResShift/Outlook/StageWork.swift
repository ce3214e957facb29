import ModelLibrary
import Models

/// The work of each stage for one tile.
struct StageWork: Equatable {
  var encode: NetworkWork
  var step: NetworkWork
  var decode: NetworkWork
}

extension ModelArchitecture {
  /// Model-input pixels a side for one latent position.
  var inputPerLatent: Int { unet.lqSize / unet.imageSize }

  /// The work for a tile of `height` by `width` latent positions.
  func stageWork(height: Int, width: Int) -> StageWork {
    var encode = autoencoder.encodingWork(height: height, width: width)
    if let start {
      let (ratio, around) = (inputPerLatent, 2 * start.reach)
      encode =
        encode + start.work(height: height * ratio + around, width: width * ratio + around, scale: diffusion.sf)
    }
    return StageWork(
      encode: encode, step: unet.work(height: height, width: width),
      decode: autoencoder.decodingWork(height: height, width: width))
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

extension ModelDescriptor {
  /// Model-input pixels a side for one latent position.
  var inputPerLatent: Int { architecture.inputPerLatent }
}
