"""Sees every change of the database while something is done, and whether its event shares its
transaction. It listens to the statements themselves, so no code can change a row unseen.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Max

from portal import audit
from portal.audit.models import Event

# Tables whose rows are no change in the sense of the trail, and why.
LEFT_OUT = {
    "api_answer": "what was answered, so that a repeat gets the same",
    "api_requestcount": "how often a key called",
    "audit_": "the trail itself, and who read what",
    "disputes_draft": "what a customer types before anything is sent",
    "disputes_inappnotice": "follows from a change, written beside its event; reading it is none",
    "disputes_numberseries": "the next free number",
    "disputes_writing": "what staff type before anything is sent",
    "django_session": "what a browser is at; signing in and out are events",
    "erasure_leftfile": "what the store has still to let go of",
    "gate_attempt": "a customer's look-up, counted; nothing changes by it",
    "gate_code": "a code that was sent; that it was is an event",
    "gate_counter": "how often something was tried",
    "gate_link": "follows from an event, and opens nothing by itself",
    "gate_pass": "what a browser has proved; the proof for a case is an event of the case",
    "gate_usedwork": "a piece of work, good for one look-up",
    "outbox_entry": "what follows from a change, written beside its event",
    "receipts_slipdrawing": "whose turn it is to draw a slip",
    "receipts_wrongcodes": "how often something was tried",
    "words_": "an index of what the rows of others say",
}
_UPDATE = r"(?<!DO )(?<!FOR )(?<!KEY )UPDATE"  # not that of ON CONFLICT or of a lock
_CHANGE = re.compile(
    rf"\b(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|{_UPDATE}(?: OR \w+)?(?: ONLY)?"
    r"|DELETE FROM(?: ONLY)?|MERGE INTO|TRUNCATE(?: TABLE)?(?: ONLY)?)"
    r' (?:"?\w+"?\.)?"?(\w+)"?',
    re.IGNORECASE,
)
_WORDS_OF_A_CHANGE = re.compile(
    rf"\b(?:INSERT|REPLACE INTO|{_UPDATE}|DELETE|MERGE)\b", re.IGNORECASE
)
_SAVEPOINT = re.compile(r'(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) "?(\w+)"?', re.I)
# What the product may say to a database besides changing rows; anything else is not understood.
_HARMLESS = re.compile(
    r"(?:SELECT|VALUES|EXPLAIN|PRAGMA|SHOW|DECLARE|FETCH|CLOSE|SAVEPOINT|RELEASE|ROLLBACK|BEGIN"
    r"|COMMIT|SET|RESET|ANALYZE|CREATE TEMP(?:ORARY)? TABLE|DROP TABLE IF EXISTS)\b",
    re.IGNORECASE,
)
_BEGINS_A_CHANGE = re.compile(r"(?:INSERT|REPLACE|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)


class NotUnderstood(AssertionError):
    """A statement of a shape that this watch does not know: teach it, before it passes one over."""


def changed_by(sql: str) -> list[str]:
    """The tables whose rows a statement changes, in turn. Raises NotUnderstood."""
    # Without comments, and what is quoted for itself may hold any word.
    plain = re.sub(r"/\*.*?\*/|--[^\n]*", " ", sql, flags=re.DOTALL)
    plain = " ".join(re.sub(r"'(?:[^']|'')*'", "''", plain).split()).rstrip("; ")
    return [table for one in plain.split(";") for table in _changed_by_one(one.strip())]


def _changed_by_one(plain: str) -> list[str]:
    if plain[:5].upper() == "WITH ":  # a change may stand in any of its parts
        found = _CHANGE.findall(plain)
        if len(found) != len(_WORDS_OF_A_CHANGE.findall(plain)):
            raise NotUnderstood(plain)
        return [table.lower() for table in found]
    if _BEGINS_A_CHANGE.match(plain) and (change := _CHANGE.match(plain)):
        return [change[1].lower()]
    if _HARMLESS.match(plain) and not re.match(r"SELECT\b.*\bINTO ", plain, re.IGNORECASE):
        return []
    raise NotUnderstood(plain)


ROOT = Path(settings.BASE_DIR)


def tables() -> set[str]:
    """Every table in which a change wants its event."""
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return {name for name in every if not name.startswith(tuple(LEFT_OUT))}


@dataclass
class Seen:
    """What was done: types of events, their subjects and the names of what they hold, tables
    changed without one, functions that ran."""

    events: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    bare: list[str] = field(default_factory=list)
    ran: set[str] = field(default_factory=set)
    # Of each transaction, the subjects of its events in turn, less those that it locked before.
    written: list[list[str]] = field(default_factory=list)
    unordered: list[list[str]] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)


class _Statements:
    """Groups changes by the outermost savepoint, which is what a transaction is outside of tests.
    Nothing is a change that touched no row or was rolled back."""

    def __init__(self, seen: Seen):
        self.seen, self.watched = seen, tables()
        self.open: list[str] = []
        self.changed: list[str] = []
        self.told = False
        self.subjects: list[str] = []
        self.locked: set[str] = set()

    def lock(self, *subjects: str) -> None:
        self.locked |= set(subjects)

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if point := _SAVEPOINT.match(sql.strip()):
            self._point(point[1].upper(), point[2])
            return result
        try:
            tables = changed_by(sql)
        except NotUnderstood as error:  # told at the end: what is tried here may catch all errors
            self.seen.not_understood.append(str(error))
            return result
        # SQLite counts the rows of a RETURNING when they are fetched.
        if "RETURNING" not in sql and not context["cursor"].rowcount:
            return result
        for table in tables:
            self._change(table)
        if "audit_event" in tables and params[0] not in self.locked:
            self.subjects.append(params[0])
        return result

    def _point(self, deed: str, name: str) -> None:
        if deed == "SAVEPOINT":
            self.open.append(name)
        elif name in self.open:
            if deed.startswith("ROLLBACK") and self.open[0] == name:
                self.changed, self.told = [], False
            if deed.startswith("RELEASE"):
                del self.open[self.open.index(name) :]
                if not self.open:
                    self._commit()

    def _change(self, table: str) -> None:
        if table == "audit_event":
            self.told = True
        elif table in self.watched:
            self.changed.append(table)
        if not self.open:
            self._commit()

    def _commit(self) -> None:
        if self.changed and not self.told:
            self.seen.bare += self.changed
        if len(self.subjects) > 1:
            self.seen.written.append(self.subjects)
        self.changed, self.told, self.subjects, self.locked = [], False, [], set()


@contextmanager
def _copying(statements: _Statements, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL's COPY is no statement of Django's."""
    if connection.vendor == "postgresql":
        from psycopg import Cursor

        copy = Cursor.copy

        def copying(self, statement, *args, **kwargs):
            if (table := re.match(r'COPY "?(\w+)"?.* FROM ', statement)) is None:
                statements.seen.not_understood.append(statement)
            else:
                statements._change(table[1])
            return copy(self, statement, *args, **kwargs)

        patch.setattr(Cursor, "copy", copying)
    yield


