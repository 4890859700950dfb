"""All money that goes back and is not at its end, by who has to do something; and what files tell
that we do not know, or we know and files do not tell. Nothing without a case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disputes import differences, moment
from disputes.differences import Difference
from disputes.models import Case, MoneyBack, Refund, SettledDifference
from disputes.policy.refunding import AGREED
from disputes.refunds import words

State = Refund.State
# What goes back through the network stands in the book under a key that names the track.
OF_THE_NETWORK = Q(kind__in=(MoneyBack.Kind.ADJUSTMENT, MoneyBack.Kind.CHARGEBACK)) | Q(
    key__startswith="network:"
)
SHOWN = 200
SETTLED_SHOWN = 50


@dataclass(frozen=True)
class Row:
    case: str
    number: str  # the refund's, or of the book's entry its key
    what: str | Promise
    amount_minor: int
    currency: str
    says: str | Promise
    since: datetime
    late: bool = False
    difference: Difference | None = None


@dataclass(frozen=True)
class Settled:
    row: SettledDifference
    words: str | Promise


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    waits_for: str
    rows: list[Row]
    more: bool


def groups(actor) -> list[Group]:
    """In the order in which money goes."""
    today = timezone.localdate(moment.now())
    found = [
        ("agreed", _("已同意，没有人提出"), _("店长、客服或主管"), _agreed(actor)),
        ("proposed", _("等批准"), _("主管"), _refunds(actor, today, State.PROPOSED)),
        ("approved", _("等执行"), _("运营"), _refunds(actor, today, State.APPROVED)),
        ("sent", _("等结果"), _("收单方"), _refunds(actor, today, State.SENT, State.UNKNOWN)),
        ("executed", _("已执行，没有确认"), _("对账文件"), _refunds(actor, today, State.EXECUTED)),
        ("network", _("调整和退单"), _("差错处理的结果"), _of_the_network(actor)),
        ("differences", _("和文件不一样"), _("运营"), _differences(actor)),
    ]
    return [
        Group(name, title, who, rows[:SHOWN], more=len(rows) > SHOWN)
        for name, title, who, rows in found
    ]


def _cases(actor) -> QuerySet[Case]:
    return Case.objects.visible_to(actor)


def _agreed(actor) -> list[Row]:
    """Promised on a case, by words or by an approval that came to nothing, and no refund of it
    under way or done; while there is something left to give back."""
    ours = Refund.objects.filter(case=OuterRef("pk"), dispute=None)
    gone = ours.filter(state__in=(State.PROPOSED, *differences.MOVED))
    failed = ours.filter(state=State.FAILED).order_by("-pk")
    cases = _cases(actor).annotate(failed=Subquery(failed.values("pk")[:1]))
    cases = cases.filter(
        ~Exists(gone),
        Q(agreed_minor__isnull=False) | Q(failed__isnull=False, status__in=AGREED),
    ).exclude(payment__refunded_minor__gte=F("payment__amount_minor"))
    found = list(cases.select_related("payment").order_by("pk")[: SHOWN + 1])
    refunds = Refund.objects.select_related("case").in_bulk([c.failed for c in found if c.failed])
    return [
        _failed_row(refunds[case.failed]) if case.failed else _agreed_row(case) for case in found
    ]


def _agreed_row(case: Case) -> Row:
    return Row(
        case.number,
        "",
        _("同意退款"),
        case.agreed_minor or 0,
        case.payment.currency if case.payment else "CNY",
        _("请在案件里提出执行"),
        case.closed_at or case.opened_at,
    )


def _failed_row(refund: Refund) -> Row:
    return Row(
        refund.case.number,
        refund.number,
        refund.get_kind_display(),
        refund.amount_minor,
        refund.currency,
        _("没有退成，钱没有动；请在案件里重新提出"),
        refund.ended_at or refund.proposed_at,
        late=True,
    )


def row_of(refund: Refund, today: date) -> Row:
    late = refund.state == State.EXECUTED and refund.due_on is not None and refund.due_on < today
    says = words.state(refund, words.STAFF)
    arrival = words.arrival(refund)
    return Row(
        refund.case.number,
        refund.number,
        refund.get_kind_display(),
        refund.amount_minor,
        refund.currency,
        _("%(says)s，%(arrival)s") % {"says": says, "arrival": arrival} if arrival else says,
        refund.executed_at or refund.sent_at or refund.approved_at or refund.proposed_at,
        late,
    )


def _refunds(actor, today: date, *states: str) -> list[Row]:
    refunds = Refund.objects.filter(case__in=_cases(actor), state__in=states)
    refunds = refunds.select_related("case").order_by(F("due_on").asc(nulls_first=True), "pk")
    return [row_of(refund, today) for refund in refunds[: SHOWN + 1]]


def _of_the_network(actor) -> list[Row]:
    entries = MoneyBack.objects.filter(OF_THE_NETWORK, case__in=_cases(actor))
    waiting = entries.filter(state__in=("reserved", "sent")).select_related("case", "payment")
    return [_book_row(entry) for entry in waiting.order_by("pk")[: SHOWN + 1]]


def _book_row(entry: MoneyBack) -> Row:
    return Row(
        entry.case.number,
        "",  # its key in the book says nothing to people; the CSV has it
        entry.called,
        entry.amount_minor,
        entry.payment.currency,
        entry.get_state_display(),
        entry.changed_at,
    )


def _differences(actor) -> list[Row]:
    found = differences.open_ones(_cases(actor), SHOWN + 1)
    return [
        Row(
            each.case.number,
            each.refund,
            each.what,
            each.amount_minor,
            each.currency,
            each.words,
            each.since,
            late=True,
            difference=each,
        )
        for each in found[: SHOWN + 1]
    ]


def settled(actor) -> list[Settled]:
    """The newest differences that were settled, as they were then."""
    rows = SettledDifference.objects.filter(case__in=_cases(actor))
    rows = rows.select_related("case", "settled_by").order_by("-pk")
    return [Settled(row, differences.WORDS.get(row.why, row.why)) for row in rows[:SETTLED_SHOWN]]


@dataclass(frozen=True)
class Day:
    day: date
    approved: int  # fen
    executed: int
    confirmed: int


def days(actor, many: int = 14) -> list[Day]:
    """The newest days on which money was let go, executed or confirmed, in fen."""
    since = moment.now() - timedelta(days=many * 2)
    sums: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name in ("approved", "executed", "confirmed"):
        refunds = Refund.objects.filter(
            case__in=_cases(actor), dispute=None, **{f"{name}_at__gte": since}
        )
        for at, minor in refunds.values_list(f"{name}_at", "amount_minor"):
            sums[timezone.localdate(at)][name] += minor
    return [
        Day(day, sums[day]["approved"], sums[day]["executed"], sums[day]["confirmed"])
        for day in sorted(sums, reverse=True)[:many]
    ]


def everything(actor, day: date | None) -> Iterator[Refund | MoneyBack]:
    """Every refund and every entry of the network's, or those that something happened to that day;
    in pieces by id."""
    refunds = Refund.objects.filter(case__in=_cases(actor)).exclude(
        dispute__isnull=False, state__in=(State.EXECUTED, State.CONFIRMED)
    )  # for which the entry in the book stands
    yield from _in_pieces(
        refunds.select_related("case", "payment", "proposed_by", "approved_by"), day
    )
    entries = MoneyBack.objects.filter(OF_THE_NETWORK, case__in=_cases(actor))
    yield from _in_pieces(entries.select_related("case", "payment"), day)


def _in_pieces(rows, day: date | None) -> Iterator[Refund | MoneyBack]:
    after = 0
    while piece := list(rows.filter(pk__gt=after).order_by("pk")[:500]):
        after = piece[-1].pk
        yield from (each for each in piece if day is None or day in _days_of(each))


def _days_of(row: Refund | MoneyBack) -> set[date]:
    names = (
        ("proposed_at", "approved_at", "sent_at", "executed_at", "confirmed_at", "ended_at")
        if isinstance(row, Refund)
        else ("reserved_at", "changed_at")
    )
    return {timezone.localdate(at) for name in names if (at := getattr(row, name))}
