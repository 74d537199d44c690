/// What the daemon answers.
public enum ControlReply: Equatable, Sendable {
    /// No report: done, or why not.
    case status(ControlStatus)
    case sourceCount(UInt32)
    case source(SourceReport)
    case sourceName(String)
    case sourceStatistics(SourceStatisticsReport)
    case tracking(TrackingReport)
    case activity(ActivityReport)
    case ntpData(NTPDataReport)
    case selection(SelectionReport)
    case serverStatistics(ServerStatisticsReport)
    case authentication(AuthenticationReport)
    case rtc(RTCReport)
    case smoothing(SmoothingReport)
    case manualTimestamp(ManualTimestampReport)
    case manualList(ManualListReport)
    case clientAccesses(ClientAccessReport)
    case statusReport(StatusReport)
    case story(String)
    case temperature(TemperatureReport)

    /// The reply's octets; never more than the request had. A report that the client left no room for
    /// becomes ``ControlStatus/badPacketLength``.
    public func octets(answering header: ControlHeader) -> [UInt8] {
        let code = replyCode(requestLength: header.length)
        guard code.length <= header.length else {
            return ControlReply.status(.badPacketLength).octets(code: .null, answering: header)
        }
        return octets(code: code, answering: header)
    }

    private func octets(code: ReplyCode, answering header: ControlHeader) -> [UInt8] {
        var writer = OctetWriter()
        writer.uint8(ControlRequest.version)
        writer.uint8(ControlRequest.replyType)
        writer.uint16(0)
        writer.uint16(header.command)
        writer.uint16(code.rawValue)
        if case .status(let status) = self { writer.uint16(status.rawValue) } else { writer.uint16(0) }
        writer.zeros(6)
        writer.uint32(header.sequence)
        writer.zeros(8)
        writeBody(&writer, code)
        writer.end(at: code.length)
        return writer.octets
    }

    /// A client's age shows in the length of its request: those of chrony 4.3 expect shorter bodies.
    private func replyCode(requestLength: Int) -> ReplyCode {
        switch self {
        case .status: .null
        case .sourceCount: .sourceCount
        case .source: .source
        case .sourceName: .sourceName
        case .sourceStatistics: .sourceStatistics
        case .tracking: .tracking
        case .activity: .activity
        case .ntpData: requestLength >= ReplyCode.ntpData.length ? .ntpData : .ntpDataOld
        case .selection: .selection
        case .serverStatistics:
            requestLength >= ReplyCode.serverStatistics.length ? .serverStatistics : .serverStatisticsOld
        case .authentication: .authentication
        case .rtc: .rtc
        case .smoothing: .smoothing
        case .manualTimestamp: .manualTimestamp
        case .manualList: .manualList
        case .clientAccesses: .clientAccesses
        case .statusReport: .status
        case .story: .story
        case .temperature: .temperature
        }
    }

    private func writeBody(_ writer: inout OctetWriter, _ code: ReplyCode) {
        switch self {
        case .status: break
        case .sourceCount(let count): writer.uint32(count)
        case .manualList(let report): report.write(&writer)
        case .source(let report): report.write(&writer)
        case .sourceName(let name): writer.text(name, 256)
        case .sourceStatistics(let report): report.write(&writer)
        case .tracking(let report): report.write(&writer)
        case .activity(let report): report.write(&writer)
        case .ntpData(let report): report.write(&writer, isOld: code == .ntpDataOld)
        case .selection(let report): report.write(&writer)
        case .serverStatistics(let report): report.write(&writer, isOld: code == .serverStatisticsOld)
        case .authentication(let report): report.write(&writer)
        case .rtc(let report): report.write(&writer)
        case .smoothing(let report): report.write(&writer)
        case .manualTimestamp(let report): report.write(&writer)
        case .clientAccesses(let report): report.write(&writer)
        case .statusReport(let report): report.write(&writer)
        case .temperature(let report): report.write(&writer)
        case .story(let sentence): writer.text(sentence, StatusReport.storySize)
        }
    }
}

extension ControlReply {
    /// Reads a datagram that came in at a client's socket.
    ///
    /// - Parameters:
    ///   - command: what was asked.
    ///   - sequence: the number of the request that is waited for.
    /// - Returns: nil if it is not a whole reply to that request: wait on.
    public init?(_ octets: [UInt8], to command: ControlCommand, sequence: UInt32) {
        guard octets.count >= ReplyCode.null.length else { return nil }
        var reader = OctetReader(octets, at: 0)
        let version = reader.uint8()
        guard reader.uint8() == ControlRequest.replyType, reader.uint16() == 0,
            reader.uint16() == command.rawValue
        else { return nil }
        let code = ReplyCode(rawValue: reader.uint16())
        let status = ControlStatus(rawValue: reader.uint16())
        let reserved = (reader.uint16(), reader.uint16(), reader.uint16())
        guard reserved == (0, 0, 0), reader.uint32() == sequence else { return nil }
        if status == .badPacketVersion, version >= 4 {
            self = .status(.badPacketVersion)
            return
        }
        guard version == ControlRequest.version, let code, let status, octets.count >= code.length else { return nil }
        reader.skip(8)
        guard status == .success, code != .null else {
            self = .status(status)
            return
        }
        guard let reply = Self.read(code, &reader) else { return nil }
        self = reply
    }

    private static func read(_ code: ReplyCode, _ reader: inout OctetReader) -> ControlReply? {
        switch code {
        case .null: .status(.success)
        case .sourceCount: .sourceCount(reader.uint32())
        case .source: SourceReport.read(&reader).map(ControlReply.source)
        case .tracking: TrackingReport.read(&reader).map(ControlReply.tracking)
        case .sourceStatistics: .sourceStatistics(.read(&reader))
        case .rtc: .rtc(.read(&reader))
        case .activity: .activity(.read(&reader))
        case .smoothing: .smoothing(.read(&reader))
        case .ntpDataOld: NTPDataReport.read(&reader, isOld: true).map(ControlReply.ntpData)
        case .manualTimestamp: .manualTimestamp(.read(&reader))
        case .manualList: .manualList(.read(&reader))
        case .sourceName: .sourceName(reader.text(256))
        case .authentication: AuthenticationReport.read(&reader).map(ControlReply.authentication)
        case .clientAccesses: .clientAccesses(.read(&reader))
        case .selection: SelectionReport.read(&reader).map(ControlReply.selection)
        case .serverStatisticsOld: .serverStatistics(.read(&reader, isOld: true))
        case .serverStatistics: .serverStatistics(.read(&reader, isOld: false))
        case .ntpData: NTPDataReport.read(&reader, isOld: false).map(ControlReply.ntpData)
        case .status: StatusReport.read(&reader).map(ControlReply.statusReport)
        case .temperature: .temperature(.read(&reader))
        case .story: .story(reader.text(StatusReport.storySize))
        }
    }
}
