internal import CLinux
internal import TimeBase

extension Duration {
    /// A struct timespec's value.
    init(_ time: clinux_time) {
        self.init(secondsComponent: time.seconds, attosecondsComponent: time.nanoseconds &* 1_000_000_000)
    }
}

extension clinux_time {
    /// The duration in the kernel's form: nanoseconds rounded down, so that they are never negative.
    init(roundingDown duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = attoseconds / 1_000_000_000
        let isExact = nanoseconds * 1_000_000_000 == attoseconds
        if attoseconds < 0 {
            let floored = isExact ? nanoseconds : nanoseconds - 1
            self.init(seconds: seconds - 1, nanoseconds: floored + 1_000_000_000)
        } else {
            self.init(seconds: seconds, nanoseconds: nanoseconds)
        }
    }
}
