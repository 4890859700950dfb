"""Every reason for which a look-up asks for one more detail, laid out so that each can be met.

Who looks up must not be able to tell them apart: tests/receipts/test_one_answer.py compares what is
answered and done, `bench lookup` how long it takes. Each reason has its own card tail and amount,
of the same length, so that all of them stand in one database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

NOON = time(12, 0)
SHOP = "半山听雨茶餐厅"
CODE = "204518"


@dataclass(frozen=True)
class Reason:
    """`fitting` payments have tail, amount and minute of the look-up, `others` amount and minute
    only; `full` names limits (scope, and its period in seconds) that are reached."""

    name: str
    fitting: int = 1
    others: int = 0
    declined: bool = False
    canary: bool = False
    detail: Literal["", "name", "other name", "code", "other code"] = ""
    full: tuple[str, int] | None = None
    posture: Literal["", "attack", "raised"] = ""
    proof: Literal["padding", "none", "easy", "used", "good"] = "padding"
    subscriber: Literal["IPv4", "IPv6"] = "IPv4"


HOUR, DAY = 3600, 86_400
REASONS = (
    Reason("none", fitting=0),
    Reason("none, with good work", fitting=0, proof="good"),
    Reason("several", fitting=2),
    Reason("several of one shop", fitting=2, detail="name"),
    Reason("several, declined", fitting=2, declined=True),
    Reason("a canary", canary=True),
    Reason("crowded", others=30),
    Reason("crowded at the shop", others=30, detail="name"),
    Reason("another shop's name", detail="other name"),
    Reason("another code", detail="other code"),
    Reason("tail, hour", full=("tail", HOUR)),
    Reason("tail, day", full=("tail", DAY)),
    Reason("cell, hour", full=("cell", HOUR)),
    Reason("cell, day", full=("cell", DAY)),
    Reason("address", full=("address", HOUR)),
    Reason("network", full=("network", HOUR), subscriber="IPv6"),
    Reason("shop's name", full=("merchant", HOUR), detail="name"),
    Reason("names, tail", full=("named_tail", DAY), detail="name"),
    Reason("names, cell", full=("named_cell", DAY), detail="name"),
    Reason("names, all", full=("named_global", HOUR), detail="name"),
    Reason("codes, tail", full=("code", DAY), detail="code"),
    Reason("all together", full=("global", HOUR)),
    Reason("attack mode", posture="attack"),
    Reason("raised by a supervisor", posture="raised"),
    Reason("no work, its budget used up", full=("unproved", HOUR), proof="none"),
    Reason("no work, all budgets used up", full=("unproved_all", HOUR), proof="none"),
    Reason("work too easy", full=("unproved", HOUR), proof="easy"),
    Reason("work used before", full=("unproved", HOUR), proof="used"),
)


def day(now: datetime) -> datetime:
    """Yesterday noon, local time: the minute of every payment here."""
    from django.utils import timezone

    yesterday = timezone.localdate(now) - timedelta(days=1)
    return timezone.make_aware(datetime.combine(yesterday, NOON))


def tail(reason: Reason) -> str:
    return f"43{REASONS.index(reason):02}"


def amount(reason: Reason) -> int:
    """Fen."""
    return 71_000_50 + 100 * REASONS.index(reason)


def address(reason: Reason) -> str:
    number = REASONS.index(reason) + 1
    return f"2001:db8:9:{number:x}::7" if reason.subscriber == "IPv6" else f"198.51.100.{number}"


def lay_out(now: datetime) -> None:
    """The payments that the reasons need."""
    from receipts.models import Merchant, Payment, Terminal

    merchant = Merchant.objects.create(merchant_no="898521058129001", name=SHOP, city="武汉")
    terminal = Terminal.objects.create(merchant=merchant, terminal_no="90000001")
    numbers = iter(range(1, 10**6))

    def rows(reason: Reason) -> Iterator[Payment]:
        tails = [tail(reason)] * reason.fitting
        tails += [f"{9000 + number:04}" for number in range(reason.others)]
        for each in tails:
            number = next(numbers)
            yield Payment(
                merchant=merchant,
                terminal=terminal,
                local_date=day(now).date(),
                occurred_at=day(now).astimezone(UTC) + timedelta(seconds=5),
                amount_minor=amount(reason),
                card_tail=each,
                status="declined" if reason.declined else "settled",
                batch_no="" if reason.canary else "000001",
                voucher_no="" if reason.canary else f"{number:06}",
                auth_code="" if reason.canary else CODE,
                canary_at=now if reason.canary else None,
            )

    Payment.objects.bulk_create(row for reason in REASONS for row in rows(reason))


def typed(reason: Reason, now: datetime) -> dict[str, str]:
    """The form as it is sent, its proof of work apart."""
    fen = amount(reason)
    details = {
        "name": {"merchant_name": SHOP},
        "other name": {"merchant_name": "青石大药房"},
        "code": {"auth_code": CODE},
        "other code": {"auth_code": "999999"},
    }
    return {
        "card_tail": tail(reason),
        "amount": f"{fen // 100}.{fen % 100:02}",
        "date": f"{day(now):%Y-%m-%d}",
        "time": "12:00",
    } | details.get(reason.detail, {})


def arm(reason: Reason, now: datetime) -> str:
    """Nothing was tried before but what the reason needs; gives the proof of work to send."""
    from portal.gate.models import Counter, Posture

    Counter.objects.all().delete()
    later = now + timedelta(minutes=20)
    state = {
        "mode": "raised" if reason.posture == "raised" else "auto",
        "mode_until": later if reason.posture == "raised" else None,
        "attack_since": now if reason.posture == "attack" else None,
        "attack_until": later if reason.posture == "attack" else None,
    }
    if not Posture.objects.filter(pk=1).update(**state):
        Posture.objects.create(pk=1, **state)
    if reason.full:
        _fill(reason, now)
    return _proof(reason, now)


def _fill(reason: Reason, now: datetime) -> None:
    from ipaddress import ip_address

    from portal.gate.models import Counter
    from receipts import lookup_limits
    from receipts.lookup_form import LookupForm

    facts = LookupForm.read(typed(reason, now), now).facts
    assert facts is not None
    limits = lookup_limits.of(facts, ip_address(address(reason)), proved=False)
    limit = next(each for each in limits if (each.scope, each.period) == reason.full)
    row = limit.row(failed=True, now=now)
    Counter.objects.create(key=row.key, period_no=row.period_no, count=row.most, last_at=now)


def _proof(reason: Reason, now: datetime) -> str:
    from ipaddress import ip_address

    import altcha.v2 as altcha

    from portal.gate import work
    from portal.gate.models import Counter
    from receipts import lookup_limits

    if reason.proof == "none":
        return ""
    if reason.proof == "padding":  # as long as the others, and worth nothing
        return "A" * 1_000
    challenge = altcha.Challenge.from_dict(work.give(0, now))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    answer = altcha.Payload(challenge, solution).to_base64()
    if reason.proof == "used":
        work.check(answer)
    if reason.proof == "easy":  # the address failed meanwhile
        row = lookup_limits.by_address(ip_address(address(reason))).row(failed=True, now=now)
        Counter.objects.create(key=row.key, period_no=row.period_no, count=6, last_at=now)
    return answer
