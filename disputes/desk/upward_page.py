"""The way up of one case on the desk: whom it may go to, what was written, its files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import actions, moment, policy, register
from disputes.actions.issue_file import MAY_HAND_OUT_NOTES
from disputes.models import Case, CaseFile, UpwardEntry
from disputes.models.upward import Route
from disputes.policy import addresses
from disputes.policy.parties import role_in
from disputes.register import COMES, GOES, Line, What
from portal.accounts.actor import Actor

VERBS = ("note_accepted", "note_request", "note_decision", "note_reply")
VERB_OF: dict[str, str] = {
    What.ACCEPTED: "note_accepted",
    What.FILE_REQUEST: "note_request",
    What.DECISION: "note_decision",
}


@dataclass(frozen=True)
class Row:
    """A line of the register; `due_at` while it waits for us."""

    entry: UpwardEntry
    due_at: datetime | None
    late: bool
    answered: list[UpwardEntry]


def rows(case: Case, now: datetime) -> list[Row]:
    entries = list(
        case.upward.select_related("entered_by", "answers", "file")
        .prefetch_related("answered_by")
        .order_by("on", "id")
    )
    found = []
    for entry in entries:
        answered = list(entry.answered_by.all())
        moot = entry.what == What.FILE_REQUEST and not case.requests_waiting
        is_due = not answered and case.is_open and not moot
        due_at = register.due(case, entry) if is_due else None
        found.append(Row(entry, due_at, bool(due_at and due_at < now), answered))
    return found


def context(case: Case, actor: Actor) -> dict:
    now = moment.now()
    may = {verb.name for verb in policy.allowed(case, actor)}
    role = role_in(case, actor)
    files = list(case.files.select_related("asked_by").order_by("-number"))
    lines = rows(case, now)
    return {
        "case": case,
        "addresses": list(addresses.current().values()),
        "rows": lines,
        "files": files,
        "waiting": any(each.state == CaseFile.State.WAITING for each in files),
        "may_note_in": any(verb in may for verb in VERBS),
        "may_note_out": "note_sent" in may,
        "may_issue": policy.find_step(case, role, "issue_file") is not None,
        "comes": [(each.value, each.label) for each in COMES],
        "goes": [(each.value, each.label) for each in GOES],
        "parties": Route.choices,
        "ways": UpwardEntry.Way.choices,
        "answers_in": _to_answer(lines, register.IN),
        "answers_out": _to_answer(lines, register.OUT),
        "made": [
            ("", _("没有附材料")),
            *(
                (str(each.number), f"{each.number} {each.for_whom}")
                for each in files
                if each.state == CaseFile.State.MADE
            ),
        ],
        "scopes": [
            (value, label)
            for value, label in CaseFile.Scope.choices
            if value != CaseFile.Scope.INTERNAL or role in MAY_HAND_OUT_NOTES
        ],
        "today": timezone.localdate(now),
        "first_day": timezone.localdate(case.opened_at),
        "key": uuid.uuid4(),
        "now": now,
    }


def _to_answer(lines: list[Row], direction: str) -> list[tuple[str, str]]:
    """What stands in the register and may be answered, to choose from."""
    entries = [row.entry for row in lines if row.entry.direction == direction]
    return [
        ("", _("不回应哪一件")),
        *(
            (str(each.number), f"{each.number} {each.on.isoformat()} {each.get_what_display()}")
            for each in entries
        ),
    ]


def given(form) -> dict[str, str]:
    """What was typed into the form that was sent, by the names of its fields."""
    prefix = form.get("do", "") + "_"
    return {
        name.removeprefix(prefix): text for name, text in form.items() if name.startswith(prefix)
    }


def wrong(form, errors: dict[str, str]) -> dict[str, str]:
    """Errors of a line of the register at the fields of the form that it came from."""
    return {
        name.replace("up_", f"{form.get('do', '')}_", 1) if name.startswith("up_") else name: text
        for name, text in errors.items()
    }


def do(case: Case, actor: Actor, form, language: str) -> str:
    """What the posted form asks; the answer is the sentence that says so. Raises what the verb
    raises, Http404 for a form that is none of ours."""
    what = form.get("do", "")
    if what == "issue":
        actions.issue_file(
            case,
            actor=actor,
            scope=form.get("file_scope", ""),
            party=form.get("file_party", ""),
            purpose=form.get("file_purpose", ""),
            submission_key=_key(form),
            language=language,
        )
        return _("已开始准备，做好了会出现在这一页。")
    if what == "out":
        line = _line(given(form), _key(form))
        waiting = {entry.number for entry in register.waiting(case)}
        answers = case.requests_waiting and line.answers in waiting
        verb = actions.answer_request if answers else actions.note_sent
        verb(case, actor=actor, line=line)
        return _("已登记发出。")
    if what == "in":
        line = _line(given(form), _key(form))
        verb = getattr(actions, VERB_OF.get(line.what, "note_reply"))
        entry = verb(case, actor=actor, line=line)
        due_at = register.due(case, entry)
        if due_at and due_at < moment.now():
            return _("已登记。按它的日期算，时限已经过了，请马上办。")
        return _("已登记收到。")
    raise Http404


def _line(given: dict[str, str], key: uuid.UUID) -> Line:
    return Line(
        what=given.get("what", ""),
        party=given.get("party", ""),
        way=given.get("way", ""),
        on=_day(given.get("on", "")),
        due_on=_named_day(given.get("due_on", "")),
        reference=given.get("reference", ""),
        note=given.get("note", ""),
        answers=_number(given.get("answers", "")),
        file=_number(given.get("file", "")),
        submission_key=key,
    )


def _day(typed: str) -> date | None:
    """29 February of a year that has none is no day."""
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _named_day(typed: str) -> date | None:
    """None where the letter names none. Raises Invalid for what is no day."""
    if typed.strip() and _day(typed) is None:
        raise actions.Invalid("up_due_on", _("请填日期，例如 2026-11-20。"))
    return _day(typed)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def _key(form) -> uuid.UUID:
    try:
        return uuid.UUID(form.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()
