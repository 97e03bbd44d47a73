"""Corrects what an incident has left behind, once a person has looked at the plan and said yes.

Trigger it with the window of the incident. The plan is made, and the task then waits under "Required Actions" with what would
be written and each limit that was hit. A yes applies just that plan, overriding just these limits, and plans again to see that
nothing differs; a no writes nothing.

Variables and connection: as of ``errata_backfill``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow.sdk import DAG, Param

from errata_airflow.operator import ErrataRunOperator

with DAG(
    dag_id="errata_incident",
    schedule=None,
    start_date=datetime(2024, 6, 1, tzinfo=timezone.utc),
    params={
        "from": Param(type="string", format="date-time", description="The first moment, such as 2024-06-10T12:00:00Z."),
        "to": Param(type="string", format="date-time", description="The moment after the last one."),
    },
    doc_md=__doc__,
):
    ErrataRunOperator(
        task_id="correct",
        errata="{{ var.value.errata }}",
        spec="{{ var.value.errata_spec }}",
        folder="{{ var.value.errata_folder }}",
        set={"window.from": "{{ params['from'] }}", "window.to": "{{ params['to'] }}"},
        secrets={"PGPASSWORD": "connection:errata_live.password"},
        approval="always",
        approval_timeout=timedelta(hours=12),
        deferrable=True,
        retries=3,
        retry_delay=timedelta(minutes=1),
    )
