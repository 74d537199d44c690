#!/usr/bin/env python3
"""How late does a program's first instruction come? Debian's cron, the sleep loop of a cron line, and timeball at, in one
run on one machine.

    Scripts/install-test-programs                                   # Debian's cron, unpacked
    swift build -c release --static-swift-stdlib --product timeball
    sudo Benchmarks/starts/measure.py [--minutes 24] [--loaded 600] [--together 100]

Each minute: at :00 cron starts 50 programs (and 5 lines with the sleep loop, and 5 with timeball at, that aim at :10);
from :12 to :29 the loop alone, three times a second; from :30 to :58 timeball at, every 0.56 s in each of its ways. After
that, --loaded seconds with two busy loops on each core, and --together rounds of ten programs at one instant. --minutes 24
makes 1,000 of each. The clock is CLOCK_REALTIME for all.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WAYS = {
    "at, started": [],
    "at, preload": ["--preload"],
    "at, armed (forked)": ["--armed", "--hold", "forked"],
    "at, armed (loaded)": ["--armed"],
}
LOOP = 'while [ "{s}" -gt "$(date +%S)" ]; do /bin/sleep 0.05; done; exec {probe} {label} {file} {when}'


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def human(nanoseconds):
    size = abs(nanoseconds)
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if size >= scale:
            return f"{nanoseconds / scale:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


class Rig:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="starts-")
        os.chmod(self.folder, 0o755)
        self.file = os.path.join(self.folder, "starts")
        # The tool's own records: of a forked one they hold the moment just before exec.
        self.records = os.path.join(self.folder, "records")
        self.probe = os.path.join(self.folder, "probe")
        subprocess.run(
            ["cc", "-O2", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-o", self.probe,
             os.path.join(HERE, "probe.c")], check=True)
        self.children = []
        self.loads = []

    # -- cron, in a namespace of its own

    def start_cron(self):
        programs = os.path.join(ROOT, ".build-programs")
        cron = os.path.join(programs, "usr/sbin/cron")
        if not os.path.exists(cron) or os.geteuid() != 0:
            print("without Debian's cron (Scripts/install-test-programs, and root)", file=sys.stderr)
            return None
        minute = "mod:60000000000"
        lines = ["SHELL=/bin/sh", "PATH=/usr/local/bin:/usr/bin:/bin", "MAILTO=\"\""]
        for _ in range(50):
            lines.append(f"* * * * * root {self.probe} cron {self.file} {minute}")
        ten = f"{minute}+10000000000"
        for _ in range(5):
            # The seed's line, as it stands there.
            lines.append(
                '* * * * * root while [ "10" -gt "$(date +\\%S)" ]; do /bin/sleep 0.05; done; '
                f"{self.probe} cron-line-with-loop {self.file} {ten}")
            # What takes its place.
            lines.append(
                f'* * * * * root {self.options.timeball} at "$(date +\\%H:\\%M):10" --armed --history - -- '
                f"{self.probe} cron-line-with-at {self.file} {ten}")
        table = os.path.join(self.folder, "crontab")
        with open(table, "w") as out:
            out.write("\n".join(lines) + "\n")
        script = f"""
            set -e
            mkdir {self.folder}/up {self.folder}/work
            mount -t tmpfs none {self.folder}/up
            mkdir {self.folder}/up/up {self.folder}/up/work
            mount -t overlay overlay -o lowerdir=/etc,upperdir={self.folder}/up/up,workdir={self.folder}/up/work /etc
            mkdir -p /etc/cron.d /etc/pam.d /var/spool/cron
            mount -t tmpfs none /etc/cron.d
            mount -t tmpfs none /var/spool/cron
            mount -t tmpfs none /run
            mkdir /var/spool/cron/crontabs
            cp {programs}/etc/pam.d/cron /etc/pam.d/
            cp {table} /etc/crontab
            chown root:root /etc/crontab
            chmod 644 /etc/crontab
            exec {cron} -f -L 0
        """
        child = subprocess.Popen(["unshare", "-m", "bash", "-c", script])
        self.children.append(child)
        return child

    # -- what is started from here

    def at(self, label, when):
        """Starts the tool half a second before its instant."""
        self.children.append(subprocess.Popen(
            [self.options.timeball, "at", f"@{when // 10**9}.{when % 10**9:09d}", "--history", self.records,
             *WAYS[label.split("; ")[0]], "--", self.probe, label.replace(" ", "_"), self.file, str(when)]))

    def loop(self, second):
        when = (int(time.time()) // 60 * 60 + second) * 10**9
        text = LOOP.format(s=second, probe=self.probe, label="loop", file=self.file, when=when)
        self.children.append(subprocess.Popen(["bash", "-c", text]))

    def reap(self):
        self.children = [child for child in self.children if child.poll() is None]

    @staticmethod
    def sleep_until(moment):
        left = moment - time.time()
        if left > 0:
            time.sleep(left)

    def ways(self, begin, seconds, suffix=""):
        """Each way every 0.56 s, one after the other.

        The tool is called 2.5 s ahead, so that on a busy machine it is there in time, and no instant is near to where
        another is prepared (1 s ahead) or called.
        """
        period, ahead = 0.56, 2.5
        step = period / len(WAYS)
        for turn in range(int((seconds - ahead - 0.5) / period)):
            for index, way in enumerate(WAYS):
                instant = begin + ahead + turn * period + index * step
                self.sleep_until(instant - ahead + 0.01)
                self.at(way + suffix, round(instant * 1e9))
            self.reap()
            self.loads.append(os.getloadavg()[0])

    def minutes(self):
        begin = (int(time.time()) // 60 + 1) * 60
        for minute in range(self.options.minutes):
            start = begin + minute * 60
            for second in range(12, 29):
                for phase in (0.35, 0.45, 0.55):
                    self.sleep_until(start + second - 1 + phase)
                    self.loop(second)
                self.reap()
            self.sleep_until(start + 30)
            self.ways(start + 30, 28)
            self.sleep_until(start + 58.5)

    def loaded(self):
        if not self.options.loaded:
            return
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2 * os.cpu_count())]
        try:
            time.sleep(1)
            self.ways(int(time.time()) + 1, self.options.loaded, "; cores busy")
            time.sleep(1)
        finally:
            for child in busy:
                child.kill()
                child.wait()

    def together(self):
        for way in ("at, armed (forked)", "at, armed (loaded)"):
            for number in range(self.options.together):
                instant = int(time.time()) + 3
                label = f"{way}; together {number}"
                for _ in range(10):
                    self.at(label, instant * 10**9)
                self.sleep_until(instant + 0.3)
                self.reap()

    # -- what came of it

    def results(self):
        found = {}
        with open(self.file) as lines:
            for line in lines:
                label, late = line.split()
                found.setdefault(label.replace("_", " "), []).append(int(late))
        with open(self.records) as lines:
            for line in lines:
                record = json.loads(line)
                label = record["command"][1].replace("_", " ")
                if record["prepared"] == "forked" and record["lateness_seconds"] is not None:
                    way, _, rest = label.partition("; ")
                    before = f"{way}, just before exec" + (f"; {rest}" if rest else "")
                    found.setdefault(before, []).append(round(record["lateness_seconds"] * 1e9))
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=24)
    parser.add_argument("--loaded", type=int, default=600, metavar="SECONDS")
    parser.add_argument("--together", type=int, default=100, metavar="ROUNDS")
    parser.add_argument("--timeball", default=os.path.join(ROOT, ".build/release/timeball"))
    options = parser.parse_args()
    rig = Rig(options)
    cron = None
    try:
        if options.minutes:
            cron = rig.start_cron()
            rig.minutes()
            if cron:
                cron.send_signal(signal.SIGTERM)
                cron.wait()
        rig.loaded()
        rig.together()
        time.sleep(1)
        report(rig)
    finally:
        for child in rig.children:
            if child.poll() is None:
                child.kill()
        shutil.rmtree(rig.folder, ignore_errors=True)


def report(rig):
    loads = rig.loads or [os.getloadavg()[0]]
    print(f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {os.cpu_count()} cores, "
          f"load average {min(loads):.1f} to {max(loads):.1f}")
    print("| what | starts | least | p50 | p90 | p99 | max |")
    print("|---|---|---|---|---|---|---|")
    spreads = {}
    for label, values in sorted(rig.results().items()):
        if "; together" in label:
            spreads.setdefault(label.split(";")[0], []).append(max(values) - min(values))
            continue
        cells = [min(values), *(quantile(values, share) for share in (0.5, 0.9, 0.99)), max(values)]
        print(f"| {label} | {len(values)} | " + " | ".join(human(cell) for cell in cells) + " |")
    for label, values in spreads.items():
        print(f"| ten at once, first to last: {label} | {len(values)} | "
              + " | ".join(human(quantile(values, share)) for share in (0, 0.5, 0.9, 0.99, 1)) + " |")


if __name__ == "__main__":
    main()
