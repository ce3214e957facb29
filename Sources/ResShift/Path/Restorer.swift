import CoarseFill
import Diffusion
import ModelLibrary
import Synchronization
import TensorCore

/// One loaded model, ready to restore pictures. Immutable and safe to share between threads.
public final class Restorer: Sendable {
  public let descriptor: ModelDescriptor
  /// Makes the networks in the current precision.
  private let make: @Sendable () throws -> Networks
  /// Those that were asked for so far.
  private let loaded = Mutex<[Precision: Networks]>([:])

  /// From here on models' files are read instead of mapped into memory: for libraries and plug-ins, in whose processes SIGBUS, by which
  /// a mapped file that is cut short is found out, belongs to somebody else.
  public static func readModelFiles() { Networks.readFiles() }

  /// Opens the files that the model's `model.json` names. They stay open and are read as layers are first used: until
  /// this object goes they may be replaced (by renaming) or removed, but not written to. `precision` is what the first restoration is
  /// expected to ask for; weights for another one are made from the same files, and take memory of their own.
  ///
  /// Throws `CheckpointError` when a file is damaged or does not fit the architecture, `ModelError.incomplete` when one is
  /// missing.
  public init(_ descriptor: ModelDescriptor, _ precision: PrecisionChoice = .float32) throws {
    self.descriptor = descriptor
    if !descriptor.missingFiles.isEmpty {
      throw ModelError.incomplete(model: descriptor.name, descriptor.installAdvice)
    }
    let files = OpenedFiles()
    make = { try Networks(descriptor, files) }
    _ = try Precision.$current.withValue(precision.resolved(for: descriptor)) { try networks }
  }

  /// The same architecture with random weights: for measuring, without files.
  public init(_ descriptor: ModelDescriptor, randomWeightsSeed seed: UInt64) throws {
    self.descriptor = descriptor
    make = { try Networks(descriptor, randomWeightsSeed: seed) }
    _ = try networks
  }

  /// The networks in the current precision.
  var networks: Networks {
    get throws {
      let precision = Precision.current
      return try loaded.withLock { loaded in
        if let networks = loaded[precision] { return networks }
        let networks = try make()
        loaded[precision] = networks
        return networks
      }
    }
  }

  /// Enlarges a picture; `factor` nil means the model's own scale, smaller factors are reduced by area average.
  /// `options.strength` mixes the result with the cubic enlargement.
  ///
  /// Returns a picture of `factor` times the size with the same channels; gray stays gray, alpha is scaled on its own, and
  /// at factor 1 the colours of transparent pixels stay. Throws `RestoreError` (`factorTooLarge` for a factor that the
  /// model does not reach, `nothingVisible` for a picture of which nothing can be seen), `CheckpointError.changed` and what
  /// `options.progress` throws.
  public func upscale(_ picture: PixelImage, factor: Int? = nil, _ options: RestoreOptions = .init()) throws
    -> PixelImage
  {
    let scale = descriptor.diffusion.sf
    let factor = factor ?? scale
    try check(.superResolution)
    try descriptor.checkFactor(factor)
    return try upscale(picture, width: picture.width * factor, height: picture.height * factor, options)
  }

  /// Enlarges a picture to a size: by the model's own scale, then reduced by area average. Otherwise as the other `upscale`;
  /// throws `sizeNotReached` for a size larger than the model's scale gives, or smaller than the picture.
  public func upscale(
    _ picture: PixelImage, width: Int, height: Int, _ options: RestoreOptions = .init()
  ) throws -> PixelImage {
    try check(.superResolution)
    try descriptor.checkSize(ofWidth: picture.width, height: picture.height, to: width, height)
    guard picture.isAnythingVisible() else { throw RestoreError.nothingVisible }
    return try enlarged(picture, width: width, height: height, options, isGathered: true).image
  }

