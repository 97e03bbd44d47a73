"""What the kernel says of processes, and ports for new ones."""
import contextlib
import errno
import os
import pathlib
import random
import socket

# Below those that the kernel gives to whoever asks for any, so that nobody is given one before its server listens.
PORTS = range(10_240, 32_768)


def children(pid: int) -> list[int]:
    found = []
    for tasks in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except OSError:
            pass
    return found


def descendants(pid: int) -> list[int]:
    return [each for child in children(pid) for each in (child, *descendants(child))]


def resident(pid: int) -> int:
    """Bytes of it that are in memory; none of one that has ended."""
    try:
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def command_line(pid: int) -> bytes:
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def cpu_seconds(pid: int) -> float:
    """User and system time of one."""
    return _ticks(pid, 11, 12)


def system_seconds(pid: int) -> float:
    return _ticks(pid, 12)


def cpu_seconds_of_ended_children(pid: int) -> float:
    return _ticks(pid, 13, 14)


def free_ports(count: int) -> list[int]:
    """Of the loopback address, all different, for servers that listen some seconds later."""
    found = []
    with contextlib.ExitStack() as open_until_all_are_found:
        for port in random.sample(PORTS, len(PORTS)):
            if len(found) == count:
                return found
            free = open_until_all_are_found.enter_context(socket.socket())
            try:
                free.bind(("127.0.0.1", port))
            except OSError as e:
                if e.errno != errno.EADDRINUSE:
                    raise
            else:
                found.append(port)
    raise SystemExit(f"Cannot find {count} free ports from {PORTS.start} to {PORTS.stop - 1}")


def _ticks(pid: int, *fields: int) -> float:
    try:
        # Behind the name, which may have spaces.
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(stat[field]) for field in fields) / os.sysconf("SC_CLK_TCK")
