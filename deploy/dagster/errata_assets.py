"""A table that Errata keeps right, as a Dagster asset with a partition for each day.

To materialise a day is ``errata run``: plan, and apply unless a limit of the spec says stop; then ``errata verify``.
Environment: ``ERRATA`` (the launcher), ``ERRATA_SPEC`` (the spec), ``ERRATA_PLANS`` (where plans are kept), and what the spec
refers to, such as ``PGPASSWORD``. A retry plans again: days that are right already cost a plan, and nothing is written.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import dagster as dg

# docs/command-line.md; no other failure is mended by trying again.
_DRIFT = 3
_UNAVAILABLE = 6
_STOPPED = (130, 143)
_GRACE_SECONDS = 20


def errata(context: dg.AssetExecutionContext, verb: str, *arguments: str) -> dict[str, Any]:
    """Run a command to its end, or stop it where the run is terminated; return its document."""
    command = [os.environ["ERRATA"], verb, os.environ["ERRATA_SPEC"], "--json", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        out, _ = process.communicate()
    except BaseException:
        # Dagster interrupts a run that is terminated.
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    document: dict[str, Any] = json.loads(out) if out else {}
    status = process.returncode
    if status != 0:
        error = document.get("error", {})
        limits = " ".join(limit["message"] for limit in document.get("plan", document).get("limits", []))
        said = "rows differ" if status == _DRIFT else error.get("message") or limits or "its log says why"
        raise dg.Failure(
            f"errata {verb} ended with {status}: {said}",
            allow_retries=status == _UNAVAILABLE or status in _STOPPED,
        )
    context.log.info("errata %s is done", verb)
    return document


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition(start_date="2024-06-01"),
    # The instance says how many days at a time its pools let through.
    pool="errata",
    retry_policy=dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL),
    kinds={"postgres"},
)
def daily_totals(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Make the totals of each user and day what their events say."""
    start, end = context.partition_time_window
    day = [
        "--set",
        f"window.from={start:%Y-%m-%dT%H:%M:%SZ}",
        "--set",
        f"window.to={end:%Y-%m-%dT%H:%M:%SZ}",
        "--set",
        f"table.owns=day >= date '{start:%Y-%m-%d}' and day < date '{end:%Y-%m-%d}'",
    ]
    plans = Path(os.environ["ERRATA_PLANS"]).absolute() / context.partition_key
    done = errata(context, "run", *day, "--set", f"plans={plans}")
    errata(context, "verify", *day)
    rows = done["plan"]["rows"]
    return dg.MaterializeResult(
        metadata={
            "plan": done["plan"]["plan"],
            "outcome": done["apply"]["outcome"],
            "inserted": rows["insert"],
            "updated": rows["update"],
            "deleted": rows["delete"],
        }
    )


definitions = dg.Definitions(assets=[daily_totals])
