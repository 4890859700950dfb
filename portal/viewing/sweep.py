"""Which accounts opened enough today to be looked at; their days; telling supervisors, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.audit import reading
from portal.audit.models import Event, Reading
from portal.viewing import pattern, supervisors
from portal.viewing.budget import COUNTED, KINDS
from portal.viewing.pattern import Day, Unusual

ACTOR = Actor.system("viewing")
UNUSUAL = "viewing.unusual"
# Lines of a search; a whole list that was opened is one row, `list:…`.
LISTED = Q(what=Reading.What.LISTED) & ~Q(subject__startswith="list:")


@dataclass(frozen=True)
class Whose:
    """What the floor above knows of a thing that was opened."""

    merchant: str = ""
    keeper: str = ""  # the `Actor.id` of whoever it is given to
    is_case: bool = False


Teller = Callable[[list[str]], dict[str, Whose]]
_tellers: dict[str, Teller] = {}


def register(kind: str, teller: Teller) -> None:
    """In `AppConfig.ready`: whose the things `kind:…` are, asked with their subjects."""
    _tellers[kind] = teller


def look(now: datetime | None = None) -> int:
    """Look at every account that saw much today; how many alarms were told."""
    now = timezone.localtime(now)
    start = _midnight(now.date())
    # The window is the index; what is few is nobody's harvest, and need not be looked at.
    busy = (
        Reading.objects.filter(window__gte=reading.window_of(start), at__gte=start)
        .values("reader")
        .annotate(
            number=Count("subject", filter=KINDS & Q(what__in=COUNTED), distinct=True),
            listed=Count("pk", filter=LISTED),
        )
        .filter(
            Q(number__gte=min(pattern.LEAST.values())) | Q(listed__gte=pattern.LEAST["listed"]),
            reader__startswith="user:",
        )
    )
    told = 0
    for row in busy.order_by("reader"):
        days = days_of(row["reader"], now)
        for each in pattern.unusual(days.pop(now.date(), Day()), days.values()):
            told += _tell(row["reader"], each, now)
    return told


def days_of(reader: str, now: datetime) -> dict[date, Day]:
    """Each day on which the account saw something, of today and the four weeks before."""
    since = _midnight(now.date()) - timedelta(weeks=pattern.WEEKS)
    seen = reading.readings_of(reader, since)
    rows = seen.filter(KINDS, what__in=COUNTED).order_by("at").values_list("subject", "at")
    opened: dict[date, dict[str, datetime]] = defaultdict(dict)
    for subject, at in rows:
        local = timezone.localtime(at)
        opened[local.date()].setdefault(subject, local)
    listed = _listed(seen)
    subjects = {subject for of_day in opened.values() for subject in of_day}
    whose, worked_on = _whose(subjects), _worked_on(reader, subjects, since)
    return {
        day: replace(_day(opened.get(day, {}), whose, reader, worked_on), listed=listed[day])
        for day in opened.keys() | listed.keys()
        if day <= now.date()
    }


def _listed(seen: QuerySet[Reading]) -> Counter[date]:
    """Lines by day: few rows, since no day begins within ten minutes."""
    found: Counter[date] = Counter()
    for window, number in (
        seen.filter(LISTED).order_by().values_list("window").annotate(n=Count("pk"))
    ):
        begins = datetime.fromtimestamp(window * reading.WINDOW_SECONDS, UTC)
        found[timezone.localtime(begins).date()] += number
    return found


def _day(
    opened: dict[str, datetime], whose: dict[str, Whose], reader: str, worked_on: set[str]
) -> Day:
    by_hour: dict[int, int] = defaultdict(int)
    for at in opened.values():
        by_hour[at.hour] += 1
    known = {subject: whose.get(subject, Whose()) for subject in opened}
    return Day(
        number=len(opened),
        idle=sum(
            each.is_case and each.keeper != reader and subject not in worked_on
            for subject, each in known.items()
        ),
        merchants=len({each.merchant for each in known.values() if each.merchant}),
        by_hour=dict(by_hour),
    )


def _whose(subjects: Iterable[str]) -> dict[str, Whose]:
    of_kind: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        of_kind[subject.partition(":")[0]].append(subject)
    found: dict[str, Whose] = {}
    for kind, some in of_kind.items():
        if teller := _tellers.get(kind):
            found |= teller(some)
    return found


def _worked_on(reader: str, subjects: set[str], since: datetime) -> set[str]:
    """Where the account left an event of its own that is more than looking."""
    events = Event.objects.filter(actor=reader, at__gte=since).exclude(type__startswith="viewing.")
    done = events.exclude(type__endswith=".read").values_list("subject", flat=True)
    return set(done.distinct()) & subjects


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _tell(reader: str, unusual: Unusual, now: datetime) -> int:
    """Once a day for each account and rule; 1 where it was told now."""
    subject = f"account:{reader.removeprefix('user:')}"
    kind = f"{UNUSUAL}.{unusual.rule}"
    if Event.objects.filter(subject=subject, type=kind, at__gte=_midnight(now.date())).exists():
        return 0
    with transaction.atomic():
        audit.record(
            subject,
            kind,
            actor=ACTOR,
            after={
                "figure": unusual.figure,
                "usual": "" if unusual.usual is None else f"{unusual.usual:g}",
                "spread": "" if unusual.spread is None else f"{unusual.spread:.1f}",
                "days": unusual.days,
                "hours": list(unusual.hours),
            },
            at=now,
        )
        supervisors.tell(
            f"unusual:{reader}:{unusual.rule}:{now.date()}",
            "unusual_viewing",
            reader,
            lambda name: (
                _("{name}今天查看资料的情况与平常不同").format(name=name),
                in_words(name, unusual),
            ),
        )
    return 1


def in_words(name: str, unusual: Unusual) -> str:
    """Figure, what is usual, and what to do, for whoever has to ask."""
    figure = {
        "number": _("{name}今天打开了 {n} 笔交易和案件。"),
        "idle": _("{name}今天打开了 {n} 件既不归本人、本人也没有办过的案件。"),
        "merchants": _("{name}今天打开的交易和案件属于 {n} 家商户。"),
        "listed": _("{name}今天查找时看到了 {n} 行。"),
        "hours": _("{name}今天在平常不工作的钟点（{hours}）打开了 {n} 笔交易和案件。"),
    }[unusual.rule].format(
        name=name,
        n=unusual.figure,
        hours=_("、").join(_("{n} 点").format(n=hour) for hour in unusual.hours),
    )
    if unusual.rule == "hours" and unusual.days < pattern.DAYS_KNOWN_BY_HOUR:
        usual = _("这个账号只有 {days} 天的记录，先把 6 点到 22 点当作平常。").format(
            days=unusual.days
        )
    elif unusual.rule == "hours":
        usual = _("依据是最近四周里的 {days} 个工作日。").format(days=unusual.days)
    elif unusual.usual is None:
        usual = _("这个账号只有 {days} 天的记录，没有平常可比。").format(days=unusual.days)
    else:
        usual = _(
            "最近四周的 {days} 个工作日里，中位数是 {usual}，正常起伏约 ±{spread}；"
            "超过中位数加 6 倍起伏才会报告。"
        ).format(days=unusual.days, usual=f"{unusual.usual:g}", spread=f"{unusual.spread or 0:.0f}")
    ask = _("这可能是正当的（顶班、集中清理），请问一问本人。打开过什么，审计记录里都有。")
    return "\n\n".join([f"{figure} {usual}", ask])