  /// The same as rows that are made when they are asked for: for results that need not be in memory as a whole. `width` and `height`
  /// nil = the model's scale.
  public func upscaledRows(
    _ picture: PixelImage, width: Int? = nil, height: Int? = nil, _ options: RestoreOptions = .init()
  ) throws -> PixelRows {
    let (width, height) = (
      width ?? picture.width * descriptor.diffusion.sf, height ?? picture.height * descriptor.diffusion.sf
    )
    try check(.superResolution)
    try descriptor.checkSize(ofWidth: picture.width, height: picture.height, to: width, height)
    guard picture.isAnythingVisible() else { throw RestoreError.nothingVisible }
    return try enlarged(picture, width: width, height: height, options, isGathered: false)
  }

  private func enlarged(
    _ picture: PixelImage, width: Int, height: Int, _ options: RestoreOptions, isGathered: Bool
  ) throws -> PixelRows {
    // At the same size nothing is known that would be better than the colours under transparent pixels.
    let isSame = (width, height) == (picture.width, picture.height)
    if isSame && options.strength == 0 { return try options.reportingNothingToDo(PixelRows(picture)) }
    let held = HeldPicture(channels: picture.channels, isGathered: isGathered)
    let need = descriptor.memoryNeed(
      toEnlarge: (picture.width, picture.height), to: (width, height), held, options)
    return try working(options, need) { options in
      try enlarged(picture.madeFinite(), isSame: isSame, width: width, height: height, options)
    }
  }

  private func enlarged(
    _ picture: PixelImage, isSame: Bool, width: Int, height: Int, _ options: RestoreOptions
  ) throws -> PixelRows {
    let scale = descriptor.diffusion.sf
    let seen = SeenPicture(picture, isNeutral: picture.isNeutral(where: picture.isVisible))
    func plain() -> Tensor {
      var plain = seen.colours.resized(height: height, width: width)
      plain.clampToPicture()
      return plain
    }
    var large: Tensor
    if options.strength == 0 {
      large = try options.reportingNothingToDo(plain())
    } else {
      large = try restored(seen.colours, mask: nil, options)
      if options.toneMatch ?? false {
        let plain = seen.colours.resized(height: large.shape.h, width: large.shape.w)
        large = toneMatched(large, to: plain, cell: 8 * scale)
      }
      large = large.resized(height: height, width: width)
      if options.strength < 1 { large.combine(Float(options.strength), plain(), Float(1 - options.strength)) }
    }
    let (unseen, isNeutral) = (seen.unseen, seen.isNeutral)
    let alpha = picture.hasAlpha ? picture.alpha(height: height, width: width) : nil
    // What it was made from is needed no more, unless something of it is to stay.
    let original = isSame ? picture : nil
    let (channels, colours, threads) = (picture.channels, large, Parallel.threads)
    return PixelRows(width: width, height: height, channels: channels) { rows in
      Parallel.$threads.withValue(threads) {
        let before = original?.rows(rows)
        var band = before ?? PixelImage(width: width, height: rows.count, channels: channels)
        band.setColours(
          colours.rows(rows), adding: unseen?.resized(height: height, width: width, rows: rows), neutral: isNeutral,
          where: before.map { before in { before.isVisible($0) } })
        if let alpha { band.setPlane(channels - 1, alpha.rows(rows)) }
        return band
      }
    }
  }

  /// Fills the hole: every pixel with a weight above 0 in `mask`, which is what `maskWeights` gives: one channel, the
  /// picture's size.
  ///
  /// Returns a picture of the same size and channels whose hole pixels are the network's, not yet blended by the mask's
  /// value (see `blended`); all other pixels and all alpha values are those of the input, bit for bit.
  /// Pixels of alpha 0 are unknown to the network. Where `excluded`, a mask of the same kind, is above 0, no pieces are taken from.
  /// Throws as `upscale`, and for masks that do not fit.
  public func inpaint(
    _ picture: PixelImage, mask: PixelImage, excluding excluded: PixelImage? = nil, _ options: RestoreOptions = .init()
  ) throws -> PixelImage {
    try inpaint(whole(picture, mask, excluding: excluded), mask: mask, options)
  }

