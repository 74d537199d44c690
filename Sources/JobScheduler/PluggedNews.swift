internal import JobsControl
internal import TimeBase

/// What the host has to say to the sources that have a part of it to themselves.
extension Scheduler {
    mutating func spoolNews(_ news: SpoolNews, at now: ClockReading, effects: inout [Effect]) {
        guard let index = sources.firstIndex(where: { $0.part == JobsRequest.Part.at }),
            var jobs = sources[index] as? AtJobs
        else { return }
        let orders = jobs.receive(news, at: now, effects: &effects)
        sources[index] = jobs
        for order in orders { runs.begin(order, at: now, effects: &effects) }
    }

    mutating func watchNews(_ news: WatchNews, at now: ClockReading, effects: inout [Effect]) {
        guard let index = sources.firstIndex(where: { $0.part == JobsRequest.Part.watches }),
            var jobs = sources[index] as? WatchJobs
        else { return }
        let orders = jobs.receive(news, at: now, effects: &effects)
        sources[index] = jobs
        for order in orders { runs.begin(order, at: now, effects: &effects) }
    }
}
