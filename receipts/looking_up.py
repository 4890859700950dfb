"""One look-up from the facts to what may be told: found, proved, counted, logged."""

from dataclasses import asdict
from datetime import datetime
from ipaddress import ip_address

from portal.gate import limits, posture, work
from portal.gate.address import Address
from receipts import lookup, lookup_limits
from receipts.lookup import Facts, MoreDetail


def look_up(facts: Facts, proof: str, address: Address | None) -> str:
    """The id of the payment that may be shown, or "".

    Counted and logged whatever came of it, and the same steps whatever comes: `proof` is the
    answer to a proof of work, where there is one.
    """
    outcome = lookup.find(facts)
    proved = _proved(proof, address)
    attempt = lookup_limits.attempt(facts, outcome, address)
    decision = limits.decide(attempt, lookup_limits.of(facts, address, proved))
    if decision.crossed:
        posture.too_many()
    return attempt.subject if decision.is_open else ""


def put_off(facts: Facts, address: Address | None) -> bool:
    """A look-up that is to be answered once its payment has come: counted and logged now, as one
    that failed, without proof of work. Whether it may be answered by itself then: not where a limit
    was reached, nor in attack mode on three facts alone.
    """
    outcome = lookup.find(facts)
    canary = outcome.canary if isinstance(outcome, MoreDetail) else ""
    attempt = lookup_limits.attempt(facts, MoreDetail(canary), address)
    decision = limits.decide(attempt, lookup_limits.of(facts, address, proved=False))
    if decision.crossed:
        posture.too_many()
    return not decision.reached and not (decision.attack and not facts.merchant_name)


def _proved(proof: str, address: Address | None) -> bool:
    """Work that was easier than what is asked by now (others behind this address failed meanwhile,
    or somebody hoarded) counts as none."""
    asked = lookup_limits.work_level(address)
    level = work.check(proof).level
    return level >= 0 and level >= asked


def as_question(facts: Facts, proof: str, address: Address | None) -> dict:
    """As `portal.gate.floor` puts it down."""
    return {
        "facts": asdict(facts) | {"moment": facts.moment.isoformat()},
        "proof": proof[: work.LONGEST + 1],
        "address": str(address or ""),
    }


def facts_of(question: dict) -> Facts:
    facts = question["facts"]
    return Facts(**facts | {"moment": datetime.fromisoformat(facts["moment"])})


def answer(question: dict) -> str:
    """`look_up` of what was put down."""
    address = ip_address(question["address"]) if question["address"] else None
    return look_up(facts_of(question), question["proof"], address)
