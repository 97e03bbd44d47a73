"""Errata and its peers in turn on the same work. bench/peers starts it; bench/README.md tells what it does."""
import argparse
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
ERRATA_JAVA_OPTS = "-Xmx1g"


def main() -> None:
    options = _options()
    root = pathlib.Path(os.environ["ERRATA_BENCH"]).absolute()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    _say("preparing Errata")
    _warm_up_errata()
    runs = []
    with tempfile.TemporaryDirectory(prefix="run-", dir=root) as scratch, Database(root, JARS) as database:
        machine = _machine(database, options)
        for name in options.workloads:
            folder = root / "workloads" / name
            _say(f"{name}: preparing {workload.SIZES[name].events:,} events")
            facts = workload.prepare(name, folder)
            database.load(folder / "live.csv")
            for number in range(options.runs):
                for peer in ["errata", *options.peers]:
                    run = _run(peer, name, facts, folder, database, options, pathlib.Path(scratch))
                    runs.append(run)
                    _say(
                        f"{name} {number + 1}/{options.runs} {peer}: {run['wall']:.2f} s, {run['cpu']:.2f} s of CPU,"
                        f" {run['memory'] / 1e9:.2f} GB; others used {run['others']:.0%} of the machine"
                    )
    results = root / "results" / f"{datetime.datetime.now():%Y-%m-%dT%H-%M-%S}"
    results.mkdir(parents=True)
    table = report.table(runs, AGAINST)
    title = f"{machine['day']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}; {machine['commit']}"
    (results / "table.md").write_text(f"{title}\n\n{table}")
    (results / "runs.json").write_text(json.dumps({"machine": machine, "runs": runs}, indent=2))
    report.picture(runs, title, results / "table.png")
    print(f"{title}\n\n{table}")
    _say(f"kept in {results}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/peers", description="Runs Errata and its peers in turn on the same work."
    )
    add = parser.add_argument
    add("-w", dest="workloads", default="S", help=f"of {','.join(workload.SIZES)}, usually S")
    add("-p", dest="peers", default=",".join(PEERS), help=f"of {','.join(PEERS)}, usually all")
    add("-r", dest="runs", type=int, default=5, help="how many runs of each, usually 5")
    add("-t", dest="threads", type=int, default=os.cpu_count(), help="of each, usually one for each core")
    options = parser.parse_args()
    for name, known in (("workloads", workload.SIZES), ("peers", PEERS)):
        chosen = getattr(options, name).split(",")
        setattr(options, name, chosen)
        for each in chosen:
            if each not in known:
                parser.error(f"Cannot find {each!r} among the {name}: {', '.join(known)}")
    if options.runs < 1:
        parser.error(f"Cannot make {options.runs} runs: give 1 or more")
    return options


def _run(peer, name, facts, folder, database, options, scratch) -> dict:
    own = scratch / "own"
    own.mkdir()
    work = {
        "events": str(folder / "events"),
        "start": facts["start"],
        "end": facts["end"],
        "days": facts["days"],
        "database": database.conninfo(),
        "threads": options.threads,
        "scratch": str(own),
    }
    read = sorted((folder / "events").glob("*/*"))
    if peer == READS_CSV:
        work["csv"] = str(workload.csv_of(folder))
        read = [folder / "events.csv"]
    for file in read:
        _read(file)
    database.put_back()
    if peer == "errata":
        command = _errata_command(work, database.port)
    else:
        (own / "work.json").write_text(json.dumps(work))
        command = [sys.executable, HERE / "peers" / PEERS[peer], own / "work.json"]

    result, log = scratch / "result.json", scratch / "log"
    environment = os.environ | {"TZ": "UTC", "ERRATA_JAVA_OPTS": ERRATA_JAVA_OPTS, "TMPDIR": str(own)}
    start, busy, postgres = time.monotonic(), _busy_seconds(), database.cpu_seconds()
    load = os.getloadavg()[0]
    with open(log, "wb") as out:
        measured = subprocess.Popen(
            [sys.executable, HERE / "measure.py", result, *command],
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
    run = {"workload": name, "peer": peer} | json.loads(result.read_text())
    if run["status"] != 0:
        raise SystemExit(f"Cannot use the run of {peer}: it ended with {run['status']}\n{_end_of(log)}")
    if wrong := database.rows_unlike(folder / "truth.csv"):
        raise SystemExit(f"Cannot use the run of {peer}: {wrong} rows of the table are not right\n{_end_of(log)}")
    shutil.rmtree(own)
    others = max(0.0, busy - run["cpu"] - postgres) / (elapsed * os.cpu_count())
    return run | {"postgres_cpu": postgres, "others": others, "load_before": load}


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


def _warm_up_errata() -> None:
    """Builds it, and lets it make its archive of classes: neither is part of a start, however cold."""
    with tempfile.TemporaryDirectory() as plans:
        options = ["--quiet", "--set", f"plans={plans}", "--set", "table.csv.corrections="]
        subprocess.run(
            [REPOSITORY / "errata", "plan", REPOSITORY / "examples/csv/spec.yaml", *options],
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _read(file: pathlib.Path) -> None:
    """So that each finds its files in the page cache."""
    with open(file, "rb", buffering=0) as data:
        while data.read(1 << 22):
            pass


def _busy_seconds() -> float:
    """Of all cores since the machine started, user and system and what is stolen."""
    user, nice, system, _, _, irq, softirq, steal = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _machine(database: Database, options: argparse.Namespace) -> dict:
    git = subprocess.run(["git", "-C", REPOSITORY, "describe", "--always", "--dirty"], capture_output=True, text=True)
    libraries = ("duckdb", "polars", "pandas", "pyarrow", "pyspark")
    return {
        "day": f"{datetime.date.today():%Y-%m-%d}",
        "commit": git.stdout.strip(),
        "cores": os.cpu_count(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform()),
        "threads": options.threads,
        "errata_java_opts": ERRATA_JAVA_OPTS,
        "postgresql": database.version,
        "python": platform.python_version(),
    } | {library: importlib.metadata.version(library) for library in libraries}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