  /// The same for a part of a picture that holds `ModelDescriptor.areaNeeded` and has context (`PicturePart.hasContext`):
  /// `mask` is the hole in it, there is none beyond, and the result has the part's size. The fill is the one that the whole
  /// picture would give.
  public func inpaint(_ part: PicturePart, mask: PixelImage, _ options: RestoreOptions = .init()) throws -> PixelImage {
    try withHole(part, mask, options) { hole, region, seen, known, options in
      // The share of the time that pieces of the surroundings take beside the network, about.
      let share = descriptor.fill == .exemplar ? 0.7 : 0
      let lq = try coarse(part, hole, region, seen, known, options.reporting(from: 0, to: share))
      let begun = try begun(
        DeepHole(colours: seen.colours, known: known), options.reporting(from: 0, to: Self.shareOfSmaller))
      var output = try restored(
        lq, mask: hole.networkMask(region), from: begun,
        options.reporting(from: begun == nil ? share : Self.shareOfSmaller, to: 1), at: region
      ) { tile in
        hole.touches(PixelRect(x: tile.x + region.x, y: tile.y + region.y, width: tile.width, height: tile.height))
      }
      if options.toneMatch ?? true { output = toneMatched(output, to: seen.colours, known: known, cell: 8) }
      if options.grain {
        output = Grain.matched(
          output, to: seen.colours, known: known, seed: options.seed, origin: (region.x, region.y))
      }
      return part.filled(hole, with: output, region, seen)
    }
  }

  /// The hole as the network finds it, with the fill that the model asks for (`HoleFill`); otherwise as `inpaint`.
  public func coarselyFilled(
    _ picture: PixelImage, mask: PixelImage, excluding excluded: PixelImage? = nil, _ options: RestoreOptions = .init()
  ) throws -> PixelImage {
    let part = try whole(picture, mask, excluding: excluded)
    return try withHole(part, mask, options, usesNetwork: false) { hole, region, seen, known, options in
      part.filled(hole, with: try coarse(part, hole, region, seen, known, options), region, seen)
    }
  }

  /// A whole picture around a hole. Throws when the mask does not fit.
  private func whole(_ picture: PixelImage, _ mask: PixelImage, excluding excluded: PixelImage?) throws -> PicturePart {
    try check(.inpainting)
    try mask.checkMask(width: picture.width, height: picture.height)
    if let excluded, (excluded.width, excluded.height) != (picture.width, picture.height) {
      throw RestoreError.maskOfOtherSize(
        maskWidth: excluded.width, maskHeight: excluded.height, width: picture.width, height: picture.height)
    }
    var part = PicturePart(whole: picture, hole: mask)
    part.excluded = excluded
    return part
  }

  /// Checks model and mask, then calls `body` with the hole, the region to work on, and what is seen and known of it.
  private func withHole(
    _ part: PicturePart, _ mask: PixelImage, _ options: RestoreOptions, usesNetwork: Bool = true,
    _ body: (_ hole: Hole, _ region: PixelRect, _ seen: SeenPicture, _ known: Tensor, _ options: RestoreOptions) throws
      -> PixelImage
  ) throws -> PixelImage {
    try check(.inpainting)
    let hole = try Hole(part, mask: mask)
    if part.excluded != nil && descriptor.fill != .exemplar {
      options.notice?(Notice.nothingIsTakenFrom(model: descriptor.name).text)
    }
    let region =
      options.tile == .whole
      ? part.place
      : hole.region(multiple: descriptor.unet.lqSize, latentPosition: descriptor.inputPerLatent)
    let need = descriptor.memoryNeed(
      toFill: hole.frame, region, in: (part.image.width, part.image.height), channels: part.image.channels,
      usesNetwork: usesNetwork)
    return try working(options, need) { options in
      let known = hole.known(region)
      let seen = SeenPicture(
        part.cropped(to: region).madeFinite(), known: known, isNeutral: part.traits.isNeutral)
      return try body(hole, region, seen, known, options)
    }
  }

