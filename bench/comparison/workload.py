"""Makes the events, the right answer and a damaged table of a workload; the same ones for the same seed."""
import datetime
import hashlib
import json
import pathlib
import shutil
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

FIRST_DAY = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
DAY_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60 * 1000
SEED = 6
FILE_ROWS = 250_000
GROUP_ROWS = 100_000
TABLE_ROWS = 1_000_000
CSV_ROWS = 10_000

TYPES = pa.array(["deposit", "refund", "fee", "purchase", "withdrawal"])
FIRST_NEGATIVE_TYPE = 2
PAIRS_OF_HEX = np.array([b"%02x" % byte for byte in range(256)])


class Size(NamedTuple):
    """Unique events over so many days, and what is particular to them."""

    events: int
    users: int
    days: int
    # In milliseconds from the first day; None for all of it.
    window: tuple[int, int] | None = None
    # The part of the events that one user has, beside the usual ones.
    of_one_user: float = 0.0
    # Each user has one event.
    once: bool = False
    # Columns of a file.
    columns: int = 6
    # Whether the database may hold the table twice.
    copied: bool = True
    # The workload whose time this one's is compared with.
    like: str | None = None


NOON_OF_DAY_15 = 14 * DAY_MS + DAY_MS // 2
SIZES = {
    "S": Size(1_000_000, 100_000, 2),
    "M": Size(20_000_000, 1_000_000, 4),
    "L": Size(50_000_000, 2_000_000, 10),
    "W": Size(20_000_000, 1_000_000, 30, (NOON_OF_DAY_15, NOON_OF_DAY_15 + 30 * MINUTE_MS)),
    "X": Size(200_000_000, 1_000_000, 40, like="M"),
    "H": Size(20_000_000, 1_000_000, 4, of_one_user=0.3, like="M"),
    "K": Size(100_000_000, 100_000_000, 20, once=True, copied=False),
    "N": Size(200_000, 20_000, 2),
    "V": Size(200_000, 20_000, 2, columns=5_000, like="N"),
}
FEWEST_EVENTS = 10_000


