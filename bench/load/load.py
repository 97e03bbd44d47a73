"""Measures what pgbench notices of Errata on one PostgreSQL."""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Iterator, NamedTuple

HOME = pathlib.Path(__file__).resolve().parents[2]
DAY = datetime.date(2024, 6, 10)
SEED = 1
CLIENTS = 8
REST_SECONDS = 3
QUIET_SECONDS = 20

# What others do beside pgbench's usual transaction, which writes to four tables: they read the live table.
LOOKUP = """\\set user random(1, {rows})
SELECT total, events FROM daily_totals WHERE user_id = 'user-' || lpad(:user::text, 8, '0') AND day = date '{day}';
"""

SPEC = """name: database-load
window: {{ from: {day}T00:00:00Z, to: {next}T00:00:00Z }}
events:
  archive: {{ path: "{folder}/archive", format: jsonl }}
  fields: {{ id: id, time: ts, types: {{ v: long }} }}
worker: {{ aggregate: {{ key: {{ user_id: user, day: "day(ts, UTC)" }}, columns: {{ total: sum(v), events: count() }} }} }}
table:
  jdbc: {{ url: "jdbc:postgresql://127.0.0.1:{port}/app", user: postgres }}
  name: public.daily_totals
  key: [user_id, day]
  compare: [total, events]
  owns: "day = date '{day}'"
limits: {{ corrections: 100%, deletes: 100% }}
plans: "{folder}/plans"
"""


class Phase(NamedTuple):
    """A stretch of time in seconds since 1970, and what was done in it."""

    name: str
    start: float
    end: float


