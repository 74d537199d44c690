#!/usr/bin/env python3
"""How much processor time does a server of NTP take for a request? Debian's chronyd, timeballd, and a bare loop in C that
does nothing else, side by side in one run, each behind a veth pair of its own.

    Scripts/install-test-programs                                     # Debian's chronyd, unpacked
    swift build -c release --static-swift-stdlib --product timeballd
    sudo Benchmarks/server/measure.py [--rounds 9] [--seconds 2] [--only plain,ratelimit,hostile,workers,scaling]

Servers run on one core, what asks them on the other. All servers are there all the time, and each is asked in turn for some
seconds, round after round; a figure is the median of the rounds, and a ratio the median of the ratios of each round. What is
counted is the processor time of the server's processes (/proc/PID/schedstat: utime and stime, in ns), and the requests that
they took (UDP InDatagrams of their network). The kernel's work for sending an answer through the pair is in it, for all alike.

scaling: the workers are stopped, the queues of their sockets filled, and then both cores are theirs. It needs long queues:
net.core.rmem_default is raised for a second at a time, and put back.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LOAD_CORE, SERVER_CORE = 0, 1
MILLION = 1 << 20
HOSTILE = ["good", "short", "odd", "version", "mode", "mac", "stranger", "field"]
BUFFER = "/proc/sys/net/core/rmem_default"


def sh(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout


def median(values):
    return statistics.median(values) if values else float("nan")


class Server:
    """One server in a network of its own, with a cable to the network of the clients."""

    def __init__(self, rig, name, number, command):
        self.rig, self.name, self.number = rig, name, number
        self.space = f"{rig.prefix}{number}"
        self.address = f"10.200.{number}.1"
        far = f"10.200.{number}.2"
        sh("ip", "netns", "add", self.space)
        sh("ip", "link", "add", f"c{number}", "netns", rig.space, "type", "veth", "peer", "cable", "netns", self.space)
        for space, device, address in ((rig.space, f"c{number}", far), (self.space, "cable", self.address)):
            sh("ip", "-n", space, "address", "add", f"{address}/24", "dev", device)
            sh("ip", "-n", space, "link", "set", device, "up")
        sh("ip", "-n", self.space, "link", "set", "lo", "up")
        sh("ip", "-n", self.space, "route", "add", "10.16.0.0/12", "via", far)
        self.log = open(os.path.join(rig.folder, f"{name.replace(' ', '-')}.log"), "w")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.space] + command, stdout=self.log, stderr=self.log)
        rig.servers.append(self)

    def pids(self):
        """The server and its children."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children") as file:
                todo += [int(word) for word in file.read().split()]
        return found

    def pin(self):
        for pid in self.pids():
            os.sched_setaffinity(pid, {SERVER_CORE})

    def cpu(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def datagrams(self):
        """Taken by the server, sent by it, and dropped before it saw them."""
        with open(f"/proc/{self.process.pid}/net/snmp") as file:
            lines = [line.split() for line in file if line.startswith("Udp:")]
        fields = dict(zip(lines[0], lines[1]))
        return int(fields["InDatagrams"]), int(fields["OutDatagrams"]), int(fields["RcvbufErrors"])

    def resident(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return total / 1024

    def load(self, clients, kind, way, amount, seconds):
        """Asks for some seconds. Says what one request took of the server's time, and what became of them."""
        self.settle()
        cpu, (taken, sent, dropped) = self.cpu(), self.datagrams()
        begin = time.monotonic()
        self.rig.ask(self, clients, kind, way, amount, seconds)
        self.settle()
        passed = time.monotonic() - begin
        cpu = self.cpu() - cpu
        after = self.datagrams()
        taken, sent, dropped = after[0] - taken, after[1] - sent, after[2] - dropped
        return {"taken": taken, "sent": sent, "dropped": dropped, "cpu": cpu, "busy": cpu / passed,
                "rate": taken / cpu if cpu > 0 else float("nan")}

    def settle(self):
        time.sleep(0.05)


class Rig:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="server-")
        os.chmod(self.folder, 0o755)
        self.prefix = f"tb{os.getpid()}-"
        self.space = f"{self.prefix}ask"
        self.servers = []
        for name in ("bare", "load"):
            sh("cc", "-O2", "-o", os.path.join(self.folder, name), os.path.join(HERE, f"{name}.c"))
        sh("ip", "netns", "add", self.space)
        sh("ip", "-n", self.space, "link", "set", "lo", "up")
        sh("ip", "-n", self.space, "route", "add", "local", "10.16.0.0/12", "dev", "lo")

    def ask(self, server, clients, kind, way, amount, seconds):
        command = [os.path.join(self.folder, "load"), server.address, "123", str(seconds), str(clients), kind, way,
                   str(amount)]
        done = subprocess.run(
            ["ip", "netns", "exec", self.space, "taskset", "-c", str(LOAD_CORE)] + command, capture_output=True,
            text=True, timeout=seconds + 30)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def configuration(self, name, lines):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, mode=0o750, exist_ok=True)
        keys = os.path.join(folder, "keys")
        with open(keys, "w") as file:
            file.write("1 SHA1 HEX:00112233445566778899aabbccddeeff00112233\n")
        os.chmod(keys, 0o600)
        path = os.path.join(folder, "conf")
        with open(path, "w") as file:
            file.write("\n".join(
                ["local stratum 2", "allow", "cmdport 0", f"bindcmdaddress {folder}/sock", f"pidfile {folder}/pid",
                 f"keyfile {keys}"] + lines) + "\n")
        return path, folder

    def bare(self, number):
        return Server(self, "bare loop", number, [os.path.join(self.folder, "bare"), "123"])

    def chronyd(self, number, name="chronyd", *lines):
        # Debian's defaults; sources there are none, and the clock is never touched.
        path, _ = self.configuration(f"c{number}", ["makestep 1 3", "rtcsync", "leapsectz right/UTC", *lines])
        return Server(self, name, number, [self.options.chronyd, "-d", "-x", "-u", "root", "-f", path])

    def timeballd(self, number, name="timeballd", *lines):
        path, folder = self.configuration(f"t{number}", [f"boundfile {self.folder}/t{number}/bound", *lines])
        return Server(self, name, number, [self.options.timeballd, "-d", "-x", "-u", "root", "-f", path])

    def ready(self):
        """Waits until all answer, and puts them where they belong."""
        for server in self.servers:
            for _ in range(100):
                if server.process.poll() is not None:
                    raise RuntimeError(f"{server.name} ended; see {server.log.name}")
                if self.ask(server, 1, "good", "window", 32, 0.05)["answered"] > 0:
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError(f"{server.name} does not answer; see {server.log.name}")
            server.pin()

    def clear(self):
        for server in self.servers:
            server.process.terminate()
        for server in self.servers:
            try:
                server.process.wait(5)
            except subprocess.TimeoutExpired:
                server.process.kill()
            # A network goes some time after its name; its cable goes now.
            sh("ip", "-n", self.space, "link", "delete", f"c{server.number}", check=False)
            sh("ip", "netns", "delete", server.space, check=False)
        self.servers = []

    def remove(self):
        self.clear()
        sh("ip", "netns", "delete", self.space, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def rounds(rig, servers, *load):
    """Every server in turn, in an order that turns too."""
    results = {server.name: [] for server in servers}
    for number in range(rig.options.rounds):
        shift = number % len(servers)
        for server in servers[shift:] + servers[:shift]:
            results[server.name].append(server.load(*load, rig.options.seconds))
    return results


def ratio(results, name, other):
    pairs = zip(results[name], results[other])
    return median([ours["rate"] / theirs["rate"] for ours, theirs in pairs])


def table(results, servers, bases):
    head = ["server", "requests per CPU second", "µs each", "core busy", "answered", "resident"]
    print("| " + " | ".join(head + [f"to {base}" for base in bases]) + " |")
    print("|---|" + "---|" * (len(head) - 1 + len(bases)))
    for server in servers:
        runs = results[server.name]
        rate = median([run["rate"] for run in runs])
        answered = sum(run["sent"] for run in runs) / max(1, sum(run["taken"] for run in runs))
        cells = [server.name, f"{rate:,.0f}", f"{1e6 / rate:.2f}", f"{median([run['busy'] for run in runs]):.0%}",
                 f"{answered:.0%}", f"{server.resident():.1f} MB"]
        cells += [f"**{ratio(results, server.name, base):.3f}**" for base in bases]
        print("| " + " | ".join(cells) + " |")
    print(flush=True)


def plain(rig):
    servers = [rig.chronyd(1), rig.bare(2), rig.timeballd(3)]
    rig.ready()
    print(f"### Plain requests of 64 clients, {rig.options.window} under way\n")
    table(rounds(rig, servers, 64, "good", "window", rig.options.window), servers, ["chronyd", "bare loop"])
    rig.clear()


def profile(rig):
    """Where timeballd's time goes, by perf (linux-perf)."""
    server = rig.timeballd(3)
    rig.ready()
    recording = subprocess.Popen(["perf", "record", "-g", "-F", "4999", "-o", rig.options.profile, "-p",
                                  str(server.process.pid)], stderr=subprocess.DEVNULL)
    print(server.load(64, "good", "window", rig.options.window, rig.options.seconds))
    recording.send_signal(signal.SIGINT)
    recording.wait()
    rig.clear()


def ratelimit(rig):
    servers = [rig.chronyd(1, "chronyd", "ratelimit"), rig.timeballd(3, "timeballd", "ratelimit")]
    rig.ready()
    print(f"### `ratelimit` and {MILLION:,} clients, {rig.options.rate:,} requests a second\n")
    table(rounds(rig, servers, MILLION, "good", "rate", rig.options.rate), servers, ["chronyd"])
    rig.clear()


def hostile(rig):
    servers = [rig.chronyd(1), rig.timeballd(3)]
    rig.ready()
    results = {kind: {server.name: [] for server in servers} for kind in HOSTILE}
    for _ in range(rig.options.rounds):
        for kind in HOSTILE:
            for server in servers:
                results[kind][server.name].append(
                    server.load(64, kind, "rate", rig.options.slow, rig.options.seconds / 2))
    print(f"### What a hostile packet costs, {rig.options.slow:,} a second\n")
    print("| packet | " + " | ".join(f"{server.name}, µs | of a good one | answered" for server in servers) + " |")
    print("|---|" + "---|" * (3 * len(servers)))
    for kind in HOSTILE:
        cells = []
        for server in servers:
            runs, good = results[kind][server.name], results["good"][server.name]
            share = median([b["rate"] / a["rate"] for a, b in zip(runs, good)])
            answered = sum(run["sent"] for run in runs) / max(1, sum(run["taken"] for run in runs))
            cells += [f"{median([1e6 / run['rate'] for run in runs]):.2f}", f"{share:.2f}", f"{answered:.0%}"]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    print(flush=True)
    rig.clear()


def workers(rig):
    servers = [rig.timeballd(3 + count, f"workers {count}", f"workers {count}") for count in (0, 1, 2)]
    rig.ready()
    print(f"### Workers, all on one core, {rig.options.window} requests under way\n")
    table(rounds(rig, servers, 1024, "good", "window", rig.options.window), servers, ["workers 0"])
    rig.clear()


def scaling(rig):
    """How fast full queues become empty when both cores are the servers'."""
    with open(BUFFER) as file:
        before = file.read().strip()
    try:
        with open(BUFFER, "w") as file:
            file.write("67108864")
        servers = [rig.timeballd(3 + count, f"workers {count}", f"workers {count}") for count in (0, 1, 2)]
        rig.ready()
    finally:
        with open(BUFFER, "w") as file:
            file.write(before)
    results = {server.name: [] for server in servers}
    for _ in range(rig.options.rounds):
        for server in servers:
            results[server.name].append(drain(rig, server))
    print("### How fast queues of requests become empty, on two cores\n")
    print("| server | requests a second | to workers 1 |\n|---|---|---|")
    for server in servers:
        rates = results[server.name]
        part = median([a / b for a, b in zip(rates, results["workers 1"])])
        print(f"| {server.name} | {median(rates):,.0f} | **{part:.2f}** |")
    print(flush=True)
    rig.clear()


def drain(rig, server):
    pids = server.pids()
    for pid in pids:
        os.sched_setaffinity(pid, {LOAD_CORE, SERVER_CORE})
        os.kill(pid, signal.SIGSTOP)
    taken = server.datagrams()[0]
    # It stays, because nobody would take the answers, and the kernel say so to the server.
    asking = subprocess.Popen(
        ["ip", "netns", "exec", rig.space, os.path.join(rig.folder, "load"), server.address, "123", "60", "4096",
         "good", "count", str(rig.options.queue)], stdout=subprocess.PIPE, text=True)
    asking.stdout.readline()
    begin = last = time.monotonic()
    seen = taken
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    while time.monotonic() - last < 0.2:
        time.sleep(0.002)
        now = server.datagrams()[0]
        if now != seen:
            seen, last = now, time.monotonic()
    asking.terminate()
    asking.wait()
    return (seen - taken) / (last - begin)


PARTS = {"plain": plain, "ratelimit": ratelimit, "hostile": hostile, "workers": workers, "scaling": scaling}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--window", type=int, default=224, help="requests under way; a queue holds 277")
    parser.add_argument("--rate", type=int, default=400_000, help="more than any of them can take")
    parser.add_argument("--slow", type=int, default=100_000)
    parser.add_argument("--queue", type=int, default=120_000)
    parser.add_argument("--only", default="plain,ratelimit,hostile,workers,scaling")
    parser.add_argument("--profile", metavar="FILE", help="perf record of timeballd under the plain load, and no table")
    parser.add_argument("--timeballd", default=os.path.join(ROOT, ".build/release/timeballd"))
    parser.add_argument("--chronyd", default=os.path.join(ROOT, ".build-programs/usr/sbin/chronyd"))
    options = parser.parse_args()
    for path in (options.timeballd, options.chronyd):
        if not os.access(path, os.X_OK):
            sys.exit(f"{path} is missing; see the head of {__file__}")
    if os.geteuid() != 0:
        sys.exit("Only root can make networks.")
    rig = Rig(options)
    load = os.getloadavg()[0]
    print(f"Load average at the start: {load:.1f}; {options.rounds} rounds of {options.seconds:g} s.\n", flush=True)
    try:
        for part in [] if options.profile else options.only.split(","):
            PARTS[part](rig)
        if options.profile:
            profile(rig)
    finally:
        rig.remove()


main()
