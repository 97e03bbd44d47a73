"""DuckDB: one statement from the files to the differences. Only they come to Python."""
import os

import duckdb
import table

QUERY = """
WITH received AS (
  SELECT event_id, user_id, value FROM read_parquet($files, hive_partitioning = false)
  WHERE ts >= $start::TIMESTAMPTZ AND ts < $end::TIMESTAMPTZ
), once AS (
  SELECT any_value(user_id) AS user_id, any_value(value) AS value FROM received GROUP BY event_id
), sums AS (
  SELECT user_id, sum(value)::BIGINT AS total, count(*) AS events FROM once GROUP BY user_id
), computed AS (
  SELECT *, md5(user_id || '-' || total) AS checksum FROM sums
)
SELECT coalesce(c.user_id, l.user_id), c.total, c.events, c.checksum
FROM computed c FULL JOIN read_csv($live, header = true, columns =
  {'user_id': 'VARCHAR', 'total': 'BIGINT', 'events': 'BIGINT', 'checksum': 'VARCHAR'}) l ON c.user_id = l.user_id
WHERE c.user_id IS NULL OR l.user_id IS NULL
  OR c.total <> l.total OR c.events <> l.events OR c.checksum <> l.checksum
"""

work = table.work()
live = os.path.join(work["scratch"], "live.csv")
with open(live, "wb") as out:
    table.copy_live(work, out)
duck = duckdb.connect()
duck.execute(f"SET threads = {work['threads']}")
duck.execute(f"SET temp_directory = '{work['scratch']}'")
duck.execute("SET preserve_insertion_order = false")
duck.execute("SET TimeZone = 'UTC'")
values = {
    "files": [f"{folder}/*.parquet" for folder in table.files(work)],
    "start": work["start"],
    "end": work["end"],
    "live": live,
}
table.correct(work, duck.execute(QUERY, values).fetchall())