@contextmanager
def watching() -> Iterator[Seen]:
    seen = Seen()
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    statements, lock = _Statements(seen), audit.lock

    def locking(*subjects: str) -> None:
        lock(*subjects)
        statements.lock(*subjects)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "lock", locking)
        with (
            connection.execute_wrapper(statements),
            _copying(statements, patch),
            _tracing(seen.ran),
        ):
            yield seen
    if seen.not_understood:
        raise NotUnderstood("\n".join(seen.not_understood))
    begun = set(Event.objects.filter(pk__gt=last, sequence=1).values_list("subject", flat=True))
    for subjects in seen.written:
        old = [subject for subject in dict.fromkeys(subjects) if subject not in begun]
        if old != sorted(old):
            seen.unordered.append(old)
    for type_, text in Event.objects.filter(pk__gt=last).order_by("pk").values_list("type", "text"):
        seen.events.append(type_)
        told = json.loads(text)
        seen.fields |= told["before"].keys() | told["after"].keys() | told["personal"].keys()
        seen.subjects.add(told["subject"])


@contextmanager
def _tracing(ran: set[str]) -> Iterator[None]:
    """Which functions of the product run, as `path:qualified name`. Each is told once."""
    monitoring, tool = sys.monitoring, 4
    here = str(ROOT)

    def begins(code, _offset):
        if code.co_filename.startswith(here) and "/.venv/" not in code.co_filename:
            ran.add(f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_qualname}")
        return monitoring.DISABLE

    monitoring.use_tool_id(tool, "watching")
    monitoring.register_callback(tool, monitoring.events.PY_START, begins)
    monitoring.set_events(tool, monitoring.events.PY_START)
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, monitoring.events.PY_START, None)
        monitoring.free_tool_id(tool)
        monitoring.restart_events()
