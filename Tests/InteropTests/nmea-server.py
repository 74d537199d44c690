# A GPS receiver on a TCP port, for gpsd: the sentences of a recording, once a second, with the present time in the place
# of the recorded one and their check sums made anew.
#
#   nmea-server.py PORT FILE [--late SECONDS]
import argparse
import socket
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("port", type=int)
arguments.add_argument("file")
arguments.add_argument("--late", type=float, default=0.1, help="after the second that the sentences name")
arguments = arguments.parse_args()


def restamped(line, now):
    fields = line.strip().lstrip("$").split("*")[0].split(",")
    clock = time.strftime("%H%M%S.00", now)
    if fields[0].endswith("RMC"):
        fields[1], fields[9] = clock, time.strftime("%d%m%y", now)
    elif fields[0].endswith("GGA"):
        fields[1] = clock
    elif fields[0].endswith("ZDA"):
        fields[1:5] = [clock] + time.strftime("%d %m %Y", now).split()
    body = ",".join(fields)
    check = 0
    for octet in body.encode():
        check ^= octet
    return f"${body}*{check:02X}\r\n"


with open(arguments.file) as file:
    recording = [line for line in file if line.startswith("$")]
listener = socket.create_server(("127.0.0.1", arguments.port))
print("ready", flush=True)
while True:
    receiver, _ = listener.accept()
    try:
        while True:
            second = int(time.time()) + 1
            time.sleep(max(second + arguments.late - time.time(), 0))
            now = time.gmtime(second)
            receiver.sendall("".join(restamped(line, now) for line in recording).encode())
    except OSError:
        receiver.close()
