"""The whole workflow against a slow model of it, step by step.

The model is written from the words of docs/policy.md and not from its table: plain ifs, and clocks
that are counted up hour by hour while time passes. Nothing that the product computes is used in it.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from disputes import actions, clocks
from disputes.models import Case
from disputes.tasks import sweep_clocks
from tests.conftest import MOMENT

MERCHANT, INSTITUTION = {"clerk", "manager"}, {"support", "supervisor", "second", "operations"}
OPEN = {"new", "working", "waiting_consumer"}
LIMITS = {  # amount, and whether days are counted
    "merchant_first_reply": (24, False),
    "merchant_settles": (72, False),
    "institution_answer": (15, True),
    "forwarded_answer": (15, True),
}


@dataclass
class Run:
    """One run of one clock, counted up."""

    limit: int
    by_days: bool
    state: str = "running"
    used: int = 0  # hours, or midnights

    @property
    def is_live(self) -> bool:
        return self.state != "stopped"

    @property
    def is_missed(self) -> bool:
        return self.used > self.limit


@dataclass
class Model:
    now: object
    stage: str = "merchant"
    status: str = "new"
    offer: bool = False
    extension: tuple | None = None  # who asked, which clock, the new limit
    forwarded: bool = False
    continued: int = 0
    closed_at: object = None
    runs: list[tuple[str, Run]] = field(default_factory=list)

    def __post_init__(self):
        self.start("merchant_first_reply")
        self.start("merchant_settles")

    # --- clocks --------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        for name in names:
            self.runs.append((name, Run(*LIMITS[name])))

    def live(self, name: str) -> Run | None:
        return next((run for n, run in self.runs if n == name and run.is_live), None)

    def stop(self, *names: str) -> None:
        for name, run in self.runs:
            if not names or name in names:
                run.state = "stopped"

    def pause(self) -> None:
        for name, run in self.runs:
            if run.is_live and name != "forwarded_answer":
                run.state = "paused"

    def resume(self) -> None:
        for _name, run in self.runs:
            if run.is_live:
                run.state = "running"

    def pass_hour(self) -> None:
        before = timezone.localdate(self.now)
        self.now += timedelta(hours=1)
        midnight = timezone.localdate(self.now) != before
        for _name, run in self.runs:
            if run.state == "running":
                run.used += midnight if run.by_days else 1

    # --- what may be done, and what follows ----------------------------------------------------

    def _close(self, status: str) -> bool:
        self.status, self.closed_at, self.offer, self.extension = status, self.now, False, None
        self.stop()
        return True

    def _hand_over(self, *more: str) -> bool:
        self.stop("merchant_first_reply", "merchant_settles")
        self.resume()
        self.start(*more, "institution_answer")
        self.stage, self.status, self.offer = "institution", "new", False
        return True

    def _after_pause(self) -> None:
        self.resume()
        self.status = "new" if self.live("merchant_first_reply") else "working"

    def do(self, verb: str, who: str) -> bool:
        """Whether it is possible; done if it is."""
        is_open, at_merchant = self.status in OPEN, self.stage == "merchant"
        if verb == "reply":
            return is_open and self._reply(who)
        if verb == "ask_consumer":
            return is_open and self._ask(who)
        if verb == "escalate":
            if who not in INSTITUTION | {"consumer"} or not is_open:
                return False
            return self._hand_over() if at_merchant else True
        if verb in {"resolve", "reject"}:
            decides = who in {"support", "supervisor", "second"} or (
                who == "manager" and at_merchant
            )
            return decides and is_open and self._close(verb + ("d" if verb == "resolve" else "ed"))
        if verb == "withdraw":
            if who != "consumer":
                return False
            return self.status == "withdrawn" or (is_open and self._close("withdrawn"))
        if verb == "continue_case":
            return who == "consumer" and not is_open and self._again()
        if verb == "offer_refund":
            if who != "manager" or not is_open or not at_merchant:
                return False
            self.stop("merchant_first_reply")
            self.pause()
            self.status, self.offer = "waiting_consumer", True
            return True
        if verb in {"accept_offer", "decline_offer"}:
            if who != "consumer" or not is_open or not self.offer:
                return False
            if verb == "accept_offer":
                return self._close("resolved")
            self.offer = False
            self._after_pause()
            return True
        if verb == "note_forwarded":
            if who not in INSTITUTION or self.forwarded:
                return False
            self.forwarded = True
            if not is_open:
                self.stage, self.status, self.closed_at = "institution", "working", None
                self.start("forwarded_answer")
                return True
            if at_merchant:
                return self._hand_over("forwarded_answer")
            self.start("forwarded_answer")
            return True
        return is_open and not at_merchant and self._limits(verb, who)

    def _reply(self, who: str) -> bool:
        if who == "consumer":
            if self.status == "waiting_consumer":
                self._after_pause()
            return True
        if who in MERCHANT:
            if self.stage == "merchant":
                self.stop("merchant_first_reply")
                self.status = "working" if self.status == "new" else self.status
            return True
        if who in INSTITUTION:
            if self.stage == "institution" and self.status == "new":
                self.status = "working"
            return True
        return False

    def _ask(self, who: str) -> bool:
        if who in MERCHANT and self.stage == "merchant":
            self.stop("merchant_first_reply")
        elif who not in INSTITUTION:
            return False
        self.pause()
        self.status = "waiting_consumer"
        return True

    def _again(self) -> bool:
        if self.now > self.closed_at + timedelta(days=30):
            return False
        self.continued += self.status != "withdrawn"
        self.stage, self.status, self.closed_at = "institution", "new", None
        self.start("institution_answer")
        return True

    def _limits(self, verb: str, who: str) -> bool:
        if verb == "ask_extension":
            if who not in INSTITUTION or self.extension or self.status == "waiting_consumer":
                return False
            open_ones = [
                (run.limit - run.used, name != "forwarded_answer", name)
                for name, run in self.runs
                if run.by_days and run.state == "running" and not run.is_missed
            ]
            if not open_ones:
                return False
            name = min(open_ones)[2]
            longer = self.live(name).limit + 15
            if longer > 60:
                return False
            self.extension = (who, name, longer)
            return True
        if who not in {"supervisor", "second"} or not self.extension or self.extension[0] == who:
            return False
        _asked, name, longer = self.extension
        if verb == "approve_extension":
            run = self.live(name)
            if run is None or run.is_missed:
                return False
            run.limit = longer
        self.extension = None
        return True

    def sweep(self) -> None:
        missed = any(
            run.is_missed and run.is_live for name, run in self.runs if name.startswith("merchant")
        )
        if self.stage == "merchant" and self.status in {"new", "working"} and missed:
            self._hand_over()


VERBS = (
    "reply",
    "ask_consumer",
    "escalate",
    "resolve",
    "reject",
    "withdraw",
    "continue_case",
    "offer_refund",
    "accept_offer",
    "decline_offer",
    "note_forwarded",
    "ask_extension",
    "approve_extension",
    "refuse_extension",
)
WORDS = {"reply", "ask_consumer", "resolve", "reject", "continue_case", "offer_refund"}
PEOPLE = (
    "consumer",
    "clerk",
    "manager",
    "support",
    "supervisor",
    "second",
    "operations",
    "auditor",
    "stranger",
)


def values(verb: str, model: Model) -> dict:
    given: dict = {}
    if verb in WORDS:
        given |= {"body": "好。", "submission_key": uuid.uuid4()}
    if verb in {"resolve", "reject"}:
        given |= {"closing_reason": "other", "root_cause": "none_found"}
    if verb in {"offer_refund", "accept_offer", "decline_offer"}:
        given["amount_minor"] = 100
    if verb == "note_forwarded":
        given |= {"on": timezone.localdate(), "reference": "12"}
    if verb == "ask_extension":
        limits = [run.limit for _n, run in model.runs if run.by_days and run.is_live]
        given |= {"days": min(limits, default=15) + 15, "reason": "要等银行。"}
    return given


def machine(open_case, people: dict) -> type[RuleBasedStateMachine]:
    """`people`: the actors by the names in PEOPLE, without the consumer."""

    class Workflow(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.time = time_machine.travel(MOMENT, tick=False)
            self.clock = self.time.start()
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            self.case = open_case()
            self.people = people | {"consumer": actions_consumer(self.case)}
            self.model = Model(MOMENT)

        def teardown(self):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.time.stop()

        @rule(verb=st.sampled_from(VERBS), who=st.sampled_from(PEOPLE))
        def somebody_does(self, verb, who):
            given = values(verb, self.model)
            if verb == "ask_extension" and self.model.extension is None:
                given["days"] = self._asked_for() or given["days"]
            expected = self.model.do(verb, who)
            try:
                with transaction.atomic():
                    getattr(actions, verb)(self.fresh(), actor=self.people[who], **given)
                done = True
            except actions.Refused:
                done = False
            assert done == expected, (verb, who)

        def _asked_for(self) -> int:
            """15 days more than the clock has that the model would choose."""
            trial = [
                (run.limit - run.used, name != "forwarded_answer", run.limit)
                for name, run in self.model.runs
                if run.by_days and run.state == "running" and not run.is_missed
            ]
            return min(trial)[2] + 15 if trial else 0

        @rule(hours=st.sampled_from([1, 5, 20, 24, 49, 24 * 9, 24 * 31]))
        def time_passes(self, hours):
            self.clock.shift(timedelta(hours=hours))
            for _ in range(hours):
                self.model.pass_hour()

        @rule()
        def the_sweep_runs(self):
            sweep_clocks()
            self.model.sweep()

        def fresh(self) -> Case:
            return Case.objects.get(pk=self.case.pk)

        @invariant()
        def both_agree(self):
            case, model = self.fresh(), self.model
            assert (case.stage, case.status) == (model.stage, model.status)
            assert (case.offered_minor is not None) == model.offer
            assert (case.extension_by is not None) == (model.extension is not None)
            assert case.continued == model.continued
            assert case.closed_at == model.closed_at
            got = sorted(told(state) for state in clocks.of(case))
            assert got == sorted((name, run.state, run.used) for name, run in model.runs)
            running = [run for _name, run in model.runs if run.state == "running"]
            assert (case.due_at is not None) == bool(running)

    return Workflow


def told(state) -> tuple[str, str, int]:
    kind = "stopped" if state.is_over else "paused" if state.stands_still else "running"
    used = state.used.days if state.by_days else int(state.used / timedelta(hours=1))
    return state.clock, kind, used


def actions_consumer(case):
    from portal.accounts.actor import Actor

    return Actor.consumer(case.subject)


def holds(open_case, people: dict, runs: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(open_case, people),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
