internal import Addresses
internal import Control
internal import TimeBase

extension Console {
    /// Prints the report that a command asks for; nil if it asks for none.
    mutating func report(_ command: ConsoleCommand) -> Bool? {
        switch command {
        case .tracking: return tracking()
        case .activity:
            return printReport(.activity) {
                if case .activity(let report) = $0 { report } else { nil }
            } print: {
                $0.show(SystemLines.activity($1), fields: SystemLines.activityFields($1))
            }
        case .serverStatistics:
            return printReport(.serverStatistics) {
                if case .serverStatistics(let report) = $0 { report } else { nil }
            } print: {
                $0.show(SystemLines.server($1), fields: SystemLines.serverFields($1))
            }
        case .smoothing:
            return printReport(.smoothing) {
                if case .smoothing(let report) = $0 { report } else { nil }
            } print: {
                $0.show(SystemLines.smoothing($1), fields: SystemLines.smoothingFields($1))
            }
        case .rtc:
            return printReport(.rtc) {
                if case .rtc(let report) = $0 { report } else { nil }
            } print: {
                $0.show(SystemLines.rtc($1), fields: SystemLines.rtcFields($1))
            }
        case .manualList:
            return printReport(.manualList) {
                if case .manualList(let report) = $0 { report } else { nil }
            } print: {
                $0.manual($1)
            }
        case .sources(let table): return sources(table)
        case .statistics(let table): return statistics(table)
        case .selection(let table): return selection(table)
        case .authentication(let table): return authentication(table)
        case .packets(let source): return packets(source)
        case .sourceName(let source):
            guard let address = address(source) else { return false }
            return printReport(.sourceName(address)) {
                if case .sourceName(let name) = $0 { name } else { nil }
            } print: {
                $0.world.print($1)
            }
        case .clients(let hits, let keyExchange, let reset): return clients(hits, keyExchange, reset)
        case .checkAccess(let subject, let word):
            guard let address = IPAddress(word) ?? world.addresses(of: word, options.family).first else {
                world.complain("Could not read address '\(word)': it is none, and no such host is known.")
                return false
            }
            return perform(.checkAccess(subject, .ip(address)))
        case .waitUntilSynchronised(let tries, let correction, let skew, let interval):
            return wait(tries: tries, correction: correction, skew: skew, interval: interval)
        default: return nil
        }
    }

    private mutating func printReport<Report>(
        _ request: ControlRequest, _ extract: (ControlReply) -> Report?, print: (inout Self, Report) -> Void
    ) -> Bool {
        guard let report = ask(request, extract) else { return false }
        print(&self, report)
        return true
    }

    // MARK: The clock

    private mutating func trackingReport() -> TrackingReport? {
        ask(.tracking) { if case .tracking(let report) = $0 { report } else { nil } }
    }

    private mutating func tracking() -> Bool {
        guard let report = trackingReport() else { return false }
        let name =
            report.address == .unspecified
            ? ConsoleNames.letters(report.referenceIdentifier) : uncutName(report.address)
        show(SystemLines.tracking(report, name: name), fields: SystemLines.trackingFields(report, name: name))
        return true
    }

    /// Where there is no column, no name is cut.
    private mutating func uncutName(_ address: SourceAddress) -> String {
        let isWide = options.isWide
        options.isWide = true
        defer { options.isWide = isWide }
        return name(address)
    }

    private mutating func manual(_ report: ManualListReport) {
        head(["210 n_samples = \(report.entries.count)"] + Legends.manual)
        for (index, entry) in report.entries.enumerated() {
            show(SystemLines.manual(entry, index), fields: SystemLines.manualFields(entry, index))
        }
    }

    /// Looks at `tracking` again and again until the clock follows something and is near enough to it.
    private mutating func wait(tries: Int, correction: Double, skew: Double, interval: Double) -> Bool {
        var tried = 0
        while true {
            tried += 1
            if let report = trackingReport() {
                let identifier = report.referenceIdentifier
                let off = report.correction.inSeconds.magnitude
                let uncertain = report.skew.ppm
                show(
                    "try: \(tried), refid: \(Columns.hexadecimal(identifier.bits)), "
                        + "correction: \(Columns.fixed(off, 9)), skew: \(Columns.fixed(uncertain, 3))",
                    fields: [
                        "\(tried)", Columns.hexadecimal(identifier.bits), Columns.fixed(off, 9),
                        Columns.fixed(uncertain, 3),
                    ])
                let isFollowing = report.address != .unspecified || (identifier != .none && identifier != .local)
                if isFollowing, correction == 0 || off <= correction, skew == 0 || uncertain <= skew { return true }
            }
            guard tries == 0 || tried < tries, world.pause(Duration(clampingSeconds: interval)) else { return false }
        }
    }

    // MARK: Tables of sources

    private func isShown(_ address: SourceAddress, _ table: ConsoleCommand.TableOptions) -> Bool {
        if case .unresolved = address { return table.contains(.all) }
        return true
    }

