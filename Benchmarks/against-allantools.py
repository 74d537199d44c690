#!/usr/bin/env python3
"""Times our statistics against allantools on the same data, in the same run, one thread each.

    cd Benchmarks && swift build -c release && ./against-allantools.py [--venv DIRECTORY] [--full]

Makes a private environment with allantools from PyPI if there is none. Each figure is the best of three, except for
allantools' MTIE at 10^6, which takes minutes: it is run once, and only with --full; otherwise N is 10^5.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "2024.06"


def environment(directory):
    python = directory / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"allantools=={VERSION}"], check=True)
    return python


# Runs in the private environment: prints the seconds.
MEASURE = """
import sys, time, numpy, allantools
name, count, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = numpy.random.default_rng(1).random(count)
best = float("inf")
for _ in range(runs):
    start = time.perf_counter()
    getattr(allantools, name)(x, rate=1.0, data_type="phase", taus="octave")
    best = min(best, time.perf_counter() - start)
print(best)
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--venv", type=pathlib.Path,
                        default=pathlib.Path(tempfile.gettempdir()) / f"allantools-{VERSION}-{os.getuid()}")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    python = environment(options.venv)
    ours = HERE / ".build" / "release" / "statistics-benchmark"
    if not ours.exists():
        sys.exit("First: swift build -c release")
    sizes = ["oadev", "10000000", "mdev", "10000000", "mtie", "1000000" if options.full else "100000"]
    result = subprocess.run([str(ours), *sizes], check=True, capture_output=True, text=True).stdout
    one_thread = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    print(f"| statistic | N | ours, s | C loop, s | allantools {VERSION}, s | ours : C | allantools : ours |")
    print("|---|---|---|---|---|---|---|")
    for line in result.splitlines():
        name, count, own, c_loop, ratio = line.split()
        runs = "1" if name == "mtie" else "3"
        theirs = float(subprocess.run([str(python), "-c", MEASURE, name, count, runs], check=True,
                                      capture_output=True, text=True, env=one_thread).stdout.split()[-1])
        print(f"| {name} | {int(count):,} | {float(own):.4f} | {float(c_loop):.4f} | {theirs:.3f} "
              f"| {float(ratio):.2f} | {theirs / float(own):.1f} |", flush=True)


if __name__ == "__main__":
    main()
