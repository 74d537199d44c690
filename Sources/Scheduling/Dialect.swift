/// Whose crontab grammar and clock rules hold. It is chosen by name, never guessed.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
    /// Debian's cron 3.0pl1.
    case debian
    /// cronie 1.7: `~`, `-` and `-n`; nothing behind a field is overlooked.
    case cronie
    /// Debian's, with `L`, `W` and `#` in the day fields; nothing behind a field is overlooked. In no crontab.
    case extended
}
