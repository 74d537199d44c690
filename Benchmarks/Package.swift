// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "timeball", path: "..")],
    targets: [
        .target(name: "CReference", cSettings: [.unsafeFlags(["-O3"])]),
        .executableTarget(
            name: "statistics-benchmark",
            dependencies: ["CReference", .product(name: "ClockStatistics", package: "timeball")],
            swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
