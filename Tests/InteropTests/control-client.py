"""Reads a daemon's reports by chrony's command protocol (version 6), as the usual exporters do.

Written from the protocol's description alone; it shares nothing with the programs under test. Prints one JSON object: for
each command the fields of its reply, lists for those that are asked for by index.

  control-client.py PATH-OF-SOCKET | HOST PORT
"""
import json
import os
import random
import socket
import struct
import sys


def number(bits):
    """A float of the protocol."""
    exponent = bits >> 25
    if exponent >= 64:
        exponent -= 128
    coefficient = bits & 0x1FFFFFF
    if coefficient >= 1 << 24:
        coefficient -= 1 << 25
    return coefficient * 2.0 ** (exponent - 25)


class Fields:
    """Takes fields from a reply, one after the other."""

    def __init__(self, octets, at=28):
        self.octets, self.at = octets, at

    def take(self, kind):
        size = struct.calcsize(">" + kind)
        value = struct.unpack(">" + kind, self.octets[self.at:self.at + size])[0]
        self.at += size
        return value

    def float(self):
        return number(self.take("I"))

    def address(self):
        start = self.at
        self.at += 20
        family = struct.unpack(">H", self.octets[start + 16:start + 18])[0]
        if family == 1:
            return socket.inet_ntop(socket.AF_INET, self.octets[start:start + 4])
        if family == 2:
            return socket.inet_ntop(socket.AF_INET6, self.octets[start:start + 16])
        if family == 3:
            return "ID#%010d" % struct.unpack(">I", self.octets[start:start + 4])
        return None

    def time(self):
        high, low, nanoseconds = self.take("I"), self.take("I"), self.take("I")
        return ((0 if high == 0x7FFFFFFF else high) << 32 | low) + nanoseconds * 1e-9

    def count(self):
        return self.take("Q")

    def many(self, kinds):
        return [self.take(kind) for kind in kinds]


class Daemon:
    def __init__(self, where):
        self.path = None
        if len(where) == 1:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.path = os.path.join(os.path.dirname(where[0]), "client.%d.sock" % os.getpid())
            self.socket.bind(self.path)
            os.chmod(self.path, 0o666)
            self.socket.connect(where[0])
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect((where[0], int(where[1])))
        self.socket.settimeout(2)

    def close(self):
        self.socket.close()
        if self.path:
            os.unlink(self.path)

    def ask(self, command, data, reply_code, length):
        """The octets of a reply of this code; None where the daemon answers with a status instead."""
        sequence = random.getrandbits(32)
        request = struct.pack(">BBHHHIII", 6, 1, 0, command, 0, sequence, 0, 0) + data
        self.socket.send(request.ljust(max(length, 28), b"\0"))
        reply = self.socket.recv(2048)
        version, kind, reserved, echoed, code, status = struct.unpack(">BBHHHH", reply[:10])
        assert (version, kind, reserved, echoed) == (6, 2, 0, command), reply[:12].hex()
        assert struct.unpack(">I", reply[16:20])[0] == sequence
        assert len(reply) <= max(length, 28)
        if status != 0:
            return status
        assert code == reply_code, (command, code)
        return reply


def tracking(fields):
    return {
        "reference_id": fields.take("I"), "address": fields.address(), "stratum": fields.take("H"),
        "leap": fields.take("H"), "reference_time": fields.time(), "correction": fields.float(),
        "last_offset": fields.float(), "rms_offset": fields.float(), "frequency": fields.float(),
        "residual_frequency": fields.float(), "skew": fields.float(), "root_delay": fields.float(),
        "root_dispersion": fields.float(), "update_interval": fields.float(),
    }


def source(fields):
    return {
        "address": fields.address(), "poll": fields.take("h"), "stratum": fields.take("H"), "state": fields.take("H"),
        "mode": fields.take("H"), "flags": fields.take("H"), "reach": fields.take("H"), "since_sample": fields.take("I"),
        "original_offset": fields.float(), "adjusted_offset": fields.float(), "error": fields.float(),
    }


def source_statistics(fields):
    return {
        "reference_id": fields.take("I"), "address": fields.address(), "samples": fields.take("I"),
        "runs": fields.take("I"), "span": fields.take("I"), "deviation": fields.float(),
        "residual_frequency": fields.float(), "skew": fields.float(), "offset": fields.float(),
        "offset_error": fields.float(),
    }


def server_statistics_old(fields):
    names = [
        "ntp_hits", "nke_hits", "cmd_hits", "ntp_drops", "nke_drops", "cmd_drops", "log_drops", "authenticated",
        "interleaved", "timestamps", "timestamp_span",
    ]
    return dict(zip(names, fields.many("I" * 11)))


def activity(fields):
    return dict(zip(["online", "offline", "burst_online", "burst_offline", "unresolved"], fields.many("iiiii")))


def ntp_data_old(fields):
    report = {
        "remote_address": fields.address(), "local_address": fields.address(), "port": fields.take("H"),
        "leap": fields.take("B"), "version": fields.take("B"), "mode": fields.take("B"), "stratum": fields.take("B"),
        "poll": fields.take("b"), "precision": fields.take("b"), "root_delay": fields.float(),
        "root_dispersion": fields.float(), "reference_id": fields.take("I"), "reference_time": fields.time(),
        "offset": fields.float(), "delay": fields.float(), "dispersion": fields.float(),
        "response_time": fields.float(), "asymmetry": fields.float(), "flags": fields.take("H"),
        "transmit_stamp": chr(fields.take("B")), "receive_stamp": chr(fields.take("B")),
    }
    report.update(zip(["sent", "received", "valid"], fields.many("III")))
    return report


def packed(address):
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address) + struct.pack(">HH", 2, 0)
    return socket.inet_pton(socket.AF_INET, address) + bytes(12) + struct.pack(">HH", 1, 0)


def main():
    daemon = Daemon(sys.argv[1:])

    def report(read, command, data, code, length):
        reply = daemon.ask(command, data, code, length)
        return reply if isinstance(reply, int) else read(Fields(reply))

    try:
        count = report(lambda fields: fields.take("I"), 14, b"", 2, 32)
        indices = [struct.pack(">I", index) for index in range(count)]
        sources = [report(source, 15, index, 3, 76) for index in indices]
        print(json.dumps({
            "tracking": report(tracking, 33, b"", 5, 104),
            "sources": sources,
            "sourcestats": [report(source_statistics, 34, index, 6, 84) for index in indices],
            # In the form that daemons of chrony 4.0 to 4.3 know, and newer ones do not.
            "serverstats": report(server_statistics_old, 54, b"", 24, 72),
            "activity": report(activity, 44, b"", 12, 48),
            "ntpdata": [report(ntp_data_old, 57, packed(each["address"]), 16, 152) for each in sources
                        if each["mode"] != 2 and not each["address"].startswith("ID#")],
            "beyond": daemon.ask(15, struct.pack(">I", count), 3, 76),
            "unknown": daemon.ask(58, b"", 1, 28),
        }))
    finally:
        daemon.close()


main()
