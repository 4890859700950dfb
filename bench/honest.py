"""How honest customers fare at the look-up: found at once, or by what they are asked for next.

Days of three sizes, 1,000 customers each, up to three minutes off. First the three facts alone;
who is asked for one more detail adds the shop's name as a bank writes it, cut and behind a wallet;
who is asked again adds the code of the bank's app. Whoever is left goes to a person.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from bench import databases
from bench.figures import Figure

CUSTOMERS = 1_000
SIZES = {"small": (2_000, 100_000), "full": (2_000, 100_000, 1_000_000)}  # payments a day
ALONE_ENOUGH, NAME_ENOUGH = 2_000, 100_000  # up to which sizes that finds 98 of 100


def run(scale: str) -> list[Figure]:
    return [figure for size in SIZES[scale] for figure in _day(size)]


def _day(size: int) -> list[Figure]:
    from receipts.models import Payment

    databases.use_day(size)
    chance = random.Random(7)
    made = Payment.objects.exclude(status="declined").order_by("pk").values_list("pk", flat=True)
    asked = chance.sample(list(made), min(CUSTOMERS, size // 2))
    found = Counter(
        way
        for payment in Payment.objects.filter(pk__in=asked).select_related("merchant")
        for way in _found_by(payment, timedelta(minutes=chance.choice((-3, -1, 0, 0, 0, 1, 3))))
    )
    alone, named, then_name, then_code = (
        100 * found[way] / len(asked) for way in ("facts", "name", "then name", "then code")
    )
    left = 100 - 100 * sum(found[way] for way in ("facts", "then name", "then code")) / len(asked)
    note = f"{len(asked)} customers of a day of {size:,} payments"
    return [
        Figure(f"{size:,} a day: found at once by three facts", alone, "%",
               least=98 if size <= ALONE_ENOUGH else None, note=note),
        Figure(f"{size:,} a day: at once with the shop's name too", named, "%",
               least=98 if size <= NAME_ENOUGH else None),
        Figure(f"{size:,} a day: only when the name was asked for", then_name, "%"),
        Figure(f"{size:,} a day: only when a code was asked for", then_code, "%"),
        Figure(f"{size:,} a day: left to a person", left, "%"),
    ]  # fmt: skip


def _found_by(payment, off: timedelta) -> set[str]:
    """Of facts, name, then name, then code: the ways that find this payment and no other."""
    from receipts import lookup

    minute = payment.occurred_at.replace(second=0, microsecond=0)
    facts = lookup.Facts(payment.card_tail, payment.amount_minor, minute + off)
    named = replace(facts, merchant_name=f"财付通-{payment.merchant.name[:6]}")
    coded = replace(named, auth_code=payment.auth_code, rrn=payment.rrn)

    def finds(asked) -> bool:
        return lookup.find(asked) == lookup.Found(payment.pk)

    ways = {way for way, asked in (("facts", facts), ("name", named)) if finds(asked)}
    if "facts" not in ways and "name" in ways:
        ways.add("then name")
    elif not ways and finds(coded):
        ways.add("then code")
    return ways
