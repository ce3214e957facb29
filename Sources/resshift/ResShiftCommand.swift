import ArgumentParser

@main
struct ResShiftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "resshift")
}
