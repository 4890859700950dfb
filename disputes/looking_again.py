"""A case waits for its payment (请人工查找, 没打出小票): the look-up is made again, and answers.

It is the customer's own look-up, put off: by the same rules (tail, amount, window, the shop's name,
exactly one, not crowded, not in attack mode on three facts alone), and counted under the same
limits when the case began. So a hundred cases find out no more than a hundred look-ups do. What the
customer then sees is what the look-up shows: docs/decisions/looking-again.md.

The cases that wait are few and the payments that come are many, so the cases ask: no news of a
million new payments has to be told, and a turn that is missed is made up for by the next.
"""

from datetime import timedelta

from disputes import moment
from disputes.actions import Refused, match_payment
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.gate import posture
from portal.gate.address import Address
from portal.one_by_one import one_by_one
from receipts import looking_up, lookup
from receipts.lookup import Facts
from receipts.models import Payment

# After that a payment will not come any more: what is still open is a person's alone.
WAITS = timedelta(days=60)
AT_ONCE = 5_000  # cases of one turn, the newest first


def may_wait(claimed, address: Address | None) -> bool:
    """Count the case that is about to begin as the look-up it is; whether it may be answered by
    itself later. `claimed` is what the customer remembers (actions.Claimed), or None.
    """
    facts = _facts(claimed.tail, claimed.minor, claimed.at, claimed.merchant) if claimed else None
    return facts is not None and looking_up.put_off(facts, address)


def look_again() -> int:
    """Look for the payments of the cases that wait; how many were found."""
    waiting = Case.objects.open().filter(
        looks_again=True, payment=None, opened_at__gt=moment.now() - WAITS
    )
    cases = {case.pk: case for case in waiting.order_by("-pk")[:AT_ONCE]}
    is_attack = bool(cases) and posture.is_attack()
    return one_by_one(
        cases, lambda pk: _found(cases[pk], is_attack), "looking_again_failed", "case"
    )


def _found(case: Case, is_attack: bool) -> bool:
    facts = _facts(case.claimed_tail, case.claimed_minor, case.claimed_at, case.claimed_merchant)
    if facts is None or (is_attack and not facts.merchant_name):
        return False
    outcome = lookup.find(facts)
    if not isinstance(outcome, lookup.Found):
        return False
    payment = Payment.objects.select_related("merchant").get(pk=outcome.payment)
    try:
        match_payment(case, payment=payment, actor=Actor.system("look-up"))
    except Refused:
        return False  # somebody closed it meanwhile
    return True


def _facts(tail: str, minor: int | None, at, merchant: str) -> Facts | None:
    """None where one of the three is not remembered: that is for a person."""
    if not tail or minor is None or at is None:
        return None
    return Facts(card_tail=tail, amount_minor=minor, moment=at, merchant_name=merchant)
