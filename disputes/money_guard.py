"""What the database itself holds of money that goes back, on PostgreSQL and on SQLite.

Installed after every migration (post_migrate) and taken away before one on SQLite, which cannot
rename a table while a trigger names it; `faults` says what is missing. Each trigger's text is its
definition, and is compared with what the database has.
"""

from disputes import refund_guard
from portal.guards import Function, Guards

TABLE = "disputes_moneyback"
REFUSED = "more would go back than was captured"
EXCLUDED = "what goes back of this payment already excludes this"
FIXED = "an entry of the book of money that goes back does not change"
NOT_TOLD = "no file told of so much"

# NEW and what it stands beside; the same words on both databases.
_OTHERS = (
    f"SELECT coalesce(sum(o.amount_minor), 0) FROM {TABLE} o WHERE o.payment_id = NEW.payment_id"  # noqa: S608  ours
    " AND o.state <> 'released' AND NOT o.in_files AND o.key <> NEW.key"
)
_TOLD = (
    f"SELECT coalesce(sum(o.amount_minor), 0) FROM {TABLE} o WHERE o.payment_id = NEW.payment_id"  # noqa: S608  ours
    " AND o.in_files AND o.kind <> 'void' AND o.key <> NEW.key"
)
_CAPTURED = (
    "CASE WHEN p.status IN ('settled', 'partly_refunded', 'refunded')"
    " OR (NEW.kind = 'void' AND p.status = 'authorised') THEN p.amount_minor ELSE 0 END"
)
_FITS = f"p.refunded_minor + ({_OTHERS}) + NEW.amount_minor <= {_CAPTURED}"
_IS_TOLD = f"NEW.kind = 'void' OR ({_TOLD}) + NEW.amount_minor <= p.refunded_minor"
_PAYMENT = "SELECT 1 FROM receipts_payment p WHERE p.id = NEW.payment_id AND"
_EXCLUDED = (
    f"EXISTS (SELECT 1 FROM {TABLE} o WHERE o.payment_id = NEW.payment_id"  # noqa: S608  ours
    " AND o.state <> 'released' AND o.key <> NEW.key"
    " AND (NEW.kind = 'adjustment' AND o.kind <> 'adjustment'"
    " OR NEW.kind <> 'adjustment' AND o.kind = 'adjustment'))"
)
_ALTERED = " OR ".join(
    f"OLD.{name} <> NEW.{name}"
    for name in ("id", "key", "case_id", "payment_id", "kind", "amount_minor")
)
# From where to where: reserved → sent → done or released; released and told of are final.
_BACKWARDS = (
    "OLD.state = 'released' AND NEW.state <> 'released'"
    " OR OLD.state = 'done' AND NEW.state <> 'done'"
    " OR OLD.state = 'sent' AND NEW.state = 'reserved'"
    " OR OLD.in_files AND NOT NEW.in_files"
)
# It leaves the house now; of what a file told of, the file knows better.
_LEAVES = (
    "OLD.state = 'reserved' AND (NEW.state = 'sent' OR NEW.state = 'done' AND NOT NEW.in_files)"
)
# Rows go only with the payment itself, which its cases have let go of by then.
_KEPT = (
    "EXISTS (SELECT 1 FROM disputes_case c WHERE c.id = OLD.case_id"
    " AND c.payment_id = OLD.payment_id)"
)

# Two at once on one payment wait for each other here: each sees what the other left.
_POSTGRES = f"""
DECLARE
    p receipts_payment%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF {_KEPT} THEN
            RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    SELECT * INTO p FROM receipts_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    IF TG_OP = 'UPDATE' THEN
        IF {_ALTERED} OR {_BACKWARDS} THEN
            RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.in_files AND NOT OLD.in_files AND NOT ({_IS_TOLD}) THEN
            RAISE EXCEPTION '{NOT_TOLD}' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT ({_LEAVES}) THEN
            RETURN NEW;
        END IF;
    ELSIF NEW.in_files THEN
        RAISE EXCEPTION '{NOT_TOLD}' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> 'released' AND {_EXCLUDED} THEN
        RAISE EXCEPTION '{EXCLUDED}' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> 'released' AND NOT ({_FITS}) THEN
        RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""  # noqa: S608  ours


# Of each table that a guard stands before: on PostgreSQL one function, which one trigger calls.
FUNCTIONS = {
    TABLE: ("disputes_money_guard", _POSTGRES),
    refund_guard.TABLE: ("disputes_refund_guard", refund_guard.postgres()),
    refund_guard.STEPS: ("disputes_network_step_guard", refund_guard.postgres_steps()),
}


def _sqlite(name: str, what: str, when: str, why: str) -> tuple[str, str]:
    return name, (
        f"CREATE TRIGGER {name} BEFORE {what} ON {TABLE} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


SQLITE = (
    dict(
        [
            # INSERT OR REPLACE deletes without a DELETE trigger.
            _sqlite(
                "money_back_no_replace",
                "INSERT",
                f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR key = NEW.key)",  # noqa: S608
                FIXED,
            ),
            _sqlite("money_back_not_told", "INSERT", "NEW.in_files", NOT_TOLD),
            _sqlite(
                "money_back_fits",
                "INSERT",
                f"NEW.state <> 'released' AND NOT EXISTS ({_PAYMENT} {_FITS})",
                REFUSED,
            ),
            _sqlite(
                "money_back_excludes",
                "INSERT",
                f"NEW.state <> 'released' AND {_EXCLUDED}",
                EXCLUDED,
            ),
            _sqlite("money_back_fixed", "UPDATE", f"{_ALTERED} OR {_BACKWARDS}", FIXED),
            _sqlite(
                "money_back_told",
                "UPDATE",
                f"NEW.in_files AND NOT OLD.in_files AND NOT EXISTS ({_PAYMENT} ({_IS_TOLD}))",
                NOT_TOLD,
            ),
            _sqlite(
                "money_back_still_fits",
                "UPDATE",
                f"{_LEAVES} AND NOT EXISTS ({_PAYMENT} {_FITS})",
                REFUSED,
            ),
            _sqlite("money_back_still_alone", "UPDATE", f"{_LEAVES} AND {_EXCLUDED}", EXCLUDED),
            _sqlite("money_back_kept", "DELETE", _KEPT, FIXED),
        ]
    )
    | refund_guard.sqlite()
)


GUARDS = Guards(
    sqlite=lambda: SQLITE,
    postgres=lambda: [
        Function(name, table, "INSERT OR DELETE OR UPDATE", body)
        for table, (name, body) in FUNCTIONS.items()
    ],
)
