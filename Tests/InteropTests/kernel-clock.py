#!/usr/bin/python3
"""Reads the kernel clock's settings, or puts them back. It never steps the clock.

    kernel-clock.py read                    prints FREQUENCY TICK STATUS MAXERROR ESTERROR (adjtimex(2)'s units)
    kernel-clock.py restore F T S M E       sets them again, and prints what the kernel then has
    kernel-clock.py clocks                  prints CLOCK_REALTIME, CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW of one moment, ns
"""
import ctypes
import os
import sys
import time

ADJ_FREQUENCY, ADJ_MAXERROR, ADJ_ESTERROR, ADJ_STATUS, ADJ_TICK = 0x2, 0x4, 0x8, 0x10, 0x4000
READ_ONLY_STATUS = 0x0100 | 0x0200 | 0x0400 | 0x0800 | 0x1000 | 0x2000 | 0x4000 | 0x8000


class Timex(ctypes.Structure):
    _fields_ = [
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("constant", ctypes.c_long),
        ("precision", ctypes.c_long), ("tolerance", ctypes.c_long), ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long), ("rest", ctypes.c_long * 20),
    ]


libc = ctypes.CDLL(None, use_errno=True)


def adjtimex(**values):
    timex = Timex(**values)
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        sys.exit("adjtimex: " + os.strerror(ctypes.get_errno()))
    return timex


def clocks():
    # The narrowest of several readings, so that being scheduled away in between does not show.
    best = None
    for _ in range(20):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        realtime = time.clock_gettime_ns(time.CLOCK_REALTIME)
        monotonic = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        if best is None or after - before < best[0]:
            best = (after - before, realtime, monotonic, (before + after) // 2)
    print(*best[1:])


if sys.argv[1:2] == ["clocks"]:
    clocks()
else:
    if sys.argv[1:2] == ["restore"]:
        frequency, tick, status, maximum, estimated = map(int, sys.argv[2:7])
        adjtimex(
            modes=ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR, freq=frequency, tick=tick,
            status=status & ~READ_ONLY_STATUS, maxerror=maximum, esterror=estimated)
    elif sys.argv[1:] != ["read"]:
        sys.exit(__doc__)
    now = adjtimex(modes=0)
    print(now.freq, now.tick, now.status, now.maxerror, now.esterror)
