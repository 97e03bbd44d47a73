"""Plans, waits, asks, applies and verifies, by Errata's command line."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskAwaitingInput
from airflow.sdk.execution_time.hitl import HITLUser, upsert_hitl_detail

from errata_airflow.references import environment
from errata_airflow.step import Attempt, Ended, State, Step
from errata_airflow.trigger import ErrataStepTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

APPROVE = "Approve"
REJECT = "Reject"

# docs/command-line.md
_DONE = 0
_BUG = 1
_WRONG = 2
_DRIFT = 3
_LIMIT = 4
_CONFLICT = 5
_NOT_STARTED = 127

_COUNTS = ("insert", "update", "delete")
_LOOK_SECONDS = 1.0


class ErrataRunOperator(BaseOperator):
    """Plans, applies where the limits of the spec or a person allow it, and verifies.

    All that the task does is in a folder of the DAG run's own, so that a retry goes on where the try before it has stopped: a
    plan that is whole isn't made again, and one that is applied isn't applied again.

    :param errata: the launcher, ``errata`` of a checkout
    :param spec: the spec file
    :param folder: where plans and what commands say are kept, one folder for each task of each run; seen by every worker
        and by the triggerer. It isn't cleaned up: plans are what a rollback needs.
    :param set: fields of the spec, as ``--set``; never a secret, but a reference such as ``${env:NAME}``
    :param apply_set: how to get to the table where ``apply`` does it with another role, as ``--set`` of ``apply``
    :param arguments: further arguments of ``plan`` and ``verify``, such as ``["--on", "session"]``
    :param env: further variables of the environment, which are no secrets
    :param secrets: variables of the environment by references to Airflow: ``connection:ID.password`` (or ``login``, ``host``,
        ``port``, ``schema``, ``extra.NAME``), or ``variable:KEY``. They are in no command line, log or XCom.
    :param approval: ``limits``: the limits of the spec decide, and a plan that hits one fails the task. ``over-limits``: a
        person decides about a plan that hits one, and their yes is the ``--override`` of just these. ``always``: a person
        decides about every plan that would write something.
    :param approvers: who may decide; without it, whoever may answer in Airflow
    :param approval_timeout: after which an unanswered question fails the task; without it, it waits
    :param verify: whether to plan again after the apply and fail where anything differs
    :param plan_again_on_conflict: whether rows that changed since the plan let the task be retried, with a new plan; else the
        task fails for good
    :param grace: how long a command may take to stop before it is killed
    :param poll_interval: between two looks of the triggerer, at the most; a command that was just started is looked at sooner
    :param deferrable: whether the task leaves its worker while a command runs. The command stays on the machine of the worker,
        so it has to outlive the task: not with an executor that makes a pod or container for each task.
    """

    template_fields: Sequence[str] = (
        "errata", "spec", "folder", "set", "apply_set", "arguments", "env", "secrets",
    )  # fmt: skip
    template_fields_renderers: ClassVar[dict[str, str]] = {"set": "json", "apply_set": "json", "env": "json"}
    ui_color = "#e8d9b5"

    def __init__(
        self,
        *,
        errata: str,
        spec: str,
        folder: str,
        set: Mapping[str, str] | None = None,
        apply_set: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        approval: Literal["limits", "over-limits", "always"] = "limits",
        approvers: Sequence[HITLUser] | None = None,
        approval_timeout: timedelta | None = None,
        verify: bool = True,
        plan_again_on_conflict: bool = False,
        grace: timedelta = timedelta(seconds=20),
        poll_interval: timedelta = timedelta(seconds=5),
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if approval not in ("limits", "over-limits", "always"):
            raise ValueError(f"Cannot take approval={approval!r}: it is limits, over-limits or always.")
        self.errata = errata
        self.spec = spec
        self.folder = folder
        self.set = dict(set or {})
        self.apply_set = dict(apply_set or {})
        self.arguments = list(arguments)
        self.env = dict(env or {})
        self.secrets = dict(secrets or {})
        self.approval = approval
        self.approvers = list(approvers or [])
        self.approval_timeout = approval_timeout
        self.verify = verify
        self.plan_again_on_conflict = plan_again_on_conflict
        self.grace = grace
        self.poll_interval = poll_interval
        self.deferrable = deferrable
        self._step: Step | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Begin, or go on where the try before this one has stopped."""
        task = self._task_folder(context)
        attempt = Attempt.current(task)
        made_of = self._made_of()
        if attempt.made_of not in (None, made_of):
            # The spec was corrected: what was planned, was planned from another one.
            for step in attempt.steps():
                self._stop(step)
            attempt.end("superseded")
            attempt = Attempt.current(task)
        attempt.begin(made_of)
        for step in attempt.steps():
            if step.is_cancelled():
                self._stop(step)
        return self._go_on(context, attempt, fresh=True)

    def resume_run(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on once a command has ended."""
        self.log.info("%s is %s", event["folder"], event["state"])
        return self._go_on(context, Attempt.current(self._task_folder(context)), fresh=False)

    def decided(self, context: Context, event: dict[str, Any], plan: str) -> dict[str, Any]:
        """Go on once a person has decided about a plan."""
        attempt = Attempt.current(self._task_folder(context))
        if "error" in event:
            raise AirflowFailException(f"Cannot apply plan {plan}: nobody has decided about it. {event['error']}")
        who = (event.get("responded_by_user") or {}).get("name", "nobody")
        if event["chosen_options"] != [APPROVE]:
            attempt.end("rejected")
            raise AirflowFailException(f"Plan {plan} was rejected by {who}; nothing was written.")
        self.log.info("Plan %s was approved by %s", plan, who)
        attempt.approve({"plan": plan, "by": who})
        return self._go_on(context, attempt, fresh=False)

    def on_kill(self) -> None:
        """Stop the command that the task waits for."""
        if self._step is not None:
            self._stop(self._step)

    def _stop(self, step: Step) -> None:
        step.cancel()
        if not step.await_end(self.grace.total_seconds() + 5):
            raise AirflowException(f"Cannot stop the command in {step.folder}: it still runs. Look at its log there.")

    def _task_folder(self, context: Context) -> Path:
        ti = context["ti"]
        # A run that is deleted and made again for the same date has another id.
        date = context["dag_run"].logical_date
        parts = [ti.dag_id, ti.run_id if date is None else date.strftime("%Y-%m-%dT%H%M%S.%fZ"), ti.task_id]
        if ti.map_index is not None and ti.map_index >= 0:
            parts.append(str(ti.map_index))
        return Path(self.folder).absolute().joinpath(*(re.sub(r"[^\w.+:=-]", "_", part) for part in parts))

    def _made_of(self) -> str:
        try:
            spec = Path(self.spec).read_bytes()
        except OSError as e:
            raise AirflowFailException(f"Cannot read the spec {self.spec}: {e.strerror}.") from e
        settings = json.dumps([self.spec, sorted(self.set.items()), self.arguments])
        return hashlib.sha256(spec + settings.encode()).hexdigest()

    def _go_on(self, context: Context, attempt: Attempt, *, fresh: bool) -> dict[str, Any]:
        plan = self._plan(attempt, fresh=fresh)
        rows = plan["rows"]
        counts = {name: rows[name] for name in _COUNTS}
        context["ti"].xcom_push(key="plan", value=plan["plan"])
        context["ti"].xcom_push(key="counts", value=counts)
        result: dict[str, Any] = {
            "plan": plan["plan"],
            "directory": plan["directory"],
            "events": plan["events"],
            "rows": rows,
        }
        hits = [hit["limit"] for hit in plan["limits"]]
        if not sum(counts.values()) and not hits:
            attempt.end("nothing-to-do")
            return result | {"outcome": "nothing-to-do", "ledger": None, "verified": None}
        self._decide(context, attempt, plan, hits)
        applied = self._apply(attempt, plan, hits, fresh=fresh)
        result |= {"outcome": applied["outcome"], "ledger": applied["ledger"], "verified": None}
        if self.verify:
            self._verify(attempt, plan["plan"], fresh=fresh)
            result["verified"] = True
        attempt.end(applied["outcome"])
        return result

    def _plan(self, attempt: Attempt, *, fresh: bool) -> Mapping[str, Any]:
        step = attempt.step("plan")
        if fresh:
            state = step.state()
            found: str | Path | None = None
            if state is State.ENDED and (ended := step.ended()) and self._is_plan(ended):
                found = ended.document["directory"]
            elif state is State.LOST:
                found = attempt.sealed()
            if found is not None and (shown := self._look_at(attempt, str(found))) is not None:
                self.log.info("Plan %s was made by the try before this one", shown["plan"])
                return shown
            if state in (State.ENDED, State.LOST):
                step.put_away()
        elif (look := attempt.step("show")).state() is State.ENDED:
            # An earlier try has looked at it, and this one has left its worker since.
            return look.ended().document
        argv = ["plan", self.spec, "--json", "--set", f"plans={attempt.plans}", *self._settings(), *self.arguments]
        ended = self._run(step, argv)
        if not self._is_plan(ended):
            self._fail(attempt, "plan", ended)
        return ended.document

    @staticmethod
    def _is_plan(ended: Ended) -> bool:
        # A plan that hit a limit is one.
        return ended.status in (_DONE, _LIMIT) and "plan" in ended.document

    def _look_at(self, attempt: Attempt, plan: str) -> Mapping[str, Any] | None:
        """Read a plan again; none where it isn't whole."""
        look = attempt.step("show")
        if look.state() in (State.ENDED, State.LOST):
            look.put_away()
        ended = self._run(look, ["show", plan, "--json"], leave=False)
        if ended.status == _DONE:
            return ended.document
        look.put_away()
        if ended.status != _WRONG:
            self._fail(attempt, "show", ended)
        self.log.warning("Plan %s isn't whole, and is made again: %s", plan, ended.message)
        return None

    def _decide(self, context: Context, attempt: Attempt, plan: Mapping[str, Any], hits: Sequence[str]) -> None:
        if (attempt.approval or {}).get("plan") == plan["plan"]:
            return
        messages = [hit["message"] for hit in plan["limits"]]
        # What the filter leaves out makes rows wrong: no person can allow that.
        final = any(hit.startswith("filter.") for hit in hits)
        if final or self.approval == "limits" or (self.approval == "over-limits" and not hits):
            if hits:
                attempt.end("refused")
                raise AirflowFailException(
                    f"Plan {plan['plan']} has hit a limit and isn't applied; nothing was written. {' '.join(messages)}"
                    f" Look at it in {plan['directory']}, then correct the spec and clear the task."
                )
            return
        rows = plan["rows"]
        body = [
            f"- plan `{plan['plan']}` in `{plan['directory']}`",
            f"- to update {rows['update']:,}, to insert {rows['insert']:,}, to delete {rows['delete']:,} rows;"
            f" {rows['equal']:,} agree, {rows['quarantined']:,} in quarantine",
            f"- events used {plan['events']['used']:,} of {plan['events']['read']:,}",
            *(f"- **limit hit**, and overridden by a yes: {message}" for message in messages),
        ]
        upsert_hitl_detail(
            ti_id=context["ti"].id,
            options=[APPROVE, REJECT],
            subject=f"Apply {sum(rows[name] for name in _COUNTS):,} corrections of {Path(self.spec).name}?",
            body="\n".join(body),
            params={},
            assigned_users=self.approvers or None,
        )
        raise TaskAwaitingInput(method_name="decided", timeout=self.approval_timeout, kwargs={"plan": plan["plan"]})

    def _apply(self, attempt: Attempt, plan: Mapping[str, Any], hits: Sequence[str], *, fresh: bool) -> Mapping[str, Any]:
        step = attempt.step("apply")
        if fresh and (step.state() is State.LOST or (step.state() is State.ENDED and step.ended().status != _DONE)):
            step.put_away()
        argv = ["apply", plan["directory"], "--json"]
        for name, value in self.apply_set.items():
            argv += ["--set", f"{name}={value}"]
        # Without a yes to just this plan, Errata refuses what has hit a limit.
        if (attempt.approval or {}).get("plan", "") == plan["plan"]:
            for limit in sorted(set(hits)):
                argv += ["--override", limit]
        ended = self._run(step, argv)
        if ended.status != _DONE:
            self._fail(attempt, "apply", ended)
        return ended.document

    def _verify(self, attempt: Attempt, plan: str, *, fresh: bool) -> None:
        step = attempt.step("verify")
        if fresh and step.state() in (State.ENDED, State.LOST):
            step.put_away()
        ended = self._run(step, ["verify", self.spec, "--json", *self._settings(), *self.arguments])
        if ended.status == _DRIFT:
            attempt.end("differs")
            rows = ended.document["rows"]
            raise AirflowFailException(
                f"Plan {plan} was applied, and rows differ again or still:"
                f" {sum(rows[name] for name in _COUNTS):,} of {rows['recomputed']:,}. Clear the task to plan again."
            )
        if ended.status != _DONE:
            self._fail(attempt, "verify", ended)

    def _settings(self) -> list[str]:
        return [part for name, value in self.set.items() for part in ("--set", f"{name}={value}")]

    def _run(self, step: Step, argv: Sequence[str], *, leave: bool = True) -> Ended:
        """Run a command to its end, or leave the worker until then; one that runs already isn't started again."""
        if step.state() is State.ABSENT:
            env = environment(self.env, self.secrets)
            self.log.info("errata %s", " ".join(argv))
            step.start([self.errata, *argv], env, Path(self.spec).absolute().parent, self.grace.total_seconds())
        if leave and self.deferrable and step.state() is State.RUNNING:
            self.defer(
                trigger=ErrataStepTrigger(str(step.folder), self.poll_interval.total_seconds(), self.grace.total_seconds()),
                method_name="resume_run",
            )
        self._step = step
        pause = 0.05
        while True:
            state = step.state()
            for line in step.news():
                self.log.info("%s", line)
            if state is not State.RUNNING:
                break
            time.sleep(pause)
            pause = min(pause * 1.5, _LOOK_SECONDS)
        self._step = None
        if state is State.LOST:
            raise AirflowException(
                f"Cannot tell how {argv[0]} has ended: its process was killed. A retry finds out. Log: {step.folder}"
            )
        return step.ended()

    def _fail(self, attempt: Attempt, verb: str, ended: Ended) -> NoReturn:
        message = f"errata {verb} ended with {ended.status}: {ended.message or 'its log says why'}"
        if ended.status == _CONFLICT:
            attempt.end("conflict")
            if not self.plan_again_on_conflict:
                raise AirflowFailException(message)
        elif ended.status == _LIMIT and ended.code != "MISSING_COVERAGE":
            attempt.end("refused")
            raise AirflowFailException(message)
        elif ended.status in (_BUG, _WRONG, _NOT_STARTED) and not ended.cancelled:
            raise AirflowFailException(message)
        # Stopped by somebody, a store that is out of reach, or files that have yet to come.
        raise AirflowException(message)
