import Foundation
import Testing

@Suite struct DownloadTests {
  @Test func download() throws {
    let home = try ModelHome()
    let run = try home.run("download", "tiny-sr", "--accept-licence")
    #expect(run.status == 0 && run.output.isEmpty)
    #expect(run.errors.contains("unet.pth: 6 MB, checked and installed") && run.errors.contains("tiny-sr is installed"))
    #expect(try home.files() == ["autoencoder.pth", "files.json", "model.json", "unet.pth"])
    #expect(try home.isServed("unet.pth") && home.isServed("autoencoder.pth"))
    #expect(try home.run("verify").output.components(separatedBy: ": ok\n").count == 3)
    // Everything is there: nothing is asked of the server again.
    #expect(try home.run("download", "tiny-sr").status == 0)
    #expect(home.server.log.count == 2)
    try home.bench.write(Workbench.picture(16, 16), "a.png")
    #expect(try home.bench.run("upscale", "a.png", "-o", "b.png", models: home.bench.path(".models")).status == 0)
  }

  @Test func theLicenceIsAskedForOnce() throws {
    let home = try ModelHome()
    let refused = try home.run("download", "tiny-sr")
    #expect(refused.status == 64)
    #expect(
      refused.onlyErrorLine()
        == "tiny-sr is under the Test License 1.0; read it, then run again with --accept-licence")
    #expect(try home.server.log.isEmpty && home.files() == ["model.json"])
    #expect(try home.run("download", "tiny-sr", "--accept-licence").status == 0)
    try home.addModel("tiny-twin")
    #expect(try home.run("download", "tiny-twin").status == 0)
  }

  /// The autoencoder of another model is not fetched again, and takes no room.
  @Test func autoencodersAreShared() throws {
    let home = try ModelHome()
    try home.addModel("tiny-twin")
    let run = try home.run("download", "tiny-sr", "tiny-twin", "--accept-licence")
    #expect(run.status == 0)
    #expect(run.errors.contains("autoencoder.pth: the same as that of tiny-sr, not fetched again"))
    #expect(home.server.log.filter { $0[1].hasSuffix("autoencoder.pth") }.count == 1)
    let attributes = try FileManager.default.attributesOfItem(
      atPath: home.bench.path(".models/tiny-twin/autoencoder.pth"))
    #expect(attributes[.referenceCount] as? Int == 2)
    #expect(try home.run("remove", "tiny-sr").status == 0)
    #expect(try home.isServed("autoencoder.pth", model: "tiny-twin"))
  }

  @Test func goesOnAfterABreak() throws {
    let home = try ModelHome(mode: "drop")
    #expect(try home.run("download", "tiny-sr", "--accept-licence").status == 0)
    let requests = home.server.log.filter { $0[1].hasSuffix("unet.pth") }
    try #require(requests.count == 2)
    let (first, second) = (Int(requests[0][5]) ?? 0, Int(requests[1][5]) ?? 0)
    // What of the first half has arrived is not sent again.
    #expect(requests[1][2].hasPrefix("bytes=") && requests[1][3] == "\"one\"" && requests[1][4] == "206")
    let whole = try home.bench.bytes("served/unet.pth").count
    #expect(first > 0 && first + second >= whole && second < whole)
    #expect(try home.isServed("unet.pth"))
  }

  /// The server's file is another one by now, or the server knows no parts: the whole file comes again.
  @Test(arguments: ["changed", "whole"])
  func beginsAnewWhereItMust(mode: String) throws {
    let home = try ModelHome(mode: mode)
    #expect(try home.run("download", "tiny-sr", "--accept-licence").status == 0)
    #expect(home.server.log.filter { $0[1].hasSuffix("unet.pth") }.map { $0[4] } == ["200", "200"])
    #expect(try home.isServed("unet.pth"))
    #expect(try home.files() == ["autoencoder.pth", "files.json", "model.json", "unet.pth"])
  }

  /// A length that promises more, a busy server, a redirection: the file arrives all the same.
  @Test(arguments: ["long", "busy", "redirect"])
  func arrivesAllTheSame(mode: String) throws {
    let home = try ModelHome(mode: mode)
    #expect(try home.run("download", "tiny-sr", "--accept-licence").status == 0)
    #expect(try home.isServed("unet.pth"))
  }

  @Test(arguments: [
    ("short", 65, "what came is not a file of tiny-sr"), ("html", 65, "not a checkpoint but a web page"),
    ("other", 65, "is missing; use the checkpoint that belongs to this model"),
    ("damaged", 65, "what came is not a file of tiny-sr"), ("missing", 69, "404"), ("plain", 69, "http"),
  ])
  func refusesWhatIsNotTheFile(mode: String, status: Int32, message: String) throws {
    let home = try ModelHome(mode: mode)
    let run = try home.run("download", "tiny-sr", "--accept-licence")
    #expect(run.status == status)
    #expect(run.onlyErrorLine().contains(message) && run.onlyErrorLine().contains(home.server.address(mode)))
    #expect(try home.files() == ["model.json"])
    // Nothing of it stands in the way of the next attempt.
    #expect(try home.run("download", "tiny-sr", "--url-base", home.server.address("ok") + "/").status == 0)
    #expect(try home.isServed("unet.pth"))
  }

  @Test func givesUpOnABrokenServer() throws {
    let home = try ModelHome(mode: "never")
    let run = try home.run("download", "tiny-sr", "--accept-licence")
    #expect(run.status == 69 && run.onlyErrorLine().hasSuffix("the same command goes on from here"))
    #expect(home.server.log.count == 4)
  }

  @Test func doesNotTrustUnknownCertificates() throws {
    let home = try ModelHome()
    let run = try home.run(
      "download", "tiny-sr", "--accept-licence", environment: ["SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"])
    #expect(run.status == 69 && run.onlyErrorLine().contains("certificate"))
    #expect(home.server.log.isEmpty)
  }

  @Test func usesTheProxy() throws {
    let home = try ModelHome()
    let run = try home.run("download", "tiny-sr", "--accept-licence", environment: ["https_proxy": home.server.proxy])
    #expect(run.status == 0)
    #expect(home.server.log.contains { $0[0] == "CONNECT" && $0[1].hasPrefix("localhost:") })
  }

  /// Interrupted by Ctrl-C, then taken up again.
  @Test func interrupted() throws {
    let home = try ModelHome(mode: "slow")
    let process = home.bench.process(
      ["models", "download", "tiny-sr", "--accept-licence"], models: home.bench.path(".models"),
      environment: home.server.environment)
    process.standardError = FileHandle.nullDevice
    try process.run()
    let part = home.bench.path(".models/tiny-sr/.unet.pth.part")
    let half = try home.bench.bytes("served/unet.pth").count / 2
    for _ in 0..<500 where (try? FileManager.default.attributesOfItem(atPath: part)[.size] as? Int) != half {
      usleep(20_000)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try home.run("download", "tiny-sr", "--url-base", home.server.address("ok")).status == 0)
    let last = try #require(home.server.log.last { $0[1].hasSuffix("/ok/unet.pth") })
    #expect(last[2] == "bytes=\(half)-" && last[4] == "206")
    #expect(try home.isServed("unet.pth"))
  }

  @Test func progress() throws {
    let home = try ModelHome()
    let run = try home.run("download", "tiny-sr", "--accept-licence", "--progress", "json", "--quiet")
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(lines.contains { $0.contains("\"input\":\"unet.pth\",\"index\":0,\"total\":2,\"percent\":100}") })
    #expect(lines.last?.hasPrefix("{\"event\":\"done\",\"input\":\"autoencoder.pth\"") ?? false)
  }

  @Test func unknownModels() throws {
    let home = try ModelHome()
    #expect(try home.run("download", "nothing", "--accept-licence").status == 69)
    #expect(try home.run("download", "tiny-sr", "--url-base", "ftp://x").status == 64)
    try home.bench.addModel("tiny-face") { $0["task"] = "restoration" }
    try FileManager.default.removeItem(atPath: home.bench.path(".models/tiny-face/unet.pth"))
    let run = try home.run("download", "tiny-face", "--accept-licence")
    #expect(run.status == 64 && run.onlyErrorLine().contains("does not say where to get unet.pth"))
  }
}
