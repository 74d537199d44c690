import JobsControl
import Testing

@Suite struct MessageTests {
    static let requests: [JobsRequest] = [
        .list, .why(name: "a"), .log(name: nil, count: 5), .log(name: "ü", count: -1), .output(run: 7), .run(name: ""),
        .pause(name: "x"), .resume(name: "x"), .readTable(user: "sa"), .replaceTable(user: "sa", text: [0, 255, 10]),
        .removeTable(user: "sa"), .restoreTable(user: "sa"), .reload, .other(part: 3, kind: 9, fields: [1, 2, 3]),
    ]

    @Test("A request comes out of its frame as it went in", arguments: requests)
    func roundTrip(request: JobsRequest) throws {
        var stream = request.frame + [1, 2]
        let content = try #require(try Frame.take(&stream))
        #expect(try JobsRequest(content) == request)
        #expect(stream == [1, 2])
    }

    @Test(
        "A frame that is cut short anywhere is no frame yet, and its content cut short is refused", arguments: requests)
    func shortened(request: JobsRequest) throws {
        let frame = request.frame
        for count in 0..<frame.count {
            var stream = Array(frame[..<count])
            #expect(try Frame.take(&stream) == nil)
        }
        if case .other = request { return }
        let content = Array(frame[4...])
        for count in 0..<content.count {
            #expect(throws: MessageError.self) { try JobsRequest(Array(content[..<count])) }
        }
    }

    @Test("A count that is larger than any message closes the connection instead of being waited for")
    func hugeCount() {
        var stream: [UInt8] = [255, 255, 255, 255, 1]
        #expect(throws: MessageError.self) { try Frame.take(&stream) }
    }

    @Test("A list that claims more than there is takes no room")
    func hugeList() {
        var fields = MessageWriter()
        fields.add(Int64.max)
        let content = Array(Frame.make(part: 1, kind: 5, fields.octets)[4...])
        #expect(throws: MessageError.short) { try JobsReply(content) }
    }

    @Test("A reply comes out of its frame as it went in")
    func replies() throws {
        var job = JobReport(name: "n", user: "u", source: "crontab", schedule: "* * * * *", command: "c")
        job.next = 5
        job.ending = "exit 0"
        job.isPaused = true
        var run = RunReport(
            number: 3, job: "n", user: "u", command: "c", cause: "boot", state: "ended", planned: -1)
        run.bound = 12
        run.memory = 4096
        for reply: JobsReply in [
            .done("x"), .refused(.notPermitted, "no"), .text("t"), .octets([9]), .jobs([job, job]), .runs([run]),
            .other(part: 4, kind: 1, fields: []),
        ] {
            #expect(try JobsReply(Array(reply.frame[4...])) == reply)
        }
    }
}
