"""What many events need on a cluster, computed from runs that bench/peers has kept; docs/scaling.md tells the formulas."""
import argparse
import json
import pathlib
import statistics
import sys
from typing import NamedTuple

# Of an event of the workloads in a block: what it is sorted by, where it lies, id, time, user and value.
RECORD_BYTES = 79
# What the events of a key add up to, with the last of them.
FOLDED_BYTES = 153
# Beyond so many files each event carries the name of its own (PackedEvents.MOST_SOURCES).
MOST_SOURCES = 4_096
# Of each record in memory, in the index (SortBuffer.INDEX_BYTES), and up to a multiple of 8.
INDEX_BYTES, ALIGNMENT = 16, 8
# Parts of what goes to disk, each of which is sorted in memory (SpilledPartitions.MOST).
MOST_PARTITIONS = 128
# A key in the table that adds up: its numbers, its slot, itself and its last event (FoldTable).
FOLD_ENTRY_BYTES = 180
# Of the heap, for the tables of a process (DedupeOperator.HEAP_SHARE).
FOLD_HEAP_SHARE = 3
SPLIT_BYTES = 8 << 20
# A split as it travels, besides its path, which it has twice; and as the task's receipt of it.
SPLIT_ENTRY_BYTES, RECEIPT_ENTRY_BYTES = 100, 60
FOOTERS_AT_ONCE = 8
# docs/protecting.md: 50,000 corrections, 17 s from the start of the process to its end.
APPLIED_PER_SECOND = 50_000 / 17
STATEMENT_TIMEOUT = 600


class Measured(NamedTuple):
    """Costs of one event and one row, without what a run spends once where two workloads tell it apart."""

    cpu_of_event: float
    file_bytes_of_event: float
    database_cpu_of_row: float
    memory_of_task: float
    basis: str


