"""Errata and its peers in turn on the same work. bench/peers starts it; bench/README.md tells what it does."""
import argparse
import contextlib
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import cluster
import launcher
import report
import workload
from database import Database

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parent.parent
PEERS = {
    "duckdb": "duckdb_sql.py",
    "polars": "polars_lazy.py",
    "pandas": "pandas_tuned.py",
    "pandas-script": "pandas_script.py",
    "spark": "spark_local.py",
}
JARS = REPOSITORY / "jobs/target/lib"
READS_CSV = "pandas-script"
AGAINST = "duckdb"
ERRATA_JAVA_OPTS = os.environ.get("ERRATA_JAVA_OPTS", "-Xmx1g")
# About what a run's files take below the folder: the archive and Errata's temporary files; the table in the database
# and as CSV, and the temporary files of its rows.
DISK_OF_EVENT = 200
DISK_OF_USER = 600


class Contestant(NamedTuple):
    """What runs takes turns under a name: a peer, or Errata, then in one process or with task managers of one slot."""

    name: str
    peer: str
    threads: int
    task_managers: int = 0
    # Of Errata's JVM.
    java_options: str = ERRATA_JAVA_OPTS


def main() -> None:
    options = _options()
    contestants = _contestants(options)
    machine, runs = compare(options.workloads, contestants, options.runs, options.threads)
    results = new_results()
    table = report.table(runs, contestants[0].name if options.scaling else AGAINST)
    if likenesses := _likenesses(options.workloads):
        table += "\n" + report.comparison_of_workloads(runs, likenesses)
    title = title_of(machine)
    (results / "table.md").write_text(f"{title}\n\n{table}")
    (results / "runs.json").write_text(json.dumps({"machine": machine, "runs": runs}, indent=2))
    report.picture(runs, title, results / "table.png")
    print(f"{title}\n\n{table}")
    say(f"kept in {results}")


