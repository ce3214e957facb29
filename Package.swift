// swift-tools-version: 6.2
// ResShift for GIMP: the diffusion engine, its C library, the command line and the GIMP plug-in.
import Foundation
import PackageDescription

// Without it clang uses half of an AVX-512 register.
#if arch(x86_64)
  let kernelSettings: [CSetting] = [.unsafeFlags(["-mprefer-vector-width=512"])]
#else
  let kernelSettings: [CSetting] = []
#endif

/// The versions of GIMP that the plug-in is built for: those whose development files are here. Few systems have both.
///
/// `install.sh` says which in a variable, as SwiftPM keeps what this file came to for as long as file and environment are the same.
let gimps: [String] = {
  if let known = Context.environment["RESSHIFT_GIMPS"] { return known.split(separator: " ").map(String.init) }
  return ["2", "3"].filter { version in
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["pkg-config", "--exists", "gimpui-\(version).0"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}()

/// The plug-in for a version of GIMP: a thin module under the shell, and the library of it.
func plugIn(_ version: String, library: String, packages: [String]) -> (targets: [Target], products: [Product]) {
  guard gimps.contains(version) else { return ([], []) }
  let module = "Gimp\(version)"
  return (
    [
      .systemLibrary(name: "C\(module)", pkgConfig: "gimpui-\(version).0", providers: [.apt(packages)]),
      .target(
        name: module,
        dependencies: [
          "GimpShell", "ResShift", "ModelLibrary", "ModelStore", "Diagnosis", "FilePaths", "Wording", .target(name: "C\(module)"),
        ], exclude: ["README.md", "Windows/README.md", "plug-in.map"],
        linkerSettings: [
          // Without a name the linker writes the path of the build into the library.
          .unsafeFlags([
            "-Xlinker", "-soname=lib\(library).so",
            "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/\(module)/plug-in.map",
          ])
        ]),
    ], [.library(name: library, type: .dynamic, targets: [module])]
  )
}

let gimp2 = plugIn("2", library: "ResShiftGIMP", packages: ["libgimp2.0-dev", "libglib2.0-dev", "gimp"])
let gimp3 = plugIn("3", library: "ResShiftGIMP3", packages: ["libgimp-3.0-dev", "gimp"])

let package = Package(
  name: "resshift",
  products: [
    .executable(name: "resshift", targets: ["Command"]),
    .library(name: "ResShiftC", type: .dynamic, targets: ["ResShiftC"]),
  ] + gimp2.products + gimp3.products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

    .systemLibrary(name: "CGettext"),

    // What everything may use: sentences for users, names of files.
    .target(name: "Wording", dependencies: ["CGettext"], exclude: ["README.md"]),
    .target(name: "FilePaths", exclude: ["README.md"]),

    // The engine, from kernels up to the whole path of a picture. Arrows only point down.
    .target(
      name: "CKernels", exclude: ["README.md"], cSettings: kernelSettings),
    .target(name: "TensorCore", dependencies: ["CKernels", "COpenBLAS", "FilePaths"], exclude: ["README.md"]),
    .target(name: "Checkpoints", dependencies: ["Wording"], exclude: ["README.md"]),
    .target(name: "Layers", dependencies: ["TensorCore", "Checkpoints"], exclude: ["README.md"]),
    .target(name: "Models", dependencies: ["Layers", "TensorCore"], exclude: ["README.md"]),
    .target(name: "Diffusion", dependencies: ["TensorCore"], exclude: ["README.md"]),
    .target(name: "CoarseFill", dependencies: ["TensorCore", "CKernels"], exclude: ["README.md"]),
    .target(
      name: "ModelLibrary", dependencies: ["Diffusion", "Models", "Layers", "Checkpoints", "FilePaths", "Wording"],
      exclude: ["README.md"]),
    .target(
      name: "ResShift",
      dependencies: [
        "ModelLibrary", "Diffusion", "Models", "CoarseFill", "Layers", "TensorCore", "Checkpoints", "FilePaths",
        "Wording",
      ], exclude: ["README.md"]),

    // Ways in: C programs, picture files and the command line, GIMP.
    .target(name: "CResShift"),
    .target(
      name: "ResShiftC", dependencies: ["ResShift", "ModelLibrary", "Checkpoints", "Wording", "CResShift"],
      exclude: ["README.md", "resshift.map"],
      linkerSettings: [
        .unsafeFlags([
          "-Xlinker", "-soname=libresshift.so.0",
          "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/ResShiftC/resshift.map",
        ])
      ]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebpmux", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CPictureCodecs", dependencies: ["CPNG", "CJPEG", "CTIFF", "CWebP", "CZlib"],
      linkerSettings: [.linkedLibrary("webp")]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CTransfer", dependencies: ["CCurl", "CCrypto"]),
    .target(
      name: "ModelStore", dependencies: ["ModelLibrary", "Checkpoints", "FilePaths", "Wording", "CTransfer"],
      exclude: ["README.md"]),
    .target(
      name: "Diagnosis",
      dependencies: ["ResShift", "ModelLibrary", "ModelStore", "TensorCore", "CKernels", "Wording", "CResShift"],
      exclude: ["README.md"]),
    .target(
      name: "PictureFiles", dependencies: ["ResShift", "FilePaths", "Wording", "CPictureCodecs"],
      exclude: ["README.md"]),
    .target(
      name: "Evaluation", dependencies: ["ResShift", "Diffusion", "TensorCore", "PictureFiles"], exclude: ["README.md"]),
    .executableTarget(
      name: "Command",
      dependencies: [
        "ResShift", "ModelLibrary", "Models", "ModelStore", "Diagnosis", "PictureFiles", "Evaluation", "Checkpoints",
        "FilePaths", "Wording",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["README.md"]),
    .target(
      name: "GimpShell",
      dependencies: [
        "ResShift", "ModelLibrary", "ModelStore", "Diagnosis", "PictureFiles", "FilePaths", "Wording",
      ],
      exclude: ["README.md"]),

    // Tests: one target per module.
    .target(
      name: "TestSupport", dependencies: ["TensorCore", "Checkpoints"], path: "Tests/TestSupport",
      exclude: ["server.py"]),
    .testTarget(name: "WordingTests", dependencies: ["Wording"]),
    .testTarget(name: "FilePathsTests", dependencies: ["FilePaths"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "TestSupport"]),
    .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore", "CKernels", "TestSupport"]),
    .testTarget(name: "CoarseFillTests", dependencies: ["CoarseFill", "CKernels", "TensorCore", "TestSupport"]),
    .testTarget(name: "DiffusionTests", dependencies: ["Diffusion", "TensorCore", "TestSupport"]),
    .testTarget(
      name: "ModelsTests",
      dependencies: ["Models", "Layers", "ModelLibrary", "Checkpoints", "TensorCore", "TestSupport"]),
    .testTarget(
      name: "ModelLibraryTests", dependencies: ["ModelLibrary", "Models", "Diffusion", "Checkpoints", "TestSupport"]),
    .testTarget(
      name: "ResShiftTests",
      dependencies: [
        "ResShift", "ModelLibrary", "Diffusion", "Models", "Layers", "TensorCore", "Checkpoints", "TestSupport",
      ]),
    .testTarget(
      name: "DiagnosisTests",
      dependencies: ["Diagnosis", "ResShift", "ModelLibrary", "ModelStore", "Wording", "TestSupport"]),
    .testTarget(name: "ModelStoreTests", dependencies: ["ModelStore", "ModelLibrary", "TestSupport"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "Command", "ResShift", "ModelLibrary", "ModelStore", "Checkpoints", "PictureFiles", "TestSupport",
      ]),
    .testTarget(name: "PictureFilesTests", dependencies: ["PictureFiles"], exclude: ["Files"]),
    .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "ResShift", "TensorCore", "TestSupport"]),
    .testTarget(name: "CInterfaceTests", exclude: ["program"]),
    .testTarget(
      name: "GimpShellTests",
      dependencies: [
        "GimpShell", "Diagnosis", "ModelLibrary", "ModelStore", "ResShift", "TestSupport", "Wording",
      ]),
    .testTarget(name: "PluginTests", dependencies: ["TestSupport"], exclude: ["gimp2.scm", "gimp3.scm", "prelude.scm"]),
  ] + gimp2.targets + gimp3.targets,
  swiftLanguageModes: [.v6]
)
