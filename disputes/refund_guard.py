"""What the database holds of two pairs of eyes, whoever writes to it: the words of the triggers.

A refund begins as a proposal; its author, the author's role and limit are those that the accounts
and the policy in force have; it changes only as a new version of a proposal; whoever approves is
who the accounts say, and works under a role that may; and what is approved is set aside in the
book. That amounts, versions and people fit together are constraints of the table.
"""

# ruff: noqa: S608  the names in these texts are our own
TABLE = "disputes_refund"
WRONG_BEGIN = "a refund begins as a proposal of somebody who may, with the limit of that role"
WRONG_CHANGE = "a refund changes as a new version of its proposal, and only forward"
WRONG_APPROVAL = "a refund is approved by somebody who may, and set aside in the book"
KEPT = "a refund is not deleted"
STEPS = "disputes_networkstep"
NOT_APPROVED = "a step that gives money away was approved"

# Of a step of the network the kind of refund that it was proposed as.
_KIND_OF = {"E32": "adjusted", "E74": "by_hand", "accepted": "accepted"}

_MEMBER = (
    "SELECT 1 FROM accounts_membership m JOIN accounts_organisation g ON g.id = m.organisation_id"
)
_ACTIVE = "m.is_active AND g.is_active"
_FIXED = ("id", "number", "case_id", "payment_id", "dispute_id", "submission_key")
_OF_A_VERSION = (
    *("kind", "amount_minor", "currency"),
    *("proposed_by_id", "proposer_role", "proposer_person", "limit_minor"),
)
_OF_THE_APPROVAL = (
    *("approved_by_id", "approver_person", "approved_minor", "approved_version"),
    *("approved_at", "proved_at", "gateway"),
)
# state → where it may go from there
WAYS = {
    "proposed": ("approved", "refused", "withdrawn"),
    "approved": ("sent", "executed", "failed", "confirmed"),
    "sent": ("unknown", "executed", "failed", "confirmed"),
    "unknown": ("sent", "executed", "failed", "confirmed"),
    "executed": ("confirmed",),
}


def _differ(names, distinct: str) -> str:
    return " OR ".join(f"OLD.{name} {distinct} NEW.{name}" for name in names)


def _ways() -> str:
    """A step that no way leads along."""
    ways = " OR ".join(
        f"OLD.state = '{here}' AND NEW.state IN ({', '.join(repr(each) for each in there)})"
        for here, there in WAYS.items()
    )
    return f"OLD.state <> NEW.state AND NOT ({ways})"


def conditions(*, limit: str, distinct: str, lock: str, fresh: str) -> dict[str, str]:
    """What is wrong, by name; `limit` reads the role's value out of the policy's JSON, `distinct`
    is the database's null-safe difference, `lock` keeps a membership as it is until the end,
    `fresh` says that the approver's second factor was shown within five minutes."""
    author = (
        f"EXISTS ({_MEMBER} WHERE m.user_id = NEW.proposed_by_id AND m.role = NEW.proposer_role"
        f" AND {_ACTIVE})"
        " AND EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = NEW.proposed_by_id"
        " AND u.person = NEW.proposer_person)"
        f" AND NEW.limit_minor = (SELECT coalesce({limit}, 0) FROM disputes_policyversion v"
        " ORDER BY v.number DESC LIMIT 1)"
        " AND EXISTS (SELECT 1 FROM receipts_payment p WHERE p.id = NEW.payment_id"
        " AND p.currency = NEW.currency)"
    )
    approver = (
        "EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = NEW.approved_by_id AND u.is_active"
        " AND u.person = NEW.approver_person)"
        f" AND EXISTS ({_MEMBER} WHERE m.user_id = NEW.approved_by_id AND {_ACTIVE}"
        " AND (m.role = 'supervisor' OR NEW.approved_by_id = NEW.proposed_by_id"
        f" AND m.role = NEW.proposer_role){lock})"
        f" AND NEW.proved_at IS NOT NULL AND {fresh}"
        # Who has become one person since the proposal.
        " AND (NEW.amount_minor <= NEW.limit_minor OR NOT EXISTS (SELECT 1 FROM accounts_user a"
        " JOIN accounts_user b ON b.person = a.person"
        " WHERE a.id = NEW.approved_by_id AND b.id = NEW.proposed_by_id))"
        # What a step of the network does to the book follows from the step.
        " AND (NEW.dispute_id IS NOT NULL OR EXISTS (SELECT 1 FROM disputes_moneyback b"
        " WHERE b.key = 'refund:' || NEW.number"
        " AND b.payment_id = NEW.payment_id AND b.amount_minor = NEW.amount_minor"
        " AND b.state = 'reserved'))"
    )
    fixed = _differ(_FIXED, distinct)
    version = _differ(_OF_A_VERSION, distinct)
    approval = _differ(_OF_THE_APPROVAL, distinct)
    return {
        "begin": f"NEW.state <> 'proposed' OR NEW.version <> 1 OR NOT ({author})",
        "change": (
            f"{fixed} OR {_ways()} OR NEW.version NOT IN (OLD.version, OLD.version + 1)"
            f" OR NEW.version <> OLD.version AND (OLD.state <> 'proposed'"
            f" OR NEW.state <> 'proposed' OR NOT ({author}))"
            f" OR NEW.version = OLD.version AND ({version})"
            # Erasure takes the words away; nobody puts others in their place.
            " OR NEW.version = OLD.version AND NEW.reason <> OLD.reason AND NEW.reason <> ''"
            f" OR OLD.state <> 'proposed' AND ({approval})"
        ),
        "approval": f"OLD.state = 'proposed' AND NEW.state = 'approved' AND NOT ({approver})",
    }


