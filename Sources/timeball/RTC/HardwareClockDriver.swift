import Linux

extension HardwareClockProgram {
    /// What can be asked of an RTC's driver.
    enum DriverRequest {
        case get(String)
        case set(String)
        case readVoltage
        case clearVoltage
    }

    /// Parameters by name (RTC_PARAM_ of linux/rtc.h).
    private static let parameters: [String: UInt64] = ["features": 0, "correction": 1, "bsm": 2]

    func perform(_ request: DriverRequest) throws {
        switch request {
        case .get(let name): try showParameter(name)
        case .set(let text): try setParameter(text)
        case .readVoltage: try showVoltage()
        case .clearVoltage:
            try withDevice("RTC_VL_CLEAR", "ioctl(%, RTC_VL_CLEAR) on") { (device) throws(Linux.SystemError) in
                if !isTest { try device.clearVoltage() }
            }
        }
    }

    private func showParameter(_ name: String) throws {
        let unable = "unable to read the RTC parameter \(name)"
        guard let number = Self.parameters[name] ?? KernelNumber.parse(name) else {
            throw Failure("could not convert parameter name to number\n\(unable)")
        }
        var value: UInt64 = 0
        do {
            try withDevice("RTC_PARAM_GET", "ioctl(%, RTC_PARAM_GET, param) to") { (device) throws(Linux.SystemError) in
                value = try device.parameter(number)
            }
        } catch let error as Failure {
            throw Failure("\(error.text)\n\(unable)")
        }
        print("The RTC parameter 0x\(String(number, radix: 16)) is set to 0x\(String(value, radix: 16)).")
    }

    private func setParameter(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard let number = parts.first.flatMap({ Self.parameters[$0] ?? KernelNumber.parse($0) }) else {
            throw Failure("could not convert parameter name to number")
        }
        guard parts.count > 1 else { throw Failure("expected <param>=<value>") }
        guard let value = KernelNumber.parse(parts[1]) else {
            throw Failure("could not convert parameter value to number")
        }
        guard !isTest else { return }
        try withDevice("RTC_PARAM_SET", "ioctl(%, RTC_PARAM_SET, param) to") { (device) throws(Linux.SystemError) in
            // Some chips keep it in a memory that wears out.
            if (try? device.parameter(number)) != value { try device.setParameter(number, to: value) }
        }
    }

    private func showVoltage() throws {
        var flags: UInt32 = 0
        try withDevice("RTC_VL_READ", "ioctl(%, RTC_VL_READ) on") { (device) throws(Linux.SystemError) in
            flags = try device.voltage()
        }
        let meanings: [(bit: UInt32, words: String)] = [
            (0x01, "the voltage was too low, and the RTC has lost its time"), (0x02, "the backup battery is low"),
            (0x04, "the backup battery is empty, or there is none"),
            (0x08, "the voltage is low, and the RTC is less accurate"), (0x10, "it was switched to the backup battery"),
        ]
        for (bit, words) in meanings where flags & bit != 0 { print("0x\(Self.twoDigits(bit)) - \(words)") }
        let unknown = meanings.reduce(flags) { $0 & ~$1.bit }
        if unknown != 0 { print("0x\(Self.twoDigits(unknown)) - bits whose meaning is not known") }
    }

    private static func twoDigits(_ bits: UInt32) -> String {
        let text = String(bits, radix: 16)
        return text.utf8.count < 2 ? "0" + text : text
    }

    /// Opens the RTC, and says as hwclock does what became of a request.
    ///
    /// - Parameter words: what the request is called, with % for the descriptor's number.
    private func withDevice(
        _ call: String, _ words: String, _ body: (borrowing RealTimeClockDevice) throws(Linux.SystemError) -> Void
    ) throws {
        let path = device ?? RealTimeClockFacts.all().first?.path ?? "/dev/rtc0"
        var request = words
        do throws(Linux.SystemError) {
            let device = try HardwareClock.patiently { () throws(Linux.SystemError) in
                try RealTimeClockDevice(path: path)
            }
            request = words.split(separator: "%", omittingEmptySubsequences: false).joined(
                separator: "\(device.number)")
            try body(device)
        } catch {
            guard error.call != "open" else { throw Failure("cannot open \(path): \(error.text)") }
            throw Failure("\(request) \(path) failed: \(error.text)")
        }
        say("\(request) \(path) succeeded.")
    }
}

extension HardwareClockProgram {
    /// What the kernel refused, in hwclock's words, by which scripts know it.
    static func explain(_ path: String, _ error: Linux.SystemError) -> any Error {
        switch error.call {
        case "RTC_RD_TIME": Failure("ioctl(RTC_RD_TIME) to \(path) to read the time failed: \(error.text)")
        case "RTC_SET_TIME": Failure("ioctl(RTC_SET_TIME) to \(path) to set the time failed: \(error.text)")
        case "open":
            Failure(
                "Cannot access the Hardware Clock via any known method.\n\(HardwareClock.failure(path, error).sentence)"
            )
        default: HardwareClock.failure(path, error)
        }
    }
}

/// Numbers as the C library reads them without a base: `0x` is hexadecimal, another leading 0 octal.
enum KernelNumber {
    /// nil if it is none, or needs more than 64 bits.
    static func parse(_ text: String) -> UInt64? {
        let digits = text.drop { $0 == " " || $0 == "\t" }
        guard digits.first?.isNumber ?? false else { return nil }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            let rest = digits.dropFirst(2)
            return rest.first == "+" || rest.first == "-" ? nil : UInt64(rest, radix: 16)
        }
        return digits.hasPrefix("0") ? UInt64(digits, radix: 8) : UInt64(digits)
    }
}
