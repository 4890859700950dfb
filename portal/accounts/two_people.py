"""What one person asks for and another decides: held by the database too, whoever writes to it.

An app registers its table; triggers then hold, on PostgreSQL and SQLite, that a row begins
undecided under the person that the asker's account belongs to, that what was asked for stays as it
was read, that it is decided once, and by a supervisor whose account belongs to another person, now
and when it was asked (`portal.accounts.persons`).
"""

# ruff: noqa: S608  the names in these texts are our own
from dataclasses import dataclass

from portal.guards import Function, Guards


@dataclass(frozen=True)
class Decision:
    """Columns of `table`: whose account asked, which person that was, whose account decided, and
    the state, which is `waiting` at first. In `decided` a second person stands behind it; any other
    state ends it without one. `fixed` never changes, `words` may only be emptied."""

    table: str
    decided_by: str
    state: str
    decided: tuple[str, ...]
    fixed: tuple[str, ...]
    words: str

    @property
    def name(self) -> str:
        return f"{self.table}_two_people"

    @property
    def wrong(self) -> dict[str, str]:
        """What is refused, by what was to be done; the same words on both databases."""
        return {
            "begins": f"a row of {self.table} begins undecided, asked for by a person",
            "changes": f"what {self.table} was asked for does not change, nor what was decided",
            "decided": f"{self.table} is decided by a supervisor who is another person",
        }

    def conditions(self, *, distinct: str, lock: str) -> dict[str, str]:
        """`distinct` is the database's null-safe difference; `lock` keeps a membership until the
        end of the transaction."""
        who, state = self.decided_by, self.state
        decided = ", ".join(f"'{each}'" for each in self.decided)
        fixed = ("id", "asked_by_id", "asker_person", "asked_at", *self.fixed)
        altered = " OR ".join(f'OLD."{name}" {distinct} NEW."{name}"' for name in fixed)
        asker = (
            "SELECT 1 FROM accounts_user u"
            " WHERE u.id = NEW.asked_by_id AND u.person = NEW.asker_person"
        )
        other = (
            f"SELECT 1 FROM accounts_user u, accounts_user a WHERE u.id = NEW.{who}"
            " AND a.id = NEW.asked_by_id AND u.is_active"
            " AND u.person NOT IN (a.person, NEW.asker_person)"
        )
        supervisor = (
            "SELECT 1 FROM accounts_membership m"
            " JOIN accounts_organisation g ON g.id = m.organisation_id"
            f" WHERE m.user_id = NEW.{who} AND m.role = 'supervisor' AND m.is_active"
            f" AND g.is_active{lock}"
        )
        return {
            "begins": f"NEW.{state} <> 'waiting' OR NEW.{who} IS NOT NULL OR NOT EXISTS ({asker})",
            "changes": (
                f"{altered} OR NEW.{self.words} <> OLD.{self.words} AND NEW.{self.words} <> ''"
                f" OR OLD.{state} <> 'waiting'"
                f" AND (OLD.{state} <> NEW.{state} OR OLD.{who} {distinct} NEW.{who})"
            ),
            "decided": (
                f"OLD.{state} = 'waiting' AND (NEW.{state} IN ({decided})"
                f" OR NEW.{who} IS NOT NULL)"
                f" AND NOT (EXISTS ({other}) AND EXISTS ({supervisor}))"
            ),
        }


_decisions: dict[str, Decision] = {}


def register(decision: Decision) -> None:
    _decisions[decision.table] = decision


def _postgres(decision: Decision) -> str:
    when = decision.conditions(distinct="IS DISTINCT FROM", lock=" FOR SHARE OF m")
    said = decision.wrong
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF {when["begins"]} THEN
            RAISE EXCEPTION '{said["begins"]}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF {when["changes"]} THEN
        RAISE EXCEPTION '{said["changes"]}' USING ERRCODE = 'restrict_violation';
    END IF;
    IF {when["decided"]} THEN
        RAISE EXCEPTION '{said["decided"]}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""


def _sqlite(decision: Decision) -> dict[str, str]:
    when, said = decision.conditions(distinct="IS NOT", lock=""), decision.wrong
    # INSERT OR REPLACE would change a row without an UPDATE.
    there = f"EXISTS (SELECT 1 FROM {decision.table} WHERE id = NEW.id)"
    rows = (
        ("no_replace", "INSERT", there, said["changes"]),
        ("begins", "INSERT", when["begins"], said["begins"]),
        ("changes", "UPDATE", when["changes"], said["changes"]),
        ("decided", "UPDATE", when["decided"], said["decided"]),
    )
    return {
        f"{decision.name}_{name}": f"CREATE TRIGGER {decision.name}_{name} BEFORE {what} "
        f"ON {decision.table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, what, condition, why in rows
    }


GUARDS = Guards(
    sqlite=lambda: {
        name: sql for decision in _decisions.values() for name, sql in _sqlite(decision).items()
    },
    postgres=lambda: [
        Function(decision.name, decision.table, "INSERT OR UPDATE", _postgres(decision))
        for decision in _decisions.values()
    ],
)