  /// What the network is shown of a region, the hole filled as the model wants it: [1, h, w, 3] in [-1, 1].
  private func coarse(
    _ part: PicturePart, _ hole: Hole, _ region: PixelRect, _ seen: SeenPicture, _ known: Tensor,
    _ options: RestoreOptions
  ) throws -> Tensor {
    switch descriptor.fill {
    case .blank: return blanked(seen.colours, known: known)
    case .pushPull: return pushPull(seen.colours, known: known)
    case .exemplar:
      let wide = hole.frame.exemplarRegion(around: region)
      let knownThere = hole.known(wide)
      let surroundings = SeenPicture(
        part.cropped(to: wide).madeFinite(), known: knownThere, isNeutral: seen.isNeutral)
      let allowed = part.excluded.map { excluded in
        let weights = excluded.cropped(to: part.inPart(wide)).samples
        return Tensor(knownThere.shape, weights.map { $0 > 0 ? 0 : 1 })
      }
      try options.scope?.begin(.init(.filling), from: 0, to: 1)
      let cost = exemplarFillCost(
        hole: (hole.bounds.height, hole.bounds.width, hole.pixels), searched: wide.width * wide.height)
      func filled() throws -> Tensor {
        try exemplarFill(surroundings.colours, known: knownThere, allowed: allowed, seed: options.seed) {
          try options.scope?.report($0)
        }
      }
      return try (options.meter?.measureFill(cost: cost, filled) ?? filled()).cropped(
        y: region.y - wide.y, x: region.x - wide.x, height: region.height, width: region.width)
    }
  }

  /// Restores a picture at its own size. With a model of `frame == .face`, `boxes` are the faces: each is scaled into the
  /// model's frame, restored and put back; no boxes means the whole picture is one. With other models each box, or the
  /// whole picture, is restored as it is.
  ///
  /// Returns a picture of the same size and channels; outside the boxes, and at strength 0, it is the input, bit for bit.
  /// Throws as `upscale`.
  public func restore(
    _ picture: PixelImage, boxes: [PixelRect] = [], _ options: RestoreOptions = .init()
  ) throws -> PixelImage {
    try restore(PicturePart(whole: picture), boxes: boxes, options)
  }

  /// The same for a part of a picture that holds `ModelDescriptor.areaNeeded`; boxes are given in the whole picture, and the
  /// result has the part's size.
  public func restore(
    _ part: PicturePart, boxes: [PixelRect] = [], _ options: RestoreOptions = .init()
  ) throws -> PixelImage {
    if boxes.isEmpty, descriptor.frame != .face, part.isWhole {
      return try restoredRows(part, options, isGathered: true).image
    }
    try check(.restoration)
    let whole = PixelRect(x: 0, y: 0, width: part.width, height: part.height)
    for box in boxes where !whole.contains(box) {
      throw RestoreError.boxOutside(box, width: whole.width, height: whole.height)
    }
    let places = boxes.isEmpty ? [whole] : boxes
    guard places.contains(where: { part.image.isAnythingVisible(in: part.inPart($0)) }) else {
      throw RestoreError.nothingVisible
    }
    if options.strength == 0 { return try options.reportingNothingToDo(part.image) }
    let need = descriptor.memoryNeed(
      toRestore: places.map { descriptor.areaNeeded(toRestore: $0, part.width, part.height) },
      in: (part.image.width, part.image.height), channels: part.image.channels, options)
    return try working(options, need) { options in
      var result = part.image
      for (index, box) in places.enumerated() {
        let (start, end) = (Double(index) / Double(places.count), Double(index + 1) / Double(places.count))
        try restoreBox(box, of: part, into: &result, whole: boxes.isEmpty, options.reporting(from: start, to: end))
      }
      return result
    }
  }

