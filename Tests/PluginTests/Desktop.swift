import Foundation
import Glibc
import Testing

/// A screen without a monitor, with a window manager, a keyboard to press and a GIMP to talk to.
final class Desktop {
  let folder: URL
  private let stage: Stage
  private var processes: [Process] = []
  private var display = ""
  private var port: UInt16 = 0
  private let environment: [String: String]

  /// Starts Xvfb, openbox and GIMP; `program` runs in GIMP after the tests' prelude.
  init(_ program: String, put pictures: [String: Picture], environment: [String: String] = [:]) throws {
    self.environment = environment
    stage = try Stage.shared.get()
    folder = FileManager.default.temporaryDirectory.appending(path: "resshift-window-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, picture) in pictures { try picture.tiff.write(to: folder.appending(path: name)) }
    do {
      try startAll(program)
    } catch {
      close()
      throw error
    }
  }

  private func startAll(_ program: String) throws {
    let screen = try start(
      ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], output: "display.txt")
    try eventually("Xvfb to start", within: 30) {
      let text = (try? String(contentsOf: screen, encoding: .utf8)) ?? ""
      let numbers = text.split(whereSeparator: \.isNewline).compactMap { Int($0) }
      display = numbers.last.map { ":\($0)" } ?? ""
      return !display.isEmpty
    }
    try start(["openbox"], output: "openbox.txt")
    port = try Desktop.freePort()
    let definitions = """
      (define folder "\(folder.path)")
      (define log-port (open-output-file "\(folder.appending(path: "log.txt").path)"))
      \(GimpVersion.tested.loadsPreludes)
      """
    let file = folder.appending(path: "window.scm")
    try Data((definitions + "\n" + program).utf8).write(to: file)
    try Data(definitions.utf8).write(to: folder.appending(path: "server.scm"))
    try start(
      [
        GimpVersion.tested.program, "-n", "--no-splash", "--batch-interpreter", "plug-in-script-fu-eval", "-b",
        "(load \"\(file.path)\")", "-b",
        "(plug-in-script-fu-server RUN-NONINTERACTIVE \"127.0.0.1\" \(port) \"\(folder.path)/server.log\")",
      ], output: "gimp.txt")
    try eventually("GIMP to answer", within: 180) { (try? ask("1")) == "1" }
    _ = try ask("(load \"\(folder.path)/server.scm\")")
  }

