"""What news of a payment does to what is known of it: one rule for each column.

The rules do not depend on which of two rows comes first, as far as both are true: a payment's own
status only rises, empty columns are filled, and where two rows differ the one that knows more wins.
What cannot both be true is refused and changes nothing.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from receipts.imports.columns import AT, RANK, status_of

# Filled when empty, never replaced: by these a payment is known.
NAMES = ("acquirer_code", "rrn", "batch_no", "voucher_no")
# What matching.py looks a payment up by, and what else decides there which rows are its own.
BY_WHICH_KNOWN = frozenset({*NAMES, "source", "source_id", "terminal_id", "local_date"})
# Filled when empty; replaced by a row that knows more.
TOLD = (
    "settled_on",
    "wallet_tail",
    "card_kind",
    "card_brand",
    "issuer_code",
    "issuer_name",
    "acquirer_name",
    "entry_mode",
    "auth_code",
    "order_no",
    "operator_no",
    "remarks",
    "tip_minor",
    "instalments",
)
NOTHING = {"tip_minor": "0", "instalments": "0"}
# Of everything that a merge may change, what it needs to know (see merge.py's SELECT).
KNOWN = (
    "id",
    "merchant_id",
    "terminal_id",
    "source",
    "source_id",
    *NAMES,
    "local_date",
    "kind",
    "own_status",
    "status",
    "occurred_at",
    "amount_minor",
    "authorised_minor",
    "refunded_minor",
    "refunded_said_minor",
    "currency",
    "card_tail",
    *TOLD,
    "no_pin_no_signature",
    "chip",
    "slip_printed",
    "slip_cause",
    "slip_known_from",
)
# What may change, the terminal apart; a merchant or a currency never does.
CHANGEABLE = tuple(
    name for name in KNOWN if name not in {"id", "merchant_id", "terminal_id", "currency"}
)
# Two clocks of one payment may differ by a day's end and a batch's; more is another payment.
CLOCKS_APART = timedelta(days=2)


class Contradiction(Exception):
    """This row and what is known cannot both be true; `column` is where they part."""

    def __init__(self, reason: str, column: str):
        super().__init__(reason)
        self.reason, self.column = reason, column


@dataclass
class News:
    changes: dict[str, str] = field(default_factory=dict)
    older: bool = False  # it tells of a state that is already past


def own_status(known: dict[str, str]) -> str:
    """What the payment's own rows said; payments made without a file say it by their status."""
    if known["own_status"]:
        return known["own_status"]
    return known["status"] if known["status"] in RANK else "settled"


def complete(known: dict[str, str], row: list, merchant_id: str, terminal_id: str) -> News:
    """What `row` changes in `known`. Raises Contradiction."""
    _check_agreement(known, row, merchant_id, terminal_id)
    changes: dict[str, str] = {}
    before, said = own_status(known), row[AT.own_status]
    more = RANK[said] > RANK[before]
    changes |= _names(known, row, terminal_id)
    for name in TOLD:
        text, nothing = row[AT.__dict__[name]], NOTHING.get(name, "")
        if text != nothing and text != known[name] and (more or known[name] == nothing):
            changes[name] = text
    if row[AT.kind] != "sale":
        changes["kind"] = row[AT.kind]
    if row[AT.card_tail]:
        changes["card_tail"] = row[AT.card_tail]
    if row[AT.no_pin_no_signature] == "1":
        changes["no_pin_no_signature"] = "1"
    if more:
        changes |= {
            "own_status": said,
            "occurred_at": row[AT.occurred_at],
            "local_date": row[AT.local_date],
        }
    changes |= _chip(known, row) | _slip(known, row) | _money(known, row, before)
    changes |= _status(known, changes)
    news = News({name: text for name, text in changes.items() if text != known[name]})
    news.older = RANK[said] < RANK[before] or (
        said == before and int(row[AT.refunded_said_minor]) < int(known["refunded_said_minor"])
    )
    return news


