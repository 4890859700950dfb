"""Eighty cases that are lived through, step by step, by the same verbs as real ones."""

import random
import tomllib
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Exists, OuterRef

from disputes import actions, moment
from disputes.models import Case
from disputes.tasks import sweep_clocks
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role
from portal.site.demo.shops import TRADES
from receipts.models import Merchant, Payment

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(order=True)
class Step:
    at: datetime
    order: int
    do: Callable[[], None]


class Talk:
    """Plans every step of every script on one time line, then lives it in order."""

    def __init__(self, now: datetime, seed: int):
        self.now, self.rng = now, random.Random(seed)
        self.steps: list[Step] = []
        self.used: set = set()
        self.merchants = list(Merchant.objects.all())
        self.staff = [
            Actor.member(m)
            for m in Membership.objects.filter(role=Role.SUPPORT).select_related(
                "user", "organisation"
            )
        ]

    def live(self) -> int:
        """Returns how many cases there are."""
        for script in tomllib.loads(_talk())["script"]:
            for turn in range(script["times"]):
                self._plan(script, turn)
        last_sweep = None
        for step in sorted(self.steps):
            if last_sweep is None or step.at - last_sweep > timedelta(minutes=30):
                with moment.at(step.at):
                    sweep_clocks()
                last_sweep = step.at
            with moment.at(step.at), suppress(actions.WrongState, actions.NotAllowed):
                # Refused: the clocks took the case on before this word was said.
                step.do()
        sweep_clocks()
        return Case.objects.count()

    def _add(self, at: datetime, do: Callable[[], None]) -> None:
        self.steps.append(Step(at, len(self.steps), do))

    def _plan(self, script: dict, turn: int) -> None:
        opened = self.now - timedelta(
            hours=script["ago"] * (1 + 0.35 * turn), minutes=self.rng.randrange(2, 50)
        )
        says = script["says"] if isinstance(script["says"], list) else [script["says"]]
        scene = Scene(
            self,
            {**script, "says": says[turn % len(says)]},
            self._payment(script, opened),
            self.rng.choice(self.staff),
        )
        self._add(opened, scene.open)
        at = opened
        for who, verb, after, words, *more in script["steps"]:
            at += timedelta(**{UNITS[after[-1]]: int(after[:-1])})
            if at < self.now:
                self._add(at, scene.step(who, verb, words, *more))

    def _payment(self, script: dict, opened: datetime) -> Payment:
        """A payment of a fitting shop, some hours before the case, not yet talked about."""
        codes = {TRADES[trade].code for trade in script["trades"]}
        fitting = [m.pk for m in self.merchants if m.category_code in codes]
        since = [opened - timedelta(days=days) for days in (5, 12, 31)]
        ids = next(
            filter(None, (self._candidates(script, opened, start, fitting) for start in since)),
            None,
        ) or self._candidates({"kind": ""}, self.now, since[-1], [m.pk for m in self.merchants])
        payment = Payment.objects.select_related("merchant__organisation").get(
            pk=self.rng.choice(ids)
        )
        self.used.add(payment.pk)
        return payment

    def _candidates(self, script: dict, opened: datetime, start: datetime, merchants: list) -> list:
        candidates = (
            Payment.objects.filter(
                merchant__in=merchants,
                status="settled",
                refunded_minor=0,
                amount_minor__gte=800,
                occurred_at__lt=opened - timedelta(minutes=20),
                occurred_at__gt=start,
            )
            .exclude(pk__in=self.used)
            .order_by("occurred_at", "id")
        )
        if script["kind"] == "no_slip":
            candidates = candidates.filter(slip_printed__in=["no", "unknown"])
        if script.get("reason") == "charged_twice":
            candidates = _second_of_twins(candidates)
        return list(candidates.values_list("pk", flat=True)[:4000])


def _talk() -> str:
    return (Path(__file__).parent / "talk.toml").read_text(encoding="utf-8")


def _second_of_twins(candidates):
    """Payments whose card was charged the same a few minutes before."""
    first = Payment.objects.filter(
        merchant=OuterRef("merchant"),
        card_tail=OuterRef("card_tail"),
        amount_minor=OuterRef("amount_minor"),
        occurred_at__lt=OuterRef("occurred_at"),
        occurred_at__gt=OuterRef("occurred_at") - timedelta(minutes=4),
    )
    return candidates.filter(Exists(first))


