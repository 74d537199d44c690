internal import Addresses
internal import Control
internal import TimeBase

/// Setting sources online and offline as the network allows (`onoffline`): the host tries where it can send.
extension Timekeeper {
    mutating func testRoutes(_ effects: inout [Effect]) -> ControlReply {
        let endpoints = sources.compactMap(\.endpoint)
        if !endpoints.isEmpty { effects.append(.testRoutes(endpoints)) }
        return .status(.success)
    }

    mutating func routesTested(
        reachable: [Endpoint], unreachable: [Endpoint], _ now: ClockReading, _ effects: inout [Effect]
    ) {
        for index in sources.indices {
            guard let endpoint = sources[index].endpoint else { continue }
            if reachable.contains(endpoint) {
                setOnline(index, true, now.monotonic, &effects)
            } else if unreachable.contains(endpoint) {
                setOnline(index, false, now.monotonic, &effects)
            }
        }
    }
}
