"""docs/network.md, drawn from the table of the card network's steps."""

from disputes.models.network import State
from disputes.policy import limits
from disputes.policy import network as rules
from disputes.policy.document import table

HEAD = """# Disputes with the card network

Written by `manage.py policy_document` from `disputes/policy/network.py`; a test holds the two
together. Source of the rules: UnionPay, Q/CUP 054.2-2013, and pages of the trade; the day counts
are not public and are limits of the policy, changed where the others are (`docs/policy.md`).

One payment has one track. What the network sends is entered by form or file; what we send is noted
here and given to the network on its own ways. Every step is asked of this table under the track's
lock, and the database holds once more: two inquiries at most, one retrieval, each of E04, E05,
E23, E24, E25, E26 and E32 once, no adjustment beside a chargeback or a manual refund, no amount
above the payment's, and all that goes back together never above what was captured.
"""
COMES_IN = """## How messages come in

On the page 差错 by form, or as a file there or by `manage.py import_network FILE [--format F]`.
`F` is `network-csv` (`disputes/network/formats/network-csv.toml`, our own layout: the network's is
not public) or the path of a mapping file of yours, written as docs/formats.md teaches; its fields
are `code network_ref reason_code rrn card card_kind merchant_no date payment_amount amount sent_on
due_on words`. A message is found again by its number at the network and its code, without a number
by payment, code, day and amount; so neither a file nor a row counts twice. The payment is found by
reference number and day, else by card tail, amount and day; what else the row says must agree. One
whose payment is not here yet waits and is matched by itself within a minute of its coming. What
cannot be read, fits several payments or is against the rules is put aside with line, column and
reason; somebody tries it again or drops it with a reason.
"""
MONEY = """
**Money** is what the step does in the book of all that goes back. *adjusts* and *refunds*
have gone back with the step; *takes* sets aside, of a chargeback, what has not gone back another
way yet; *returns* lets that go free; *bears* makes it final, all of it or so much as the step says.
**Second person**: proposed and approved as a refund is (`docs/refunds.md`), with the approver's
second factor within five minutes; above the limit of the proposer's role by another supervisor.
The database takes no such step without an approved proposal of its track, kind and amount.
A proposal whose step the table no longer allows (its last moment has passed, a chargeback came)
lapses within a minute, and whoever proposed it is told.
"""
KIND = """
## Debit or credit

A payment's file says it; prepaid cards go by the rules of debit. Where it does not (a wallet's
code, an old file), the network's message may; else somebody asks the issuer and enters it with how
it is known. Until then only what both kinds allow is open: no representment, no second chargeback
and no exceptional negotiation; the limit that runs meanwhile is that of the representment.
"""


def write() -> str:
    return "\n".join([HEAD, _steps(), _guards(), _missed(), _clocks(), KIND.lstrip(), COMES_IN])


def _steps() -> str:
    head = (
        "Step",
        "Code",
        "Who",
        "In state",
        "Then",
        "Guards",
        "Asks",
        "Our limit",
        "Money",
        "Second person",
    )
    rows = [
        (
            rule.event,
            f"`{rule.code}`",
            "the network" if rule.incoming else ", ".join(sorted(rule.who)),
            ", ".join(state.value for state in State if state in rule.states),
            rule.to_state.value if rule.to_state else "(stays)",
            "; ".join(rule.guards) or "none",
            ", ".join(sorted(rule.asks)) or "nothing",
            f"`{rule.clock}`" if rule.clock else "",
            rule.money.value,
            "above the limit" if rule.proposed_as else "",
        )
        for rule in rules.STEPS.values()
    ]
    return f"## Steps\n\n{table(head, rows)}{MONEY}"


def _guards() -> str:
    rows = [(guard.name, guard.rule) for guard in rules.GUARDS.values()]
    return f"## Guards\n\n{table(('Guard', 'Rule'), rows)}"


def _missed() -> str:
    rows = [(before.value, after.value) for before, after in rules.WHEN_MISSED.items()]
    said = (
        "The last moment is absolute: after it the answer is refused, and the clock itself moves "
        "the track. A chargeback that nobody answered is borne; a retrieval that nobody answered "
        "loses the representment; an inquiry that nobody answered bars no chargeback. Whoever "
        "works on it hears 72 and 24 hours before, and when it has passed, each once, also after "
        "the worker was away; the merchant likewise of the signed slip."
    )
    return f"## A deadline that passes\n\n{said}\n\n{table(('State', 'Then'), rows)}"


def _clocks() -> str:
    clocks = dict.fromkeys(rule.clock for rule in rules.STEPS.values() if rule.clock)
    rows = [
        (f"`{clock}`", f"{limits.DEFAULTS[clock]['amount']} {limits.DEFAULTS[clock]['unit']}", why)
        for clock in [*clocks, limits.NETWORK_SLIP]
        if (why := limits.SOURCES[clock])
    ]
    return f"## Limits\n\n{table(('Limit', 'Default', 'Source'), rows)}"