def main() -> None:
    options = _options()
    try:
        measured = _measured(options.runs)
    except (OSError, ValueError, KeyError, TypeError) as e:
        reason = f"it has no {e}" if isinstance(e, KeyError) else e
        sys.exit(f"Cannot read {', '.join(map(str, options.runs))}: {reason}\nGive runs.json of a bench/peers that ran Errata.")
    print(_table(measured, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/estimate", description=__doc__)
    add = parser.add_argument
    add("runs", type=pathlib.Path, nargs="+", help="runs.json of bench/peers, in the folder that it was kept in")
    add("--events", type=_number, default=1e12, help="usually 1e12")
    add("--rows", type=_number, default=1e9, help="of the live table, each with events; usually 1e9")
    add("--corrections", type=_number, default=1e6, help="usually 1e6")
    add("--cores", type=_number, default=1_000, help="as many tasks as cores, usually 1000")
    add("--heap", type=_number, default=2, help="GiB of each task, usually 2")
    add("--managed", type=_number, default=1, help="GiB of managed memory of each task, usually 1")
    add("--file", type=_number, default=512, help="MiB of each file of the archive, usually 512")
    add("--path", type=_number, default=80, help="bytes of a file's path, usually 80")
    add("--footer", type=_number, default=0.1, help="seconds until a file's footer is read, usually 0.1")
    return parser.parse_args()


def _number(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"Cannot compute with {text!r}: give a number above 0")
    return number


def _measured(files: list[pathlib.Path]) -> Measured:
    runs_of, facts_of, machines = {}, {}, []
    for file in files:
        kept = json.loads(file.read_text())
        machine = kept["machine"]
        machines.append(f"{machine['day']}, {machine['cores']} cores, {machine['commit']}")
        for run in kept["runs"]:
            if run["peer"] == "errata":
                runs_of.setdefault(run["workload"], []).append(run | {"threads": machine["threads"]})
                # bench/peers keeps results and workloads side by side; one of its own size, as M:200000, in M-200000.
                folder = run["workload"].replace(":", "-")
                facts = file.absolute().parents[2] / "workloads" / folder / "workload.json"
                facts_of[run["workload"]] = json.loads(facts.read_text())
    if not runs_of:
        raise ValueError("none of its runs is Errata's")
    by_events = sorted(runs_of, key=lambda name: facts_of[name]["rows_in_window"])
    large, small = by_events[-1], by_events[0]
    runs, facts = runs_of[large], facts_of[large]

    def cost(measure: str, per: str) -> float:
        spent, units = _median(runs, measure), facts[per]
        if small != large:
            spent, units = spent - _median(runs_of[small], measure), units - facts_of[small][per]
        if spent <= 0 or units <= 0:
            raise ValueError(f"{large} took no more {measure} than {small}")
        return spent / units

    others = max(run["others"] for name in {small, large} for run in runs_of[name])
    basis = f"{large} less {small}" if small != large else f"{large}, its start included"
    return Measured(
        cost("cpu", "rows_in_window"),
        facts["bytes"] / facts["rows"],
        cost("postgres_cpu", "keys"),
        _median([run | {"task": run["memory"] / run["threads"]} for run in runs], "task"),
        f"{basis}; {'; '.join(dict.fromkeys(machines))}; others used {others:.0%} at most",
    )


def _median(runs: list[dict], measure: str) -> float:
    return statistics.median(run[measure] for run in runs)


def _table(measured: Measured, options: argparse.Namespace) -> str:
    events, rows, tasks, gib = options.events, options.rows, options.cores, 2**30
    seconds = events * measured.cpu_of_event / tasks
    archive = events * measured.file_bytes_of_event
    files = max(1, archive / (options.file * 2**20))
    # A file that is smaller than a split is one.
    splits = max(files, archive / SPLIT_BYTES)
    record = RECORD_BYTES + (options.path if files > MOST_SOURCES else 0)
    first = events * record
    keys_in_table = options.heap * gib / FOLD_HEAP_SHARE / FOLD_ENTRY_BYTES
    fits = rows <= keys_in_table
    folded = min(events, rows * tasks) if fits else events
    second = folded * FOLDED_BYTES
    in_memory = -(-record // ALIGNMENT) * ALIGNMENT + INDEX_BYTES
    sorted_by_task = events / tasks * in_memory
    partition = sorted_by_task / MOST_PARTITIONS
    passes = 0 if sorted_by_task <= options.managed * gib else 1 if partition <= options.managed * gib else 2
    moved = (first + second) * (tasks - 1) / tasks
    written = (first + second) * (1 + passes)
    rows_seconds = rows * measured.database_cpu_of_row / tasks
    apply_seconds = options.corrections / APPLIED_PER_SECOND
    of_all_splits = splits * (2 * options.path + SPLIT_ENTRY_BYTES)
    lines = [
        f"Measured: {measured.basis}",
        f"Computed: {events:.3g} events, {rows:.3g} rows, {options.corrections:.3g} corrections, {tasks:,.0f} tasks of a core,"
        f" {options.heap:g} GiB of heap and {options.managed:g} GiB of managed memory",
        "",
        "| | From | Needs |",
        "|---|---|---|",
        f"| Cores | {measured.cpu_of_event * 1e6:.2f} µs an event | {seconds * tasks / 3600:,.0f} core hours: {_time(seconds)} |",
        f"| Archive | {measured.file_bytes_of_event:.1f} bytes an event | {_bytes(archive)}, {_bytes(archive / seconds)}/s while it runs |",
        f"| Exchange by id | {record:.0f} bytes an event | {_bytes(first)} |",
        f"| Exchange by key | {FOLDED_BYTES} bytes of a key in a task; its table holds {keys_in_table:.3g} keys, which is"
        f" {'enough' if fits else 'too few'} | {_bytes(second)} |",
        f"| Network | both, but for what stays in its task | {_bytes(moved)}, {_bytes(moved / seconds / tasks)}/s for each task |",
        f"| Local disk | both exchanges, {_times(passes)} by the sort | {_bytes(written)} written and read, {_bytes(written / tasks)}"
        f" for each task |",
        f"| Memory | heap, managed memory and what else a task takes; {_bytes(measured.memory_of_task)} where measured |"
        f" {_bytes(tasks * (options.heap + options.managed) * gib)} and more |",
        f"| Reading {rows:.3g} rows | {measured.database_cpu_of_row * 1e6:.2f} µs of a core of the database a row | "
        f"{rows * measured.database_cpu_of_row / 3600:,.1f} core hours; {_time(rows_seconds)} with {tasks:,.0f} backends at"
        f" work, {2 + 2 * tasks:,.0f} connections |",
        f"| Applying {options.corrections:.3g} corrections | {APPLIED_PER_SECOND:,.0f} a second | {_time(apply_seconds)} in one"
        f" transaction{'' if apply_seconds < STATEMENT_TIMEOUT else '; one statement may take 10 min (table.statement-timeout)'} |",
        f"| Listing | {files:,.0f} files, {options.footer:g} s for each footer, {FOOTERS_AT_ONCE} at once | "
        f"{_time(files * options.footer / FOOTERS_AT_ONCE)} before the job starts |",
        f"| Splits | {splits:,.0f} of {_bytes(archive / splits)} | {_bytes(of_all_splits)} with each reading task |",
        f"| Receipts | one of each split | {_bytes(splits * (2 * options.path + RECEIPT_ENTRY_BYTES))} in one task |",
        f"| A key with 30 % of all events, no fold | {measured.cpu_of_event * 1e6:.2f} µs an event, one task |"
        f" {_time(events * 0.3 * measured.cpu_of_event)} |",
    ]
    return "\n".join(lines)


def _times(passes: int) -> str:
    return ("not", "once", "twice")[passes]


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:,.4g} PB"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:,.0f} days"


main()
