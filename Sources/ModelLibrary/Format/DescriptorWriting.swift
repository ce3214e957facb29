import FoundationEssentials
import Models

extension ModelDescriptor {
  /// The text of a `model.json` that reads as this model, under the published names of the parameters.
  public var json: String {
    let files = [("unet", unetFile)] + (autoencoderFile.map { [("autoencoder", $0)] } ?? [])
    let autoencoder: String =
      switch self.autoencoder {
      case .pixelUnshuffle(let factor): object([("pixel_unshuffle", "\(factor)")], indent: 2)
      case .vq(let vq):
        object(
          [
            ("embed_dim", "\(vq.embedDim)"), ("n_embed", "\(vq.nEmbed)"),
            (
              "ddconfig",
              object(
                [
                  ("double_z", "false"), ("z_channels", "\(vq.zChannels)"), ("in_channels", "\(vq.inChannels)"),
                  ("out_ch", "\(vq.outCh)"), ("ch", "\(vq.ch)"), ("ch_mult", list(vq.chMult)),
                  ("num_res_blocks", list(vq.numResBlocks)), ("attn_resolutions", "[]"),
                ], indent: 4)
            ),
          ], indent: 2)
      }
    let sources = [("unet", unetSource), ("autoencoder", autoencoderSource)].compactMap { key, address in
      address.map { (key, quoted($0)) }
    }
    let diffusion = object(
      [
        ("sf", "\(diffusion.sf)"), ("schedule_name", quoted("exponential")),
        ("schedule_kwargs", "{ \"power\": \(number(diffusion.power)) }"),
        ("etas_end", number(diffusion.etasEnd)), ("steps", "\(diffusion.steps)"),
        ("min_noise_level", number(diffusion.minNoiseLevel)), ("kappa", number(diffusion.kappa)),
        ("predict_type", quoted(diffusion.predictType.rawValue)), ("scale_factor", number(diffusion.scaleFactor)),
        ("normalize_input", "\(diffusion.normalizeInput)"), ("latent_flag", "\(diffusion.latentFlag)"),
      ], indent: 2)
    var members = [
      ("name", quoted(name)), ("title", quoted(title)), ("task", quoted(task.rawValue)), ("licence", quoted(licence)),
    ]
    if let licenceSource { members.append(("licence_url", quoted(licenceSource))) }
    members.append(("files", object(files.map { ($0.0, quoted($0.1)) }, indent: 2)))
    if !sources.isEmpty { members.append(("source", object(sources, indent: 2))) }
    members += [
      ("unet", unet.json), ("autoencoder", autoencoder), ("diffusion", diffusion),
      ("fill", quoted(fill.rawValue)), ("frame", quoted(frame.rawValue)),
    ]
    return object(members, indent: 0) + "\n"
  }

  /// Throws `RestoreError.badModel`, naming `file`, unless this model's `model.json` would be accepted.
  package func checkThatItReads(as file: String) throws {
    _ = try ModelDescriptor(json: Data(json.utf8), of: file)
  }
}

extension UNetConfiguration {
  /// The object `unet` of a `model.json`.
  fileprivate var json: String {
    object(
      [
        ("image_size", "\(imageSize)"), ("in_channels", "\(inChannels)"), ("model_channels", "\(modelChannels)"),
        ("out_channels", "\(outChannels)"), ("attention_resolutions", list(attentionResolutions)),
        ("channel_mult", list(channelMult)), ("num_res_blocks", list(numResBlocks)),
        ("num_head_channels", "\(numHeadChannels)"), ("use_scale_shift_norm", "true"), ("swin_depth", "\(swinDepth)"),
        ("swin_embed_dim", "\(swinEmbedDim)"), ("window_size", "\(windowSize)"), ("mlp_ratio", number(mlpRatio)),
        ("cond_lq", "true"), ("cond_mask", "\(condMask)"), ("lq_size", "\(lqSize)"),
        ("shift_mask", quoted(shiftMask.rawValue)),
      ], indent: 2)
  }
}

/// Members and their values, which are JSON already, in this order, a line each.
private func object(_ members: [(name: String, value: String)], indent: Int) -> String {
  let space = String(repeating: " ", count: indent)
  return "{\n" + members.map { "\(space)  \"\($0.name)\": \($0.value)" }.joined(separator: ",\n") + "\n\(space)}"
}

private func list(_ numbers: [Int]) -> String { "[" + numbers.map(String.init).joined(separator: ", ") + "]" }

private func quoted(_ text: String) -> String {
  guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
  return String(decoding: data, as: UTF8.self)
}

private func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
