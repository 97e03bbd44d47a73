"""What goes wrong between plan and apply; run by AirflowIT with ``airflow dags test``."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow.sdk import DAG

from errata_airflow.operator import ErrataRunOperator

COMMON = {
    "spec": "{{ var.value.errata_spec }}",
    "folder": "{{ var.value.errata_folder }}",
    "secrets": {"PGPASSWORD": "connection:errata_live.password"},
    "retry_delay": timedelta(0),
}

with DAG(dag_id="errata_faults", schedule=None, start_date=datetime(2024, 6, 1, tzinfo=timezone.utc)):
    # A limit is hit; another try would find the same.
    ErrataRunOperator(
        task_id="refused",
        errata="{{ var.value.errata }}",
        set={"limits.corrections": "0"},
        retries=2,
        **COMMON,
    ) >> ErrataRunOperator(
        # This launcher kills the keeper of the first apply with SIGKILL, and does nothing.
        task_id="killed",
        errata="{{ var.value.errata_killing_launcher }}",
        env={"ERRATA_LAUNCHER": "{{ var.value.errata }}"},
        verify=False,
        trigger_rule="all_done",
        retries=1,
        **COMMON,
    )
