"""Money that did not go the straight way, so that its pages have something to show: a refund whose
outcome nobody knows, a payment made anew after a refund, and a file that tells another amount."""

from __future__ import annotations

import csv
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import F
from django.utils import timezone

from disputes import actions, moment
from disputes.models import Case, Refund
from disputes.policy import refund_limits
from disputes.refunds import confirming, gateway, sending
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role
from portal.site.demo.files import COLUMNS
from portal.site.demo.people import FIRST_HOUSE
from receipts.imports import load
from receipts.models import Payment

ACTOR = Actor.system("demo")
State = Refund.State
# What each customer wrote, and what the shop answered.
NO_ANSWER = (
    "菜上齐以前临时有事走了，店里说全额退，到现在没有收到。",
    "是我们答应退的，当时忘了办，现在报上来。",
)
ANEW = (
    "收银多按了一个零，当场又刷了一次对的。多的那笔请退给我。",
    "核对过了：前一笔输错金额，客人马上重新刷了一次。前一笔全退。",
)


def live(now: datetime) -> None:
    """Of the newest card payments of the sample's own shop of which no case speaks; fewer where
    there are not enough."""
    paid = _payments(now)
    if len(paid) < 2:
        return
    people = {role: _somebody(role) for role in (Role.SUPERVISOR, Role.OPERATIONS)}
    _unknown(paid[0], people, now)
    again = _redone(paid[1], people, now)
    _file([*again, *_differing()], now)


def _payments(now: datetime) -> list[Payment]:
    fitting = Payment.objects.filter(
        merchant__organisation__memberships__role=Role.MANAGER,
        status="settled",
        refunded_minor=0,
        card_kind__in=["debit", "credit"],
        cases=None,
        amount_minor__gt=refund_limits.DEFAULTS[Role.MANAGER.value],  # so that somebody approves
        occurred_at__range=(now - timedelta(days=12), now - timedelta(hours=20)),
    )
    fitting = fitting.order_by("-occurred_at").select_related("merchant__organisation")
    own = fitting.filter(merchant__organisation__name=FIRST_HOUSE)  # whose people can sign in
    return list(own[:2]) if own[1:2] else list(fitting[:2])


def _somebody(role: str) -> Actor:
    return Actor.member(Membership.objects.active().filter(role=role).order_by("pk")[0])


def _manager(payment: Payment) -> Actor:
    house = payment.merchant.organisation
    return Actor.member(Membership.objects.active().get(organisation=house, role=Role.MANAGER))


def _asked_back(payment: Payment, said: tuple[str, str], at: datetime) -> tuple[Case, Refund]:
    """The customer wants all of it back, the shop agrees and proposes it."""
    key = uuid.uuid5(payment.pk, "case")
    with moment.at(at):
        case = actions.open_case(
            kind="refund_request",
            reason="",
            payment=payment,
            requested_minor=payment.amount_minor,
            body=said[0],
            contact_kind="email",
            contact=f"customer{key.int % 10_000:04d}@example.com",
            language="zh-hans",
            submission_key=key,
            actor=Actor.consumer(f"payment:{payment.pk}"),
        ).case
    manager = _manager(payment)
    with moment.at(at + timedelta(minutes=35)):
        actions.reply(
            case,
            actor=manager,
            body=said[1],
            audience="all",
            submission_key=uuid.uuid5(payment.pk, "reply"),
        )
        refund = actions.propose_refund(
            case,
            actor=manager,
            amount_minor=payment.amount_minor,
            reason=said[1],
            submission_key=uuid.uuid5(payment.pk, "refund"),
            proved_at=timezone.now(),
        )
    return case, refund


def _approve(case: Case, refund: Refund, actor: Actor, at: datetime, way: str) -> None:
    with moment.at(at):
        actions.approve_refund(
            case,
            actor=actor,
            amount_minor=refund.amount_minor,
            version=refund.version,
            proved_at=timezone.now(),
            gateway=way,
        )


