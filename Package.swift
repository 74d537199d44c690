// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built alike: strict memory safety, warnings are errors, imports say what leaks.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library target that decides: no libc, no Foundation, no concurrency (held by Scripts/check-shape).
func pure(_ name: String, _ dependencies: [Target.Dependency] = [], linker: [LinkerSetting] = []) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: strict + [
            .unsafeFlags([
                "-Xfrontend", "-disable-implicit-concurrency-module-import",
                "-Xfrontend", "-disable-implicit-string-processing-module-import",
            ])
        ], linkerSettings: linker)
}

/// A library target that does: it may touch the machine.
func acting(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    pure(name, dependencies)
}

let package = Package(
    name: "timeball",
    products: [
        .library(name: "TimeballClock", targets: ["TimeballClock"]),
        .executable(name: "timeballd", targets: ["timeballd"]),
        .executable(name: "timeball", targets: ["timeball"]),
        .executable(name: "timeball-sim", targets: ["timeball-sim"]),
        .library(name: "ClockStatistics", targets: ["ClockStatistics"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // For the store of clock studies: tools only, never a daemon.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Deciding.
        pure("TimeBase"),
        pure("Addresses"),
        pure("BoundPage", ["TimeBase"]),
        pure("TimeZones", ["TimeBase"]),
        pure("Scheduling", ["TimeBase", "TimeZones"]),
        pure("Engine", ["TimeBase"]),
        pure("Estimation", ["TimeBase"], linker: [.linkedLibrary("m")]),
        pure("ClockStatistics", linker: [.linkedLibrary("m")]),
        pure("ClockStudies", ["TimeBase", "Engine", "ClockStatistics", "Recording"], linker: [.linkedLibrary("m")]),
        pure("RealTimeClock", ["TimeBase"]),
        pure("NTPWire", ["TimeBase"]),
        pure("Control", ["TimeBase", "Addresses"]),
        pure("Recording", ["TimeBase"]),
        pure(
            "Rendering",
            ["TimeBase", "Addresses", "BoundPage", "NTPWire", "Control", "ClockStatistics", "ClockStudies"]),
        pure(
            "Timekeeping",
            ["TimeBase", "Addresses", "BoundPage", "Engine", "Estimation", "NTPWire", "Control", "Recording"]),
        pure("Configuration", ["TimeBase", "Addresses", "BoundPage", "Control", "Timekeeping"]),
        pure(
            "Simulation",
            ["TimeBase", "Addresses", "BoundPage", "Engine", "Estimation", "NTPWire", "Timekeeping", "RealTimeClock"],
            linker: [.linkedLibrary("m")]),

        // Doing.
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        acting("Linux", ["CLinux", "TimeBase", "Addresses", "RealTimeClock"]),
        acting("Daemon", ["CLinux", "Linux", "TimeBase", "Addresses"]),
        // For other people's programs, which are concurrent.
        .target(name: "TimeballClock", dependencies: ["TimeBase", "BoundPage", "Linux"], swiftSettings: strict),
        // A study on disk.
        .target(
            name: "StudyStore",
            dependencies: ["ClockStudies", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),

        // Programs.
        .executableTarget(
            name: "timeballd",
            dependencies: [
                "TimeBase", "Addresses", "BoundPage", "Engine", "NTPWire", "Control", "Recording", "Timekeeping",
                "Configuration", "CLinux", "Linux", "Daemon",
            ],
            swiftSettings: strict + [
                .unsafeFlags([
                    "-Xfrontend", "-disable-implicit-concurrency-module-import",
                    "-Xfrontend", "-disable-implicit-string-processing-module-import",
                ])
            ],
            // Packed relocations: fewer pages of the file are touched at start, and the daemon stays small.
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "--pack-dyn-relocs=relr", "-Xlinker", "-z", "-Xlinker",
                        "pack-relative-relocs",
                    ], .when(configuration: .release))
            ]),
        .executableTarget(
            name: "timeball",
            dependencies: [
                "TimeBase", "TimeZones", "Scheduling", "Addresses", "BoundPage", "NTPWire", "Control", "Rendering",
                "TimeballClock", "ClockStatistics", "ClockStudies", "StudyStore", "Engine", "Linux", "RealTimeClock",
                "Recording",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "timeball-sim",
            dependencies: [
                "TimeBase", "Addresses", "Engine", "Estimation", "Control", "Timekeeping", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Claims.
        .testTarget(name: "TimeBaseTests", dependencies: ["TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "BoundPageTests", dependencies: ["BoundPage", "Linux", "TimeballClock", "TimeBase"],
            swiftSettings: strict),
        .testTarget(name: "TimeZonesTests", dependencies: ["TimeZones", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "SchedulingTests", dependencies: ["Scheduling", "TimeZones", "TimeBase", "timeball"],
            exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(name: "AddressesTests", dependencies: ["Addresses"], swiftSettings: strict),
        .testTarget(name: "EstimationTests", dependencies: ["Estimation", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "ClockStatisticsTests", dependencies: ["ClockStatistics"], exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "ClockStudiesTests", dependencies: ["ClockStudies", "Engine", "TimeBase", "Recording"],
            swiftSettings: strict),
        .testTarget(
            name: "RealTimeClockTests", dependencies: ["RealTimeClock", "Simulation", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "StudyStoreTests", dependencies: ["StudyStore", "ClockStudies"], swiftSettings: strict),
        .testTarget(name: "NTPWireTests", dependencies: ["NTPWire", "TimeBase"], swiftSettings: strict),
        .testTarget(name: "ControlTests", dependencies: ["Control", "Addresses", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "RenderingTests", dependencies: ["Rendering", "Control", "NTPWire", "Addresses", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "Recording", "Timekeeping", "Addresses", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "TimekeepingTests",
            dependencies: [
                "Timekeeping", "BoundPage", "Engine", "Estimation", "NTPWire", "Control", "Recording", "Addresses",
                "TimeBase",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "Simulation", "Timekeeping", "Engine", "Estimation", "NTPWire", "Control", "Addresses", "BoundPage",
                "TimeBase",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HostTests",
            dependencies: [
                "Linux", "Daemon", "CLinux", "Addresses", "TimeBase", "Engine", "NTPWire", "Control", "Timekeeping",
                "Configuration", "timeballd",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "InteropTests", dependencies: [], exclude: ["lying-server.py", "flood.py", "kernel-clock.py"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