  /// Ends what was started, GIMP's plug-ins included, and removes what it wrote. GIMP would ask about unsaved pictures, so
  /// it is not asked. What is left after ten seconds is an issue.
  func close() {
    for process in processes { kill(process.processIdentifier, SIGKILL) }
    for _ in 0..<100 {
      let left = remaining
      if left.isEmpty { break }
      for (id, _) in left { kill(id, SIGKILL) }
      usleep(100_000)
    }
    #expect(remaining.isEmpty, "processes of the test that do not end: \(remaining)")
    // Threads of tests block signals, and so do programs started from them: Xvfb cannot be asked to do this itself.
    let number = display.dropFirst()
    for file in number.isEmpty ? [] : ["/tmp/.X\(number)-lock", "/tmp/.X11-unix/X\(number)"] {
      try? FileManager.default.removeItem(atPath: file)
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Every process that was started from here, by whomever: known by its environment, in which `TMPDIR` is our folder.
  private var remaining: [(id: pid_t, name: String)] { Desktop.processes(of: folder) }

  private static func processes(of folder: URL) -> [(id: pid_t, name: String)] {
    let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    let mark = Data("TMPDIR=\(folder.path)".utf8)
    return ids.compactMap { id in
      guard let environment = try? Data(contentsOf: URL(filePath: "/proc/\(id)/environ")),
        environment.firstRange(of: mark) != nil,
        let name = try? String(contentsOfFile: "/proc/\(id)/comm", encoding: .utf8)
      else { return nil }
      return (id, name.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// The plug-in at work: a process of its own.
  static func plugIn(of folder: URL) -> pid_t? { processes(of: folder).first { $0.name == "resshift" }?.id }
  /// The same for one that GIMP has started to run a procedure, not to ask what it offers.
  static func callOfPlugIn(of folder: URL) -> pid_t? {
    plugIn(of: folder).flatMap { id in
      let arguments = (try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline")))?.split(separator: 0) ?? []
      return arguments.contains { $0 == Data("-run".utf8) } ? id : nil
    }
  }
  var isPlugInAtWork: Bool { Desktop.plugIn(of: folder) != nil }

  func picture(_ name: String) throws -> Picture {
    try Picture(tiff: Data(contentsOf: folder.appending(path: name)))
  }

  @discardableResult
  private func start(_ command: [String], output: String) throws -> URL {
    let log = folder.appending(path: output)
    try Data().write(to: log)
    processes.append(
      try Command.start(
        command,
        environment: [
          GimpVersion.tested.folderVariable: stage.gimpFolder.path, "LC_ALL": "C.UTF-8", "DISPLAY": display,
          "TMPDIR": folder.path, "XDG_CACHE_HOME": folder.appending(path: "cache").path,
        ]
        .merging(environment) { $1 }, log: log))
    return log
  }
}

/// Waits until `condition` holds; an error tells what did not come.
func eventually(_ what: String, within seconds: Double, _ condition: () throws -> Bool) throws {
  let end = Date(timeIntervalSinceNow: seconds)
  while Date() < end {
    if try condition() { return }
    usleep(200_000)
  }
  throw SetUpFailure(description: "waited \(Int(seconds)) s in vain for \(what)")
}

// MARK: Keyboard and screen

extension Desktop {
  private func tool(_ command: [String]) throws -> String {
    try Command.run(command, environment: ["DISPLAY": display]).output
  }

  func windows(named pattern: String) throws -> [String] {
    let found = try tool(["xdotool", "search", "--onlyvisible", "--name", pattern])
    return found.split(whereSeparator: \.isNewline).map(String.init)
  }

  func press(_ keys: String...) throws {
    for key in keys {
      _ = try tool(["xdotool", "key", key])
      usleep(400_000)
    }
  }

  /// Brings GIMP's image window to the front.
  func activateImageWindow() throws { try activate(windowNamed: "– GIMP$") }

  func activate(windowNamed pattern: String) throws {
    guard let window = try windows(named: pattern).first else {
      throw SetUpFailure(description: "there is no window “\(pattern)”")
    }
    _ = try tool(["xdotool", "windowactivate", window])
    usleep(500_000)
  }

  /// Clicks on the Cancel of the status bar, in the corner of the window once the docks are hidden; `inset` is how far it
  /// lies from the right and the lower edge.
  func clickCancel(inset: (x: Int, y: Int) = (45, 20)) throws {
    guard let window = try windows(named: "– GIMP$").first else {
      throw SetUpFailure(description: "GIMP shows no image window")
    }
    let geometry = try tool(["xdotool", "getwindowgeometry", "--shell", window]).split(whereSeparator: \.isNewline)
    func side(_ name: String) -> Int {
      geometry.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }
    _ = try tool([
      "xdotool", "mousemove", "--window", window, "\(side("WIDTH") - inset.x)", "\(side("HEIGHT") - inset.y)", "click",
      "1",
    ])
  }

  /// Opens Filters > Enhance > ResShift, presses `key` there and waits for the dialog of that title.
  ///
  /// In English, ResShift is the last but one entry of Enhance, and GIMP 3 may skip the last one where it cannot be used; entries
  /// are sorted by the words of a language. `places` counts from the end, as tries.
  func openDialog(_ key: String, title: String, screenshot: String? = nil, places: [Int] = [2, 1, 2]) throws {
    for (attempt, place) in places.enumerated() {
      try activateImageWindow()
      try press("alt+r", "h")
      for _ in 0..<place { try press("Up") }
      // Its own menu opens to the right.
      try press("Right")
      if let screenshot { try saveScreen(as: screenshot + "-menu") }
      try press(key)
      do {
        try eventually("the dialog “\(title)”", within: 20) { try !windows(named: title).isEmpty }
        // GIMP 3 brings the image's window to the front when it has saved one, which may be just now.
        try activate(windowNamed: title)
        if let screenshot { try saveScreen(as: screenshot + "-dialog") }
        return
      } catch  where attempt < places.count - 1 {
        try press("Escape", "Escape", "Escape", "Escape")
      }
    }
  }

  /// The sides of the window of that title, without its frame.
  func size(ofWindow title: String) throws -> (width: Int, height: Int) {
    guard let window = try windows(named: title).first else { throw SetUpFailure(description: "no window “\(title)”") }
    let lines = try tool(["xdotool", "getwindowgeometry", "--shell", window]).split(whereSeparator: \.isNewline)
    func side(_ name: String) -> Int {
      lines.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }
    return (side("WIDTH"), side("HEIGHT"))
  }

  func width(ofWindow title: String) throws -> Int { try size(ofWindow: title).width }

  /// Clicks on the Cancel of a dialog that works on a layer.
  func clickCancel(of title: String) throws {
    let (width, height) = try size(ofWindow: title)
    let inset = GimpVersion.tested == .two ? (x: 146, y: 27) : (x: 168, y: 43)
    try click(in: title, at: (width - inset.x, height - inset.y))
  }

  /// Presses the first mouse button at a place of the window of that title, moves to another, and lets go.
  func drag(in title: String, from start: (x: Int, y: Int), to end: (x: Int, y: Int)) throws {
    guard let window = try windows(named: title).first else { throw SetUpFailure(description: "no window “\(title)”") }
    func move(_ place: (x: Int, y: Int)) throws {
      _ = try tool(["xdotool", "mousemove", "--window", window, "\(place.x)", "\(place.y)"])
      usleep(200_000)
    }
    try move(start)
    _ = try tool(["xdotool", "mousedown", "1"])
    try move(end)
    _ = try tool(["xdotool", "mouseup", "1"])
    usleep(200_000)
  }

  func click(in title: String, at place: (x: Int, y: Int)) throws { try drag(in: title, from: place, to: place) }

  /// How many pixels of the screen have that colour.
  func pixelsOnScreen(_ colour: (UInt8, UInt8, UInt8)) throws -> Int {
    let file = folder.appending(path: "screen.ppm")
    _ = try tool(["import", "-window", "root", "-depth", "8", "ppm:\(file.path)"])
    let bytes = [UInt8](try Data(contentsOf: file))
    guard bytes.count > 1280 * 900 * 3 else { throw SetUpFailure(description: "no picture of the screen") }
    let start = bytes.count - 1280 * 900 * 3
    return stride(from: start, to: bytes.count, by: 3).count {
      bytes[$0] == colour.0 && bytes[$0 + 1] == colour.1 && bytes[$0 + 2] == colour.2
    }
  }

  /// Keeps a picture of the screen where `RESSHIFT_SCREENSHOTS` says, for people to look at.
  func saveScreen(as name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["RESSHIFT_SCREENSHOTS"] else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try tool(["import", "-window", "root", "\(folder)/\(name).png"])
  }
}

// MARK: Script-Fu server

extension Desktop {
  /// Evaluates an expression in the running GIMP; its value as text. Throws with GIMP's message when it fails.
  func ask(_ expression: String) throws -> String {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard connection >= 0 else { throw SetUpFailure(description: "no socket to be had") }
    defer { Glibc.close(connection) }
    var address = Desktop.loopback(port)
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw SetUpFailure(description: "GIMP's Script-Fu server does not listen") }
    let text = Array("(text \(expression))".utf8)
    let plain = Array(expression.utf8)
    // "G", the length in two bytes, the expression; the answer has a status byte before its length.
    let body = expression.hasPrefix("(load") || expression == "1" ? plain : text
    let request = [UInt8(ascii: "G"), UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    guard write(connection, request, request.count) == request.count else {
      throw SetUpFailure(description: "GIMP's Script-Fu server hung up")
    }
    let (header, answer): ([UInt8], String)
    do {
      header = try Desktop.receive(4, from: connection)
      let length = Int(header[2]) << 8 | Int(header[3])
      answer = String(decoding: try Desktop.receive(length, from: connection), as: UTF8.self)
    } catch {
      let said = (try? String(contentsOf: folder.appending(path: "gimp.txt"), encoding: .utf8)) ?? ""
      throw SetUpFailure(description: "\(error) at \(expression); GIMP says: \(said.suffix(1000))")
    }
    guard header[1] == 0 else { throw SetUpFailure(description: "\(expression): \(answer)") }
    return answer.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
  }

  private static func receive(_ count: Int, from connection: Int32) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let got = bytes.withUnsafeMutableBytes { read(connection, $0.baseAddress.map { $0 + have }, count - have) }
      guard got > 0 else {
        let reason = got < 0 ? String(cString: strerror(errno)) : "end"
        throw SetUpFailure(description: "GIMP's Script-Fu server hung up (\(reason))")
      }
      have += got
    }
    return bytes
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A port that nobody listens on at the moment.
  private static func freePort() throws -> UInt16 {
    let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(probe) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(probe, $0, size) | getsockname(probe, $0, &size) }
    }
    guard status == 0 else { throw SetUpFailure(description: "no free port") }
    return UInt16(bigEndian: address.sin_port)
  }
}
