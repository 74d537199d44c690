#!/usr/bin/env python3
"""Prints where true time is: earliest, latest, estimate, and the moment on CLOCK_MONOTONIC.

Reads the page that timeballd keeps (Documentation/BoundPage.md) with mmap and struct. Times are whole nanoseconds
since 1970 UTC.
"""

import mmap
import os
import stat
import struct
import sys
import time
from typing import NamedTuple

PATH = "/run/timeball/bound"
SIZE = 256
BODY = struct.Struct("=IIIIqqqqIidqqdqqqqqqq")  # from octet 64 on
SECOND = 1_000_000_000


class Unbelievable(Exception):
    """There is no time to be had from the page; the text says why."""


class TrueTime(NamedTuple):
    earliest: int
    latest: int
    estimate: int
    monotonic: int


class Page:
    """The page, mapped into memory."""

    def __init__(self, path=PATH):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size < SIZE:
                raise Unbelievable(f"{path} is not a page of Timeball.")
            self.memory = mmap.mmap(descriptor, SIZE, mmap.MAP_SHARED, mmap.PROT_READ)
        finally:
            os.close(descriptor)
        magic, version, size, order = struct.unpack_from("=8sIII", self.memory, 0)
        if magic != b"TIMEBALL" or order != 0x01020304 or size != SIZE:
            raise Unbelievable(f"{path} is not a page of Timeball.")
        if version != 1:
            raise Unbelievable(f"{path} has version {version}; this program reads 1.")
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            if bytes.fromhex(file.read().strip().replace("-", "")) != self.memory[32:48]:
                raise Unbelievable(f"{path} was written before this machine was started.")
        # Read as one aligned word, so that the number is never seen half written.
        self.sequence = memoryview(self.memory).cast("Q")

    def read(self):
        """A consistent copy of the body, CLOCK_MONOTONIC and CLOCK_BOOTTIME while it was valid."""
        for attempt in range(400):
            if attempt >= 64:
                time.sleep(50e-6)
            before = self.sequence[3]
            if before % 2:
                continue
            body = bytes(self.memory[64:SIZE])
            monotonic = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            # Where we were interrupted between the clocks, they would differ as if the machine had slept.
            if self.sequence[3] == before and after - monotonic < 1_000_000:
                return BODY.unpack_from(body), monotonic, boot
        raise Unbelievable("The page was left half written.")

    def now(self):
        """Where true time is now."""
        (
            state, _verdict, _leap, flags, reference, valid_until, suspended, seconds, nanoseconds, _tai, rate, below,
            above, growth, _deviation, leap_at, leap_by, *_wall_and_rate,
        ), monotonic, boot = self.read()  # fmt: skip
        if state == 3:
            raise Unbelievable("Another daemon has replaced the page: open it again.")
        if not flags & 1:
            raise Unbelievable("The daemon does not know the time yet.")
        if boot - monotonic - suspended >= 10_000_000:
            raise Unbelievable("The machine was suspended since the page was written.")
        if monotonic > valid_until:
            raise Unbelievable("The page is too old to be believed.")
        elapsed = monotonic - reference
        passed = elapsed + int(elapsed * rate)
        # Rounded outwards, so that the promise is kept.
        grown = int(max(passed, 0) * growth) + 2
        estimate = seconds * SECOND + nanoseconds + passed
        earliest = estimate - below - grown
        latest = estimate + above + grown
        if leap_at:
            # While it is not certain that the leap second has come, both possibilities are inside.
            certain = earliest >= leap_at * SECOND
            possible = latest >= leap_at * SECOND
            likely = estimate >= leap_at * SECOND
            if possible if leap_by < 0 else certain:
                earliest += leap_by * SECOND
            if possible if leap_by > 0 else certain:
                latest += leap_by * SECOND
            if likely:
                estimate += leap_by * SECOND
        return TrueTime(earliest, latest, estimate, monotonic)


def main():
    try:
        now = Page(sys.argv[1] if len(sys.argv) > 1 else PATH).now()
    except (Unbelievable, OSError) as error:
        print(error, file=sys.stderr)
        return 3
    for name, value in zip(now._fields, now):
        print(f"{name} {value // SECOND}.{value % SECOND:09d}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
