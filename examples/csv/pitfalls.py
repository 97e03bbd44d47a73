"""What pandas makes of the inputs in docs/from-pandas.md. Prints each result under the name of its section."""

from io import StringIO

import pandas as pd


def read(text, **options):
    return pd.read_csv(StringIO(text), **options)


def show(title, frame):
    print(f"{title}\n{frame.to_csv(index=False)}")


results = read("user_id,value\nbob,10\n")
existing = read("user_id,value\nbob,12\ncarol,5\n")
merged = results.merge(existing, on="user_id", how="outer", suffixes=("", "_before"))
show("outer merge", merged[merged["value"] != merged["value_before"]])

empty = read("user_id,value\nerin,\n")
merged = empty.merge(empty, on="user_id", suffixes=("", "_before"))
show("nothing against nothing", merged[merged["value"] != merged["value_before"]])

sales = read("region,till,value\n1-2,3,10\n1,2-3,5\n", dtype={"region": str, "till": str})
sales["key"] = sales["region"] + "-" + sales["till"]
show("keys joined as text", sales.groupby("key")["value"].sum().reset_index())

users = read("user_id,value\nNA,3\n007,4\n")
show("keys that look like something else", users.groupby("user_id")["value"].sum().reset_index())

events = read("ts,value\n2024-06-10T12:00:00,1\n2024-06-10T12:30:00,2\n2024-06-10T13:00:00,4\n")
halves = []
for start, end in [("12:00", "12:30"), ("12:30", "13:00")]:
    inside = events["ts"].between(f"2024-06-10T{start}:00", f"2024-06-10T{end}:00")
    halves.append({"from": start, "to": end, "value": events[inside]["value"].sum()})
show("both ends", pd.DataFrame(halves))

cents = read("user_id,value\nalice,0.10\nalice,0.20\n")
show("sums", cents.groupby("user_id")["value"].sum().reset_index())

totals = read("user_id,total\nalice,9007199254740993\n")
show("whole numbers", totals.merge(read("user_id,events\nbob,1\n"), on="user_id", how="outer"))

times = read("ts\n2024-06-10T12:15:00Z\n2024-06-10T14:15:00+02:00\n")
show("zones", pd.to_datetime(times["ts"].str[:19]).to_frame())

events = read("event_id,user_id,value\na,bob,5\nb,bob,5\nb,bob,5\n")
twice = events.groupby("user_id")["value"].sum().reset_index()
once = events.drop_duplicates(["user_id", "value"]).groupby("user_id")["value"].sum().reset_index()
show("copies, kept", twice)
show("copies, dropped by content", once)
