"""Makes the events, the right answer and a damaged table of a workload; the same ones for the same seed."""
import datetime
import hashlib
import json
import pathlib
import shutil
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

FIRST_DAY = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
DAY_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60 * 1000
SEED = 6
FILE_ROWS = 250_000
GROUP_ROWS = 100_000

TYPES = pa.array(["deposit", "refund", "fee", "purchase", "withdrawal"])
FIRST_NEGATIVE_TYPE = 2
PAIRS_OF_HEX = np.array([b"%02x" % byte for byte in range(256)])


class Size(NamedTuple):
    """Unique events over so many days; the window in milliseconds from the first day, None for all of it."""

    events: int
    users: int
    days: int
    window: tuple[int, int] | None = None


NOON_OF_DAY_15 = 14 * DAY_MS + DAY_MS // 2
SIZES = {
    "S": Size(1_000_000, 100_000, 2),
    "M": Size(20_000_000, 1_000_000, 4),
    "L": Size(50_000_000, 2_000_000, 10),
    "W": Size(20_000_000, 1_000_000, 30, (NOON_OF_DAY_15, NOON_OF_DAY_15 + 30 * MINUTE_MS)),
}


def prepare(name: str, folder: pathlib.Path) -> dict:
    """Returns what the workload consists of; makes it where it isn't there, or was made by other code."""
    made_by = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    facts = folder / "workload.json"
    if facts.exists() and json.loads(facts.read_text())["made_by"] == made_by:
        return json.loads(facts.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = {"name": name, "made_by": made_by} | _make(SIZES[name], folder)
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
                out.write_table(pa.parquet.read_table(file, partitioning=None))
        unfinished.rename(path)
    return path


def _make(size: Size, folder: pathlib.Path) -> dict:
    start, end = size.window or (0, size.days * DAY_MS)
    random = np.random.default_rng(SEED)
    user_of_rank = random.permutation(size.users)
    names = pa.array([_name(user) for user in range(size.users)])
    total = np.zeros(size.users, np.int64)
    count = np.zeros(size.users, np.int64)
    rows = rows_in_window = 0
    for day in range(size.days):
        first = size.events * day // size.days
        events = size.events * (day + 1) // size.days - first
        time = random.integers(day * DAY_MS, (day + 1) * DAY_MS, events)
        # A power law: a thousandth of the users has a tenth of the events.
        user = user_of_rank[(random.power(1 / 3, events) * size.users).astype(np.int64)]
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
        _write(
            folder / "events" / f"date={_day(day)}",
            pa.table(
                {
                    "event_id": _ids(first + order),
                    "user_id": names.take(pa.array(user[order])),
                    "event_type": TYPES.take(pa.array(kind[order])),
                    "ts": pa.array(time[order] + _millis(FIRST_DAY)).cast(pa.timestamp("ms", "UTC")),
                    "value": pa.array(value[order]),
                    "schema_version": pa.array(version[order]),
                }
            ),
        )
        rows += len(order)
        rows_in_window += int(counts[order].sum())
    corrections = _tables(random, total, count, folder)
    return {
        "start": _iso(start),
        "end": _iso(end),
        "days": [_day(day) for day in range(start // DAY_MS, (end - 1) // DAY_MS + 1)],
        "rows": rows,
        "rows_in_window": rows_in_window,
        "unique_in_window": int(count.sum()),
        "keys": int((count > 0).sum()),
        "corrections": corrections,
        "bytes": sum(file.stat().st_size for file in folder.glob("events/*/*.parquet")),
    }


def _write(folder: pathlib.Path, events: pa.Table) -> None:
    folder.mkdir(parents=True)
    files = max(1, round(len(events) / FILE_ROWS))
    size = -(-len(events) // files)
    for number in range(files):
        pa.parquet.write_table(
            events.slice(number * size, size),
            folder / f"part-{number:03d}.parquet",
            row_group_size=GROUP_ROWS,
            use_dictionary=["user_id", "event_type", "schema_version"],
        )


def _tables(random: np.random.Generator, total: np.ndarray, count: np.ndarray, folder: pathlib.Path) -> dict:
    """Writes the right rows (truth.csv) and the live ones (live.csv), both in the order of their keys."""
    users = np.flatnonzero(count)
    truth = {_name(user): [int(total[user]), int(count[user])] for user in users}
    truth = {name: [*row, _checksum(name, row[0])] for name, row in truth.items()}
    wrong_count, some = max(1, len(users) // 100), max(1, len(users) // 1000)
    damaged = [_name(user) for user in random.permutation(users)[: wrong_count + some]]
    live = dict(truth)
    for number, name in enumerate(damaged[:wrong_count]):
        right_total, right_count, right_checksum = truth[name]
        wrong_total = right_total + 1 + number % 977
        live[name] = [
            [wrong_total, right_count, _checksum(name, wrong_total)],
            [right_total, right_count + 1, right_checksum],
            [right_total, right_count, _checksum(name, wrong_total)],
        ][number % 3]
    for name in damaged[wrong_count:]:
        del live[name]
    for number in range(some):
        name = _name(len(total) + number)
        live[name] = [number, 1, _checksum(name, number)]
    for file, rows in (("truth.csv", truth), ("live.csv", live)):
        with open(folder / file, "w") as out:
            out.writelines(f"{name},{row[0]},{row[1]},{row[2]}\n" for name, row in sorted(rows.items()))
    return {"wrong": wrong_count, "missing": some, "too many": some}


def _ids(number: np.ndarray) -> pa.Array:
    """16 hex digits; each step can be undone, so that no two numbers have the same."""
    mixed = number.astype(np.uint64) * np.uint64(0xD1342543DE82EF95)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xAF251AF3B0F025B5)
    text = PAIRS_OF_HEX[mixed.view(np.uint8)]
    fixed = pa.Array.from_buffers(pa.binary(16), len(number), [None, pa.py_buffer(text)])
    return fixed.cast(pa.binary()).cast(pa.string())


def _name(user: int) -> str:
    return f"u{user:07d}"


def _checksum(name: str, total: int) -> str:
    return hashlib.md5(f"{name}-{total}".encode()).hexdigest()


def _millis(moment: datetime.datetime) -> int:
    return int(moment.timestamp()) * 1000


def _day(day: int) -> str:
    return f"{FIRST_DAY + datetime.timedelta(days=day):%Y-%m-%d}"


def _iso(millis: int) -> str:
    return f"{FIRST_DAY + datetime.timedelta(milliseconds=millis):%Y-%m-%dT%H:%M:%SZ}"