def size_of(name: str) -> Size:
    """A workload's, or one of its shape with the number of events behind a colon, and users in proportion."""
    letter, _, events = name.partition(":")
    if letter not in SIZES:
        raise ValueError(f"Cannot find {letter!r} among the workloads: {', '.join(SIZES)}")
    size = SIZES[letter]
    if not events:
        return size
    if not events.isascii() or not events.isdecimal() or int(events) < FEWEST_EVENTS:
        raise ValueError(f"Cannot make {name!r}: behind the colon goes a number of events, {FEWEST_EVENTS} or more")
    return size._replace(events=int(events), users=max(1_000, int(events) * size.users // size.events))


def folder_of(name: str, root: pathlib.Path) -> pathlib.Path:
    # Hadoop takes what stands before a colon for a file system's name.
    return root / "workloads" / name.replace(":", "-")


def prepare(name: str, folder: pathlib.Path) -> dict:
    """Returns what the workload consists of; makes it where it isn't there, or was made by other code."""
    made_by = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    facts = folder / "workload.json"
    if facts.exists() and json.loads(facts.read_text())["made_by"] == made_by:
        return json.loads(facts.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = {"name": name, "made_by": made_by} | _make(size_of(name), folder)
    facts.write_text(json.dumps(result, indent=2))
    return result


def csv_of(folder: pathlib.Path) -> pathlib.Path:
    """The same events in one CSV file, for the one peer that reads such; made when it is first asked for."""
    path = folder / "events.csv"
    if not path.exists():
        unfinished = folder / "events.csv.part"
        events = pa.dataset.dataset(folder / "events", format="parquet")
        with pa.csv.CSVWriter(unfinished, events.schema) as out:
            # One file after the other, for the order of arrival.
            for file in sorted(events.files):
                for events in pa.parquet.ParquetFile(file).iter_batches(CSV_ROWS):
                    out.write_batch(events)
        unfinished.rename(path)
    return path


def _make(size: Size, folder: pathlib.Path) -> dict:
    start, end = size.window or (0, size.days * DAY_MS)
    random = np.random.default_rng(SEED)
    user_of_rank = random.permutation(size.users)
    # As many digits for each, so that names have the order of their numbers.
    digits = max(7, len(str(size.users * 2)))
    total = np.zeros(size.users, np.int64)
    count = np.zeros(size.users, np.int64)
    rows = rows_in_window = 0
    for day in range(size.days):
        first = size.events * day // size.days
        events = size.events * (day + 1) // size.days - first
        time = random.integers(day * DAY_MS, (day + 1) * DAY_MS, events)
        user = _users(random, size, user_of_rank, first, events)
        kind = random.integers(0, len(TYPES), events)
        value = random.integers(1, 100_000, events) * np.where(kind >= FIRST_NEGATIVE_TYPE, -1, 1)
        version = np.where(random.random(events) < 0.1, 1, 2).astype(np.int32)

        counts = (time >= start) & (time < end)
        np.add.at(total, user[counts], value[counts])
        np.add.at(count, user[counts], 1)

        very_late = random.random(events) < 0.01
        arrival = time + random.exponential(8_000, events) + very_late * random.random(events) * 15 * MINUTE_MS
        again = np.flatnonzero(random.random(events) < 0.01)
        arrivals = np.concatenate([arrival, arrival[again] + random.exponential(MINUTE_MS, len(again))])
        order = np.concatenate([np.arange(events), again])[np.argsort(arrivals, kind="stable")]
        columns = {
            "event_id": _ids(first + order),
            "user_id": _names(user[order], digits),
            "event_type": TYPES.take(pa.array(kind[order])),
            "ts": pa.array(time[order] + _millis(FIRST_DAY)).cast(pa.timestamp("ms", "UTC")),
            "value": pa.array(value[order]),
            "schema_version": pa.array(version[order]),
        }
        columns |= _unneeded(day, size.columns - len(columns), len(order))
        _write(folder / "events" / f"date={_day(day)}", pa.table(columns))
        rows += len(order)
        rows_in_window += int(counts[order].sum())
    # With a hundred million users, each such array is a large part of the memory.
    del user_of_rank, user
    return {
        "start": _iso(start),
        "end": _iso(end),
        "days": [_day(day) for day in range(start // DAY_MS, (end - 1) // DAY_MS + 1)],
        "rows": rows,
        "rows_in_window": rows_in_window,
        "unique_in_window": int(count.sum()),
        "keys": int((count > 0).sum()),
        **_tables(random, total, count, digits, folder),
        "bytes": sum(file.stat().st_size for file in folder.glob("events/*/*.parquet")),
    }


def _users(random: np.random.Generator, size: Size, user_of_rank: np.ndarray, first: int, events: int) -> np.ndarray:
    if size.once:
        return user_of_rank[first : first + events]
    # A power law: a thousandth of the users has a tenth of the events.
    rank = (random.power(1 / 3, events) * size.users).astype(np.int64)
    if size.of_one_user:
        rank[random.random(events) < size.of_one_user] = 0
    return user_of_rank[rank]


def _unneeded(day: int, columns: int, rows: int) -> dict:
    """Columns that nothing asks for: one in fifty of numbers that all differ, the others of few texts or numbers."""
    random = np.random.default_rng([SEED, day])
    # The values of each fifty are those of the last fifty under other names: so they take the memory of fifty.
    kinds = [pa.array(random.random(rows))]
    for number in range(1, 50):
        code = pa.array(random.integers(0, 16, rows, np.int8))
        values = [f"value {number * each}" for each in range(16)] if number % 2 else list(range(16))
        kinds.append(pa.array(values).take(code))
    return {f"attribute_{number:04d}": kinds[number % len(kinds)] for number in range(columns)}


def _write(folder: pathlib.Path, events: pa.Table) -> None:
    folder.mkdir(parents=True)
    files = max(1, round(len(events) / FILE_ROWS))
    size = -(-len(events) // files)
    differs = ("event_id", "ts", "value")
    in_dictionaries = [
        field.name for field in events.schema if field.name not in differs and not pa.types.is_floating(field.type)
    ]
    for number in range(files):
        pa.parquet.write_table(
            events.slice(number * size, size),
            folder / f"part-{number:03d}.parquet",
            row_group_size=GROUP_ROWS,
            use_dictionary=in_dictionaries,
        )


def _tables(
    random: np.random.Generator, total: np.ndarray, count: np.ndarray, digits: int, folder: pathlib.Path
) -> dict:
    """Writes the live rows in the order of their keys (live.csv). Of the right ones, only their digest is kept."""
    users = np.flatnonzero(count)
    wrong, some = max(1, len(users) // 100), max(1, len(users) // 1000)
    damage = np.full(len(total), -1, np.int32)
    damage[random.permutation(users)[: wrong + some]] = np.arange(wrong + some, dtype=np.int32)
    digest = hashlib.sha256()
    with open(folder / "live.csv", "wb") as live:
        for first in range(0, len(users), TABLE_ROWS):
            user = users[first : first + TABLE_ROWS]
            names, right_total, right_count = _names(user, digits), total[user], count[user]
            right = _checksums(names, right_total)
            digest.update(_csv(names, right_total, right_count, right))

            # Of three wrong rows one has a wrong total and its checksum, one a wrong count, one a wrong checksum alone.
            number = damage[user]
            by = np.where((number >= 0) & (number < wrong) & (number % 3 != 1), 1 + number % 977, 0)
            changed = pa.array(by != 0)
            checksums = pa.compute.replace_with_mask(
                right, changed, _checksums(names.filter(changed), (right_total + by)[by != 0])
            )
            live_total = right_total + np.where(number % 3 == 0, by, 0)
            live_count = right_count + ((number >= 0) & (number < wrong) & (number % 3 == 1))
            there = number < wrong
            mask = pa.array(there)
            live.write(_csv(names.filter(mask), live_total[there], live_count[there], checksums.filter(mask)))
        names, totals = _names(len(total) + np.arange(some), digits), np.arange(some)
        live.write(_csv(names, totals, np.ones(some, np.int64), _checksums(names, totals)))
    return {"corrections": {"wrong": wrong, "missing": some, "too many": some}, "truth": digest.hexdigest()}


def _csv(names: pa.Array, totals: np.ndarray, counts: np.ndarray, checksums: pa.Array) -> pa.Buffer:
    rows = pa.table([names, pa.array(totals), pa.array(counts), checksums], ["user_id", "total", "events", "checksum"])
    out = pa.BufferOutputStream()
    pa.csv.write_csv(rows, out, pa.csv.WriteOptions(include_header=False, quoting_style="none"))
    return out.getvalue()


def _checksums(names: pa.Array, totals: np.ndarray) -> pa.Array:
    texts = pa.compute.binary_join_element_wise(names, pa.array(totals).cast(pa.string()), "-").cast(pa.binary())
    return pa.array([hashlib.md5(text).hexdigest() for text in texts.to_pylist()], pa.string())


def _ids(number: np.ndarray) -> pa.Array:
    """16 hex digits; each step can be undone, so that no two numbers have the same."""
    mixed = number.astype(np.uint64) * np.uint64(0xD1342543DE82EF95)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xAF251AF3B0F025B5)
    return _texts(PAIRS_OF_HEX[mixed.view(np.uint8)], 16)


def _names(users: np.ndarray, digits: int) -> pa.Array:
    text = np.full((len(users), 1 + digits), ord("u"), np.uint8)
    rest = users.astype(np.uint32)
    for place in range(digits, 0, -1):
        shorter = rest // 10
        text[:, place] = rest - shorter * 10 + ord("0")
        rest = shorter
    return _texts(text, 1 + digits)


def _texts(characters: np.ndarray, width: int) -> pa.Array:
    rows = characters.nbytes // width
    fixed = pa.Array.from_buffers(pa.binary(width), rows, [None, pa.py_buffer(characters)])
    return fixed.cast(pa.binary()).cast(pa.string())


def _millis(moment: datetime.datetime) -> int:
    return int(moment.timestamp()) * 1000


def _day(day: int) -> str:
    return f"{FIRST_DAY + datetime.timedelta(days=day):%Y-%m-%d}"


def _iso(millis: int) -> str:
    return f"{FIRST_DAY + datetime.timedelta(milliseconds=millis):%Y-%m-%dT%H:%M:%SZ}"
