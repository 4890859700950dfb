"""Which payment a staged row tells of, and whether it tells anything new: SQL for both databases.

The same payment: the source's own id; else merchant, terminal, batch and voucher; else acquirer,
reference number and the terminal's date. The first that both sides have decides, so a reference
number (not unique for ever) counts only where one side has nothing better.

Rows are looked up name by name, each in the index of that name, and no pair is found twice. A row
without news of its payment stops here: it never comes back to Python.
"""

from receipts.imports import staging
from receipts.imports.columns import PAYMENT_TYPES
from receipts.imports.completing import TOLD
from receipts.imports.staging import lookup, typed

# Conditions of the model's partial indexes, in the very words of their definition: SQLite uses
# such an index only then.
HAS_ID = "NOT ({0}.source_id = '')"
HAS_VOUCHER = (
    "NOT ({0}.voucher_no = '') AND NOT ({0}.batch_no = '') AND {0}.terminal_id IS NOT NULL"
)
NO_VOUCHER = "({0}.voucher_no = '' OR {0}.batch_no = '' OR {0}.terminal_id IS NULL)"
_ROW_HAS_VOUCHER = "s.voucher_no <> '' AND s.batch_no <> '' AND l.terminal_id IS NOT NULL"
_ROW_HAS_NO_VOUCHER = "(s.voucher_no = '' OR s.batch_no = '' OR l.terminal_id IS NULL)"
_NOT_FOUND_WITH_IT = "s.line NOT IN (SELECT line FROM staged_match WHERE same_voucher)"
_SAME_VOUCHER = (
    "(s.voucher_no <> '' AND s.batch_no <> '' AND p.voucher_no = s.voucher_no"
    " AND p.batch_no = s.batch_no AND p.terminal_id IS NOT NULL AND p.terminal_id = l.terminal_id)"
)


def statements() -> tuple[str, ...]:
    """Fill `staged_match` with every pair of a staged row and a payment that are the same."""
    return by_id(), by_voucher(), *by_reference()


def by_id() -> str:
    found = "p.source_id = s.source_id AND p.source = s.source AND " + HAS_ID.format("p")
    return _insert(found, "s.source_id <> ''")


def by_voucher() -> str:
    """Of a row whose payment was found by its id and has the very voucher, no other payment can
    have it: `payment_once_per_voucher`."""
    found = (
        "p.voucher_no = s.voucher_no AND p.batch_no = s.batch_no AND p.terminal_id = l.terminal_id"
        " AND " + HAS_VOUCHER.format("p")
    )
    return _insert(
        found,
        f"{_ROW_HAS_VOUCHER} AND {_NOT_FOUND_WITH_IT}",
        "(s.source_id = '' OR p.source_id <> s.source_id OR p.source <> s.source)",
    )


def by_reference() -> tuple[str, str]:
    """A row with a voucher asks only for payments without one, which have an index of their own:
    few, as a rule, and then there is nothing to look for."""
    found = f"NOT (p.rrn = '') AND p.rrn = s.rrn AND p.local_date = {typed('s', 'local_date')}"
    counts = (
        "(s.acquirer_code = '' OR p.acquirer_code = '' OR p.acquirer_code = s.acquirer_code)"
        " AND (s.source_id = '' OR p.source_id = '' OR p.source <> s.source)"
    )
    return (
        _insert(
            f"{found} AND {NO_VOUCHER.format('p')}", f"s.rrn <> '' AND {_ROW_HAS_VOUCHER}", counts
        ),
        _insert(found, f"s.rrn <> '' AND {_ROW_HAS_NO_VOUCHER}", counts),
    )


def _insert(found: str, asked: str, counts: str = "") -> str:
    """`found`: the payment of a row, by an index; `asked`: of which rows; `counts`: which pairs."""
    return f"""
    INSERT INTO staged_match (line, payment_id, same_voucher, has_news)
    SELECT s.line, p.id, {_SAME_VOUCHER}, {_has_news()}
    FROM {staging.rows_in_their_places()} {lookup("receipts_payment", "p", found)}
    WHERE {asked} {counts and "AND " + counts}
    """  # noqa: S608  names of our own


_FILLED_IF_EMPTY = [name for name in TOLD if PAYMENT_TYPES[name] == "text"] + [
    "acquirer_code",
    "rrn",
    "card_tail",
    "batch_no",
    "voucher_no",
]


def _has_news() -> str:
    """True of every matched row that might change its payment, contradict it or be older."""
    conditions = [
        "p.own_status <> s.own_status",
        "p.merchant_id <> l.merchant_id",
        "(l.terminal_id IS NOT NULL AND (p.terminal_id IS NULL OR p.terminal_id <> l.terminal_id))",
        "(s.source_id <> '' AND s.source_id <> p.source_id"
        " AND (p.source_id = '' OR p.source = s.source))",
        "s.currency <> p.currency",
        "(s.kind <> p.kind AND s.kind <> 'sale')",
        f"p.amount_minor <> {typed('s', 'amount_minor')}",
        "(s.authorised_minor <> '' AND p.authorised_minor IS NULL)",
        f"p.refunded_said_minor <> {typed('s', 'refunded_said_minor')}",
        f"p.local_date <> {typed('s', 'local_date')}",
        "(s.settled_on <> '' AND p.settled_on IS NULL)",
        "(s.tip_minor <> '0' AND p.tip_minor = 0)",
        "(s.instalments <> '0' AND p.instalments = 0)",
        "(s.no_pin_no_signature = '1' AND NOT p.no_pin_no_signature)",
        "(s.slip_printed <> 'unknown' AND s.slip_printed <> p.slip_printed)",
        "(s.slip_cause <> '' AND p.slip_cause IN ('', 'unknown') AND s.slip_cause <> p.slip_cause)",
        "(s.card_tail <> '' AND p.card_tail <> s.card_tail)",
        "(s.batch_no <> '' AND p.batch_no <> s.batch_no)",
        "(s.voucher_no <> '' AND p.voucher_no <> s.voucher_no)",
        f"(s.chip <> '{{}}' AND p.chip <> {typed('s', 'chip')})",
    ]
    conditions += [f"(s.{name} <> '' AND p.{name} = '')" for name in _FILLED_IF_EMPTY]
    return f"({' OR '.join(conditions)})"
