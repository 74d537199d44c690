import Addresses
import Timekeeping

/// What the host, as apart from the timekeeper, has to be told.
struct HostSettings {
    /// The port of the NTP server; 0 for none.
    var serverPort: UInt16 = 123
    /// Addresses of ours at which the server listens; those of a family that is not named here are all.
    var serverAddresses: [IPAddress] = []
    /// Addresses of ours from which requests are sent; the kernel's choice for a family that is not named here.
    var clientAddresses: [IPAddress] = []
    /// Who is answered by the NTP server.
    var access = AccessTable()
    var rateLimit: RateLimitSettings?
    /// The UDP port of the control protocol; 0 for none.
    var commandPort: UInt16 = 323
    /// Addresses of ours at which the control protocol is spoken.
    var commandAddresses: [IPAddress] = [.v4(0x7f00_0001), .v6(0, 1)]
    /// The path of the Unix control socket; nil for none.
    var commandSocket: String? = "/run/chrony/chronyd.sock"
    /// Who may ask over UDP besides this machine.
    var commandAccess = AccessTable()
    /// Whom to run as; nil for `timeball` where there is such a user.
    var user: String?
    var pidFile: String? = "/run/chrony/chronyd.pid"
    var driftFile: String?
    /// Whether all memory is kept from being paged out.
    var lockAll = false
    /// 1 to 99: run before every ordinary process; 0 is ordinary.
    var schedulingPriority = 0
    /// Whether the kernel's clock may be touched.
    var controlsClock = true
}