def compare(names: list[str], contestants: list[Contestant], rounds: int, threads: int) -> tuple[dict, list[dict]]:
    """Lets the contestants take turns on each workload; returns what the machine is, and what each run took."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    root = root_folder()
    for name in names:
        _see_that_disk_suffices(name, root)
    say("preparing Errata")
    if any(contestant.task_managers for contestant in contestants):
        cluster.build_class_path(REPOSITORY)
    launcher.warm_up(REPOSITORY)
    runs = []
    with tempfile.TemporaryDirectory(prefix="run-", dir=root) as scratch, Database(root, JARS) as database:
        machine = _machine(database, threads)
        for name in names:
            folder = workload.folder_of(name, root)
            size = workload.size_of(name)
            say(f"{name}: preparing {size.events:,} events")
            facts = workload.prepare(name, folder)
            if size.copied:
                database.keep(folder / "live.csv")
            for number in range(rounds):
                for contestant in contestants:
                    run = _run(contestant, name, facts, folder, database, pathlib.Path(scratch))
                    runs.append(run)
                    say(
                        f"{name} {number + 1}/{rounds} {contestant.name}: {run['wall']:.2f} s,"
                        f" {run['cpu']:.2f} s of CPU, {run['memory'] / 1e9:.2f} GB;"
                        f" others used {run['others']:.0%} of the machine"
                    )
    return machine, runs


def root_folder() -> pathlib.Path:
    return pathlib.Path(os.environ["ERRATA_BENCH"]).absolute()


def new_results() -> pathlib.Path:
    """An empty folder for what a comparison found."""
    results = root_folder() / "results" / f"{datetime.datetime.now():%Y-%m-%dT%H-%M-%S}"
    results.mkdir(parents=True)
    return results


def title_of(machine: dict) -> str:
    return f"{machine['day']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}; {machine['commit']}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/peers", description="Runs Errata and its peers in turn on the same work."
    )
    add = parser.add_argument
    names = ",".join(workload.SIZES)
    add("-w", dest="workloads", default="S", help=f"of {names}, usually S; M:200000 is like M with that many events")
    add("-p", dest="peers", default=",".join(PEERS), help=f'of {",".join(PEERS)}, usually all; "" for Errata alone')
    add("-r", dest="runs", type=int, default=5, help="how many runs of each, usually 5")
    add("-t", dest="threads", type=int, default=os.cpu_count(), help="of each, usually one for each core")
    add(
        "-s",
        dest="scaling",
        default="",
        help="instead of peers and threads, Errata alone with these many threads, and then task managers, such as 1,2",
    )
    options = parser.parse_args()
    options.workloads = options.workloads.split(",")
    options.peers = [peer for peer in options.peers.split(",") if peer]
    options.scaling = [number for number in options.scaling.split(",") if number]
    for name in options.workloads:
        try:
            workload.size_of(name)
        except ValueError as e:
            parser.error(str(e))
    for peer in options.peers:
        if peer not in PEERS:
            parser.error(f"Cannot find {peer!r} among the peers: {', '.join(PEERS)}")
    for number in options.scaling:
        if not number.isascii() or not number.isdecimal() or int(number) < 1:
            parser.error(f"Cannot scale to {number!r}: give numbers of threads and task managers, such as 1,2")
    if options.runs < 1:
        parser.error(f"Cannot make {options.runs} runs: give 1 or more")
    return options


def _contestants(options: argparse.Namespace) -> list[Contestant]:
    if not options.scaling:
        return [Contestant(peer, peer, options.threads) for peer in ("errata", *options.peers)]
    numbers = [int(number) for number in options.scaling]
    in_one_process = [Contestant(_count(number, "thread"), "errata", number) for number in numbers]
    on_cluster = [Contestant(_count(number, "task manager"), "errata", number, number) for number in numbers]
    return in_one_process + on_cluster


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _likenesses(names: list[str]) -> list[tuple[str, str]]:
    """Each workload with the one that it is compared with, where that is among them."""
    of_letter = {name.partition(":")[0]: name for name in names}
    pairs = [(name, of_letter.get(workload.size_of(name).like)) for name in names]
    return [(name, like) for name, like in pairs if like]


def _see_that_disk_suffices(name: str, root: pathlib.Path) -> None:
    """Others may use the same disk: a workload that would fill it isn't begun."""
    size = workload.size_of(name)
    needed = size.events * DISK_OF_EVENT + size.users * DISK_OF_USER
    free = shutil.disk_usage(root).free
    if needed > free:
        raise SystemExit(
            f"Cannot run {name}: it needs about {needed / 1e9:.0f} GB below {root}, where {free / 1e9:.0f} GB are free."
            f" Let ERRATA_BENCH name a larger disk, or give fewer events, such as {name[0]}:{size.events // 4}"
        )


def _run(contestant: Contestant, name: str, facts: dict, folder, database: Database, scratch) -> dict:
    peer = contestant.peer
    own = scratch / "own"
    own.mkdir()
    work = {
        "events": str(folder / "events"),
        "start": facts["start"],
        "end": facts["end"],
        "days": facts["days"],
        "database": database.conninfo(),
        "threads": contestant.threads,
        "scratch": str(own),
    }
    if workload.size_of(name).copied:
        database.put_back()
    else:
        database.load(folder / "live.csv")
    read = sorted((folder / "events").glob("*/*"))
    if peer == READS_CSV:
        work["csv"] = str(workload.csv_of(folder))
        read = [folder / "events.csv"]
    for file in read:
        _read(file)
    if peer == "errata":
        command = _errata_command(work, database.port)
    else:
        (own / "work.json").write_text(json.dumps(work))
        command = [sys.executable, HERE / "peers" / PEERS[peer], own / "work.json"]

    with contextlib.ExitStack() as started:
        running = None
        if contestant.task_managers:
            running = started.enter_context(cluster.Cluster(scratch, REPOSITORY, contestant.task_managers))
            command += ["--on", "session", "--cluster", running.address]
        measured = _measure(command, contestant.java_options, running, own, database)
    run = {"workload": name, "peer": contestant.name} | measured
    _see_that_right(contestant, facts, database, scratch / "log")
    shutil.rmtree(own)
    return run


