"""View budgets: how many payments and cases one account may open in an hour and in a day.

Near the budget the page says so. At the budget a reason is asked before anything more is shown; it
lets half a budget more through. From the second reason on a supervisor is told. Nobody is locked
out: a person with a queue to work goes on, and stands in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, DateTimeField, IntegerField, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from portal.accounts.models import Role
from portal.accounts.typed import plain
from portal.audit import reading
from portal.audit.models import Event, Reading
from portal.compiled import Compiled, Later
from portal.viewing import supervisors

COUNTED = (
    *(Reading.What.OPENED, Reading.What.DOWNLOADED),
    *(Reading.What.PRINTED, Reading.What.CONTACT),
)
KINDS = Q(subject__startswith="case:") | Q(subject__startswith="payment:")
REASON_GIVEN = "viewing.reason_given"
NEAR = 0.8
MORE = 0.5  # of the budget, for each reason
REASONS: dict[str, str | Promise] = {
    "queue": gettext_lazy("队列积压，正在集中处理"),
    "search": gettext_lazy("在替客户找一笔交易"),
    "check": gettext_lazy("核对账目或一批小票"),
    "other": gettext_lazy("其他，写在下面"),
}
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class OverBudget(Exception):
    """Before this is shown, a reason is asked: the middleware leads to that page."""


@dataclass(frozen=True)
class Standing:
    """What an account has opened in a period, and what it may."""

    period: str
    used: int
    budget: int
    reasons: int = 0  # given in this period

    @property
    def allowed(self) -> int:
        return int(self.budget * (1 + MORE * self.reasons))

    @property
    def is_over(self) -> bool:
        return self.used >= self.allowed

    @property
    def is_near(self) -> bool:
        return self.used + 1 >= self.allowed * NEAR


def check(actor: Actor, subjects: tuple[str, ...], what: str) -> str:
    """Asked by `reading.note` before anything is shown: what to tell the reader, or "".

    Raises OverBudget where a reason must be given first. What was opened in this hour opens again
    freely; auditors read for a living.
    """
    ours = [each for each in subjects if each.startswith(("case:", "payment:"))]
    if what not in COUNTED or not ours or actor.role == Role.AUDITOR:
        return ""
    now = timezone.now()
    *standings, again = _standings(actor, now, ours[0])
    if again:
        return ""
    for standing in standings:
        if standing.is_over and _with_reasons(standing, actor, now).is_over:
            raise OverBudget
    near = next((each for each in standings if each.is_near), None)
    return _near(_with_reasons(near, actor, now)) if near else ""


def standings(actor: Actor) -> list[Standing]:
    now = timezone.now()
    *both, _again = _standings(actor, now, "")
    return [_with_reasons(each, actor, now) for each in both]


def _standings(actor: Actor, now: datetime, subject: str) -> tuple[Standing, Standing, bool]:
    """One query: of an hour, of a day, and whether the subject was opened in this hour."""
    of_day, of_hour, again = _opened.first(
        reader=actor.id,
        window=reading.window_of(now - PERIODS["day"]),
        day=now - PERIODS["day"],
        hour=now - PERIODS["hour"],
        subject=subject,
    ) or (0, 0, 0)
    budget = settings.VIEW_BUDGETS["merchant" if actor.is_merchant else "institution"]
    hourly = Standing("hour", of_hour, budget["hour"])
    return hourly, Standing("day", of_day, budget["day"]), bool(again)


def _opened_lately() -> QuerySet:
    hour = Q(at__gt=Later("hour", DateTimeField()))
    subject = Q(subject=Later("subject", CharField()))
    return (
        Reading.objects.filter(
            KINDS,
            reader=Later("reader", CharField()),
            window__gte=Later("window", IntegerField()),
            at__gte=Later("day", DateTimeField()),
            what__in=COUNTED,
        )
        .order_by()
        .values("reader")
        .annotate(
            of_day=Count("subject", distinct=True),
            of_hour=Count("subject", distinct=True, filter=hour),
            again=Count("pk", filter=hour & subject),
        )
        .values_list("of_day", "of_hour", "again")
    )


# Every page of a payment or a case asks for it.
_opened = Compiled(_opened_lately)


def _with_reasons(standing: Standing, actor: Actor, now: datetime) -> Standing:
    since = now - PERIODS[standing.period]
    given = Event.objects.filter(type=REASON_GIVEN, actor=actor.id, at__gt=since)
    return Standing(standing.period, standing.used, standing.budget, given.count())


def _near(standing: Standing) -> str:
    left = standing.allowed - standing.used - 1
    if not standing.is_near or left < 0:
        return ""
    if standing.period == "hour":
        opened = _("这一小时您已打开 {n} 笔交易和案件。").format(n=standing.used + 1)
    else:
        opened = _("24 小时里您已打开 {n} 笔交易和案件。").format(n=standing.used + 1)
    after = _("再打开 {left} 笔以后要写明原因。").format(left=left)
    return f"{opened} {after if left else _('再打开就要写明原因。')}"


def give_reason(actor: Actor, code: str, words: str) -> None:
    """Let half a budget more through. Raises Invalid("code" | "words")."""
    if code not in REASONS:
        raise Invalid("code", _("请选一个原因"))
    words = plain("words", words)[:200]
    if code == "other" and not words:
        raise Invalid("words", _("请写明原因"))
    if actor.user is None:
        return
    with transaction.atomic():
        held = standings(actor)
        audit.record(
            f"account:{actor.user.public_id}",
            REASON_GIVEN,
            actor=actor,
            after={
                f"{each.period}_{name}": getattr(each, name)
                for each in held
                for name in ("used", "budget")
            },
            personal={"words": words} if words else None,
            reason=code,
        )
        beyond = [each for each in held if each.is_over and each.reasons]
        if beyond:
            _tell(actor, beyond[0], code)


def _tell(actor: Actor, standing: Standing, code: str) -> None:
    """From the second reason in a period on; once a day for each account."""
    day = timezone.localdate()

    def letter(name: str) -> tuple[str, str]:
        period = _("一小时") if standing.period == "hour" else _("24 小时")
        return _("{name}打开的资料超过了限额").format(name=name), _(
            "{name}在{period}里打开了 {used} 笔交易和案件，限额是 {budget}，"
            "已经第 {times} 次写明原因继续：{reason}。"
            "请问一问是什么事。打开过什么，审计记录里都有。"
        ).format(
            name=name,
            period=period,
            used=standing.used,
            budget=standing.budget,
            times=standing.reasons + 1,
            reason=REASONS[code],
        )

    supervisors.tell(f"over_budget:{actor.id}:{day}", "over_budget", actor.id, letter)
