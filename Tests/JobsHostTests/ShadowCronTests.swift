import Foundation
import Testing

/// timeball shadow jobs beside Debian's cron, in a namespace with an /etc, /var/spool and /run of its own.
@Suite("Beside Debian's cron", .enabled(if: isRoot, "needs root, for namespaces"))
struct ShadowCronTests {
    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let cron = checkout.appending(path: ".build-programs/usr/sbin/cron").path
    private static let hasCron = FileManager.default.isExecutableFile(atPath: cron)

    private static let script = """
        set -e
        work=$1 cron=$2 timeball=$3 pam=$4
        for folder in etc var/spool run; do
            mkdir -p "$work/$folder"
            mount -t tmpfs -o mode=755 none "$work/$folder"
        done
        cp -a /etc/. "$work/etc/"
        cp "$pam" "$work/etc/pam.d/cron"
        rm -rf "$work"/etc/cron*
        mkdir "$work/etc/cron.d"
        for folder in etc var/spool run; do mount --bind "$work/$folder" "/$folder"; done
        mkdir -p /var/spool/cron/crontabs
        chmod 1730 /var/spool/cron/crontabs
        echo '* * * * * root sleep 0.4; : system' >/etc/crontab
        echo '* * * * * nobody cat; sleep 0.4; : input%one' >/etc/cron.d/package
        echo '* * * * * sleep 0.4; : \\%' >/var/spool/cron/crontabs/nobody
        chmod 600 /var/spool/cron/crontabs/nobody
        chown nobody /var/spool/cron/crontabs/nobody
        # The same tables, but for one line more and one less.
        mkdir -p "$work/other/etc"
        { cat /etc/crontab; echo '* * * * * root echo more'; } >"$work/other/etc/crontab"
        mkdir -p "$work/other/var/spool/cron"
        cp -a /var/spool/cron/crontabs "$work/other/var/spool/cron"
        "$cron" -f &
        daemon=$!
        # It reads its tables in its first second.
        sleep 2
        "$timeball" shadow jobs --cron-process "$daemon" --for 1m --tz UTC --json >"$work/same" &
        same=$!
        "$timeball" shadow jobs --root "$work/other" --cron-process "$daemon" --for 1m --tz UTC >"$work/differs" &
        differs=$!
        wait $same && echo 0 >"$work/same.status" || echo $? >"$work/same.status"
        wait $differs && echo 0 >"$work/differs.status" || echo $? >"$work/differs.status"
        kill $daemon
        """

    @Test(
        "What Debian's cron starts is what we would have started; where the tables differ, that is told",
        .enabled(if: hasCron, "Debian's cron is not unpacked: Scripts/install-test-programs"))
    func compared() throws {
        let work = "/tmp/jobs-shadow-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = [
            "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "--propagation", "private", "sh", "-c",
            Self.script,
            "sh", work, Self.cron, RunningDaemon.binaries.appending(path: "timeball").path,
            Self.checkout.appending(path: ".build-programs/etc/pam.d/cron").path,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        func text(_ name: String) -> String {
            ((try? String(contentsOfFile: "\(work)/\(name)", encoding: .utf8)) ?? "").trimmingCharacters(in: .newlines)
        }
        #expect(text("same.status") == "0")
        #expect(text("same").hasSuffix(#""same":3,"only_ours":[],"only_crons":[]}"#), "\(text("same"))")
        #expect(text("differs.status") == "1")
        let lines = text("differs").split(separator: "\n")
        #expect(lines.first?.hasSuffix(": 2 starts are the same") ?? false, "\(lines)")
        #expect(lines.filter { $0.contains("we would have started") }.map { $0.hasSuffix("root  echo more") } == [true])
        #expect(lines.filter { $0.contains("only cron has started") }.map { $0.contains(": input") } == [true])
    }
}
