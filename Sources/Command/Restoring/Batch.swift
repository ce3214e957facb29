import Checkpoints
import FilePaths
import Glibc
import ModelLibrary
import PictureFiles
import ResShift
import Wording

/// Restores the pictures of a plan one after the other; the model is loaded when the first one has been read.
struct Batch {
  let plan: BatchPlan
  let common: CommonOptions
  /// What is chosen beside the options that all subcommands have.
  let choose: (inout RestoreOptions) -> Void

  /// What a subcommand does with one picture, its path and the engine's options.
  typealias ResultSize = (PixelImage) throws -> (width: Int, height: Int)
  typealias Restoration = (Restorer, PixelImage, String, RestoreOptions) throws -> PixelRows
  /// The same as a plan, for a picture, its path and the size of its result.
  typealias Job = (PixelImage, String, _ target: (width: Int, height: Int)) throws -> RestorationJob

  /// `factor` is the scale of the results, nil for that of the model; or `size` says how large the result of a picture is. Then
  /// the default model of an enlargement is the one with the smallest scale that reaches it.
  ///
  /// Throws the failure of a single picture, or `ReportedFailure` when some of several failed.
  func run(
    task: ModelTask, factor: Int? = nil, size: ResultSize? = nil, job plannedJob: Job, _ restoration: Restoration
  ) throws {
    let record = try common.dryRun ? nil : common.report.map(openReport)
    do {
      try run(task, factor, size, plannedJob, record, restoration)
    } catch {
      try record?.summarize(error: error)
      throw error
    }
    try record?.summarize(error: nil)
  }

  private func openReport(_ path: String) throws -> RunReport {
    try RunReport(path, total: plan.jobs.count, slice: plan.slice)
  }

  private func run(
    _ task: ModelTask, _ factor: Int?, _ size: ResultSize?, _ plannedJob: Job, _ record: RunReport?,
    _ restoration: Restoration
  ) throws {
    var refused = try checkOutputs()
    let descriptor = try ModelCatalogue.ofThisProgram.model(named: common.engine.model, for: task, factor: factor)
    if let factor { try descriptor.checkFactor(option: factor) }
    let report = ProgressReport(style: common.progressStyle, total: plan.jobs.count)
    if !common.engine.quiet { for note in plan.notes { Terminal.note(note) } }
    var restorers: [String: Restorer] = [:]
    var firstFailure: Int32?
    var failed: [[UInt8]: any Error] = [:]
    var written: [FileIdentity: String] = [:]
    // What is known to fail is said before the work on the others.
    let order = plan.jobs.indices.filter { refused[$0] != nil } + plan.jobs.indices.filter { refused[$0] == nil }
    let present = Set(plan.jobs.indices.filter { isThere(plan.jobs[$0]) })
    var left = plan.jobs.count - present.count
    for index in order {
      let job = plan.jobs[index]
      if !present.contains(index) { left -= 1 }
      report.start(job.input, index: index, left: left, tellsShare: !common.dryRun)
      var entry = record?.start(job)
      func finish(_ event: RunReport.Event, error: (any Error)? = nil) {
        report.finish(event.rawValue, output: job.output)
        if let entry { record?.finish(event, entry, error: error) }
      }
      if isThere(job) {
        finish(.skipped)
        if !common.engine.quiet { Terminal.note(Notice.skipped(job.output)) }
        continue
      }
      var concernsVariants = false
      do {
        if let error = refused.removeValue(forKey: index) { throw error }
        // What fails for one variant would fail for the others, and is said once.
        if let error = failed[job.input.pathBytes] {
          finish(.failed, error: error)
          continue
        }
        concernsVariants = true
        // Where case does not count, names that differ may be one file.
        if let other = FileIdentity(job.output).flatMap({ written[$0] }) {
          throw CommandError.sameFile(job.output, resultOf: other)
        }
        try plan.checkFolder(for: job.output)
        report.wait(Notice.reading)
        var picture = try PictureFile.read(
          job.input, memoryLimit: common.engine.memory?.bytes, notice: common.engine.notice(report))
        if common.strip { picture.metadata = PictureMetadata() }
        let scale = factor ?? descriptor.diffusion.sf
        let plain = (width: picture.image.width * scale, height: picture.image.height * scale)
        let target = try size?(picture.image) ?? plain
        let descriptor = try size == nil || task != .superResolution ? descriptor : model(for: picture, of: job, target)
        let bitDepth = try check(job, picture, target.width, target.height, common.engine.notice(report))
        var options = common.engine.restoreOptions(report)
        options.seed = job.seed
        choose(&options)
        entry?.size = (picture.image.width, picture.image.height)
        entry?.resultSize = target
        entry?.model = descriptor.name
        entry?.precision = try options.precision.resolved(for: descriptor)
        let planned = try plannedJob(picture.image, job.input, target)
        let held = HeldPicture(channels: picture.image.channels, isGathered: false)
        if common.dryRun {
          do {
            let outlook = try descriptor.outlook(planned, of: held, options, options.rates)
            report.plan(outlook, model: descriptor.name, output: job.output)
          } catch let error as RestoreError {
            throw Failure(error, about: job.input)
          }
          continue
        }
        // What cannot be done is said by the restoration itself.
        options.expectedSeconds = (try? descriptor.outlook(planned, of: held, options, options.rates))?.seconds
        report.announce(options.expectedSeconds)
        if restorers[descriptor.name] == nil { report.wait(Notice.loading(descriptor.name)) }
        let engine = try restorers[descriptor.name] ?? load(descriptor)
        restorers[descriptor.name] = engine
        let result: PixelRows
        do {
          result = try restoration(engine, picture.image, job.input, options)
        } catch let error as RestoreError {
          throw Failure(error, about: job.input)
        } catch let error as CheckpointError {
          throw ModelFailure(reason: error)
        }
        entry?.resultSize = (result.width, result.height)
        report.wait(Notice.writing)
        try plan.withFolder(for: job.output) {
          try picture.write(result, to: job.output, bitDepth: bitDepth, notice: common.engine.notice(report))
        }
        if let file = FileIdentity(job.output) { written[file] = job.input }
        finish(.done)
      } catch {
        if concernsVariants { failed[job.input.pathBytes] = error }
        finish(.failed, error: (error as? ModelFailure)?.reason ?? error)
        // A model that does not load, or a single picture: there is nothing to go on with.
        if plan.isOfOnePicture || error is ModelFailure { throw (error as? ModelFailure)?.reason ?? error }
        let status = Terminal.report(error)
        firstFailure = firstFailure ?? status
      }
    }
    if let firstFailure { throw ReportedFailure(status: firstFailure) }
  }

