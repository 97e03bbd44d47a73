"""Writes the Parquet files that the archive source is compared on, each and the rows that they must give, by the
precision of their times.

    python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 pyspark==4.3.0
    venv/bin/python make_fixtures.py OUTPUT_FOLDER

The expected rows are made of the same Python values as the files and never read back from them. Every value is text:
numbers in decimal, floating point as Python writes it, bytes in hexadecimal, times in ISO 8601 with nine digits.
"""

import datetime as dt
import decimal
import json
import os
import shutil
import struct
import sys
import uuid

ROWS = 60
NANOS = 1_000_000_000
TICKS = {1_000_000: "millis", 1_000: "micros", 1: "nanos"}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
TEXTS = ["", "plain", "a,b", 'quoted "text"', "line\nbreak", "tab\t", "nul\0byte", "emoji \U0001f600", "e\u0301", "1-23"]
DOUBLES = [0.0, -0.0, 1.5, 0.1, float("nan"), float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308, -2.25]
LONGS = [0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1, 10**15]
INTS = [0, 7, -7, 2**31 - 1, -(2**31)]
DAYS = [dt.date(2024, 6, 10), dt.date(1969, 12, 31), dt.date(1905, 1, 2), dt.date(9999, 12, 31), dt.date(2024, 2, 29)]


def nth(values, i):
    return values[i % len(values)]


