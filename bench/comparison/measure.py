"""Runs one command, and writes as JSON what it took: measure.py RESULT PIDS COMMAND...

A process of its own for each run, so that the CPU time of its children is the command's and nobody else's. PIDS, with
commas in between or empty, are processes that work for the command and were there before: they count, too."""
import ctypes
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import threading
import time

from processes import children, command_line, cpu_seconds, descendants, resident, system_seconds

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.05


def memory_of_descendants(pid: int) -> int:
    """Resident bytes of all of them; what two processes share counts twice."""
    total = 0
    for child in children(pid):
        # Between fork and exec a process shows its parent's pages, and its parent's command line.
        if command_line(child) != command_line(pid):
            total += resident(child)
        total += memory_of_descendants(child)
    return total


def main() -> None:
    # Processes that outlive their parent, as Spark's JVM does, become children of this one and are counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    helpers = [int(pid) for pid in sys.argv[2].split(",") if pid]
    ended = threading.Event()
    peak = 0

    def sample():
        nonlocal peak
        while not ended.wait(SAMPLE_SECONDS):
            peak = max(peak, memory_of_descendants(os.getpid()) + sum(map(resident, helpers)))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    before, system_before = sum(map(cpu_seconds, helpers)), sum(map(system_seconds, helpers))
    start = time.monotonic()
    command = subprocess.Popen(sys.argv[3:])
    try:
        status = command.wait()
        wall = time.monotonic() - start
        reap()
    finally:
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    ended.set()
    sampler.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = {
        "status": status,
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime + sum(map(cpu_seconds, helpers)) - before,
        # The part of it that the kernel worked.
        "system": used.ru_stime + sum(map(system_seconds, helpers)) - system_before,
        # The kernel's own peak is that of the largest process: it knows of what lay between two samples.
        "memory": max(peak, used.ru_maxrss * 1024),
    }
    pathlib.Path(sys.argv[1]).write_text(json.dumps(result))


def reap() -> None:
    """Waits for what the command has left behind, for a while."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            return


main()
