# A program that sends samples of a clock to chrony's socket of reference clocks, four a second, as gpsd does: waits until the
# socket is there, and begins anew when it goes away.
#
#   socket-samples.py SOCKET AHEAD [--pulse]
import socket
import struct
import sys
import time

path, ahead, pulse = sys.argv[1], float(sys.argv[2]), "--pulse" in sys.argv
print("ready", flush=True)
while True:
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        sender.connect(path)
        while True:
            now = time.clock_gettime_ns(time.CLOCK_REALTIME)
            seconds, micros = now // 1_000_000_000, now // 1000 % 1_000_000
            # struct timeval, double, then four ints of which the last says what it is.
            # Of a pulse whole seconds mean nothing.
            sender.send(struct.pack("=qqdiiii", seconds, micros, ahead, int(pulse), 0, 0, 0x534F434B))
            time.sleep(0.25)
    except OSError:
        time.sleep(0.2)
