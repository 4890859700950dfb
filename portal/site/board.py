"""The supervisor's board: how much lies where, how old it is, what will be late; and what customers
say afterwards. Joins the floors.

Everything is counted in the database over the open cases (an index holds them) or over 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from disputes.actions.assign import colleagues
from disputes.desk.queue import PAUSED
from disputes.models import ActionItem, Case, Suggestion, SurveyAnswer
from disputes.models.after import Effort, Solved
from disputes.policy import causes
from portal import moments
from portal.accounts.access import CASE_READERS, KNOWS_WHO_IS_HERE, may_open, role_required
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.audit import reading
from portal.charts import bars
from portal.charts.bars import Bars
from portal.outbox import trouble

DAYS_AHEAD = 7
DAYS_BACK = 30
PEOPLE, CAUSES = 20, 8
# Up to so many days since it was opened; the last has no end.
AGES = (1, 3, 7, 15, None)


@dataclass(frozen=True)
class Column:
    """`label` stands under it; `parts` from the foot up."""

    label: str
    parts: tuple[int, ...]

    @property
    def foot(self) -> str:
        """Its label where it may break under a narrow column: between month and day."""
        return self.label.replace("月", "月\u200b")

    @property
    def number(self) -> int:
        return sum(self.parts)


@dataclass(frozen=True)
class Chart:
    """A picture, the sentence that says the same, and the table behind it."""

    columns: list[Column]
    picture: Bars
    says: str


@dataclass(frozen=True)
class Load:
    """Of one person (None: nobody has them): open, of them overdue, due within a day, paused."""

    person: User | None
    number: int
    overdue: int
    soon: int
    paused: int
    back: str = ""  # away now: the day of coming back, in words


@require_safe
@role_required(*CASE_READERS)
def board(request):
    reading.note(request.actor, "list:board", what=reading.What.LISTED)
    now, actor = timezone.now(), request.actor
    open_cases = Case.objects.visible_to(actor).open()
    sees_mail = may_open(actor, "outbox:overview")
    context = {
        "now": now,
        "figures": figures(open_cases, now),
        "ahead": ahead(open_cases, now),
        "ages": ages(open_cases, now),
        "loads": loads(open_cases, now),
        "causes": root_causes(actor, now),
        "survey": survey(now),
        "items": items(),
        "knows_who_is_here": actor.role in KNOWS_WHO_IS_HERE,
        "late": trouble.late(now) if sees_mail else [],
        "given_up": trouble.given_up().count() if sees_mail else 0,
        "days_back": DAYS_BACK,
    }
    return render(request, "portal/site/board.html", context)


def figures(open_cases, now: datetime) -> dict[str, int]:
    running = ~PAUSED
    return open_cases.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=now) & running),
        soon=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + timedelta(days=1)) & running),
        unassigned=Count("pk", filter=Q(assignee=None)),
        paused=Count("pk", filter=PAUSED),
    )


def ahead(open_cases, now: datetime) -> Chart:
    """What falls due today and on each of the next days, unless somebody acts."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [start + timedelta(days=n) for n in range(DAYS_AHEAD + 1)]
    spans = {
        f"d{n}": Count("pk", filter=Q(due_at__gte=max(day, now), due_at__lt=days[n + 1]))
        for n, day in enumerate(days[:-1])
    }
    row = open_cases.filter(due_at__gte=now, due_at__lt=days[-1]).aggregate(**spans)
    columns = [
        Column(str(moments.calendar_day(day.date())), (row[f"d{n}"],))
        for n, day in enumerate(days[:-1])
    ]
    total = sum(column.number for column in columns)
    most = max(columns, key=lambda column: column.number)
    says = _("七天里有 {total} 件到期，{day}最多，{most} 件。").format(
        total=total, day=most.label, most=most.number
    )
    return _drawn(columns, ("strong",), says if total else _("七天里没有到期的。"))


