"""Say that somebody of the institution is away: no case goes to them by rule meanwhile."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import away, letters, policy
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Absence, Membership
from portal.audit.trail import utc_text


@transaction.atomic
def say_away(
    membership: Membership, *, first: date | None, last: date | None, actor: Actor
) -> Absence:
    """Away from the beginning of `first` (today: from now on) to the end of `last`; it takes the
    place of what was said before. Whoever is away hears of it from anybody else. The same again
    does nothing. Raises NotAllowed, Invalid("first" | "last")."""
    membership = _locked(membership, actor)
    if actor.user is None:
        raise NotAllowed("said by nobody")
    since, until = _span(first, last)
    before = Absence.objects.filter(membership=membership).first()
    if before and before.until > timezone.now():
        if first == timezone.localdate() and before.since <= since:
            since = before.since  # away already: it goes on
        if (before.since, before.until) == (since, until):
            return before
    row, _created = Absence.objects.update_or_create(
        membership=membership, defaults={"since": since, "until": until, "said_by": actor.user}
    )
    event = audit.record(
        f"account:{membership.user.public_id}",
        "member.away",
        actor=actor,
        before=_facts(before),
        after=_facts(row),
    )
    if actor.user != membership.user:
        letters.tell(membership.user, f"audit:{event.pk}:mail", "away", letters.said_away, row)
    return row


@transaction.atomic
def say_back(membership: Membership, *, actor: Actor) -> None:
    """There again, or not away after all; nothing where nothing was said. Raises NotAllowed."""
    membership = _locked(membership, actor)
    row = Absence.objects.filter(membership=membership).first()
    if row is None:
        return
    is_over = row.until <= timezone.now()
    before = _facts(row)
    row.delete()
    if not is_over:
        subject = f"account:{membership.user.public_id}"
        audit.record(subject, "member.back", actor=actor, before=before)


def _locked(membership: Membership, actor: Actor) -> Membership:
    row = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "user")
        .get(pk=membership.pk)
    )
    if not policy.may_say_away(actor, row):
        raise NotAllowed(f"{actor.role} says of no such person that they are away")
    return row


def _span(first: date | None, last: date | None) -> tuple[datetime, datetime]:
    today = timezone.localdate()
    if first is None or not today <= first <= today + timedelta(days=away.DAYS_AHEAD):
        raise Invalid("first", _("请填从哪天起：今天或以后，一年以内。"))
    if last is None or not first <= last <= first + timedelta(days=away.DAYS_AHEAD):
        raise Invalid("last", _("请填最后一天：不早于第一天，一年以内。"))
    since = max(_midnight(first), timezone.now())
    return since, _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _facts(row: Absence | None) -> dict:
    return {"since": utc_text(row.since), "until": utc_text(row.until)} if row else {}