def _check_agreement(known: dict[str, str], row: list, merchant_id: str, terminal_id: str) -> None:
    if known["merchant_id"] != merchant_id:
        raise Contradiction("differs", "merchant_no")
    if terminal_id and known["terminal_id"] not in {"", terminal_id}:
        raise Contradiction("differs", "terminal_no")
    if (
        row[AT.source_id]
        and known["source_id"] not in {"", row[AT.source_id]}
        and known["source"] == row[AT.source]
    ):
        raise Contradiction("identity_conflict", "source_id")
    for name in ("batch_no", "voucher_no", "card_tail"):
        if row[AT.__dict__[name]] and known[name] not in {"", row[AT.__dict__[name]]}:
            raise Contradiction("differs", "card" if name == "card_tail" else name)
    if row[AT.currency] != known["currency"]:
        raise Contradiction("differs", "currency")
    if len({"sale", row[AT.kind], known["kind"]}) == 3:
        raise Contradiction("differs", "kind")
    if row[AT.occurred_at] != known["occurred_at"]:
        apart = datetime.fromisoformat(row[AT.occurred_at]) - datetime.fromisoformat(
            known["occurred_at"]
        )
        if abs(apart) > CLOCKS_APART:
            raise Contradiction("differs", "date")


def _names(known: dict[str, str], row: list, terminal_id: str) -> dict[str, str]:
    changes = {
        name: row[AT.__dict__[name]] for name in NAMES if row[AT.__dict__[name]] and not known[name]
    }
    if terminal_id and not known["terminal_id"]:
        changes["terminal_id"] = terminal_id
    if row[AT.source_id] and not known["source_id"]:
        changes |= {"source": row[AT.source], "source_id": row[AT.source_id]}
    return changes


def _money(known: dict[str, str], row: list, before: str) -> dict[str, str]:
    """The settled amount is the amount; what was authorised is kept beside it where it differs."""
    said, amount = row[AT.own_status], row[AT.amount_minor]
    changes = {}
    authorised = known["authorised_minor"] or row[AT.authorised_minor]
    if amount != known["amount_minor"]:
        lower, higher = sorted((said, before), key=RANK.__getitem__)
        if lower == higher or higher == "voided" or "declined" in {lower, higher}:
            raise Contradiction("differs", "amount")
        if said == higher:
            changes["amount_minor"] = amount
            authorised = authorised or known["amount_minor"]
        else:
            authorised = authorised or amount
    final = changes.get("amount_minor", known["amount_minor"])
    changes["authorised_minor"] = "" if authorised == final else authorised
    refunded = max(int(known["refunded_said_minor"]), int(row[AT.refunded_said_minor]))
    total = max(int(known["refunded_minor"]), refunded)
    if total > int(final):
        raise Contradiction("refund_above_amount", "amount")
    return changes | {"refunded_said_minor": str(refunded), "refunded_minor": str(total)}


def _status(known: dict[str, str], changes: dict[str, str]) -> dict[str, str]:
    if known["status"] == "voided":
        return {}
    own = changes.get("own_status") or own_status(known)
    amount = int(changes.get("amount_minor", known["amount_minor"]))
    return {"status": status_of(own, amount, int(changes["refunded_minor"]))}


def _chip(known: dict[str, str], row: list) -> dict[str, str]:
    if row[AT.chip] == "{}":
        return {}
    before = json.loads(known["chip"] or "{}")
    after = json.loads(row[AT.chip]) | before
    if after == before:
        return {}
    return {"chip": json.dumps(after, ensure_ascii=False, separators=(",", ":"))}


def _slip(known: dict[str, str], row: list) -> dict[str, str]:
    """Once somebody said that no slip came out, no file takes that back; a cause may be added."""
    order = ("unknown", "yes", "no")
    printed = max(known["slip_printed"], row[AT.slip_printed], key=order.index)
    changes: dict[str, str] = {}
    if printed != known["slip_printed"]:
        changes |= {"slip_printed": printed, "slip_known_from": "file"}
    if printed == "no" and row[AT.slip_cause] and known["slip_cause"] in {"", "unknown"}:
        changes["slip_cause"] = row[AT.slip_cause]
    return changes
