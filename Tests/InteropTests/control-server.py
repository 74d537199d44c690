"""Answers chrony's command protocol (version 6) with made-up reports, the same ones for the same questions.

Two clients that are asked to print them can so be compared octet by octet: whatever they print differently is a
difference in how they print. The layout is that of the protocol's description; nothing here is shared with the programs
under test.

  control-server.py --socket PATH [--port N] [--seed N] [--old] [--status N]

--old answers serverstats and ntpdata as chronyd 4.3 does; --status answers everything that changes something with this
status.
"""
import argparse
import math
import os
import random
import selectors
import socket
import struct

parser = argparse.ArgumentParser()
parser.add_argument("--socket", required=True)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--old", action="store_true")
parser.add_argument("--status", type=int, default=0)
options = parser.parse_args()

SOURCES = 14


def number(value):
    """A float of the protocol: exponent of 7 bits, coefficient of 25, both signed."""
    if value == 0 or math.isnan(value):
        return b"\0\0\0\0"
    exponent = max(min(math.floor(math.log2(abs(value))) + 1, 63), -64)
    coefficient = round(abs(value) * 2.0 ** (25 - exponent))
    while coefficient > 2**24 - 1:
        coefficient >>= 1
        exponent += 1
    if value < 0:
        coefficient = -coefficient
    return struct.pack(">I", (exponent & 0x7F) << 25 | coefficient & 0x1FFFFFF)


def wide(rng, low, high, signed=True):
    """A number whose magnitude is as likely to be of one power of ten as of another; sometimes 0."""
    if rng.random() < 0.08:
        return 0.0
    value = 10 ** rng.uniform(low, high)
    return -value if signed and rng.random() < 0.5 else value


def address(rng, kind=None):
    kind = rng.choice([1, 1, 1, 2]) if kind is None else kind
    if kind == 0:
        return bytes(20)
    if kind == 2:
        groups = [0x2001, 0xDB8, *[rng.choice([0, 0, rng.randrange(65536)]) for _ in range(6)]]
        return struct.pack(">8H", *groups) + struct.pack(">HH", 2, 0)
    if kind == 3:
        return struct.pack(">I", rng.randrange(1, 10**rng.randrange(1, 9))) + bytes(12) + struct.pack(">HH", 3, 0)
    return bytes([203, 0, rng.randrange(100, 114), rng.randrange(256)]) + bytes(12) + struct.pack(">HH", 1, 0)


def refid(rng):
    return rng.choice([b"GPS\0", b"PPS0", b"LOCL", b"\x7f\x7f\x01\x01", bytes(4), rng.randbytes(4)])


def moment(rng):
    if rng.random() < 0.1:
        return bytes(12)
    return struct.pack(">III", 0, rng.randrange(1, 2**32 - 1), rng.randrange(10**9))


def age(rng):
    if rng.random() < 0.2:
        return 0xFFFFFFFF
    return int(10 ** rng.uniform(0, 9.3)) - 1


def source(index):
    """Kind, address and reference identifier of a source: the same in every report."""
    rng = random.Random(f"{options.seed} source {index}")
    mode = rng.choice([0, 0, 0, 1, 2])
    if mode == 2:
        name = rng.choice([b"GPS\0", b"PPS0", b"NMEA", b"\x01\x02\x03\x04"])
        return mode, name + bytes(12) + struct.pack(">HH", 1, 0), name
    where = address(rng, 3 if rng.random() < 0.15 else None)
    return mode, where, where[:4]


def source_data(index, rng):
    mode, where, _ = source(index)
    return where + struct.pack(
        ">hHHHHHI", rng.randrange(-7, 25), rng.randrange(0, 16), rng.randrange(6), mode, 0, rng.randrange(256), age(rng)
    ) + number(wide(rng, -10, 9)) + number(wide(rng, -10, 9)) + number(wide(rng, -10, 5, False))


def listed(index):
    """How a source stands in sourcestats and selectdata."""
    mode, where, name = source(index)
    return name + (bytes(20) if mode == 2 else where)


def source_statistics(index, rng):
    return listed(index) + struct.pack(
        ">III", rng.randrange(65), rng.randrange(65), rng.choice([rng.randrange(4000), age(rng) % 10**9])
    ) + number(wide(rng, -10, 5, False)) + number(wide(rng, -4, 4)) + number(wide(rng, -4, 4, False)) + number(
        wide(rng, -10, 5)) + number(wide(rng, -10, 5, False))


def select_data(index, rng):
    return listed(index) + struct.pack(
        ">BBBBHHI", ord(rng.choice("NsMdD~wWSOTPU x+*-?")), rng.randrange(2), rng.randrange(4), 0,
        rng.randrange(16), rng.randrange(16), age(rng)
    ) + number(wide(rng, -1, 3, False)) + number(wide(rng, -10, 5)) + number(wide(rng, -10, 5))


def tracking(rng):
    kind = rng.choice([0, 1, 1, 2])
    where = address(rng, kind)
    name = where[:4] if kind == 1 else refid(rng)
    return name + where + struct.pack(">HH", rng.randrange(17), rng.randrange(4)) + moment(rng) + b"".join(
        number(value) for value in (
            wide(rng, -9, 3), wide(rng, -9, 3), wide(rng, -9, 3, False), wide(rng, -4, 4), wide(rng, -4, 4),
            wide(rng, -4, 4, False), wide(rng, -9, 1), wide(rng, -9, 1, False), wide(rng, -1, 5, False)))


def rtc(rng):
    return moment(rng) + struct.pack(">HHI", rng.randrange(65), rng.randrange(65), age(rng) % 10**9) + number(
        wide(rng, -6, 5)) + number(wide(rng, -4, 4))


