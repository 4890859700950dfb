"""The look-up as operations see it: how many, how they ended, where failures gather, who set what.

Bounded whatever the log holds: hours are counted once (gate.tallies), failures among the newest
only (gate.hot_spots), canaries by their own index, deeds by the end of one chain of the trail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from portal import moments, money
from portal.accounts import names
from portal.audit.models import Event
from portal.charts import bars
from portal.gate import canary_alarm, hot_spots, posture, tallies
from portal.gate.models import Attempt, Posture
from receipts.lookup_limits import words_of_limit

HOURS, DAYS = 24, 28
CANARY_DAYS = 30
CANARY_HITS = 20  # listed
MANY = 1_000  # canary hits that are counted
DEEDS = 12  # listed
BANDS = 200  # events that a chart's bands are made of


@dataclass(frozen=True)
class Span:
    """One column of the chart: an hour, or a day of Shanghai."""

    start: datetime
    name: str
    sum: tallies.Sum


@dataclass(frozen=True)
class Standing:
    """`kind` is calm, attack, raised or lifted; `by` and `reason` are a supervisor's."""

    kind: str
    since: datetime | None = None
    until: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Deed:
    at: datetime
    what: str
    by: str
    reason: str


@dataclass(frozen=True)
class Hit:
    at: datetime
    network: str
    amounts: str