  /// A whole picture restored, as rows that are made when they are asked for: for results that need not be in memory as a whole. For
  /// models that take pictures as they are; otherwise as `restore`.
  public func restoredRows(_ picture: PixelImage, _ options: RestoreOptions = .init()) throws -> PixelRows {
    guard descriptor.frame != .face else { return PixelRows(try restore(picture, options)) }
    return try restoredRows(PicturePart(whole: picture), options, isGathered: false)
  }

  private func restoredRows(_ part: PicturePart, _ options: RestoreOptions, isGathered: Bool) throws -> PixelRows {
    try check(.restoration)
    let picture = part.image
    guard picture.isAnythingVisible() else { throw RestoreError.nothingVisible }
    if options.strength == 0 { return try options.reportingNothingToDo(PixelRows(picture)) }
    let held = HeldPicture(channels: picture.channels, isGathered: isGathered)
    let need = descriptor.memoryNeed(toRestoreWhole: (picture.width, picture.height), held, options)
    return try working(options, need) { options in
      let isNeutral = part.traits.isNeutral
      let seen = SeenPicture(picture.madeFinite(), isNeutral: isNeutral)
      let area = PixelRect(x: 0, y: 0, width: picture.width, height: picture.height)
      var output = try restored(seen.colours, mask: nil, options, at: area)
      if options.toneMatch ?? false {
        output = toneMatched(output, to: seen.colours, cell: max(1, max(output.shape.h, output.shape.w) / 16))
      }
      let (unseen, colours, strength, threads) = (seen.unseen, output, Float(options.strength), Parallel.threads)
      return PixelRows(width: picture.width, height: picture.height, channels: picture.channels) { rows in
        Parallel.$threads.withValue(threads) {
          let before = picture.rows(rows)
          var band = before
          band.setColours(
            colours.rows(rows), adding: unseen?.map { $0.rows(rows) }, neutral: isNeutral, where: before.isVisible)
          return band.blended(
            over: before, weights: PixelImage(width: band.width, height: band.height, channels: 1, repeating: strength))
        }
      }
    }
  }

  /// `result` is the part with the boxes before this one restored, on which the next ones build.
  private func restoreBox(
    _ box: PixelRect, of part: PicturePart, into result: inout PixelImage, whole: Bool, _ options: RestoreOptions
  ) throws {
    let place = part.inPart(box)
    guard result.isAnythingVisible(in: place) else { return }
    let isNeutral = part.traits.isNeutral
    let area = descriptor.areaNeeded(toRestore: box, part.width, part.height)
    let seen = SeenPicture(result.cropped(to: part.inPart(area)).madeFinite(), isNeutral: isNeutral)
    let input = seen.colours
    var output: Tensor
    if descriptor.frame == .face {
      let frame = FaceFrame(side: descriptor.unet.lqSize, height: input.shape.h, width: input.shape.w)
      output = frame.leave(try restored(frame.enter(input), mask: nil, options))
    } else {
      output = try restored(input, mask: nil, options, at: area)
    }
    if options.toneMatch ?? !whole {
      output = toneMatched(output, to: input, cell: max(1, max(input.shape.h, input.shape.w) / 16))
    }
    func inner(_ tensor: Tensor) -> Tensor {
      tensor.cropped(y: box.y - area.y, x: box.x - area.x, height: box.height, width: box.width)
    }
    var piece = result.cropped(to: place)
    var weights = EdgeFade(box, withinWidth: part.width, height: part.height).weights
    if options.strength < 1 { weights.samples = weights.samples.map { $0 * Float(options.strength) } }
    let original = piece
    piece.setColours(inner(output), adding: seen.unseen?.map(inner), neutral: isNeutral, where: original.isVisible)
    result.replace(place, with: piece.blended(over: original, weights: weights))
  }