def _unknown(payment: Payment, people: dict, now: datetime) -> None:
    """It was sent, and the other side never answered."""
    case, refund = _asked_back(payment, NO_ANSWER, now - timedelta(hours=9))
    at = now - timedelta(hours=3)
    _approve(case, refund, people[Role.SUPERVISOR], at, Refund.Gateway.HTTP)
    refund.refresh_from_db()
    with moment.at(at + timedelta(seconds=20)):
        sending.leave(refund)
        sending.note(refund, gateway.Answer(gateway.UNCLEAR, error="TimeoutError"))


def _redone(payment: Payment, people: dict, now: datetime) -> list[dict]:
    """The rows of both: the payment made anew, and the refund that a file confirms. The first is
    loaded here, since the shop links it."""
    new = _row(payment, "sale", payment.amount_minor // 10, payment.occurred_at, minutes=3)
    _file([new], now)
    at = max(payment.occurred_at + timedelta(hours=2), now - timedelta(hours=40))
    case, refund = _asked_back(payment, ANEW, at)
    way = Refund.Gateway.MANUAL
    _approve(case, refund, people[Role.SUPERVISOR], at + timedelta(hours=2), way)
    with moment.at(at + timedelta(hours=3)):
        reference = f"{timezone.localtime(at):%m%d}{case.pk:08}"
        actions.note_executed(
            case, actor=people[Role.OPERATIONS], refund=refund.number, reference=reference
        )
    with moment.at(at + timedelta(hours=4)):
        actions.link_redo(case, actor=_manager(payment), payment=_loaded(payment, new))
    return [_row(payment, "refund", payment.amount_minor, at, minutes=180, rrn=reference)]


def _loaded(payment: Payment, row: dict) -> Payment:
    return Payment.objects.get(merchant=payment.merchant, voucher_no=row["voucher_no"])


def _differing() -> list[dict]:
    """Of a refund of a part that was executed: the file says one yuan less."""
    found = Refund.objects.filter(state=State.EXECUTED, kind="refund", case__redone_by=None)
    found = found.filter(amount_minor__gt=100, amount_minor__lte=F("payment__amount_minor") / 2)
    refund = found.select_related("payment").order_by("-executed_at").first()
    if refund is None or refund.executed_at is None:
        return []
    return [_row(refund.payment, "refund", refund.amount_minor - 100, refund.executed_at)]


def _row(payment: Payment, kind: str, fen: int, at: datetime, *, minutes: int = 5, **more) -> dict:
    """A line of the canonical format beside this payment."""
    when = timezone.localtime(at + timedelta(minutes=minutes))
    terminal = payment.terminal
    facts = {
        "kind": kind,
        "status": "settled",
        "merchant_no": payment.merchant.merchant_no,
        "merchant_name": payment.merchant.name,
        "terminal_no": terminal.terminal_no if terminal else "",
        "card_tail": payment.card_tail,
        "card_kind": payment.card_kind,
        "card_brand": payment.card_brand,
        "entry_mode": payment.entry_mode,
        "issuer_code": payment.issuer_code,
        "issuer_name": payment.issuer_name,
        "date_time": f"{when:%Y-%m-%d %H:%M:%S}",
        "amount": f"{fen // 100}.{fen % 100:02d}",
        "settled_on": f"{timezone.localdate():%Y-%m-%d}",
        "batch_no": payment.batch_no,
        "voucher_no": f"99{int(payment.voucher_no or 0) % 10_000:04d}",
    }
    if kind == "sale":
        return facts | {"slip_printed": "yes"} | more
    original = {f"original_{name}": facts[name] for name in ("terminal_no", "batch_no")}
    return facts | original | {"original_voucher_no": payment.voucher_no} | more


def _file(rows: list[dict], now: datetime) -> None:
    """Loaded as any other, and what it confirms is confirmed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"jiangan-{timezone.localdate(now):%Y%m%d}-{len(rows)}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        load.load_file(path, actor=ACTOR)
    told = Refund.objects.filter(state=State.EXECUTED).values_list("payment", flat=True)
    confirming.payment_changed("", payments=[str(pk) for pk in told])