class Scene:
    """One case of a script: who says what about which payment."""

    def __init__(self, talk: Talk, script: dict, payment: Payment, agent: Actor):
        self.talk, self.script, self.payment, self.agent = talk, script, payment, agent
        self.number = ""

    def open(self) -> None:
        script, payment, rng = self.script, self.payment, self.talk.rng
        finding = script["kind"] == "find_payment"
        serial = rng.randrange(10**4)
        opened = actions.open_case(
            kind=script["kind"],
            reason=script.get("reason", ""),
            payment=None if finding else payment,
            claimed=self._claimed() if finding else None,
            requested_minor=self._part() if script["kind"] == "refund_request" else None,
            body=script["says"],
            contact_kind="email",
            contact=f"customer{serial:04d}@example.com",
            language="zh-hans",
            submission_key=uuid.UUID(int=rng.getrandbits(128), version=4),
            actor=Actor.consumer(f"payment:{payment.pk}"),
        )
        self.number = opened.case.number

    def _claimed(self):
        payment, rng = self.payment, self.talk.rng
        return actions.Claimed(
            tail=f"{rng.randrange(10_000):04d}",
            minor=payment.amount_minor,
            at=payment.occurred_at.replace(second=0, microsecond=0),
            merchant=payment.merchant.name[:4],
        )

    def _part(self) -> int:
        return max(int(self.payment.amount_minor * self.script["part"]) // 100 * 100, 100)

    @property
    def case(self) -> Case:
        return Case.objects.get(number=self.number)

    def actor(self, who: str) -> Actor:
        if who == "consumer":
            return Actor.consumer(f"case:{self.number}")
        if who == "merchant":
            return Actor.member(
                Membership.objects.filter(organisation=self.case.organisation)
                .select_related("user", "organisation")
                .latest("id")
            )
        return self.agent

    def step(self, who: str, verb: str, words: str, *more: str) -> Callable[[], None]:
        return lambda: getattr(self, f"_{verb}")(who, words, *more)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.talk.rng.getrandbits(128), version=4)

    def _say(self, who, words, audience) -> None:
        if who == "merchant" and self.case.organisation is None:
            return  # nobody has signed up for this shop: it says nothing
        actions.reply(
            self.case,
            actor=self.actor(who),
            body=words,
            audience=audience,
            submission_key=self._key(),
        )

    def _reply(self, who, words) -> None:
        self._say(who, words, "all")

    def _reply_institution(self, who, words) -> None:
        self._say(who, words, "merchant")

    def _ask(self, who, words) -> None:
        actions.ask_consumer(
            self.case, actor=self.actor(who), body=words, submission_key=self._key()
        )

    def _note(self, who, words) -> None:
        actions.add_note(self.case, actor=self.actor(who), body=words, submission_key=self._key())

    def _assign(self, who, words) -> None:
        actor = self.actor(who)
        actions.assign(self.case, actor=actor, assignee=actor.user)

    def _resolve(self, who, words, closing_reason) -> None:
        self._close(actions.resolve, who, words, closing_reason)

    def _reject(self, who, words, closing_reason) -> None:
        self._close(actions.reject, who, words, closing_reason)

    def _close(self, verb, who, words, closing_reason) -> None:
        verb(
            self.case,
            actor=self.actor(who),
            body=words,
            closing_reason=closing_reason,
            root_cause=self._root_cause(),
            submission_key=self._key(),
        )

    def _root_cause(self) -> str:
        """What a person would choose for such a case."""
        lost = self.case.payment.slip_cause if self.case.payment else ""
        if self.case.kind == "no_slip":
            return lost or "unknown"
        return {
            "charged_twice": "repeated_try",
            "wrong_amount": "wrong_input",
            "not_mine": "merchant_name",
            "refund_not_arrived": "refund_delay",
        }.get(self.case.reason, "goods_or_service")

    def _withdraw(self, who, words) -> None:
        actions.withdraw(self.case, actor=self.actor(who))

    def _continue(self, who, words) -> None:
        actions.continue_case(
            self.case, actor=self.actor(who), body=words, submission_key=self._key()
        )

    def _escalate(self, who, words) -> None:
        actions.escalate(self.case, actor=self.actor(who), reason="wish")
