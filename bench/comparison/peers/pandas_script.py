"""pandas as scripts for such repairs are often written: a CSV file, md5 row by row, a statement a correction."""
import hashlib

import pandas as pd
import psycopg
import table

work = table.work()
events = pd.read_csv(work["csv"], parse_dates=["ts"])
events = events[(events["ts"] >= work["start"]) & (events["ts"] < work["end"])]
events = events.drop_duplicates("event_id")
computed = events.groupby("user_id").agg(total=("value", "sum"), events=("event_id", "count")).reset_index()
computed["checksum"] = computed.apply(
    lambda row: hashlib.md5(f"{row['user_id']}-{row['total']}".encode()).hexdigest(), axis=1
)

with psycopg.connect(work["database"]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT user_id, total, events, checksum FROM balances")
    live = pd.DataFrame(cursor.fetchall(), columns=["user_id", "total", "events", "checksum"])
    both = computed.merge(live, on="user_id", how="outer", suffixes=("", "_live"), indicator="side")
    same = (
        (both["side"] == "both")
        & (both["total"] == both["total_live"])
        & (both["events"] == both["events_live"])
        & (both["checksum"] == both["checksum_live"])
    )
    for _, row in both[~same].iterrows():
        if row["side"] == "right_only":
            cursor.execute("DELETE FROM balances WHERE user_id = %s", (row["user_id"],))
        elif row["side"] == "left_only":
            cursor.execute(
                "INSERT INTO balances VALUES (%s, %s, %s, %s)",
                (row["user_id"], int(row["total"]), int(row["events"]), row["checksum"]),
            )
        else:
            cursor.execute(
                "UPDATE balances SET total = %s, events = %s, checksum = %s WHERE user_id = %s",
                (int(row["total"]), int(row["events"]), row["checksum"], row["user_id"]),
            )
