#!/usr/bin/python3
"""Sends random and mutated packets to a port, and keeps asking it a true NTP question in between.

Prints one JSON object: how many packets were sent, how many of the true questions were answered, the length of the longest
datagram that came back, how many came back, and by how many octets the worst of them was longer than what it answers.
"""
import argparse
import json
import os
import random
import socket
import time

options = argparse.ArgumentParser()
options.add_argument("--address", default="127.0.0.1")
options.add_argument("--port", type=int, required=True)
options.add_argument("--count", type=int, required=True)
options.add_argument("--seed", type=int, default=1)
options.add_argument("--control", action="store_true", help="the port speaks the command protocol")
options = options.parse_args()

random.seed(options.seed)
BATCH = 50


def question():
    return bytes([0x23, 0, 6, 0xEC]) + bytes(36) + os.urandom(8)


def command():
    number = random.choice([14, 15, 33, 34, 44, 54, 57, 65, 69, random.randrange(100)])
    head = bytes([6, 1, 0, 0]) + number.to_bytes(2, "big") + bytes(2) + random.randbytes(4) + bytes(8)
    return head + random.randbytes(random.randrange(0, 400))


def hostile():
    kind = random.randrange(4)
    if kind == 0:
        return random.randbytes(random.randrange(0, 1400))
    packet = bytearray(command() if options.control else question())
    if kind == 1:
        for _ in range(random.randrange(1, 12)):
            packet[random.randrange(len(packet))] ^= 1 << random.randrange(8)
    elif kind == 2:
        packet = packet[: random.randrange(len(packet))]
    else:
        # Extension fields whose lengths are wrong, MACs of no known key, and every mode.
        packet[0] = random.randrange(256) if not options.control else packet[0]
        packet += random.randbytes(2) + random.choice([0, 3, 4, 28, 65535, random.randrange(65536)]).to_bytes(2, "big")
        packet += random.randbytes(random.randrange(0, 200))
    return bytes(packet)


def main():
    # Packets of one length leave by one socket, so that what comes back there has a length to be compared with.
    attackers = {}

    def attack(packet):
        if len(packet) > 250:
            packet = packet[: len(packet) // 50 * 50]
        if len(packet) not in attackers:
            attackers[len(packet)] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            attackers[len(packet)].connect((options.address, options.port))
            attackers[len(packet)].setblocking(False)
        try:
            attackers[len(packet)].send(packet)
        except ConnectionRefusedError:
            pass
        return len(packet)

    asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asker.connect((options.address, options.port))
    asker.settimeout(1.0)
    sent = asked = answered = longest = replies = 0
    excess = -10000
    while sent < options.count:
        used = set()
        for _ in range(min(BATCH, options.count - sent)):
            used.add(attack(hostile()))
            sent += 1
        # The answer tells that the batch before it was read too, so that no packet is lost in a full buffer.
        if not options.control:
            asked += 1
            true_question = question()
            try:
                asker.send(true_question)
                reply = asker.recv(2048)
                while reply[24:32] != true_question[40:48]:
                    reply = asker.recv(2048)
                answered += 1
            except (TimeoutError, ConnectionRefusedError):
                pass
        for length in used:
            try:
                while True:
                    reply = len(attackers[length].recv(4096))
                    longest = max(longest, reply)
                    excess = max(excess, reply - length)
                    replies += 1
            except (BlockingIOError, ConnectionRefusedError):
                pass
    time.sleep(0.2)
    for length, attacker in attackers.items():
        try:
            while True:
                excess = max(excess, len(attacker.recv(4096)) - length)
                replies += 1
        except (BlockingIOError, ConnectionRefusedError):
            pass
    print(json.dumps({"sent": sent, "asked": asked, "answered": answered, "longest_reply": longest, "replies": replies,
                      "excess": excess}))


main()