@dataclass(frozen=True)
class Overview:
    days: int
    spans: list[Span]
    total: tallies.Sum
    bars: bars.Bars
    is_cut: bool
    limits: list[tuple[str, int]]
    cells: list[tuple[str, hot_spots.Spot]]  # the amounts in words, and the cell
    networks: list[hot_spots.Spot]
    canary_hits: list[Hit]
    canary_count: int
    canary_many: bool
    standing: Standing
    usual: int
    deeds: list[Deed]

    @property
    def limited(self) -> int:
        return self.total.limited

    @property
    def feet(self) -> list[Span]:
        """The columns that are named under the chart: its first, middle and last."""
        return [self.spans[0], self.spans[len(self.spans) // 2], self.spans[-1]]


def overview(days: int, now: datetime | None = None) -> Overview:
    """The last 24 hours where `days` is 1, else the last 28 days."""
    now = timezone.localtime(now)
    spans, is_cut = _spans(days, now)
    total = _total(spans)
    spots = hot_spots.find(now)
    hits = _canary_hits(now)
    return Overview(
        days=days,
        spans=spans,
        total=total,
        bars=bars.draw(
            [(span.sum.shown, span.sum.more) for span in spans],
            ("quiet", "strong"),
            _bands(spans[0].start, spans[1].start - spans[0].start, now),
        ),
        is_cut=is_cut,
        limits=sorted(
            ((words_of_limit(scope), count) for scope, count in total.by_limit.items()),
            key=lambda each: -each[1],
        ),
        cells=[(amounts_of(spot.digits), spot) for spot in spots.cells],
        networks=spots.networks,
        canary_hits=[Hit(h.at, h.network, amounts_of(h.amount_bucket)) for h in hits[:CANARY_HITS]],
        canary_count=len(hits),
        canary_many=len(hits) == MANY,
        standing=standing(now),
        usual=posture.current().usual_failures,
        deeds=_deeds(),
    )


# --- over time -----------------------------------------------------------------------------------


def _spans(days: int, now: datetime) -> tuple[list[Span], bool]:
    if days == 1:
        hour = now.replace(minute=0, second=0, microsecond=0)
        starts = [hour - timedelta(hours=ago) for ago in range(HOURS - 1, -1, -1)]
        spans = [Span(start, f"{start:%H:%M}", tallies.Sum()) for start in starts]
    else:
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        starts = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
        spans = [Span(start, moments.calendar_day(start.date()), tallies.Sum()) for start in starts]
    length = starts[1] - starts[0]
    counted = tallies.since(starts[0].astimezone(UTC), now)
    for hour, found in counted.hours.items():
        place = (hour - starts[0]) // length
        if 0 <= place < len(spans):
            spans[place].sum.include(found)
    return spans, counted.is_cut


def _total(spans: list[Span]) -> tallies.Sum:
    total = tallies.Sum()
    for span in spans:
        total.include(span.sum)
    return total


def _bands(start: datetime, column: timedelta, now: datetime) -> list[tuple[float, float]]:
    """When everybody was asked for one detail more, by the trail, in columns of the chart."""
    begun = Event.objects.filter(
        subject=posture.SUBJECT, type__in=["attack_ended", "attack_began"], at__gte=start
    ).order_by("-sequence")[:BANDS]
    bands, ended = [], set()
    for event in begun:
        since = datetime.fromisoformat(json.loads(event.text)["after"]["since"])
        if event.type == "attack_ended":
            ended.add(since)
            bands.append((max((since - start) / column, 0), (event.at - start) / column))
        elif since not in ended:
            bands.append(((since - start) / column, (now - start) / column))
    return bands


# --- what is set ---------------------------------------------------------------------------------


def standing(now: datetime) -> Standing:
    row = posture.current()
    if row.mode != Posture.Mode.AUTO and row.mode_until and row.mode_until > now:
        by, reason = _said_by()
        return Standing(row.mode, until=row.mode_until, by=by, reason=reason)
    if posture.is_attack(now):
        return Standing("attack", since=row.attack_since, until=row.attack_until)
    return Standing("calm")


def _said_by() -> tuple[str, str]:
    event = (
        Event.objects.filter(subject=posture.SUBJECT, type="step_up_set")
        .order_by("-sequence")
        .first()
    )
    if event is None:
        return "", ""
    return names.of_actors([event.actor]).get(event.actor, ""), json.loads(event.text)["reason"]


def _deeds() -> list[Deed]:
    events = list(
        Event.objects.filter(subject=posture.SUBJECT)
        .exclude(type=canary_alarm.HIT)
        .order_by("-sequence")[:DEEDS]
    )
    known = names.of_actors(event.actor for event in events)
    deeds = []
    for event in events:
        said = json.loads(event.text)
        deeds.append(
            Deed(
                event.at,
                _what(event.type, said["after"], event.at),
                known.get(event.actor, _("系统")),
                said["reason"],
            )
        )
    return deeds


def _what(type: str, after: dict, at: datetime) -> str:
    match type:
        case "attack_began":
            return _("进入防护模式")
        case "attack_ended":
            length = moments.length(at - datetime.fromisoformat(after["since"]))
            return _("防护模式结束，历时 {length}").format(length=length)
        case "step_up_set" if after["mode"] == Posture.Mode.AUTO:
            return _("恢复自动")
        case "step_up_set":
            until = moments.clock(datetime.fromisoformat(after["until"]))
            mode = Posture.Mode(after["mode"]).label
            return _("{mode}，到{until}为止").format(mode=mode, until=until)
        case "step_up_ended":
            return _("到时间了，恢复自动")
        case "canaries_made":
            return _("放了 {count} 笔诱饵交易").format(count=after["count"])
        case "canaries_removed":
            return _("取走 {count} 笔诱饵交易").format(count=after["count"])
    return type


# --- canaries ------------------------------------------------------------------------------------


def _canary_hits(now: datetime) -> list[Attempt]:
    since = now - timedelta(days=CANARY_DAYS)
    hits = Attempt.objects.filter(at__gte=since).exclude(canary="")
    return list(hits.only("at", "network", "amount_bucket").order_by("-at")[:MANY])


def amounts_of(digits: int) -> str:
    """The amounts in fen that have so many digits, in words."""
    low, high = 10 ** (digits - 1), 10**digits - 1
    if digits < 3:
        return _("不到 {amount}").format(amount=money.text(100))
    return f"{money.text(low)}–{money.digits(high)}"