def rows(nanos_per_tick):
    """Rows in the order of time; times are multiples of a tick. The first lies before 1970."""
    out = []
    for i in range(ROWS):
        nanos = int(dt.datetime(2024, 6, 10, 12, tzinfo=dt.timezone.utc).timestamp()) * NANOS
        nanos += i * 60 * NANOS + (i * 37_123_457) % NANOS
        if i == 0:
            nanos = -1 * nanos_per_tick
        nanos -= nanos % nanos_per_tick
        small = struct.unpack("f", struct.pack("f", nth([0.1, -0.0, 3.5, 1e-40, 3.4e38], i)))[0]
        out.append(
            {
                "id": "event-%d" % i,
                "ts": nanos,
                "kind": nth(["payment", "refund", "transfer"], i // 10),
                "dec9": decimal.Decimal(i * 1_234_567 - 50_000_000).scaleb(-2) if i % 5 else None,
                "dec18": decimal.Decimal((-1) ** i * (10**17 + i)).scaleb(-4),
                "dec38": decimal.Decimal((-1) ** i * (10**37 + i)).scaleb(-10) if i % 11 else None,
                "flag": nth([True, False, None], i),
                "i32": nth(INTS, i) if i % 7 else None,
                "i64": nth(LONGS, i),
                "f32": small,
                "f64": nth(DOUBLES, i) if i % 13 else None,
                "day": nth(DAYS, i),
                "blob": bytes(range(i % 9)) if i % 6 else None,
                "code": uuid.UUID(int=(i + 1) * 0x0123456789ABCDEF0123456789ABCDEF % 2**128),
                "user": None
                if i % 17 == 0
                else {"name": nth(TEXTS, i), "address": None if i % 4 == 0 else {"zip": 1000 + i}},
                "note": nth(TEXTS, i // 3) if i % 3 else None,
            }
        )
    return out


def text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def instant(nanos):
    seconds, rest = divmod(nanos, NANOS)
    moment = EPOCH + dt.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ".%09dZ" % rest


def write_expected(path, data):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for row in data:
            user = row["user"] or {}
            flat = {name: text(value) for name, value in row.items() if name not in ("ts", "user")}
            flat["ts"] = instant(row["ts"])
            flat["user.name"] = user.get("name")
            flat["user.address.zip"] = text((user.get("address") or {}).get("zip"))
            out.write(json.dumps(flat, sort_keys=True) + "\n")


def pyarrow_files(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    address = pa.struct([("zip", pa.int32())])

    def table(data, timestamp, code):
        columns = {name: [row[name] for row in data] for name in data[0]}
        tick = {"ms": 1_000_000, "us": 1_000, "ns": 1}[timestamp.unit]
        columns["ts"] = [nanos // tick for nanos in columns["ts"]]
        columns["code"] = [str(value) if code == pa.string() else value.bytes for value in columns["code"]]
        types = {
            "id": pa.string(),
            "kind": pa.string(),
            "dec9": pa.decimal128(9, 2),
            "dec18": pa.decimal128(18, 4),
            "dec38": pa.decimal128(38, 10),
            "flag": pa.bool_(),
            "i32": pa.int32(),
            "i64": pa.int64(),
            "f32": pa.float32(),
            "f64": pa.float64(),
            "day": pa.date32(),
            "blob": pa.binary(),
            "user": pa.struct([("name", pa.string()), ("address", address)]),
            "note": pa.large_string(),
        }
        arrays = {}
        for name, values in columns.items():
            if name == "ts":
                arrays[name] = pa.array(values, pa.int64()).cast(timestamp)
            elif name == "code" and code != pa.string():
                storage = pa.array(values, pa.binary(16))
                arrays[name] = pa.ExtensionArray.from_storage(pa.uuid(), storage)
            else:
                arrays[name] = pa.array(values, types.get(name, code))
        return pa.table(arrays)

    def write(name, tick, timestamp, code, **options):
        data = rows(tick)
        pq.write_table(table(data, timestamp, code), os.path.join(folder, name + "." + TICKS[tick] + ".parquet"), row_group_size=20, **options)

    write(
        "pyarrow-snappy", 1_000_000, pa.timestamp("ms", "UTC"), pa.string(), compression="snappy", data_page_version="1.0"
    )
    write(
        "pyarrow-zstd-v2-plain",
        1_000,
        pa.timestamp("us", "UTC"),
        pa.uuid(),
        compression="zstd",
        data_page_version="2.0",
        use_dictionary=False,
    )
    write(
        "pyarrow-gzip-small-pages",
        1,
        pa.timestamp("ns"),
        pa.string(),
        compression="gzip",
        version="2.6",
        data_page_size=64,
        write_batch_size=8,
        write_page_checksum=True,
    )
    write(
        "pyarrow-lz4-int96-integer-decimals",
        1,
        pa.timestamp("ns", "UTC"),
        pa.uuid(),
        compression="lz4",
        use_deprecated_int96_timestamps=True,
        store_decimal_as_integer=True,
    )
    write(
        "pyarrow-plain-delta",
        1_000,
        pa.timestamp("us", "UTC"),
        pa.string(),
        compression="none",
        data_page_version="2.0",
        use_dictionary=False,
        column_encoding={
            "id": "DELTA_BYTE_ARRAY",
            "ts": "DELTA_BINARY_PACKED",
            "kind": "DELTA_LENGTH_BYTE_ARRAY",
            "i32": "DELTA_BINARY_PACKED",
            "i64": "DELTA_BINARY_PACKED",
            "f32": "BYTE_STREAM_SPLIT",
            "f64": "BYTE_STREAM_SPLIT",
            "flag": "RLE",
        },
    )


def spark_files(folder):
    from pyspark.sql import SparkSession
    from pyspark.sql.types import (
        BinaryType,
        BooleanType,
        DateType,
        DecimalType,
        DoubleType,
        FloatType,
        IntegerType,
        LongType,
        StringType,
        StructField,
        StructType,
        TimestampNTZType,
        TimestampType,
    )

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.hadoop.parquet.block.size.row.check.min", "1")
        .getOrCreate()
    )

    def schema(timestamp):
        address = StructType([StructField("zip", IntegerType())])
        return StructType(
            [
                StructField("id", StringType(), False),
                StructField("ts", timestamp),
                StructField("kind", StringType()),
                StructField("dec9", DecimalType(9, 2)),
                StructField("dec18", DecimalType(18, 4)),
                StructField("dec38", DecimalType(38, 10)),
                StructField("flag", BooleanType()),
                StructField("i32", IntegerType()),
                StructField("i64", LongType()),
                StructField("f32", FloatType()),
                StructField("f64", DoubleType()),
                StructField("day", DateType()),
                StructField("blob", BinaryType()),
                StructField("code", StringType()),
                StructField("user", StructType([StructField("name", StringType()), StructField("address", address)])),
                StructField("note", StringType()),
            ]
        )

    def write(name, timestamp, **options):
        data = rows(1_000)
        naive = isinstance(timestamp, TimestampNTZType)
        values = []
        for row in data:
            moment = EPOCH + dt.timedelta(microseconds=row["ts"] // 1_000)
            moment = moment.replace(tzinfo=None) if naive else moment
            values.append(tuple({**row, "ts": moment, "code": str(row["code"])}.values()))
        # The order of the columns is the one of the rows.
        frame = session.createDataFrame(values, schema(timestamp)).coalesce(1)
        temporary = os.path.join(folder, name + ".tmp")
        writer = frame.write.mode("overwrite")
        for key, value in options.items():
            if key.startswith("spark_"):
                session.conf.set("spark.sql.parquet." + key[len("spark_") :], value)
            else:
                writer = writer.option(key.replace("_", "."), value)
        writer.parquet(temporary)
        (part,) = [file for file in os.listdir(temporary) if file.endswith(".parquet")]
        shutil.move(os.path.join(temporary, part), os.path.join(folder, name + ".micros.parquet"))
        shutil.rmtree(temporary)

    small_groups = {"parquet_block_size": "2048", "parquet_page_size": "512"}
    write(
        "spark-snappy-int96", TimestampType(), compression="snappy", spark_outputTimestampType="INT96", **small_groups
    )
    write(
        "spark-zstd-v2",
        TimestampType(),
        compression="zstd",
        spark_outputTimestampType="TIMESTAMP_MICROS",
        parquet_writer_version="v2",
        **small_groups,
    )
    write(
        "spark-gzip-legacy-decimals",
        TimestampNTZType(),
        compression="gzip",
        spark_writeLegacyFormat="true",
        spark_outputTimestampType="TIMESTAMP_MICROS",
    )
    session.stop()


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    target = sys.argv[1]
    os.makedirs(target, exist_ok=True)
    for nanos_per_tick, unit in TICKS.items():
        write_expected(os.path.join(target, "rows." + unit + ".jsonl"), rows(nanos_per_tick))
    pyarrow_files(target)
    spark_files(target)
