#!/usr/bin/python3
"""A TAICLOCK server for tests, written from the protocol's description, that is as far ahead as it is told to be.

It prints "ready" once it answers, then each query in hexadecimal. Its labels are 2^62 + 10 + POSIX seconds, as those of
clockspeed 0.62 on a clock that shows UTC, or with --tai 37 those of true atomic time.
"""
import argparse
import socket
import struct
import time

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, required=True)
options.add_argument("--offset", type=float, default=0.0)
options.add_argument("--tai", type=int, default=10)
options.add_argument("--mode", choices=["ok", "badcookie", "short"], default="ok")
options = options.parse_args()

server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
server.bind(("::", options.port))
print("ready", flush=True)
while True:
    query, sender = server.recvfrom(2048)
    print(query.hex(), flush=True)
    now = time.time_ns() + int(options.offset * 1e9)
    label = struct.pack(">QII", 2**62 + options.tai + now // 10**9, now % 10**9, 0)
    reply = b"s" + query[1:4] + label + query[20:]
    if options.mode == "badcookie":
        reply = reply[:-1] + bytes([reply[-1] ^ 1])
    if options.mode == "short":
        reply = reply[:24]
    server.sendto(reply, sender)