def activity(rng):
    return struct.pack(">5i", *[rng.choice([0, 1, 4, 12345]) for _ in range(5)])


def smoothing(rng):
    return struct.pack(">I", rng.randrange(4)) + b"".join(
        number(value) for value in (
            wide(rng, -9, 2), wide(rng, -4, 4), wide(rng, -4, 2), wide(rng, -1, 6, False), wide(rng, -1, 6, False)))


def manual_list(rng):
    count = rng.randrange(17)
    entries = b"".join(
        moment(rng) + number(wide(rng, -4, 4)) + number(wide(rng, -4, 4)) + number(wide(rng, -4, 4))
        for _ in range(count))
    return struct.pack(">I", count) + entries.ljust(16 * 24, b"\0")


def server_statistics(rng):
    if options.old:
        return struct.pack(">11I", *[int(10 ** rng.uniform(0, 9.6)) - 1 for _ in range(11)])
    return struct.pack(">17Q", *[int(10 ** rng.uniform(0, 18)) - 1 for _ in range(17)]) + b"\xff" * 32


def ntp_data(asked, rng):
    body = asked + address(rng) + struct.pack(
        ">HBBBBbb", rng.randrange(65536), rng.randrange(4), rng.randrange(1, 5), rng.randrange(1, 6),
        rng.randrange(17), rng.randrange(-6, 20), rng.randrange(-32, 0)
    ) + number(wide(rng, -6, 1, False)) + number(wide(rng, -6, 1, False)) + refid(rng) + moment(rng) + b"".join(
        number(value) for value in (
            wide(rng, -9, 3), wide(rng, -9, 3), wide(rng, -9, 3, False), wide(rng, -9, 3, False),
            rng.uniform(-0.5, 0.5)))
    body += struct.pack(">HBB", rng.randrange(65536), *[ord(rng.choice("DKH")) for _ in range(2)])
    if options.old:
        return body + struct.pack(">7I", *[rng.randrange(10**6) for _ in range(4)], *[0xFFFFFFFF] * 3)
    return body + struct.pack(">12I", *[rng.randrange(10**6) for _ in range(8)], *[0xFFFFFFFF] * 4)


def auth_data(rng):
    mode = rng.randrange(3)
    return struct.pack(
        ">HHIHHIHHHH", mode, rng.randrange(31), rng.choice([0, 1, 12345]), rng.choice([0, 128, 160]),
        rng.randrange(100), age(rng), rng.randrange(9), rng.randrange(300), rng.randrange(10), 0)


def clients(data, rng):
    first, wanted, _, _ = struct.unpack(">IIII", data[:16])
    total = 19
    count = max(min(8, wanted, total - first), 0)
    rows = b""
    for index in range(first, first + count):
        each = random.Random(f"{options.seed} client {index}")
        rows += address(each, 0 if each.random() < 0.1 else None) + struct.pack(
            ">6I4bIII", *[int(10 ** each.uniform(0, 9.6)) - 1 for _ in range(6)],
            *[each.choice([127, each.randrange(-30, 40)]) for _ in range(4)], age(each), age(each), age(each))
    return struct.pack(">III", total, first + count, count) + rows.ljust(480, b"\0")


READING = {
    14: 2, 15: 3, 33: 5, 34: 6, 35: 7, 41: 18, 44: 12, 51: 13, 54: 24 if options.old else 25,
    57: 16 if options.old else 26, 65: 19, 67: 20, 68: 21, 69: 23, 11: 17,
}


def body(command, data, rng):
    index = struct.unpack(">I", data[:4].ljust(4, b"\0"))[0]
    if command in (15, 34, 69) and index >= SOURCES:
        return None
    if command == 14:
        return struct.pack(">I", SOURCES)
    if command == 15:
        return source_data(index, rng)
    if command == 34:
        return source_statistics(index, rng)
    if command == 69:
        return select_data(index, rng)
    if command == 57:
        return ntp_data(data[:20], rng)
    if command == 65:
        return rng.choice([b"ntp.example.net", b"a-very-long-name-of-a-server.example.org", b"x"]).ljust(256, b"\0")
    if command == 68:
        return clients(data, rng)
    if command == 11:
        return number(wide(rng, -3, 3)) + number(wide(rng, -3, 3)) + number(wide(rng, -3, 3))
    return {33: tracking, 35: rtc, 41: manual_list, 44: activity, 51: smoothing, 54: server_statistics,
            67: auth_data}[command](rng)


def answer(request):
    version, kind, reserved, command, attempt, sequence = struct.unpack(">BBHHHI", request[:12])
    if version != 6 or kind != 1 or reserved != 0:
        return None
    data = request[20:]

    def reply(code, status, content=b""):
        return struct.pack(">BBHHHHHHHIII", 6, 2, 0, command, code, status, 0, 0, 0, sequence, 0, 0) + content

    if command not in READING:
        return reply(1, options.status)
    rng = random.Random(f"{options.seed} {command} {data[:20].hex()}")
    content = body(command, data, rng)
    return reply(1, 4) if content is None else reply(READING[command], 0, content)


selector = selectors.DefaultSelector()
local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
local.bind(options.socket)
os.chmod(options.socket, 0o666)
selector.register(local, selectors.EVENT_READ)
if options.port:
    remote = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    remote.bind(("127.0.0.1", options.port))
    selector.register(remote, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        octets, client = key.fileobj.recvfrom(2048)
        said = answer(octets) if len(octets) >= 28 else None
        if said is not None and client:
            try:
                key.fileobj.sendto(said, client)
            except OSError:
                pass
