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
        .executable(name: "timeball-jobsd", targets: ["timeball-jobsd"]),
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
        pure("AtomicTime", ["TimeBase", "TimeZones"]),
        pure("Scheduling", ["TimeBase", "TimeZones"]),
        pure("AtSpool", ["TimeBase", "TimeZones"]),
        pure("FileWatches", ["TimeBase"]),
        pure("Engine", ["TimeBase"]),
        pure("JobsControl"),
        pure(
            "JobScheduler",
            ["TimeBase", "TimeZones", "Scheduling", "Engine", "JobsControl", "ExactStarts", "AtSpool", "FileWatches"]),
        pure("ExactStarts", ["TimeBase", "TimeZones", "Scheduling", "BoundPage", "Engine"]),
        pure("Estimation", ["TimeBase"], linker: [.linkedLibrary("m")]),
        pure("ClockStatistics", linker: [.linkedLibrary("m")]),
        pure("ClockStudies", ["TimeBase", "Engine", "ClockStatistics", "Recording"], linker: [.linkedLibrary("m")]),
        pure("RealTimeClock", ["TimeBase", "Recording"]),
        pure("Plotting", linker: [.linkedLibrary("m")]),
        pure("StudyReports", ["TimeBase", "ClockStatistics", "ClockStudies", "Plotting"]),
        pure("NTPWire", ["TimeBase"]),
        pure("Control", ["TimeBase", "Addresses"]),
        pure("Recording", ["TimeBase"]),
        pure(
            "Rendering",
            [
                "TimeBase", "Addresses", "BoundPage", "NTPWire", "Control", "ClockStatistics", "ClockStudies",
                "AtomicTime", "TimeZones",
            ]),
        pure("ChronyConsole", ["TimeBase", "Addresses", "NTPWire", "Control", "Rendering"]),
        pure(
            "Timekeeping",
            [
                "TimeBase", "Addresses", "AtomicTime", "BoundPage", "Engine", "Estimation", "NTPWire", "Control",
                "Recording", "RealTimeClock",
            ]),
        pure(
            "Clockspeed",
            ["TimeBase", "AtomicTime", "NTPWire", "Engine", "Estimation", "Timekeeping"]),
        pure(
            "Configuration",
            [
                "TimeBase", "Addresses", "AtomicTime", "BoundPage", "NTPWire", "Control", "Recording", "TimeZones",
                "Timekeeping",
            ]),
        pure(
            "Simulation",
            [
                "TimeBase", "Addresses", "BoundPage", "Engine", "Estimation", "NTPWire", "Timekeeping", "RealTimeClock",
                "Recording",
            ],
            linker: [.linkedLibrary("m")]),

        // Doing.
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        acting("Linux", ["CLinux", "TimeBase", "Addresses", "RealTimeClock", "Recording"]),
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        acting("Cryptography", ["CNettle", "NTPWire"]),
        acting("Daemon", ["CLinux", "Linux", "TimeBase", "Addresses"]),
        // Debian's libsqlite3-dev; Documentation/Decisions/0013.
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        acting("JobHistory", ["CSQLite", "JobsControl"]),
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
                "TimeBase", "Addresses", "AtomicTime", "BoundPage", "Engine", "NTPWire", "Control", "Recording",
                "Estimation",
                "Timekeeping", "Configuration", "Cryptography", "CLinux", "Linux", "Daemon", "RealTimeClock",
                "TimeZones",
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
            name: "timeball-jobsd",
            dependencies: [
                "TimeBase", "TimeZones", "BoundPage", "Engine", "Scheduling", "JobsControl", "JobScheduler",
                "JobHistory", "ExactStarts", "AtSpool", "FileWatches", "CLinux", "Linux", "Daemon",
            ],
            swiftSettings: strict + [
                .unsafeFlags([
                    "-Xfrontend", "-disable-implicit-concurrency-module-import",
                    "-Xfrontend", "-disable-implicit-string-processing-module-import",
                ])
            ],
            linkerSettings: [.linkedLibrary("m")]),
        .executableTarget(
            name: "timeball",
            dependencies: [
                "TimeBase", "TimeZones", "Scheduling", "Addresses", "BoundPage", "NTPWire", "Control", "Rendering",
                "TimeballClock", "ClockStatistics", "ClockStudies", "StudyStore", "Engine", "Linux", "RealTimeClock",
                "Recording", "Plotting", "StudyReports", "JobsControl", "JobScheduler", "JobHistory", "ExactStarts",
                "AtSpool", "FileWatches", "Daemon", "ChronyConsole", "Configuration", "Timekeeping",
                "AtomicTime", "Clockspeed",
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
        .testTarget(name: "AtomicTimeTests", dependencies: ["AtomicTime", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "ClockspeedTests",
            dependencies: [
                "Clockspeed", "AtomicTime", "Engine", "NTPWire", "Timekeeping", "TimeBase", "timeball",
            ],
            exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "SchedulingTests", dependencies: ["Scheduling", "TimeZones", "TimeBase", "timeball"],
            exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "JobSchedulerTests",
            dependencies: [
                "JobScheduler", "ExactStarts", "AtSpool", "JobsControl", "Scheduling", "Engine", "TimeZones",
                "TimeBase",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobsHostTests",
            dependencies: ["timeball-jobsd", "timeball", "JobHistory", "JobsControl", "Scheduling", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "ExactStartsTests",
            dependencies: ["ExactStarts", "Engine", "BoundPage", "TimeZones", "TimeBase", "Linux", "timeball"],
            swiftSettings: strict),
        .testTarget(
            name: "AtSpoolTests", dependencies: ["AtSpool", "TimeZones", "TimeBase"], exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "SpoolHostTests", dependencies: ["timeball-jobsd", "timeball"], swiftSettings: strict),
        .testTarget(name: "FileWatchesTests", dependencies: ["FileWatches", "TimeBase"], swiftSettings: strict),
        .testTarget(name: "AddressesTests", dependencies: ["Addresses"], swiftSettings: strict),
        .testTarget(name: "EstimationTests", dependencies: ["Estimation", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "ClockStatisticsTests", dependencies: ["ClockStatistics"], exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "ClockStudiesTests",
            dependencies: ["ClockStudies", "ClockStatistics", "Engine", "TimeBase", "Recording"],
            swiftSettings: strict),
        .testTarget(name: "RecordingTests", dependencies: ["Recording", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "RealTimeClockTests",
            dependencies: [
                "RealTimeClock", "Recording", "Simulation", "TimeBase", "ClockStudies", "Engine", "StudyReports",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StudyStoreTests", dependencies: ["StudyStore", "ClockStudies"], swiftSettings: strict),
        .testTarget(name: "PlottingTests", dependencies: ["Plotting"], swiftSettings: strict),
        .testTarget(
            name: "StudyReportsTests", dependencies: ["StudyReports", "Plotting", "ClockStudies", "ClockStatistics"],
            swiftSettings: strict),
        .testTarget(
            name: "NTPWireTests", dependencies: ["NTPWire", "Cryptography", "TimeBase"], swiftSettings: strict),
        .testTarget(name: "ControlTests", dependencies: ["Control", "Addresses", "TimeBase"], swiftSettings: strict),
        .testTarget(
            name: "ChronyConsoleTests", dependencies: ["ChronyConsole", "Control", "Addresses", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "RenderingTests", dependencies: ["Rendering", "Control", "NTPWire", "Addresses", "TimeBase"],
            swiftSettings: strict),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Configuration", "Recording", "NTPWire", "Timekeeping", "Addresses", "TimeBase", "Simulation",
                "AtomicTime",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TimekeepingTests",
            dependencies: [
                "Timekeeping", "BoundPage", "Engine", "Estimation", "NTPWire", "Control", "Recording", "Addresses",
                "AtomicTime", "TimeBase", "Simulation",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "Simulation", "Timekeeping", "Engine", "Estimation", "NTPWire", "Control", "Addresses", "BoundPage",
                "AtomicTime", "RealTimeClock", "Recording", "TimeBase",
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
            name: "InteropTests", dependencies: [],
            exclude: [
                "lying-server.py", "flood.py", "kernel-clock.py", "control-server.py", "control-client.py",
                "nmea-server.py", "socket-samples.py", "recorded.nmea", "fake-devices.c", "fake-rtcs.c",
                "taiclock-server.py", "simulated-clock.c", "simulated-clock.py",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