    private mutating func sources(_ table: ConsoleCommand.TableOptions) -> Bool {
        guard let count = sourceCount() else { return false }
        head(Legends.sources, caption: table.contains(.verbose) ? Legends.sourcesCaption : nil)
        for index in 0..<count {
            guard let report = sourceReport(index) else { return false }
            guard isShown(report.address, table) else { continue }
            let name = sourceName(report)
            show(SourceLines.source(report, name: name), fields: SourceLines.sourceFields(report, name: name))
        }
        return true
    }

    private mutating func sourceReport(_ index: UInt32) -> SourceReport? {
        ask(.source(index: index)) { if case .source(let report) = $0 { report } else { nil } }
    }

    private mutating func sourceName(_ report: SourceReport) -> String {
        if report.mode == .referenceClock, case .ip(.v4(let bits)) = report.address {
            return ConsoleNames.letters(ReferenceIdentifier(bits: bits))
        }
        return name(report.address)
    }

    private mutating func listedName(_ address: SourceAddress, _ identifier: ReferenceIdentifier) -> String {
        address == .unspecified ? ConsoleNames.letters(identifier) : name(address)
    }

    private mutating func statistics(_ table: ConsoleCommand.TableOptions) -> Bool {
        guard let count = sourceCount() else { return false }
        head(Legends.statistics, caption: table.contains(.verbose) ? Legends.statisticsCaption : nil)
        for index in 0..<count {
            guard
                let report = ask(
                    .sourceStatistics(index: index),
                    { if case .sourceStatistics(let report) = $0 { report } else { nil } })
            else { return false }
            guard isShown(report.address, table) else { continue }
            let name = listedName(report.address, report.referenceIdentifier)
            show(SourceLines.statistics(report, name: name), fields: SourceLines.statisticsFields(report, name: name))
        }
        return true
    }

    private mutating func selection(_ table: ConsoleCommand.TableOptions) -> Bool {
        guard let count = sourceCount() else { return false }
        head(Legends.selection, caption: table.contains(.verbose) ? Legends.selectionCaption : nil)
        for index in 0..<count {
            guard
                let report = ask(
                    .selection(index: index), { if case .selection(let report) = $0 { report } else { nil } })
            else { return false }
            guard isShown(report.address, table) else { continue }
            let name = listedName(report.address, report.referenceIdentifier)
            show(SourceLines.selection(report, name: name), fields: SourceLines.selectionFields(report, name: name))
        }
        return true
    }

    private mutating func authentication(_ table: ConsoleCommand.TableOptions) -> Bool {
        guard let count = sourceCount() else { return false }
        head(Legends.authentication, caption: table.contains(.verbose) ? Legends.authenticationCaption : nil)
        for index in 0..<count {
            guard let source = sourceReport(index) else { return false }
            guard source.mode != .referenceClock, isShown(source.address, table) else { continue }
            guard
                let report = ask(
                    .authentication(source.address),
                    { if case .authentication(let report) = $0 { report } else { nil } })
            else { return false }
            let name = name(source.address)
            show(
                SourceLines.authentication(report, name: name),
                fields: SourceLines.authenticationFields(report, name: name))
        }
        return true
    }

    private mutating func packets(_ source: TypedSource?) -> Bool {
        if let source {
            guard let address = address(source) else { return false }
            return packet(address)
        }
        guard let count = sourceCount() else { return false }
        for index in 0..<count {
            guard let report = sourceReport(index) else { return false }
            guard report.mode != .referenceClock, isShown(report.address, []) else { continue }
            head([""])
            guard packet(report.address) else { return false }
        }
        return true
    }

    private mutating func packet(_ address: SourceAddress) -> Bool {
        printReport(.ntpData(address)) {
            if case .ntpData(let report) = $0 { report } else { nil }
        } print: {
            $0.show(PacketLines.lines($1), fields: PacketLines.fields($1))
        }
    }

    // MARK: Clients

    private mutating func clients(_ minimumHits: UInt32, _ keyExchange: Bool, _ reset: Bool) -> Bool {
        head(Legends.clients(keyExchange: keyExchange))
        var next: UInt32 = 0
        while true {
            let request = ControlRequest.clientAccesses(
                first: next, count: UInt32(ClientAccessReport.pageSize), minimumHits: minimumHits, reset: reset)
            guard let page = ask(request, { if case .clientAccesses(let page) = $0 { page } else { nil } }) else {
                return false
            }
            for client in page.clients where client.address != .unspecified {
                let name = name(client.address, isSource: false)
                show(
                    ClientLines.line(client, name: name, keyExchange: keyExchange),
                    fields: ClientLines.fields(client, name: name, keyExchange: keyExchange))
            }
            // A daemon that does not go on would be asked for ever.
            guard page.next > next, page.next < page.indexCount else { return true }
            next = page.next
        }
    }
}