def ages(open_cases, now: datetime) -> Chart:
    """How long ago the open cases were opened: in time below, overdue above."""
    spans, before = {}, now
    edges = []
    for n, days in enumerate(AGES):
        since = now - timedelta(days=days) if days else None
        span = Q(opened_at__lte=before) & (Q(opened_at__gt=since) if since else Q())
        late = Q(due_at__lt=now) & ~PAUSED
        spans[f"late{n}"] = Count("pk", filter=span & late)
        spans[f"all{n}"] = Count("pk", filter=span)
        edges.append((AGES[n - 1] if n else 0, days))
        before = since or before
    row = open_cases.aggregate(**spans)
    columns = [
        Column(_age(*edge), (row[f"all{n}"] - row[f"late{n}"], row[f"late{n}"]))
        for n, edge in enumerate(edges)
    ]
    old = sum(column.number for column in columns[3:])
    late_in_all = sum(column.parts[1] for column in columns)
    says = _("开了 7 天以上的有 {old} 件；各年龄合计超时 {late} 件。").format(
        old=old, late=late_in_all
    )
    return _drawn(columns, ("quiet", "strong"), says)


def _age(start: int | None, end: int | None) -> str:
    if end is None:
        return _("{start} 天以上").format(start=start)
    if not start:
        return _("1 天内")
    return _("{start}–{end} 天").format(start=start, end=end)


def _drawn(columns: list[Column], kinds: tuple[str, ...], says: str | Promise) -> Chart:
    return Chart(columns, bars.draw([column.parts for column in columns], kinds), str(says))


def loads(open_cases, now: datetime) -> list[Load]:
    """Who has how many, most first; those whom nobody has come first of all."""
    running = ~PAUSED
    rows = list(
        open_cases.order_by()
        .values("assignee")
        .annotate(
            number=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=now) & running),
            soon=Count(
                "pk", filter=Q(due_at__gte=now, due_at__lt=now + timedelta(days=1)) & running
            ),
            paused=Count("pk", filter=PAUSED),
        )
        .order_by("-number")[: PEOPLE + 1]
    )
    back = {each.pk: each.back for each in colleagues()}
    people = User.objects.in_bulk([row["assignee"] for row in rows if row["assignee"]])
    found = [
        Load(
            people.get(row["assignee"]),
            row["number"],
            row["overdue"],
            row["soon"],
            row["paused"],
            back.get(row["assignee"], ""),
        )
        for row in rows
    ]
    return sorted(found, key=lambda load: load.person is not None)


def root_causes(actor: Actor, now: datetime) -> list[tuple[str | Promise, int]]:
    """Of the cases closed in 30 days, the commonest root causes."""
    closed = Case.objects.visible_to(actor).filter(closed_at__gt=now - timedelta(days=DAYS_BACK))
    rows = (
        closed.exclude(root_cause="")
        .order_by()
        .values("root_cause")
        .annotate(number=Count("pk"))
        .order_by("-number", "root_cause")[:CAUSES]
    )
    return [
        (causes.LABELS.get(row["root_cause"], row["root_cause"]), row["number"]) for row in rows
    ]


def survey(now: datetime) -> dict:
    answers = SurveyAnswer.objects.filter(answered_at__gt=now - timedelta(days=DAYS_BACK))
    easy = Q(effort__lte=Effort.EASY)
    row = answers.aggregate(
        number=Count("pk"),
        solved=Count("pk", filter=Q(solved=Solved.YES)),
        easy=Count("pk", filter=easy),
    )
    number = row["number"]
    share = {name: round(100 * row[name] / number) if number else 0 for name in ("solved", "easy")}
    return row | {"solved_share": share["solved"], "easy_share": share["easy"]}


def items() -> dict[str, int]:
    today = timezone.localdate()
    undone = ActionItem.objects.filter(done_at=None).aggregate(
        number=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today))
    )
    return undone | {"suggestions": Suggestion.objects.filter(settled_at=None).count()}
