#!/usr/bin/python3
"""An NTP server for tests that can be told to lie.

It prints "ready" once it answers. Lines on its standard input change it while it runs:
    offset SECONDS     add so much to the time that it serves
    mute | speak       stop answering; answer again

With --free-running the time served does not follow this machine's clock, but its unsteered oscillator from the start on,
so that a daemon that steers the clock can be watched from outside.

With --garbage N every true answer is preceded by N packets that a blind attacker could send: from the right address and
port, of any length and content, or a true answer with its origin timestamp damaged.
"""
import argparse
import random
import select
import socket
import struct
import sys
import time

NTP_EPOCH = 2208988800

options = argparse.ArgumentParser()
options.add_argument("--address", default="127.0.0.1")
options.add_argument("--port", type=int, required=True)
options.add_argument("--offset", type=float, default=0.0, help="seconds that the time served is ahead")
options.add_argument("--stratum", type=int, default=1)
options.add_argument("--free-running", action="store_true")
options.add_argument("--garbage", type=int, default=0)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()

random.seed(options.seed)
realtime_at_start = time.clock_gettime_ns(time.CLOCK_REALTIME)
raw_at_start = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


SO_TIMESTAMPNS = 35  # socket(7)


def waited(ancillary):
    """How many nanoseconds ago the kernel took a datagram in: it may have waited while another was answered."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@qq", data[:16])
            return max(0, time.clock_gettime_ns(time.CLOCK_REALTIME) - seconds * 10**9 - nanoseconds)
    return 0


def now(ago=0):
    """The time served so many nanoseconds ago, as an NTP timestamp of 64 bits."""
    if options.free_running:
        nanoseconds = realtime_at_start + time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) - raw_at_start
    else:
        nanoseconds = time.clock_gettime_ns(time.CLOCK_REALTIME)
    nanoseconds += int(options.offset * 1e9) - ago
    seconds, rest = divmod(nanoseconds, 10**9)
    return ((seconds + NTP_EPOCH) & 0xFFFFFFFF) << 32 | (rest << 32) // 10**9


def answer(request, received):
    version = request[0] >> 3 & 7
    origin = request[40:48]
    return (
        struct.pack("!BBbb", version << 3 | 4, options.stratum, struct.unpack("!b", request[2:3])[0], -20)
        + struct.pack("!II4s", 0, 1, b"LIE\0")
        + struct.pack("!Q", received)
        + origin
        + struct.pack("!QQ", received, now())
    )


def damaged(true_answer):
    """What somebody can send who does not see our packets: he does not know the origin timestamp."""
    kind = random.randrange(3)
    if kind == 0:
        return random.randbytes(random.randrange(0, 1200))
    packet = bytearray(true_answer)
    packet[24:32] = random.randbytes(8)
    if kind == 1:
        for _ in range(random.randrange(1, 20)):
            packet[random.randrange(len(packet))] ^= 1 << random.randrange(8)
        packet[24:32] = random.randbytes(8)
        packet = packet[: random.randrange(0, 49)] + random.randbytes(random.choice([0, 0, 4, 20, 400]))
    return bytes(packet)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    server.bind((options.address, options.port))
    print("ready", flush=True)
    speaking = True
    watched = [server, sys.stdin]
    while True:
        for ready in select.select(watched, [], [])[0]:
            if ready is sys.stdin:
                words = sys.stdin.readline().split()
                if not words:
                    watched.remove(sys.stdin)
                elif words[0] == "offset":
                    options.offset = float(words[1])
                elif words[0] == "mute":
                    speaking = False
                elif words[0] == "speak":
                    speaking = True
                continue
            request, ancillary, _, client = server.recvmsg(2048, 128)
            received = now(waited(ancillary))
            if len(request) < 48 or request[0] & 7 != 3 or not speaking:
                continue
            for number in range(options.garbage):
                server.sendto(damaged(answer(request, received)), client)
                if number % 50 == 49:
                    time.sleep(0.002)  # else the client's socket overflows, and nothing is tested
            server.sendto(answer(request, received), client)


main()
