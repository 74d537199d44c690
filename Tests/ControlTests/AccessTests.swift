import Testing

@testable import Control

struct AccessTests {
    @Test("Over UDP nothing can be changed, whatever is opened")
    func changes() {
        let all = OpenCommands(Set(MonitoringGroup.allCases))
        var draw = Draw(seed: 4)
        for request in draw.commands() { #expect(!all.permits(request.command)) }
    }

    @Test(
        "The usual monitoring commands are open unless told otherwise, and the others are not",
        arguments: [
            (.sourceCount, true), (.source, true), (.sourceName, true), (.sourceStatistics, true), (.tracking, true),
            (.activity, true), (.rtc, true), (.smoothing, true), (.manualList, true), (.status, true), (.story, true),
            (.temperature, true),
            (.ntpData, false), (.serverStatistics, false), (.selection, false), (.authentication, false),
            (.clientAccesses, false),
        ] as [(ControlCommand, Bool)])
    func standard(command: ControlCommand, isOpen: Bool) {
        #expect(OpenCommands.standard.permits(command) == isOpen)
        #expect(OpenCommands(Set(MonitoringGroup.allCases)).permits(command))
        #expect(!OpenCommands([]).permits(command))
    }
}
