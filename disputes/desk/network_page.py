"""What the pages about disputes with the card network show, read for one person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from disputes import moment, policy
from disputes.models import (
    Case,
    NetworkDispute,
    NetworkEvidence,
    NetworkNotice,
    NetworkStep,
    Refund,
)
from disputes.models.network import CardKind, State
from disputes.network import evidence, money_effects, reasons, track
from disputes.policy import network as rules
from disputes.policy.table import Text
from portal import money
from portal.accounts import step_up
from portal.accounts.actor import Actor
from portal.moments import length

LISTED = 100


@dataclass(frozen=True)
class Line:
    """One step of the track."""

    step: NetworkStep
    name: Text
    is_incoming: bool
    evidence: NetworkEvidence | None
    who: str


@dataclass(frozen=True)
class Way:
    """A step that this person may take now; `why_not` where the rules shut it."""

    code: str
    name: Text
    asks: frozenset[str]
    incoming: bool
    why_not: tuple[str, ...] = ()
    draft: evidence.Draft | None = None
    gives: bool = False  # money: proposed, and approved

    @property
    def is_message(self) -> bool:
        """Whether the network knows it by this code."""
        return self.code.startswith("E")


@dataclass(frozen=True)
class Left:
    words: str
    tone: str  # later | soon | missed


@dataclass(frozen=True)
class DisputePage:
    dispute: NetworkDispute
    lines: list[Line]
    ways: list[Way]  # of ours
    arrivals: list[Way]  # what the network may send next
    shut: list[Way]
    left: Left | None
    left_minor: int
    excess_minor: int  # of a chargeback, what has gone back to the card already
    twice_minor: int  # of a lost one, what had gone back another way besides
    may_settle_kind: bool
    may_upload: bool
    waits: Refund | None  # a step that was proposed and that somebody is to approve
    alone: str  # what the reader may let go without another person
    fresh: bool  # the second factor was shown a moment ago


def left(at: datetime | None) -> Left | None:
    if at is None:
        return None
    span = at - moment.now()
    if span.total_seconds() < 0:
        return Left(_("已过 %(length)s") % {"length": length(-span)}, "missed")
    tone = "soon" if span.total_seconds() < 72 * 3600 else "later"
    return Left(_("还剩 %(length)s") % {"length": length(span)}, tone)


def lines(dispute: NetworkDispute) -> list[Line]:
    steps = dispute.steps.select_related("evidence", "by").order_by("pk")
    return [
        Line(
            step=step,
            name=rules.NAMES[step.code],
            is_incoming=step.code in rules.INCOMING,
            evidence=getattr(step, "evidence", None),
            who=step.by.name if step.by else "",
        )
        for step in steps
    ]


def _ways(dispute: NetworkDispute, actor: Actor, codes) -> tuple[list[Way], list[Way]]:
    """Open and shut: shut are those of this state that a rule, not the form, speaks against."""
    role, facts = track.role_of(actor), track.facts_of(dispute)
    busy = (
        (_("这笔消费有一笔退款还没有办完，办完再做这一步。"),) if dispute.case.refund_waits else ()
    )
    is_open: list[Way] = []
    shut: list[Way] = []
    for code in codes:
        rule = rules.STEPS[code]
        if role not in rule.who or dispute.state not in rule.states:
            continue
        gives = code in rules.PROPOSED_AS
        why = tuple(str(each) for each in rules.shut_by(dispute, code, facts))
        why += busy if gives else ()
        draft = evidence.draft(dispute, code) if rules.FILE in rule.asks and not why else None
        way = Way(code, rule.name, rule.asks, rule.incoming, why, draft, gives)
        (shut if why else is_open).append(way)
    return is_open, shut


def alone(actor: Actor) -> str:
    """What this role may let go without a second person, in words; "" for nothing."""
    limit = policy.current_version().refund_limits.get(str(actor.role), 0)
    return money.text(limit) if limit else ""


def as_ticked(page: DisputePage, code: str, keys: list[str]) -> DisputePage:
    """With the draft of the form that was refused as it was sent."""
    ways = [
        replace(way, draft=way.draft.ticked(keys)) if way.draft and way.code == code else way
        for way in page.ways
    ]
    return replace(page, ways=ways)


def of(dispute: NetworkDispute, actor: Actor, proved_at: datetime | None = None) -> DisputePage:
    ways, shut = _ways(dispute, actor, rules.OUTGOING)
    arrivals, _shut = _ways(dispute, actor, rules.INCOMING)
    works = bool(track.role_of(actor)) and actor.role != "auditor"
    left_minor = track.facts_of(dispute).left_minor
    return DisputePage(
        dispute=dispute,
        lines=lines(dispute),
        ways=ways,
        arrivals=arrivals,
        shut=shut,
        left=left(dispute.due_at),
        left_minor=left_minor,
        excess_minor=_excess(dispute),
        twice_minor=_twice(dispute),
        may_settle_kind=works and dispute.card_kind == CardKind.UNKNOWN,
        may_upload=works and dispute.state == State.RETRIEVING,
        waits=dispute.refunds.filter(state=Refund.State.PROPOSED).first(),
        alone=alone(actor),
        fresh=step_up.is_fresh(proved_at),
    )


def _excess(dispute: NetworkDispute) -> int:
    """Of a chargeback, what the book could not take: it had gone back already."""
    if not dispute.charged_back_minor:
        return 0
    entry = money_effects.reserved(dispute)
    return max(dispute.charged_back_minor - (entry.amount_minor if entry else 0), 0)


def _twice(dispute: NetworkDispute) -> int:
    if not dispute.lost_minor:
        return 0
    return max(dispute.lost_minor - money_effects.borne_minor(dispute), 0)


def visible(actor: Actor):
    return NetworkDispute.objects.visible_to(actor).select_related(
        "payment__terminal", "payment__merchant", "merchant", "organisation", "case", "policy"
    )


def of_case(case: Case, actor: Actor) -> NetworkDispute | None:
    """The track of the case's payment, as far as `visible` has it; read with the case, so that its
    page asks nothing more."""
    found = getattr(case.payment, "network_dispute", None) if case.payment_id else None
    if found is None or (found.case_id != case.pk and found.case.locked_at):
        return None
    organisation = actor.organisation.pk if actor.organisation else None
    return found if not actor.is_merchant or found.organisation_id == organisation else None


def slips_wanted(actor: Actor) -> list[tuple[NetworkDispute, Left | None]]:
    """The tracks for which a merchant is to upload the signed slip, the most pressing first."""
    wanted = visible(actor).filter(state=State.RETRIEVING, slip_due_at__isnull=False)
    return [(each, left(each.slip_due_at)) for each in wanted.order_by("slip_due_at", "pk")[:20]]


@dataclass(frozen=True)
class NoticeRow:
    notice: NetworkNotice
    name: str
    why: str
    column: str


def notices() -> list[NoticeRow]:
    """Those that wait for a payment or a person, the latest first."""
    waiting = NetworkNotice.objects.filter(
        state__in=[NetworkNotice.State.OPEN, NetworkNotice.State.WAITING]
    ).select_related("file")
    return [
        NoticeRow(
            notice,
            str(rules.NAMES.get(notice.row.get("code", ""), "")),
            reasons.of_notice(notice.reason),
            reasons.of_column(notice.column),
        )
        for notice in waiting.order_by("-pk")[:LISTED]
    ]
