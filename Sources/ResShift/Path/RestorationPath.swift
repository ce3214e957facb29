import Diffusion
import ModelLibrary
import Models
import TensorCore

/// The path of one picture through the networks: encode, sample, decode, each over the tiles of a plan.
///
/// With one tile this is the published algorithm and nothing else.
struct RestorationPath {
  let networks: Networks
  let architecture: ModelArchitecture
  let plan: TilePlan
  /// Those of the plan's tiles that are needed; the others keep z_y.
  let tiles: [TilePlan.Tile]
  let clock: StageClock?
  private let stages: StageWork

  init(
    _ networks: Networks, _ architecture: ModelArchitecture, _ plan: TilePlan, tiles: [TilePlan.Tile]? = nil,
    clock: StageClock? = nil
  ) {
    self.networks = networks
    self.architecture = architecture
    self.plan = plan
    self.tiles = tiles ?? plan.tiles
    self.clock = clock
    stages = architecture.stageWork(height: plan.tileHeight, width: plan.tileWidth)
  }

  private var scale: Int { architecture.diffusion.sf }
  private var scaleFactor: Float { Float(architecture.diffusion.scaleFactor) }
  /// Model-input pixels a side for one latent position.
  private var inputPerLatent: Int { architecture.inputPerLatent }
  private var outputPerLatent: Int { architecture.autoencoder.downsampling }

  /// The cost of a whole restoration, for `ProgressMeter`.
  var cost: Double { cost(fromStart: false) }

  /// The same where the sampler begins with a picture, perhaps.
  func cost(fromStart: Bool) -> Double { architecture.work(of: plan, tiles: tiles, fromStart: fromStart).cost }

  /// `lq` [1, h, w, 3] in [-1, 1], a multiple of lq_size a side, and for inpainting `mask` [1, h, w, 1] of +1 in the hole:
  /// the restored picture [1, h * sf, w * sf, 3], not clamped. `start`, of the result's size, is a picture to begin with: it is
  /// noised as far as its coarse forms survive, and the steps from there on are taken.
  func restore(
    lq: Tensor, mask: Tensor?, from start: Tensor? = nil, noise: some NoiseSource, _ progress: ProgressMeter
  ) throws -> Tensor {
    let condition = mask.map { lq.concatenated(with: $0) } ?? lq
    let z = try sample(
      around: try encode(lq, progress), from: try start.map { try encode($0, progress) }, condition, noise: noise,
      progress)
    return try decode(z, over: scale == 1 ? lq : nil, progress)
  }

  /// z_y: the latent of the enlargement, by the start network or bicubic.
  func encode(_ lq: Tensor, _ progress: ProgressMeter) throws -> Tensor {
    let channels = architecture.autoencoder.latentChannels
    let zy = try plan.joined(tiles, scale: 1, channels: channels) { tile, number in
      let work = stages.encode + architecture.startWork(for: tile, of: plan)
      return try progress.piece(.init(.encoding, tile: number, tiles: tiles.count), work) {
        timed(\.encode) { networks.autoencoder.encode(start(lq, tile)) }
      }
    }
    return zy.scaled(by: scaleFactor)
  }

  /// z_0: the network's output for the whole latent at each step, in bands of rows as tiles are done.
  private func sample(
    around zy: Tensor, from start: Tensor?, _ condition: Tensor, noise: some NoiseSource, _ progress: ProgressMeter
  ) throws -> Tensor {
    // Where no tile is needed the prediction is the one that leaves z_y as it is.
    let base = architecture.diffusion.predictType == .xstart ? zy : nil
    let sampler = networks.sampler
    let steps = start == nil ? architecture.diffusion.steps : sampler.diffusion.schedule.stepToBeginAt
    return try sampler.sample(around: zy, from: start, noise: noise) { z, t, step in
      // Tiles read of z what the bands that are done do not touch.
      let latent = Latent(z)
      z = Tensor(Shape(1, 1, 1, 1))
      func output(_ tile: TilePlan.Tile, _ number: Int) throws -> Tensor {
        let part = sampler.diffusion.networkInput(plan.cut(tile, from: latent.z, scale: 1), t)
        let seen = plan.cut(tile, from: condition, scale: inputPerLatent)
        // Steps are numbered from the last one down.
        let place = RestoreProgress.Place(
          .sampling, step: steps - t + 1, steps: steps, tile: number, tiles: tiles.count)
        return try progress.piece(place, stages.step) {
          timed(\.step) { networks.unet(part, step: t - 1, condition: seen) }
        }
      }
      try plan.join(
        tiles, scale: 1, channels: architecture.unet.outChannels, over: base, output,
        { rows, band in step(&latent.z, rows, band) })
      z = latent.z
    }
  }

  /// What two closures share.
  private final class Latent {
    var z: Tensor
    init(_ z: Tensor) { self.z = z }
  }

  private func decode(_ z: Tensor, over base: Tensor?, _ progress: ProgressMeter) throws -> Tensor {
    try plan.joined(tiles, scale: outputPerLatent, channels: 3, over: base) { tile, number in
      let part = plan.cut(tile, from: z, scale: 1).scaled(by: 1 / scaleFactor)
      return try progress.piece(.init(.decoding, tile: number, tiles: tiles.count), stages.decode) {
        timed(\.decode) { networks.autoencoder.decode(part) }
      }
    }
  }

  /// The tile of y, as if cut from that of the whole picture: the start network sees as far around the tile as it looks.
  private func start(_ lq: Tensor, _ tile: TilePlan.Tile) -> Tensor {
    guard let network = networks.start else { return enlarged(lq, tile) }
    let part = plan.rect(of: tile, scale: inputPerLatent)
    let seen = plan.surroundings(of: tile, reach: network.reach, scale: inputPerLatent)
    return network(lq.cropped(y: seen.y, x: seen.x, height: seen.height, width: seen.width)).cropped(
      y: (part.y - seen.y) * scale, x: (part.x - seen.x) * scale, height: part.height * scale,
      width: part.width * scale)
  }

  /// The tile of y = bicubic(lq), as if cut from the enlargement of the whole picture.
  private func enlarged(_ lq: Tensor, _ tile: TilePlan.Tile) -> Tensor {
    let side = outputPerLatent
    if scale == 1 { return plan.cut(tile, from: lq, scale: side) }
    let rows = tile.y * side..<(tile.y + plan.tileHeight) * side
    let columns = tile.x * side..<(tile.x + plan.tileWidth) * side
    return lq.resampled(
      rows: .bicubic(from: lq.shape.h, to: lq.shape.h * scale, range: rows),
      columns: .bicubic(from: lq.shape.w, to: lq.shape.w * scale, range: columns))
  }

  private func timed<R>(_ stage: WritableKeyPath<StageClock.Stages, WorkCount.Part> & Sendable, _ body: () throws -> R)
    rethrows -> R
  {
    guard let clock else { return try body() }
    return try clock.measure(stage, body)
  }
}