def main() -> None:
    options = _options()
    # Whoever stops it leaves no server behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="errata-load-"))
    # The server is another user's.
    scratch.chmod(0o755)
    try:
        _say(f"making {options.rows:,} events and rows, {options.wrong} % of them wrong")
        _make_events(scratch / "archive", options.rows)
        with _server(options, scratch) as port:
            _fill(options, port, scratch)
            spec = scratch / "spec.yaml"
            spec.write_text(
                SPEC.format(day=DAY, next=DAY + datetime.timedelta(days=1), folder=scratch, port=port)
            )
            # The first run of the launcher builds, and prepares quick starts.
            shutil.rmtree(_plan(spec))
            with _traffic(options, port, scratch) as log:
                phases = []
                for number in range(1, options.rounds + 1):
                    _say(f"round {number} of {options.rounds}")
                    phases += _round(spec)
            transactions = _read(log)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    result = {
        "date": datetime.date.today().isoformat(),
        "rows": options.rows,
        "corrections": options.rows * options.wrong // 100,
        "rate": options.rate,
        "clients": CLIENTS,
        "rounds": options.rounds,
        "postgres": _output([options.postgres / "postgres", "--version"]).strip(),
        "phases": [_figures(name, phases, transactions) for name in ("none", "plan", "apply", "rollback")],
    }
    print(json.dumps(result, indent=2) if options.json else _table(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/database-load", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the live table, each made by one event")
    parser.add_argument("--wrong", type=int, default=5, help="percent of them that a plan corrects")
    parser.add_argument("--rate", type=int, default=200, help="transactions of others, a second")
    parser.add_argument("--rounds", type=int, default=3, help="of plan, apply and rollback")
    parser.add_argument("--postgres", type=pathlib.Path, default=pathlib.Path("/usr/lib/postgresql/15/bin"))
    parser.add_argument("--json", action="store_true", help="print JSON rather than a table")
    options = parser.parse_args()
    if not (options.postgres / "pgbench").exists():
        sys.exit(f"Cannot find pgbench in {options.postgres}: install postgresql, or name its folder by --postgres")
    return options


def _make_events(folder: pathlib.Path, rows: int) -> None:
    """One event for each user, the same each time, in files of a size that readers can share."""
    folder.mkdir()
    chance = random.Random(SEED)
    per_file = -(-rows // 8)
    for first in range(0, rows, per_file):
        with open(folder / f"part-{first}.jsonl", "w") as file:
            for number in range(first, min(first + per_file, rows)):
                second = number * 86_400 // rows
                file.write(
                    f'{{"id":"e{number:08}","ts":"{DAY}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",'
                    f'"user":"user-{number + 1:08}","v":{chance.randrange(1_000)}}}\n'
                )


@contextlib.contextmanager
def _server(options: argparse.Namespace, scratch: pathlib.Path) -> Iterator[int]:
    """Starts a PostgreSQL with its usual durability, and stops it at the end."""
    data = scratch / "data"
    data.mkdir(mode=0o700)
    root = os.geteuid() == 0
    if root:
        shutil.chown(data, "postgres")
    as_owner = ["runuser", "-u", "postgres", "--"] if root else []
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    control = [*_database_cpu(), *as_owner, options.postgres / "pg_ctl", "-D", data, "-w"]
    _run([*as_owner, options.postgres / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"])
    settings = f"-p {port} -h 127.0.0.1 -k {data} -c shared_buffers=512MB -c max_wal_size=4GB"
    _run([*control, "-l", data / "log", "-o", settings, "start"])
    try:
        yield port
    finally:
        _run([*control, "-m", "fast", "stop"])


def _database_cpu() -> list[str]:
    """Errata usually runs on another machine: here the two share none of the cores, where there are two."""
    return ["taskset", "-c", "0"] if (os.cpu_count() or 1) > 1 else []


def _errata_cpu() -> list[str]:
    cores = os.cpu_count() or 1
    return ["taskset", "-c", f"1-{cores - 1}"] if cores > 1 else []


def _fill(options: argparse.Namespace, port: int, scratch: pathlib.Path) -> None:
    connect = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    _run([options.postgres / "createdb", *connect, "app"])
    _run([options.postgres / "pgbench", *connect, "-q", "-i", "-s", "20", "app"])
    chance = random.Random(SEED)
    rows = scratch / "rows.csv"
    with open(rows, "w") as file:
        for number in range(options.rows):
            total = chance.randrange(1_000)
            wrong = number * options.wrong % 100 < options.wrong
            file.write(f"user-{number + 1:08},{DAY},{total + wrong},1,{'x' * 60}\n")
    statements = [
        "CREATE TABLE daily_totals (user_id text, day date, total bigint, events bigint, note text, PRIMARY KEY (user_id, day))",
        f"\\copy daily_totals FROM '{rows}' CSV",
        "VACUUM ANALYZE",
        "CHECKPOINT",
    ]
    _run([options.postgres / "psql", *connect, "-q", "app", *[part for each in statements for part in ("-c", each)]])


@contextlib.contextmanager
def _traffic(options: argparse.Namespace, port: int, scratch: pathlib.Path) -> Iterator[pathlib.Path]:
    """Runs pgbench until the end, and gives the folder of its log."""
    folder = scratch / "pgbench"
    folder.mkdir()
    lookup = folder / "lookup.sql"
    lookup.write_text(LOOKUP.format(rows=options.rows, day=DAY))
    command = [*_database_cpu(), options.postgres / "pgbench", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-n"]
    command += ["-c", CLIENTS, "-j", 1, "-R", options.rate, "-T", 86_400, "-l", "--log-prefix", folder / "log"]
    command += ["-b", "tpcb-like@1", "-f", f"{lookup}@1", "app"]
    with open(folder / "output", "w") as output:
        pgbench = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
    try:
        # Its first transactions fill caches.
        time.sleep(REST_SECONDS)
        if pgbench.poll() is not None:
            sys.exit("Cannot run pgbench: " + (folder / "output").read_text())
        yield folder
    finally:
        # It writes the rest of its log when its sessions end, and not when it is told to stop by a signal.
        ask = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbench'"
        _run([options.postgres / "psql", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-q", "-c", ask, "app"])
        pgbench.wait()


def _round(spec: pathlib.Path) -> list[Phase]:
    phases = [_timed("none", lambda: time.sleep(QUIET_SECONDS))]
    plan = ""

    def make() -> None:
        nonlocal plan
        plan = _plan(spec)

    phases.append(_timed("plan", make))
    time.sleep(REST_SECONDS)
    phases.append(_timed("apply", lambda: _errata("apply", plan)))
    time.sleep(REST_SECONDS)
    phases.append(_timed("rollback", lambda: _errata("rollback", plan)))
    shutil.rmtree(plan)
    time.sleep(REST_SECONDS)
    return phases


def _plan(spec: pathlib.Path) -> str:
    return json.loads(_errata("plan", str(spec), "--parallelism", "2", "--json"))["directory"]


def _timed(name: str, work) -> Phase:
    start = time.time()
    work()
    return Phase(name, start, time.time())


def _errata(*arguments: str) -> str:
    return _output([*_errata_cpu(), HOME / "errata", *arguments, "--quiet"])


def _read(folder: pathlib.Path) -> list[tuple[float, float]]:
    """Each transaction's end in seconds since 1970, and its latency in ms, from when it was due."""
    transactions = []
    for log in folder.glob("log.*"):
        for line in log.read_text().splitlines():
            fields = line.split()
            transactions.append((int(fields[4]) + int(fields[5]) / 1e6, int(fields[2]) / 1e3))
    return transactions


def _figures(name: str, phases: list[Phase], transactions: list[tuple[float, float]]) -> dict:
    of_name = [phase for phase in phases if phase.name == name]
    seen = sorted(
        latency for end, latency in transactions if any(phase.start <= end < phase.end for phase in of_name)
    )
    if not seen:
        sys.exit(f"Cannot measure {name}: pgbench logged no transaction in that time")
    seconds = sum(phase.end - phase.start for phase in of_name)

    def share(part: float) -> float:
        return round(seen[min(len(seen) - 1, int(part * len(seen)))], 1)

    return {
        "phase": name,
        "seconds": round(seconds / len(of_name), 1),
        "transactions": len(seen),
        "per_second": round(len(seen) / seconds, 1),
        "p50_ms": share(0.5),
        "p99_ms": share(0.99),
        "max_ms": round(seen[-1], 1),
    }


def _table(result: dict) -> str:
    lines = [
        "| Beside them | Seconds each | Transactions | A second | p50, ms | p99, ms | Longest, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for phase in result["phases"]:
        lines.append(
            f"| {phase['phase']} | {phase['seconds']} | {phase['transactions']:,} | {phase['per_second']} "
            f"| {phase['p50_ms']} | {phase['p99_ms']} | {phase['max_ms']} |"
        )
    return "\n".join(lines)


def _run(command: list) -> None:
    _output(command)


def _output(command: list) -> str:
    # A person's own variables would name another server.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        [str(part) for part in command], cwd="/", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        program = next(str(part) for part in command if str(part).startswith("/"))
        sys.exit(f"Cannot run {program}: status {done.returncode}\n{done.stderr[-2_000:]}")
    return done.stdout


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
