"""PySpark in one process: DataFrames to the differences, which are few enough to be collected."""
import os

import table
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

work = table.work()
spark = (
    SparkSession.builder.master(f"local[{work['threads']}]")
    .config("spark.driver.memory", "6g")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.local.dir", work["scratch"])
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", 2 * work["threads"])
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
computed = (
    spark.read.parquet(*table.files(work))
    .where((f.col("ts") >= f.lit(work["start"]).cast("timestamp")) & (f.col("ts") < f.lit(work["end"]).cast("timestamp")))
    .select("event_id", "user_id", "value")
    .dropDuplicates(["event_id"])
    .groupBy("user_id")
    .agg(f.sum("value").alias("total"), f.count("*").alias("events"))
    .withColumn("checksum", f.md5(f.concat_ws("-", "user_id", "total").cast("binary")))
)
path = os.path.join(work["scratch"], "live.csv")
with open(path, "wb") as out:
    table.copy_live(work, out)
live = spark.read.csv(path, header=True, schema="user_id string, total bigint, events bigint, checksum string")
live = live.select("user_id", *(f.col(name).alias(f"live_{name}") for name in ("total", "events", "checksum")))
same = f.lit(True)
for name in ("total", "events", "checksum"):
    same = same & f.col(name).eqNullSafe(f.col(f"live_{name}"))
different = computed.join(live, "user_id", "full_outer").where(~same).select("user_id", "total", "events", "checksum")
table.correct(work, different.collect())
spark.stop()
