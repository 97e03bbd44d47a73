"""What the kernel says of processes, and ports for new ones."""
import contextlib
import os
import pathlib
import socket


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


def cpu_seconds_of_ended_children(pid: int) -> float:
    return _ticks(pid, 13, 14)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as all_of_them:
        free = [all_of_them.enter_context(socket.socket()) for _ in range(count)]
        for each in free:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in free]


def _ticks(pid: int, *fields: int) -> float:
    try:
        # Behind the name, which may have spaces.
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(stat[field]) for field in fields) / os.sysconf("SC_CLK_TCK")
