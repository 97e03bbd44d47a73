"""Where the CPU of a run went: a profiler's stacks by stage, and the kernel's count of CPU time shared out to them."""
import collections
import pathlib
from typing import NamedTuple

ARCHIVE = "Listing the archive, reading its footers"
DECOMPRESS = "Reading Parquet: decompressing"
DECODE = "Reading Parquet: decoding columns"
PACK = "Looking at the window, packing events"
SCATTER = "Handing events to the task of their id"
EXCHANGE = "Reading back what tasks hand to each other"
SORT_IDS = "Receiving and sorting by id"
DEDUPE = "Telling copies of an id apart"
FOLD = "Adding up by key"
HAND_ON = "Handing keys to their task"
LIVE_ROWS = "Reading live rows"
SORT_KEYS = "Receiving and sorting by key"
REPLAY = "Recomputing and comparing rows"
PLAN = "Writing the plan's files"
APPLY = "Applying the corrections"
START = "Starting Flink, planning the job"
CLASSES = "Loading and linking classes"
COMPILE = "Java's compilers"
COLLECT = "Java's garbage collector"
PROFILER = "The profiler itself"
OTHER = "Other"
# In the order of the table, which is that of an event's way; and whether the work is done once for each event.
STAGES = {
    ARCHIVE: False,
    DECOMPRESS: True,
    DECODE: True,
    PACK: True,
    SCATTER: True,
    EXCHANGE: True,
    SORT_IDS: True,
    DEDUPE: True,
    FOLD: True,
    HAND_ON: False,
    LIVE_ROWS: False,
    SORT_KEYS: False,
    REPLAY: False,
    PLAN: False,
    APPLY: False,
    START: False,
    CLASSES: False,
    COMPILE: False,
    COLLECT: False,
    PROFILER: False,
    OTHER: False,
}
SORT = ("io/errata/jobs/sort/RecordSorter", "io/errata/jobs/sort/SortBuffer", "io/errata/jobs/sort/SpilledPartitions")
# Begins of frames, in any thread of Java.
OF_ANY_THREAD = {
    PROFILER: ("JvmtiExport::", "VM::", "Profiler::", "CTimer::"),
    CLASSES: (
        "java/lang/ClassLoader.loadClass",
        "java/lang/invoke/MethodHandleNatives.link",
        "SystemDictionary::",
        "InstanceKlass::link_class_impl",
    ),
}


class Thread(NamedTuple):
    """Threads by the begins of their names, and what they do: stages by the begins of frames, and that of all else."""

    names: tuple[str, ...]
    usual: str
    frames: dict[str, tuple[str, ...]] = {}


# The first whose name fits counts. A thread of the JVM's own has the first 15 characters of its name.
THREADS = (
    Thread(("C1 CompilerThre", "C2 CompilerThre", "Sweeper thread"), COMPILE),
    Thread(("GC Thread", "G1 ", "VM Thread"), COLLECT),
    Thread(
        ("Source Data Fetcher for Source: events",),
        PACK,
        {
            DECOMPRESS: ("io/airlift/compress/", "io/errata/connectors/archive/BlockDecompressor"),
            DECODE: ("io/errata/connectors/archive/", "org/apache/parquet/"),
            PACK: (
                "io/errata/connectors/read/CursorSplitReader",
                "io/errata/connectors/read/EventAssembler",
                "io/errata/connectors/event/EventPacker",
            ),
        },
    ),
    Thread(("Source: events",), SCATTER),
    Thread(("Source: live rows",), LIVE_ROWS),
    Thread(("blocking-shuffle-io",), EXCHANGE),
    Thread(
        ("dedupe by id",),
        SORT_IDS,
        {
            HAND_ON: ("io/errata/jobs/graph/PackOperator",),
            FOLD: ("io/errata/jobs/graph/FoldTable", "io/errata/jobs/graph/DedupeOperator$Folding"),
            SORT_IDS: SORT,
            DEDUPE: ("io/errata/jobs/graph/DedupeOperator",),
        },
    ),
    Thread(
        ("replay and compare",),
        SORT_KEYS,
        {
            PLAN: ("io/errata/jobs/graph/PlanFileOperator",),
            SORT_KEYS: SORT,
            REPLAY: ("io/errata/jobs/graph/ReplayOperator", "io/errata/jobs/graph/KeyReplay"),
        },
    ),
    Thread(("quarantine files", "summary"), PLAN),
    Thread(("errata-archive",), ARCHIVE),
    Thread(("main",), START, {APPLY: ("io/errata/jobs/cli/PlanWriting",)}),
    # The job manager, the task manager and their parts, all in the one process.
    Thread(
        (
            "flink-",
            "jobmanager",
            "taskexecutor",
            "resourcemanager",
            "mini-cluster",
            "SourceCoordinator",
            "DestroyJavaVM",
            "Thread-",
            "pool-",
        ),
        START,
    ),
)


class Cost(NamedTuple):
    """What a stage took; nanoseconds of an event where its work is done once for each."""

    stage: str
    samples: int
    cpu: float
    share: float
    nanos: float | None


def stage_of(stack: str) -> str:
    """The one stage of a stack: frames behind its thread's name, with semicolons in between, the innermost last.

    The thread tells what may be the stage, and then the innermost frame that is known to be of one."""
    thread, *frames = stack.split(";")
    name = thread.removeprefix("[")
    of_thread = next((each for each in THREADS if name.startswith(each.names)), Thread((), OTHER))
    if of_thread.usual in (COMPILE, COLLECT):
        return of_thread.usual
    known = OF_ANY_THREAD | of_thread.frames
    for frame in reversed(frames):
        for stage, begins in known.items():
            if frame.startswith(begins):
                return stage
    return of_thread.usual


def samples_of(stacks: pathlib.Path) -> dict[str, int]:
    """The samples of each stage, of a file that has a stack and the number of its samples in each line."""
    counted = collections.Counter()
    with open(stacks, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            stack, _, samples = line.rpartition(" ")
            counted[stage_of(stack)] += int(samples)
    if not counted:
        raise ValueError(f"{stacks} has no samples; give a workload of more events")
    return counted


def shared_out(samples: dict[str, int], cpu: float, events: int) -> list[Cost]:
    """CPU seconds by samples, whatever time the profiler takes one for: together they are what the kernel counted."""
    total = sum(samples.values())
    found = []
    for stage, for_each_event in STAGES.items():
        share = samples.get(stage, 0) / total
        nanos = cpu * share / events * 1e9 if for_each_event else None
        found.append(Cost(stage, samples.get(stage, 0), cpu * share, share, nanos))
    return found


def table(costs: list[Cost], events: int, against: str, its_cpu: float) -> str:
    cpu = sum(cost.cpu for cost in costs)
    lines = ["| Stage | CPU s | Share | ns an event |", "|---|---|---|---|"]
    for cost in costs:
        nanos = "" if cost.nanos is None else f"{cost.nanos:.0f}"
        lines.append(f"| {cost.stage} | {cost.cpu:.2f} | {cost.share:.1%} | {nanos} |")
    lines.append(f"| **errata** | {cpu:.2f} | 100.0% | {cpu / events * 1e9:.0f} |")
    lines.append(f"| **{against}** | {its_cpu:.2f} | | {its_cpu / events * 1e9:.0f} |")
    return "\n".join(lines) + "\n"