  // MARK: - The path through the networks

  /// The data path: pad, plan, run, crop. `lq` [1, h, w, 3] in [-1, 1]; result [1, h * sf, w * sf, 3], clamped to [-1, 1].
  ///
  /// `region` is where `lq` lies in the picture, nil = at its origin: noise belongs to places in the picture, so that the
  /// part that is worked on does not change it. `start`, of the size of `lq`, is what holes begin with. `isNeeded` tells
  /// whether a tile, in pixels of `lq`, has to be computed; nil = all.
  func restored(
    _ lq: Tensor, mask: Tensor?, from start: Tensor? = nil, _ options: RestoreOptions, at region: PixelRect? = nil,
    clock: StageClock? = nil, isNeeded: ((PixelRect) -> Bool)? = nil
  ) throws -> Tensor {
    let (scale, ratio) = (descriptor.diffusion.sf, descriptor.inputPerLatent)
    let networks = try networks
    let (height, width) = descriptor.paddedSides(height: lq.shape.h, width: lq.shape.w, options.tile)
    let input = lq.reflectPadded(height: height, width: width)
    let hole = mask?.reflectPadded(height: height, width: width)
    let begun = start?.reflectPadded(height: height, width: width)
    var options = options
    // Who measures has no file.
    options.isInFile = FileMemory.current != nil
    let choice = TileChoice(
      architecture: descriptor.architecture, options: options, pendingWeights: networks.pending.bytes)
    let plan = try choice.plan(height: height / ratio, width: width / ratio)
    let tiles = plan.tiles.filter { isNeeded?(plan.rect(of: $0, scale: ratio)) ?? true }
    var output: Tensor
    switch options.tiling {
    case .joint:
      let path = RestorationPath(networks, descriptor.architecture, plan, tiles: tiles, clock: clock)
      let cost = path.cost(fromStart: begun != nil)
      let meter = try ProgressMeter(total: cost, options.scope)
      options.meter?.addNetwork(cost: cost)
      let (x, y) = (options.origin.x + (region?.x ?? 0), options.origin.y + (region?.y ?? 0))
      let noise = SeededNoise(seed: options.seed, origin: (y / ratio, x / ratio))
      output = try path.restore(lq: input, mask: hole, from: begun, noise: noise, meter)
    case .independent:
      output = try independently(plan, tiles, input, hole, options)
    }
    try networks.checkFiles()
    output = output.cropped(y: 0, x: 0, height: lq.shape.h * scale, width: lq.shape.w * scale)
    output.clampToPicture()
    return output
  }

  /// Every tile on its own with fresh noise, overlaps averaged: what published code does, to compare with.
  private func independently(
    _ plan: TilePlan, _ tiles: [TilePlan.Tile], _ lq: Tensor, _ mask: Tensor?, _ options: RestoreOptions
  ) throws -> Tensor {
    let ratio = descriptor.inputPerLatent
    let single = TilePlan(height: plan.tileHeight, width: plan.tileWidth, side: .max, overlap: 0)
    let path = RestorationPath(try networks, descriptor.architecture, single)
    let cost = path.cost * Double(tiles.count)
    let meter = try ProgressMeter(total: cost, options.scope)
    options.meter?.addNetwork(cost: cost)
    let base = descriptor.diffusion.sf == 1 ? lq : nil
    return try plan.joined(
      tiles, scale: descriptor.autoencoder.downsampling, channels: 3, over: base, uniform: true
    ) { tile, number in
      func crop(_ tensor: Tensor) -> Tensor { plan.cut(tile, from: tensor, scale: ratio) }
      let noise = SeededNoise(seed: options.seed, stream: UInt32(number - 1))
      return try path.restore(lq: crop(lq), mask: mask.map(crop), noise: noise, meter)
    }
  }

