#!/usr/bin/python3
"""Clocks of simulated machines, for simulated-clock.c.

    simulated-clock.py make FILE --gain PPM --offset SECONDS --speed S --start NS
                                            a clock that is so much ahead at the start; NS is the host's CLOCK_MONOTONIC
    simulated-clock.py now                  prints the host's CLOCK_MONOTONIC, ns
    simulated-clock.py read FILE...         prints simulated seconds since the start, and for each clock its error,
                                            its rate's error in ppm, and how often it was stepped and by how much
    simulated-clock.py watch FILE...        the same each real second, until it is ended
"""
import argparse
import mmap
import struct
import sys
import time

# struct machine
LAYOUT = struct.Struct("=qqddqqqqqqqqqqq")
EPOCH = 1_800_000_000_000_000_000


def true_time(start, speed, moment):
    return EPOCH + (moment - start) * speed


class Clock:
    def __init__(self, path):
        with open(path, "r+b") as file:
            self.pages = mmap.mmap(file.fileno(), LAYOUT.size)

    def fields(self):
        while True:
            fields = LAYOUT.unpack(self.pages[:])
            if fields[0] % 2 == 0 and LAYOUT.unpack(self.pages[:])[0] == fields[0]:
                return fields

    def state(self, moment):
        """Simulated seconds, error in seconds (positive: fast), rate's error, steps, seconds stepped."""
        (_, start, speed, gain, raw, wall, _, tick, frequency, *_, steps, stepped) = self.fields()
        rate = tick / 10000 + frequency / 65536e6
        # In whole nanoseconds as far as possible: a double has no room for all digits.
        elapsed = (moment - start) * speed
        now = wall + int((1_000_000_000_000 + int(elapsed * (1 + gain)) - raw) * rate)
        return elapsed * 1e-9, (now - EPOCH - int(elapsed)) * 1e-9, ((1 + gain) * rate - 1) * 1e6, steps, stepped * 1e-9


def make(path, gain, offset, speed, start):
    start = start or time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    fields = (
        0, start, speed, gain * 1e-6, 1_000_000_000_000, EPOCH + int(offset * 1e9), 500_000_000_000,
        10000, 0, 0x40, 16_000_000, 16_000_000, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(LAYOUT.pack(*fields))


def line(clocks):
    moment = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    states = [clock.state(moment) for clock in clocks]
    return f"{states[0][0]:.3f} " + "  ".join("%.6f %.4f %d %.6f" % state[1:] for state in states)


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["make", "now", "read", "watch"])
parser.add_argument("files", nargs="*")
parser.add_argument("--gain", type=float, default=0)
parser.add_argument("--offset", type=float, default=0)
parser.add_argument("--speed", type=float, default=1)
parser.add_argument("--start", type=int, default=0)
asked = parser.parse_args()
if asked.what == "now":
    print(time.clock_gettime_ns(time.CLOCK_MONOTONIC))
elif asked.what == "make":
    make(asked.files[0], asked.gain, asked.offset, asked.speed, asked.start)
else:
    clocks = [Clock(path) for path in asked.files]
    print(line(clocks), flush=True)
    while asked.what == "watch":
        time.sleep(1)
        print(line(clocks), flush=True)
