internal import BoundPage
internal import Linux
import Synchronization

/// The page at a path, opened again where another has taken its place.
final class PageSource: Sendable {
    private let path: String
    private let reader = Mutex<BoundReader?>(nil)

    init(path: String) { self.path = path }

    func read() throws(TimeballClockError) -> BoundReading {
        if let known = reader.withLock({ $0 }) {
            do throws(TimeballClockError) {
                return try known.read()
            } catch {
                // A daemon that was started again has put a new page there.
                reader.withLock { $0 = nil }
            }
        }
        let fresh = try BoundReader(path: path)
        let reading = try fresh.read()
        reader.withLock { $0 = fresh }
        return reading
    }
}