def _measure(
    command: list, java_options: str, running: cluster.Cluster | None, own: pathlib.Path, database: Database
) -> dict:
    result, log = own.parent / "result.json", own.parent / "log"
    helpers = ",".join(map(str, running.pids)) if running else ""
    # Java doesn't look at TMPDIR.
    java = f"{java_options} -Djava.io.tmpdir={own}"
    environment = os.environ | {"TZ": "UTC", "ERRATA_JAVA_OPTS": java, "TMPDIR": str(own)}
    start, busy, postgres = time.monotonic(), _busy_seconds(), database.cpu_seconds()
    load = os.getloadavg()[0]
    with open(log, "wb") as out:
        measured = subprocess.Popen(
            [sys.executable, HERE / "measure.py", result, helpers, *command],
            stdout=out,
            stderr=out,
            env=environment,
            cwd=own,
            start_new_session=True,
        )
        try:
            measured.wait()
        except BaseException:
            measured.terminate()
            measured.wait()
            raise
    elapsed, busy, postgres = time.monotonic() - start, _busy_seconds() - busy, database.cpu_seconds() - postgres
    run = json.loads(result.read_text())
    if run["status"] != 0:
        logs = "\n" + running.end_of_logs() if running else ""
        raise SystemExit(f"Cannot use this run: it ended with {run['status']}\n{_end_of(log)}{logs}")
    others = max(0.0, busy - run["cpu"] - postgres) / (elapsed * os.cpu_count())
    return run | {"postgres_cpu": postgres, "others": others, "load_before": load}


def _see_that_right(contestant: Contestant, facts: dict, database: Database, log: pathlib.Path) -> None:
    if (digest := database.digest()) != facts["truth"]:
        raise SystemExit(
            f"Cannot use the run of {contestant.name}: the table is not right: it has {database.rows():,} rows of"
            f" digest {digest}, and should have {facts['keys']:,} of {facts['truth']}\n{_end_of(log)}"
        )


def _end_of(log: pathlib.Path) -> str:
    return log.read_text(errors="replace")[-4000:]


def _errata_command(work: dict, port: int) -> list[str]:
    settings = {
        "window.from": work["start"],
        "window.to": work["end"],
        "events.archive.path": work["events"],
        "table.jdbc.url": f"jdbc:postgresql://127.0.0.1:{port}/balances",
        "plans": work["scratch"] + "/plans",
    }
    overrides = [each for name, value in settings.items() for each in ("--set", f"{name}={value}")]
    options = ["--parallelism", str(work["threads"]), "--json", "--quiet"]
    return [str(REPOSITORY / "errata"), "run", str(HERE / "errata.yaml"), *overrides, *options]


def _read(file: pathlib.Path) -> None:
    """So that each finds its files in the page cache."""
    with open(file, "rb", buffering=0) as data:
        while data.read(1 << 22):
            pass


def _busy_seconds() -> float:
    """Of all cores since the machine started, user and system and what is stolen."""
    user, nice, system, _, _, irq, softirq, steal = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _machine(database: Database, threads: int) -> dict:
    git = subprocess.run(["git", "-C", REPOSITORY, "describe", "--always", "--dirty"], capture_output=True, text=True)
    libraries = ("duckdb", "polars", "pandas", "pyarrow", "pyspark")
    return {
        "day": f"{datetime.date.today():%Y-%m-%d}",
        "commit": git.stdout.strip(),
        "cores": os.cpu_count(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform()),
        "threads": threads,
        "errata_java_opts": ERRATA_JAVA_OPTS,
        "postgresql": database.version,
        "python": platform.python_version(),
    } | {library: importlib.metadata.version(library) for library in libraries}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
