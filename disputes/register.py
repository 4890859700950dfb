"""The register of what went up and what came from above: one line, checked and written.

In the transaction of the verb that enters it, with the case locked.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import clocks, meanwhile, moment, words
from disputes.errors import Invalid
from disputes.models import Case, CaseFile, UpwardEntry
from disputes.models.upward import Route
from disputes.policy import limits
from disputes.policy.limits import Limit
from portal.accounts.actor import Actor

LONGEST_REFERENCE, LONGEST_NOTE = 60, 300
LONGEST_NAMED = timedelta(days=365)  # no letter gives more time; a wrong year is one more
OUT, IN = UpwardEntry.Direction.OUT, UpwardEntry.Direction.IN
TOLD = UpwardEntry.Direction.TOLD
What, Way = UpwardEntry.What, UpwardEntry.Way
# What may be entered for each direction; a forwarded complaint and what the customer tells us have
# verbs of their own.
GOES = (What.CASE_FILE, What.ANSWER, What.OTHER)
COMES = (What.ACCEPTED, What.FILE_REQUEST, What.DECISION, What.ANSWER, What.OTHER)
ALLOWED: dict[str, tuple[str, ...]] = {
    OUT: GOES,
    IN: (*COMES, What.FORWARDED),
    TOLD: (What.GONE_UP,),
}
CLOCK_OF = {
    What.FORWARDED: limits.FORWARDED,
    What.FILE_REQUEST: limits.FILE_REQUEST,
    What.DECISION: limits.DECISION,
}


@dataclass(frozen=True)
class Line:
    """What somebody filled in. `answers` and `file` are numbers within the case, 0 for none."""

    what: str
    party: str
    way: str
    on: date | None
    due_on: date | None = None  # the last day, where the letter names one
    reference: str = ""
    note: str = ""
    answers: int = 0
    file: int = 0
    submission_key: uuid.UUID = field(default_factory=uuid.uuid4)


def earlier(row: Case, line: Line, direction: str) -> UpwardEntry | None:
    """What the same form entered before. A key that entered something else is refused."""
    found = UpwardEntry.objects.filter(submission_key=line.submission_key).first()
    if found is None:
        return None
    made = (found.case_id, found.direction, found.what)
    if made != (row.pk, direction, line.what):
        raise Invalid("submission_key", meanwhile.already_used())
    return found


def enter(row: Case, direction: str, line: Line, *, actor: Actor) -> UpwardEntry:
    """Raises Invalid, naming the field."""
    _check_choices(direction, line)
    answers = _answered(row, direction, line)
    on = _day(row, line, answers)
    reference = words.one_line(line.reference, LONGEST_REFERENCE)
    note = words.one_line(line.note, LONGEST_NOTE)
    if line.what in (What.DECISION, What.FILE_REQUEST, What.FORWARDED) and not reference:
        raise Invalid("up_reference", _("请填来文上的编号。"))
    due_on = _named_day(direction, line, on)
    same = row.upward.filter(
        direction=direction,
        what=line.what,
        party=line.party,
        on=on,
        reference=reference,
        answers=answers,
    )
    if same.exists():
        raise Invalid("up_reference", _("这一件已经登记过了，请看下面的登记簿。"))
    number = (row.upward.aggregate(n=Max("number"))["n"] or 0) + 1
    return UpwardEntry.objects.create(
        case=row,
        number=number,
        direction=direction,
        what=line.what,
        party=line.party,
        way=line.way,
        on=on,
        due_on=due_on,
        reference=reference,
        note=note,
        answers=answers,
        file=_file(row, direction, line),
        entered_by=actor.user,
        entered_at=moment.now(),
        submission_key=line.submission_key,
    )


def _check_choices(direction: str, line: Line) -> None:
    allowed = ALLOWED[direction]
    if line.what not in allowed:
        raise Invalid("up_what", _("请选择是什么。"))
    if line.party not in Route:
        raise Invalid("up_party", _("请选择对方是谁。"))
    if direction != TOLD and line.way not in Way:
        raise Invalid("up_way", _("请选择用什么方式。"))


def _answered(row: Case, direction: str, line: Line) -> UpwardEntry | None:
    """The line that this one answers: of the other direction, and of this case."""
    if not line.answers:
        return None
    found = row.upward.exclude(direction=direction).filter(number=line.answers).first()
    if found is None:
        raise Invalid("up_answers", _("登记簿里没有可以这样回应的那一件。"))
    return found


def _day(row: Case, line: Line, answers: UpwardEntry | None) -> date:
    """A complaint may have lain with those above before we had the case, and a customer have gone
    up, though not before they paid; all else follows the case."""
    if line.on is None:
        raise Invalid("up_on", _("请填日期，例如 2026-11-20。"))
    if line.on > timezone.localdate(moment.now()):
        raise Invalid("up_on", _("日期还没到，请填今天或之前的日期。"))
    if line.what not in (What.FORWARDED, What.GONE_UP) and line.on < timezone.localdate(
        row.opened_at
    ):
        raise Invalid("up_on", _("日期在立案之前，请核对。"))
    paid = row.payment and timezone.localdate(row.payment.occurred_at)
    if line.what == What.GONE_UP and paid and line.on < paid:
        raise Invalid("up_on", _("日期在这笔消费之前，请核对。"))
    if answers is not None and line.on < answers.on:
        raise Invalid("up_on", _("日期早于它回应的那一件，请核对。"))
    return line.on


def _named_day(direction: str, line: Line, on: date) -> date | None:
    """Only what starts a clock has one."""
    if line.due_on is None:
        return None
    if direction != IN or What(line.what) not in CLOCK_OF:
        raise Invalid("up_due_on", _("只有调取材料和处理决定有期限，请不要填。"))
    if not on <= line.due_on <= on + LONGEST_NAMED:
        raise Invalid("up_due_on", named_day_wrong())
    return line.due_on


def named_day_wrong() -> str:
    return _("期限要在收到那天或之后，一年以内，请核对来文。")


def _file(row: Case, direction: str, line: Line) -> CaseFile | None:
    if direction == IN or line.what != What.CASE_FILE:
        return None
    made = row.files.filter(number=line.file, state=CaseFile.State.MADE).first()
    if made is None:
        raise Invalid("up_file", _("请选择发出的是哪一份案件材料；没有的话先出具一份。"))
    return made


def facts(entry: UpwardEntry) -> dict:
    """For the trail; reference and note are personal, and stand apart."""
    told: dict = {
        "entry": entry.number,
        "what": str(entry.what),
        "party": str(entry.party),
        "way": str(entry.way),
        "on": entry.on.isoformat(),
    }
    if entry.due_on is not None:
        told["due_on"] = entry.due_on.isoformat()
    if entry.answers is not None:
        told["answers"] = entry.answers.number
    if entry.file is not None:
        told["file"] = entry.file.sha256
    return told


def personal(entry: UpwardEntry) -> dict[str, str]:
    kept = {"reference": entry.reference, "note": entry.note}
    return {name: text for name, text in kept.items() if text}


def waiting(row: Case) -> list[UpwardEntry]:
    """Requests for the file that nobody has answered, the oldest first."""
    return list(row.upward.filter(what=What.FILE_REQUEST, answered_by=None).order_by("on", "id"))


def first_moment(day: date) -> datetime:
    """Of a limit in days the day of the start does not count; one in hours counts from there."""
    return timezone.make_aware(datetime.combine(day, time.min))


def named(entry: UpwardEntry) -> clocks.Named:
    """The limit that the letter itself names, for the clock that it starts: until the end of that
    day, working or not."""
    clock = CLOCK_OF.get(What(entry.what))
    if clock is None or entry.due_on is None:
        return {}
    return {clock: Limit((entry.due_on - entry.on).days, limits.CALENDAR_DAYS)}


def due(case: Case, entry: UpwardEntry) -> datetime | None:
    """By when what came is to be answered: by its own day, else by the case's policy."""
    clock = CLOCK_OF.get(What(entry.what))
    if clock is None or entry.direction != IN:
        return None
    limit = named(entry).get(clock) or Limit.read(case.policy.limits[clock])
    return clocks.after(first_moment(entry.on), limit)
