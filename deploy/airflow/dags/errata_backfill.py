"""Corrects a daily table over a range of days, one plan for each day, two at a time.

Every night it looks at the seven days before; a run that is triggered by hand takes the days of its parameters.

Variables: ``errata`` (the launcher), ``errata_spec`` (the spec), ``errata_folder`` (where plans are kept). Connection:
``errata_live``, whose password the spec refers to as ``${env:PGPASSWORD}``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.sdk import DAG, Param, task

from errata_airflow.operator import ErrataRunOperator

with DAG(
    dag_id="errata_backfill",
    schedule="0 3 * * *",
    start_date=datetime(2024, 6, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    params={
        "from": Param(None, type=["null", "string"], format="date", description="The first day."),
        "to": Param(None, type=["null", "string"], format="date", description="The day after the last one."),
        "days": Param(7, type="integer", minimum=1, description="So many days before the run, where there is no first one."),
    },
    doc_md=__doc__,
):

    @task
    def days(params: dict[str, Any], logical_date: datetime | None = None) -> list[dict[str, str]]:
        """Say for each day what its spec has to be set to."""
        last = (logical_date or datetime.now(timezone.utc)).date()
        end = last if params["to"] is None else datetime.fromisoformat(params["to"]).date()
        start = (
            end - timedelta(days=params["days"]) if params["from"] is None else datetime.fromisoformat(params["from"]).date()
        )
        found = []
        for number in range((end - start).days):
            day, after = start + timedelta(days=number), start + timedelta(days=number + 1)
            found.append(
                {
                    "window.from": f"{day}T00:00:00Z",
                    "window.to": f"{after}T00:00:00Z",
                    "table.owns": f"day >= date '{day}' and day < date '{after}'",
                }
            )
        return found

    ErrataRunOperator.partial(
        task_id="correct",
        errata="{{ var.value.errata }}",
        spec="{{ var.value.errata_spec }}",
        folder="{{ var.value.errata_folder }}",
        secrets={"PGPASSWORD": "connection:errata_live.password"},
        map_index_template="{{ task.set['window.from'][:10] }}",
        # The live database and the machine decide how many days may be planned at once.
        max_active_tis_per_dagrun=2,
        deferrable=True,
        retries=3,
        retry_delay=timedelta(minutes=5),
    ).expand(set=days())
