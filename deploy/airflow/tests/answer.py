"""Answers the question of a task that waits for a person, by what the API of Airflow calls for it."""

from __future__ import annotations

import sys
import time

from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
from airflow.models import TaskInstance
from airflow.models.hitl import HITLDetail
from airflow.utils.session import create_session
from sqlalchemy import select

dag, option, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])


def answer() -> bool:
    """Answer the first question that is there."""
    with create_session() as session:
        asked = (
            select(TaskInstance, HITLDetail)
            .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
            .where(TaskInstance.dag_id == dag, TaskInstance.state == "awaiting_input")
        )
        for ti, question in session.execute(asked).unique().all():
            print(question.subject, question.body, sep="\n")
            update_hitl_detail(
                dag_id=dag,
                dag_run_id=ti.run_id,
                task_id=ti.task_id,
                update_hitl_detail_payload=UpdateHITLDetailPayload(chosen_options=[option]),
                user=SimpleAuthManagerUser(username="ada", role="admin"),
                session=session,
                map_index=ti.map_index,
            )
            return True
    return False


end = time.monotonic() + seconds
while not answer():
    if time.monotonic() > end:
        sys.exit(f"no task of {dag} has asked anybody")
    time.sleep(0.5)
