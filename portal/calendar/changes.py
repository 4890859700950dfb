"""Who says which days are working days: the notice of a year, and the institution's own days."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.calendar import notice, working
from portal.calendar.models import NoticeYear, SpecialDay
from portal.outbox import post

LONGEST_NAME = 40
LONGEST_REASON = 200
# A holiday of the institution's lies near: a typing mistake in the year would move no deadline
# that anybody looks at, but stay.
REACH = timedelta(days=3 * 366)


def may_change(actor: Actor | None) -> bool:
    """An administrator, and commands of the machine."""
    return actor is not None and (actor.kind == "system" or actor.role == Role.ADMINISTRATOR)


@transaction.atomic
def enter_notice(text: str, *, actor: Actor) -> notice.Notice:
    """What this year's notice says takes the place of what an earlier one of the year said.

    Raises NotAllowed, Invalid("text").
    """
    _refuse_others(actor)
    read = notice.read(text)
    year, _is_new = NoticeYear.objects.update_or_create(
        year=read.year,
        defaults={"text": text, "entered_by": actor.id, "entered_at": timezone.now()},
    )
    before = [[row.day.isoformat(), row.works] for row in year.days.all()]
    year.days.all().delete()
    SpecialDay.objects.bulk_create(
        SpecialDay(day=each.day, works=each.works, name=each.name, notice=year)
        for each in read.days
    )
    after = [[each.day.isoformat(), each.works] for each in read.days]
    _changed(
        f"calendar:{read.year}",
        "calendar.notice_entered",
        actor,
        before={"days": before},
        after={"days": after},
    )
    return read


@transaction.atomic
def set_day(day: date, *, works: bool, name: str, actor: Actor, reason: str) -> SpecialDay:
    """The institution's own word about one day, stronger than the notice.

    Raises NotAllowed, Invalid("day" | "name" | "reason").
    """
    _refuse_others(actor)
    name, reason = name.strip(), _reason(reason)
    if abs(day - timezone.localdate()) > REACH:
        raise Invalid("day", _("只能填前后三年之内的日子"))
    if len(name) > LONGEST_NAME:
        raise Invalid("name", _("最多 {most} 个字").format(most=LONGEST_NAME))
    own = SpecialDay.objects.filter(day=day, notice=None)
    before = {"works": row.works} if (row := own.select_for_update().first()) else {}
    row, _new = SpecialDay.objects.update_or_create(
        day=day, notice=None, defaults={"works": works, "name": name}
    )
    _changed(
        f"calendar:{day.year}",
        "calendar.day_set",
        actor,
        before={"day": day.isoformat(), **before},
        after={"day": day.isoformat(), "works": works},
        reason=reason,
    )
    return row


@transaction.atomic
def take_back_day(day: date, *, actor: Actor, reason: str) -> None:
    """The day is again as the notice has it. Raises NotAllowed, Invalid("reason"),
    SpecialDay.DoesNotExist."""
    _refuse_others(actor)
    reason = _reason(reason)
    row = SpecialDay.objects.select_for_update().get(day=day, notice=None)
    row.delete()
    _changed(
        f"calendar:{day.year}",
        "calendar.day_taken_back",
        actor,
        before={"day": day.isoformat(), "works": row.works},
        after={"day": day.isoformat()},
        reason=reason,
    )


def _refuse_others(actor: Actor) -> None:
    if not may_change(actor):
        raise NotAllowed(f"{actor.role} does not change the calendar")


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", _("请写明原因"))
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", _("最多 {most} 个字").format(most=LONGEST_REASON))
    return reason


def _changed(subject: str, type: str, actor: Actor, **facts) -> None:
    """The trail, the news by which deadlines are computed again, and this process's memory."""
    event = audit.record(subject, type, actor=actor, **facts)
    post.news(f"calendar_changed:{subject}:{event.sequence}", topic="calendar_changed")
    transaction.on_commit(working.forget)
