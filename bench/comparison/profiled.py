"""Where the CPU of a run of Errata goes. bench/costs starts it; bench/README.md tells what it does."""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import sys
import tempfile
import zipfile

import cluster
import costs
import run
import workload

ERRATA = "errata"
LIBRARIES = {("Linux", "x86_64"): "linux-x64", ("Linux", "aarch64"): "linux-arm64"}
INTERVAL_MS = 5
# Without the last two, frames of methods that the compiler has put into others would be missing.
JAVA_OPTIONS = "-agentpath:{library}=start,event=ctimer,interval={interval}ms,threads,collapsed,file={stacks} \
-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints"


def main() -> None:
    options = _options()
    library_folder = _library_folder()
    cluster.build_class_path(run.REPOSITORY)
    with tempfile.TemporaryDirectory(prefix="costs-", dir=run.root_folder()) as scratch:
        stacks = pathlib.Path(scratch) / "stacks.txt"
        profiler = JAVA_OPTIONS.format(
            library=_unpacked(library_folder, pathlib.Path(scratch)), interval=INTERVAL_MS, stacks=stacks
        )
        contestants = [
            run.Contestant(ERRATA, ERRATA, options.threads, java_options=f"{run.ERRATA_JAVA_OPTS} {profiler}"),
            run.Contestant(run.AGAINST, run.AGAINST, options.threads),
        ]
        machine, (its_run, run_against) = run.compare([options.workload], contestants, 1, options.threads)
        try:
            samples = costs.samples_of(stacks)
        except (OSError, ValueError) as e:
            raise SystemExit(f"Cannot use what the profiler wrote at the end of the run: {e}") from e
        results = run.new_results()
        shutil.move(stacks, results)
    facts = workload.prepare(options.workload, workload.folder_of(options.workload, run.root_folder()))
    events = facts["rows_in_window"]
    found = costs.shared_out(samples, its_run["cpu"], events)
    text = _heading(machine, its_run, events, sum(samples.values())) + costs.table(
        found, events, run.AGAINST, run_against["cpu"]
    )
    (results / "costs.md").write_text(text)
    kept = {
        "machine": machine,
        "workload": options.workload,
        "events": events,
        "runs": [its_run, run_against],
        "interval_ms": INTERVAL_MS,
        "stages": [cost._asdict() for cost in found],
    }
    (results / "costs.json").write_text(json.dumps(kept, indent=2))
    print(text, end="")
    run.say(f"kept in {results}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/costs", description="Shows where the CPU of a run of Errata goes, beside DuckDB's on the same work."
    )
    names = ",".join(workload.SIZES)
    parser.add_argument(
        "workload", nargs="?", default="M", help=f"of {names}, usually M; M:200000 is like M with that many events"
    )
    parser.add_argument(
        "-t", dest="threads", type=int, default=os.cpu_count(), help="of each, usually one for each core"
    )
    options = parser.parse_args()
    try:
        workload.size_of(options.workload)
    except ValueError as e:
        parser.error(str(e))
    if options.threads < 1:
        parser.error(f"Cannot run with {options.threads} threads: give 1 or more")
    return options


def _library_folder() -> str:
    machine = platform.system(), platform.machine()
    if machine not in LIBRARIES:
        known = " and ".join(" on ".join(each) for each in LIBRARIES)
        raise SystemExit(
            f"Cannot profile on {' on '.join(machine)}: the profiler is there for {known}.\n"
            "bench/profile works wherever Java does; it sees Java's threads only."
        )
    return LIBRARIES[machine]


def _unpacked(folder: str, scratch: pathlib.Path) -> str:
    jars = (run.REPOSITORY / "bench/target/lib").glob("async-profiler-[0-9]*.jar")
    # An earlier build may have left the older one there that Flink asks for.
    jar = max(jars, key=lambda each: [int(number) for number in re.findall(r"\d+", each.stem)])
    with zipfile.ZipFile(jar) as content:
        return content.extract(f"{folder}/libasyncProfiler.so", scratch)


def _heading(machine: dict, its_run: dict, events: int, samples: int) -> str:
    return (
        f"{run.title_of(machine)}; others used {its_run['others']:.0%}\n\n"
        f"{its_run['workload']}: {events:,} events. The kernel counted {its_run['cpu']:.2f} s of CPU for Errata,"
        f" {its_run['system']:.2f} s of it for its own work; {samples:,} samples share it out,"
        f" {its_run['cpu'] / samples * 1000:.2f} ms each.\n\n"
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