  /// Whether a picture is left alone, as its result is there.
  private func isThere(_ job: BatchPlan.Job) -> Bool { common.skipExisting && FileKind(of: job.output) == .file }

  /// What can be known before a picture has been read: types of files, bits, names, folders. Throws what concerns all
  /// outputs or the only one; returns the others by the position of their job.
  private func checkOutputs() throws -> [Int: any Error] {
    var refused: [Int: any Error] = [:]
    for (index, job) in plan.jobs.enumerated() {
      let format = try PictureFile.format(ofOutput: job.output)
      if let bits = common.bitDepth, !format.bitDepths.contains(bits) {
        throw CommandError.bitDepth(bits, format, output: job.output)
      }
      do {
        if plan.lacksFolder {
          try FileSystem.checkLength(of: job.output)
        } else {
          try PictureFile.checkOutput(job.output, width: 1, height: 1, bitDepth: 8)
        }
      } catch {
        if plan.isOfOnePicture { throw error }
        refused[index] = error
      }
    }
    return refused
  }

  /// Finds out before the computation that the result can be written; returns its bits a sample.
  private func check(
    _ job: BatchPlan.Job, _ picture: PictureFile, _ width: Int, _ height: Int, _ notice: ((String) -> Void)?
  ) throws -> Int {
    let format = try PictureFile.format(ofOutput: job.output)
    let bitDepth = common.bitDepth ?? (format.bitDepths.contains(picture.bitDepth) ? picture.bitDepth : 8)
    try PictureFile.checkFormat(ofOutput: job.output, width: width, height: height, bitDepth: bitDepth)
    if !plan.lacksFolder {
      try PictureFile.checkOutput(job.output, width: width, height: height, bitDepth: bitDepth)
    }
    if common.bitDepth == nil, bitDepth < picture.bitDepth {
      notice?(Notice.fewerBits(job.output, format, bitDepth, of: picture.bitDepth).text)
    }
    return bitDepth
  }

  /// The model that brings a picture to a size.
  private func model(
    for picture: PictureFile, of job: BatchPlan.Job, _ target: (width: Int, height: Int)
  ) throws -> ModelDescriptor {
    let (width, height) = (picture.image.width, picture.image.height)
    let factor = max((target.width + width - 1) / width, (target.height + height - 1) / height)
    let model = try ModelCatalogue.ofThisProgram.model(
      named: common.engine.model, for: .superResolution, factor: max(2, factor))
    do { try model.checkSize(ofWidth: width, height: height, to: target.width, target.height) } catch let error
      as RestoreError
    {
      throw Failure(error, about: job.input)
    }
    return model
  }

  /// The weights could not be loaded, or were changed while they were in use.
  private struct ModelFailure: Error {
    let reason: any Error
  }

  private func load(_ descriptor: ModelDescriptor) throws -> Restorer {
    do {
      return try Restorer(descriptor, common.engine.precision)
    } catch {
      throw ModelFailure(reason: error)
    }
  }
}

extension ModelDescriptor {
  /// Throws a failure that names the option unless the model enlarges so many times.
  func checkFactor(option factor: Int) throws {
    do { try checkFactor(factor) } catch RestoreError.factorTooLarge(let model, let largest, let asked) {
      throw CommandError.factorTooLarge(asked, model: model, largest: largest)
    }
  }
}