def _unapproved() -> str:
    """A step of the network that no approved proposal of its track, kind and amount stands for."""
    kinds = " ".join(f"WHEN '{code}' THEN '{kind}'" for code, kind in _KIND_OF.items())
    codes = ", ".join(f"'{code}'" for code in _KIND_OF)
    return (
        f"NEW.code IN ({codes}) AND NOT EXISTS (SELECT 1 FROM {TABLE} r"
        " JOIN disputes_networkdispute d ON d.id = r.dispute_id"
        " WHERE d.id = NEW.dispute_id AND r.state = 'approved'"
        f" AND r.kind = CASE NEW.code {kinds} END"
        " AND r.amount_minor = coalesce(NEW.amount_minor, d.charged_back_minor))"
    )


# Rows go only with the payment itself, which its case has let go of by then.
_KEPT_WHEN = (
    "EXISTS (SELECT 1 FROM disputes_case c WHERE c.id = OLD.case_id"
    " AND c.payment_id = OLD.payment_id)"
)


def postgres() -> str:
    wrong = conditions(
        limit="(v.refund_limits ->> NEW.proposer_role)::bigint",
        distinct="IS DISTINCT FROM",
        lock=" FOR SHARE OF m",
        fresh="NEW.approved_at - NEW.proved_at BETWEEN interval '0' AND interval '5 minutes'",
    )
    return f"""
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF {_KEPT_WHEN} THEN
            RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF {wrong["begin"]} THEN
            RAISE EXCEPTION '{WRONG_BEGIN}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF {wrong["change"]} THEN
        RAISE EXCEPTION '{WRONG_CHANGE}' USING ERRCODE = 'restrict_violation';
    END IF;
    IF {wrong["approval"]} THEN
        RAISE EXCEPTION '{WRONG_APPROVAL}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""


def postgres_steps() -> str:
    return f"""
BEGIN
    IF TG_OP = 'INSERT' AND ({_unapproved()}) THEN
        RAISE EXCEPTION '{NOT_APPROVED}' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
"""


def sqlite() -> dict[str, str]:
    wrong = conditions(
        limit="json_extract(v.refund_limits, '$.' || NEW.proposer_role)",
        distinct="IS NOT",
        lock="",
        # Days as a float of milliseconds: five minutes and not a second one.
        fresh="(julianday(NEW.approved_at) - julianday(NEW.proved_at)) * 86400"
        " BETWEEN 0 AND 300.001",
    )
    there = f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR number = NEW.number)"
    rows = (
        ("refund_no_replace", "INSERT", there, WRONG_CHANGE),
        ("refund_begins", "INSERT", wrong["begin"], WRONG_BEGIN),
        ("refund_changes", "UPDATE", wrong["change"], WRONG_CHANGE),
        ("refund_approved", "UPDATE", wrong["approval"], WRONG_APPROVAL),
        ("refund_kept", "DELETE", _KEPT_WHEN, KEPT),
    )
    of_refunds = {
        name: f"CREATE TRIGGER {name} BEFORE {what} ON {TABLE} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, what, when, why in rows
    }
    step = (
        f"CREATE TRIGGER network_step_approved BEFORE INSERT ON {STEPS} WHEN {_unapproved()} "
        f"BEGIN SELECT RAISE(ABORT, '{NOT_APPROVED}'); END"
    )
    return of_refunds | {"network_step_approved": step}
