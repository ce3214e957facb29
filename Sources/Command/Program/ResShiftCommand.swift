import ArgumentParser
import Diagnosis
import FilePaths
import Glibc
import ResShift
import Wording

/// The program: every subcommand is a file of its own.
struct ResShiftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resshift",
    abstract: "Restores photographs with ResShift diffusion models, on this machine's own CPU.",
    discussion: """
      Exit status: 0 done; 64 wrong usage; 65 a picture, mask or model is damaged or does not fit; 66 no such input; \
      69 a model is unknown or not installed; 71 not enough memory; 73 cannot write; 130 interrupted. \
      Several inputs: one that fails does not stop the others, and the status is that of the first failure.

      Examples:
        resshift upscale photo.jpg -o photo-large.png
        resshift inpaint photo.jpg --mask scratches.png -o photo-mended.png
        resshift models list
      """,
    version: InstallationReport.version,
    subcommands: [
      UpscaleCommand.self, InpaintCommand.self, RestoreCommand.self, ExtendCommand.self, ModelsCommand.self,
      BenchCommand.self, EvaluateCommand.self,
    ])
}

@main
enum Program {
  static func main() {
    Terminal.useLanguage()
    Terminal.exitOnSignals()
    Terminal.end(status(of: arguments))
  }

  /// Pictures may have any name; models, and what they consist of, must be named in UTF-8.
  private static func checkEncoding() throws {
    let takesAnyName = ["upscale", "inpaint", "restore", "extend", "evaluate"].contains(arguments.first ?? "")
    for argument in arguments where argument.hasEscapedBytes && !takesAnyName {
      throw CommandError.notUTF8(argument: argument)
    }
  }

  /// The words of the command line, bytes that are not UTF-8 included (`PathBytes`).
  private static let arguments: [String] = (1..<max(1, Int(CommandLine.argc))).flatMap { index -> [String] in
    guard let bytes = CommandLine.unsafeArgv[index] else { return [] }
    let word = String(pathBytes: UnsafeRawBufferPointer(start: bytes, count: strlen(bytes)))
    // The parser looks for characters: a mark at the start of a value would hide the sign before it.
    guard word.hasPrefix("--"), !word.contains("="), let sign = word.utf8.firstIndex(of: UInt8(ascii: "=")) else {
      return [word]
    }
    return [String(word[..<sign]), String(word[word.utf8.index(after: sign)...])]
  }

  /// Runs one command line; whatever goes wrong becomes one line on standard error and an exit status.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      try checkEncoding()
      try EngineOptions.checkEnvironment()
      var command = try ResShiftCommand.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as ReportedFailure {
      return failure.status
    } catch let error where Failure.isOurs(error) {
      return Terminal.report(error)
    } catch {
      // Help and version arrive as errors whose exit code is success; the rest is wrong usage.
      guard ResShiftCommand.exitCode(for: error) != .success else {
        print(ResShiftCommand.fullMessage(for: error))
        return 0
      }
      let words = arguments.prefix { !$0.hasPrefix("-") }.prefix(1).filter { word in
        ResShiftCommand.configuration.subcommands.contains { $0.configuration.commandName == word }
      }
      let help = (["resshift"] + words + ["--help"]).joined(separator: " ")
      var message = ResShiftCommand.message(for: error)
      if message.hasSuffix(".") { message.removeLast() }
      return Terminal.report(CommandError.arguments(message, help: help))
    }
  }
}