  /// A file for what is as large as the picture, if it does not fit into memory; nil if it does. `options` get what was found out of
  /// memory, so that nothing of what is taken from here on counts twice.
  private func fileMemory(for need: MemoryNeed, _ options: inout RestoreOptions) throws -> FileMemory? {
    let promised = try networks.pending.bytes
    let budget = MemoryBudget(limit: options.memoryLimit, promised: promised)
    options.budget = budget
    options.need = need
    let file = try descriptor.file(for: need, options)
    options.isInFile = file != nil
    guard let file else { return nil }
    do {
      return try FileMemory(
        bytes: file.bytes, smallest: file.smallest, resident: budget.mostResident(promised: promised))
    } catch {
      throw RestoreError.noTemporaryFile(error, needed: file.bytes, budget)
    }
  }

  /// Runs a whole restoration: on its threads, with memory that is kept meanwhile, and so that its caller hears of it and can
  /// stop it at any moment.
  private func working<R>(
    _ options: RestoreOptions, _ need: MemoryNeed, _ body: (RestoreOptions) throws -> R
  ) throws -> R {
    try Precision.$current.withValue(options.precision.resolved(for: descriptor)) {
      try workingInPrecision(options, need, body)
    }
  }

  private func workingInPrecision<R>(
    _ options: RestoreOptions, _ need: MemoryNeed, _ body: (RestoreOptions) throws -> R
  ) throws -> R {
    var options = options
    let file = try fileMemory(for: need, &options)
    let count = WorkCount.current ?? WorkCount()
    options.scope = ProgressReporter(options, count).map { ProgressScope(reporter: $0) }
    options.meter = options.rates.map(RunMeter.init)
    let interruption = (options.scope?.reporter).map { reporter in Interruption { try reporter.reportAgain() } }
    let result = try MemoryReserve.shared.kept {
      try Parallel.$threads.withValue(max(1, options.threads)) {
        try WorkCount.$current.withValue(interruption == nil ? WorkCount.current : count) {
          try Interruption.$current.withValue(interruption) {
            try FileMemory.$current.withValue(file) {
              let result = try body(options)
              try Interruption.check()
              return result
            }
          }
        }
      }
    }
    options.meter?.finish(RateNames(descriptor, threads: options.threads))
    return result
  }

  private func check(_ task: ModelTask) throws {
    guard descriptor.task == task else {
      throw RestoreError.wrongTask(model: descriptor.name, task: descriptor.task, wanted: task)
    }
  }
}

extension ModelDescriptor {
  /// The sides that a picture is padded to: as published where it is worked on in one piece, otherwise no more than the
  /// network needs.
  func paddedSides(height: Int, width: Int, _ tile: TileSize) -> (height: Int, width: Int) {
    let (multiple, ratio) = (unet.lqSize, inputPerLatent)
    func up(_ side: Int, _ multiple: Int) -> Int { (side + multiple - 1) / multiple }
    if tile == .whole { return (up(height, multiple) * multiple, up(width, multiple) * multiple) }
    let latent = unet.latentSides(height: up(height, ratio), width: up(width, ratio))
    return (latent.height * ratio, latent.width * ratio)
  }

  /// Throws `RestoreError.factorTooLarge` unless the model enlarges so many times.
  public func checkFactor(_ factor: Int) throws {
    let largest = diffusion.sf
    guard (1...largest).contains(factor) else {
      throw RestoreError.factorTooLarge(model: name, largest: largest, asked: factor)
    }
  }

  /// Throws `RestoreError.sizeNotReached` unless the model can bring a picture of a size to another size.
  public func checkSize(ofWidth width: Int, height: Int, to newWidth: Int, _ newHeight: Int) throws {
    let scale = diffusion.sf
    guard newWidth >= width && newHeight >= height && newWidth <= width * scale && newHeight <= height * scale else {
      throw RestoreError.sizeNotReached(
        model: name, width: newWidth, height: newHeight, fromWidth: width, fromHeight: height, largest: scale)
    }
  }
}
