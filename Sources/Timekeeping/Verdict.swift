public import Control

/// What can be said of the clock, in one word. There are only five: `right` follows a majority of its sources;
/// `settling` has too few measurements yet, or corrects a large error; `holding` runs on what was learned while no
/// source answers; `agreed` has the same time as others without knowing the truth; `unknown` knows nothing.
public typealias Verdict = StatusReport.Verdict
