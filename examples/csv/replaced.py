"""What spec.yaml replaces. It is wrong in five ways; README.md says where."""

import hashlib

import pandas as pd

START, END = "2024-06-10T12:00:00", "2024-06-10T12:30:00"


def checksum(row):
    return hashlib.md5(f"{row.user_id}-{row.value}".encode()).hexdigest()


events = pd.read_csv("archived_events.csv")
events["timestamp"] = pd.to_datetime(events["timestamp"].str[:19])
window = events[events["timestamp"].between(START, END)]

results = window.groupby("user_id")["value"].sum().reset_index()
results["checksum"] = results.apply(checksum, axis=1)

existing = pd.read_csv("existing_results.csv")
existing["checksum"] = existing.apply(checksum, axis=1)

merged = results.merge(existing, on="user_id", how="outer", suffixes=("", "_before"))
corrections = merged[merged["checksum"] != merged["checksum_before"]]

columns = ["user_id", "value", "value_before"]
corrections[columns].to_csv("corrections_to_apply.csv", index=False)
print(f"{len(corrections)} corrections")
