from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from errata_airflow import keeper, provider_info
from errata_airflow.operator import ErrataRunOperator
from errata_airflow.references import environment
from errata_airflow.step import Attempt, State, Step
from errata_airflow.trigger import ErrataStepTrigger

PLAN = "0123456789abcdef0123456789abcdef"
SECONDS = 240


class Case:
    """A spec, a folder, and a launcher that answers what it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pushed: dict[str, Any] = {}
        (folder / "spec.yaml").write_text("name: test\n")
        launcher = folder / "errata"
        launcher.write_text('#!/bin/sh\necho "$*" >>"$0.calls"\necho "$1 speaks" >&2\ncat "$0.$1"\n. "$0.$1.sh"\n')
        launcher.chmod(0o755)
        for verb in ("plan", "show", "apply", "verify"):
            self.answer(verb, 0, {})
        self.plan()

    def answer(self, verb: str, status: int, document: dict[str, Any]) -> None:
        (self.folder / f"errata.{verb}").write_text(json.dumps(document))
        (self.folder / f"errata.{verb}.sh").write_text(f"exit {status}\n")

    def fail(self, verb: str, status: int, code: str) -> None:
        error = {"code": code, "kind": "external", "message": f"Cannot {verb}: {code}", "next": "Look."}
        self.answer(verb, status, {"error": error})

    def plan(self, status: int = 0, updates: int = 3, limits: tuple[str, ...] = ()) -> None:
        rows = dict.fromkeys(("recomputed", "live", "equal", "insert", "delete", "quarantined"), 0) | {"update": updates}
        plan = {
            "plan": PLAN,
            "directory": f"/plans/{PLAN}",
            "events": {"read": 9, "used": 9},
            "rows": rows,
            "limits": [{"limit": limit, "message": f"{limit} was hit."} for limit in limits],
        }
        self.answer("plan", status, plan)
        self.answer("show", 0, plan)
        self.answer("apply", 0, {"plan": PLAN, "outcome": "applied", "ledger": 1})
        self.answer("verify", 0, {"verified": True})

    def operator(self, **kwargs: Any) -> ErrataRunOperator:
        return ErrataRunOperator(
            **{
                "task_id": "correct",
                "errata": str(self.folder / "errata"),
                "spec": str(self.folder / "spec.yaml"),
                "folder": str(self.folder / "kept"),
                **kwargs,
            }
        )

    def context(self, **kwargs: Any) -> Any:
        ti = {
            "dag_id": "d",
            "run_id": "r",
            "task_id": "correct",
            "map_index": -1,
            "xcom_push": lambda key, value: self.pushed.update({key: value}),
        }
        date = datetime(2024, 6, 10, tzinfo=timezone.utc)
        return {"ti": SimpleNamespace(**(ti | kwargs)), "dag_run": SimpleNamespace(logical_date=date)}

    def run(self, **kwargs: Any) -> dict[str, Any]:
        return self.operator(**kwargs).execute(self.context())

    @property
    def calls(self) -> list[str]:
        file = self.folder / "errata.calls"
        return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def arguments(self) -> str:
        return (self.folder / "errata.calls").read_text()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def await_that(so: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_plan_is_applied_verified_and_told(case: Case) -> None:
    result = case.run(set={"window.from": "2024-06-10T00:00:00Z"}, apply_set={"table.jdbc.user": "writer"})
    assert case.calls == ["plan", "apply", "verify"]
    assert "--set window.from=2024-06-10T00:00:00Z" in case.arguments
    assert f"apply /plans/{PLAN} --json --set table.jdbc.user=writer\n" in case.arguments
    assert (result["plan"], result["outcome"], result["ledger"], result["verified"]) == (PLAN, "applied", 1, True)
    assert case.pushed == {"plan": PLAN, "counts": {"insert": 0, "update": 3, "delete": 0}}


def test_plan_without_corrections_ends_there(case: Case) -> None:
    case.plan(updates=0)
    assert case.run()["outcome"] == "nothing-to-do"
    assert case.calls == ["plan"]


@pytest.mark.parametrize(
    ("verb", "status", "code", "again"),
    [
        ("plan", 1, "INTERNAL", False),
        ("plan", 2, "INVALID_SPEC", False),
        ("plan", 4, "MISSING_COVERAGE", True),
        ("plan", 6, "UNAVAILABLE", True),
        ("plan", 143, "CANCELLED", True),
        ("apply", 1, "INTERNAL", False),
        ("apply", 2, "INVALID_PLAN", False),
        ("apply", 4, "LIMIT", False),
        ("apply", 5, "CONFLICT", False),
        ("apply", 6, "UNKNOWN_OUTCOME", True),
        ("verify", 6, "UNAVAILABLE", True),
    ],
)
def test_failure_is_retried_where_that_can_help(case: Case, verb: str, status: int, code: str, again: bool) -> None:
    case.fail(verb, status, code)
    with pytest.raises(AirflowException, match=f"errata {verb} ended with {status}: Cannot {verb}: {code} Look") as raised:
        case.run()
    assert isinstance(raised.value, AirflowFailException) is not again


def test_retry_goes_on_with_the_plan_that_is_whole(case: Case) -> None:
    case.fail("apply", 6, "UNAVAILABLE")
    with pytest.raises(AirflowException):
        case.run()
    case.plan()
    assert case.run()["outcome"] == "applied"
    assert case.calls == ["plan", "apply", "show", "apply", "verify"]


def test_retry_plans_again_where_the_plan_is_not_whole(case: Case) -> None:
    case.fail("apply", 6, "UNAVAILABLE")
    with pytest.raises(AirflowException):
        case.run()
    case.plan()
    case.fail("show", 2, "INVALID_PLAN")
    assert case.run()["outcome"] == "applied"
    assert case.calls == ["plan", "apply", "show", "plan", "apply", "verify"]


def test_corrected_spec_is_another_plan(case: Case) -> None:
    case.fail("apply", 6, "UNAVAILABLE")
    with pytest.raises(AirflowException):
        case.run()
    case.plan()
    (case.folder / "spec.yaml").write_text("name: corrected\n")
    case.run()
    assert case.calls == ["plan", "apply", "plan", "apply", "verify"]


def test_conflict_lets_the_next_try_plan_again(case: Case) -> None:
    case.fail("apply", 5, "CONFLICT")
    with pytest.raises(AirflowException) as raised:
        case.run(plan_again_on_conflict=True)
    assert not isinstance(raised.value, AirflowFailException)
    case.plan()
    case.run(plan_again_on_conflict=True)
    assert case.calls == ["plan", "apply", "plan", "apply", "verify"]


def test_limit_refuses_the_plan(case: Case) -> None:
    case.plan(status=4, limits=("deletes",))
    with pytest.raises(
        AirflowFailException, match=r"has hit a limit and isn't applied; nothing was written\. deletes was hit\."
    ):
        case.run()
    assert case.calls == ["plan"]


def test_filter_of_the_first_events_is_nobodys_to_allow(case: Case) -> None:
    case.plan(status=4, limits=("filter.first",))
    with pytest.raises(AirflowFailException, match="isn't applied"):
        case.run(approval="always")


def test_approval_overrides_the_limits_that_were_shown(case: Case) -> None:
    case.plan(status=4, limits=("deletes", "corrections"))
    operator = case.operator(approval="over-limits")
    attempt = Attempt.current(operator._task_folder(case.context()))
    attempt.begin(operator._made_of())
    event = {"chosen_options": ["Approve"], "responded_by_user": {"id": "7", "name": "ada"}}
    assert operator.decided(case.context(), event, PLAN)["outcome"] == "applied"
    assert f"apply /plans/{PLAN} --json --override corrections --override deletes\n" in case.arguments


def test_rejection_and_silence_write_nothing(case: Case) -> None:
    operator = case.operator(approval="always")
    Attempt.current(operator._task_folder(case.context())).begin(operator._made_of())
    with pytest.raises(AirflowFailException, match="nobody has decided"):
        operator.decided(case.context(), {"error": "timeout", "error_type": "timeout"}, PLAN)
    with pytest.raises(AirflowFailException, match="was rejected by ada; nothing was written"):
        operator.decided(case.context(), {"chosen_options": ["Reject"], "responded_by_user": {"name": "ada"}}, PLAN)
    assert case.calls == []


def test_drift_after_the_apply_fails_for_good(case: Case) -> None:
    rows = {"recomputed": 9, "insert": 0, "update": 1, "delete": 0}
    case.answer("verify", 3, {"verified": False, "rows": rows})
    with pytest.raises(AirflowFailException, match="rows differ again or still: 1 of 9"):
        case.run()


def test_missing_launcher_fails_for_good(case: Case) -> None:
    with pytest.raises(AirflowFailException, match="errata plan ended with 127"):
        case.run(errata=str(case.folder / "none"))


def test_folder_is_of_the_run_and_its_date(case: Case) -> None:
    operator = case.operator()
    base = case.folder / "kept/d/2024-06-10T000000.000000Z/correct"
    assert operator._task_folder(case.context(run_id="another")) == base
    assert operator._task_folder(case.context(map_index=3)) == base / "3"
    undated = case.context(run_id="manual/../x") | {"dag_run": SimpleNamespace(logical_date=None)}
    assert operator._task_folder(undated) == case.folder / "kept/d/manual_.._x/correct"


def test_deferred_task_holds_no_worker_and_goes_on(case: Case) -> None:
    (case.folder / "errata.plan.sh").write_text('while ! [ -e "$0.go" ]; do sleep 0.05; done\n')
    operator = case.operator(deferrable=True)
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(case.context())
    path, arguments = deferred.value.trigger.serialize()
    assert path == "errata_airflow.trigger.ErrataStepTrigger"
    assert Step(Path(arguments["folder"])).state() is State.RUNNING
    (case.folder / "errata.go").touch()
    event = asyncio.run(anext(ErrataStepTrigger(**arguments).run()))
    assert event.payload["state"] == "ended"
    while True:
        try:
            result = case.operator(deferrable=True).resume_run(case.context(), event.payload)
            break
        except TaskDeferred as further:
            event = asyncio.run(anext(further.trigger.run()))
    assert result["outcome"] == "applied"
    assert case.calls == ["plan", "apply", "verify"]


def test_kill_of_a_deferred_task_ends_a_command_that_does_not_listen(case: Case) -> None:
    (case.folder / "errata.plan.sh").write_text("trap '' TERM\necho $$ >\"$0.pid\"\nfor i in $(seq 600); do sleep 0.1; done\n")
    operator = case.operator(deferrable=True, grace=timedelta(seconds=0.3))
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(case.context())
    await_that(lambda: (case.folder / "errata.pid").exists() and (case.folder / "errata.pid").read_text() != "")
    asyncio.run(deferred.value.trigger.on_kill())
    step = Step(Path(deferred.value.trigger.folder))
    await_that(lambda: step.state() is State.ENDED)
    assert (step.ended().status, step.ended().cancelled) == (-signal.SIGKILL, True)
    await_that(lambda: not is_alive(int((case.folder / "errata.pid").read_text())))


def test_killed_keeper_takes_its_command_along_and_is_noticed(case: Case) -> None:
    (case.folder / "errata.plan.sh").write_text('echo $PPID $$ >"$0.pids"\nexec sleep 60\n')
    with pytest.raises(TaskDeferred) as deferred:
        case.operator(deferrable=True).execute(case.context())
    pids = case.folder / "errata.pids"
    await_that(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    kept_by, command = map(int, pids.read_text().split())
    os.kill(kept_by, signal.SIGKILL)
    event = asyncio.run(anext(deferred.value.trigger.run()))
    assert event.payload["state"] == "lost"
    with pytest.raises(AirflowException, match="Cannot tell how plan has ended") as raised:
        case.operator().resume_run(case.context(), event.payload)
    assert not isinstance(raised.value, AirflowFailException)
    await_that(lambda: not is_alive(command))
    case.plan()
    assert case.run()["outcome"] == "applied"


def test_retry_waits_for_the_command_that_still_runs(case: Case) -> None:
    (case.folder / "errata.plan.sh").write_text('while ! [ -e "$0.go" ]; do sleep 0.05; done\n')
    with pytest.raises(TaskDeferred):
        case.operator(deferrable=True).execute(case.context())
    threading.Timer(0.5, (case.folder / "errata.go").touch).start()
    assert case.run()["outcome"] == "applied"
    assert case.calls == ["plan", "apply", "verify"]


def test_environment_has_secrets_and_nothing_of_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LIVE.EU", "postgresql://ann:pass-word@db:5433/app?region=eu")
    monkeypatch.setenv("AIRFLOW_VAR_TOKEN", "to-ken")
    monkeypatch.setenv("_AIRFLOW_X", "x")
    secrets = {
        "P": "connection:live.eu.password",
        "H": "connection:live.eu.host",
        "N": "connection:live.eu.port",
        "R": "connection:live.eu.extra.region",
        "T": "variable:token",
    }
    made = environment({"OWN": "1"}, secrets)
    wanted = {"P": "pass-word", "H": "db", "N": "5433", "R": "eu", "T": "to-ken", "OWN": "1", "PATH": os.environ["PATH"]}
    assert made.items() >= wanted.items()
    assert not [name for name in made if "AIRFLOW" in name]


@pytest.mark.parametrize("reference", ["password", "connection:live", "connection:live.key", "variable:", "file:x.y"])
def test_reference_to_nothing_is_named(reference: str) -> None:
    with pytest.raises(AirflowFailException, match="Cannot read a secret from"):
        environment({}, {"P": reference})


def test_secret_is_in_nothing_that_is_kept(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_TOKEN", "to-ken-7x2q")
    (case.folder / "errata.plan.sh").write_text('[ "$TOKEN" = to-ken-7x2q ] || exit 2\n')
    assert case.run(secrets={"TOKEN": "variable:token"})["outcome"] == "applied"
    kept = [file for file in (case.folder / "kept").rglob("*") if file.is_file()]
    assert {file.name for file in kept} >= {keeper.COMMAND, keeper.LOG, keeper.OUT}
    assert not [file for file in kept if b"to-ken-7x2q" in file.read_bytes()]


def test_approval_of_another_kind_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="it is limits, over-limits or always"):
        case.operator(approval="yes")


def test_provider_names_its_modules() -> None:
    assert provider_info()["operators"][0]["python-modules"] == ["errata_airflow.operator"]


@pytest.mark.skipif("ERRATA_IT_SPEC" not in os.environ, reason="AirflowIT names a spec and its database")
def test_kill_of_a_task_leaves_no_process_and_no_plan(tmp_path: Path) -> None:
    operator = ErrataRunOperator(
        task_id="correct",
        errata=os.environ["ERRATA_IT_LAUNCHER"],
        spec=os.environ["ERRATA_IT_SPEC"],
        folder=str(tmp_path),
        # Reads for minutes.
        set={"limits.rate": "3/s"},
        grace=timedelta(minutes=2),
        secrets={"PGPASSWORD": "connection:errata_live.password"},
    )
    case = Case(tmp_path)
    killed = threading.Thread(target=lambda: (await_that(lambda: any(tmp_path.rglob(".staging-*"))), operator.on_kill()))
    killed.start()
    with pytest.raises(AirflowException, match="errata plan ended with 143") as raised:
        operator.execute(case.context())
    killed.join()
    assert not isinstance(raised.value, AirflowFailException)
    plans = Attempt.current(operator._task_folder(case.context())).plans
    assert [found for found in plans.iterdir()] == []
    # The keeper writes down how its command has ended before it ends itself.
    await_that(lambda: not [p for p in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _bytes(p)])


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
