"""Telling whoever is to act that a deadline is near, and the institution's supervisors that one was
missed: once for each run of a clock, also where the worker was away meanwhile.
"""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from disputes import clocks, messages_out, moment
from disputes.models import Case
from disputes.models.case import Stage
from disputes.policy.parties import to_be_told
from portal import audit
from portal.accounts import away
from portal.accounts.actor import Actor
from portal.accounts.models import Role, User
from portal.audit.trail import utc_text
from portal.outbox import letters

ACTOR = Actor.system("clocks")


def due() -> list[int]:
    """Cases of which something is to be told now, the most pressing first."""
    found = Case.objects.open().filter(tell_at__lte=moment.now()).order_by("tell_at", "id")
    return list(found.values_list("pk", flat=True))


@transaction.atomic
def tell(pk: int) -> bool:
    """What is due to be told of this case's deadlines. Looked at again under its lock, so two
    sweeps tell once; what downtime has overtaken is not told any more."""
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "organisation", "assignee")
        .get(pk=pk)
    )
    now = moment.now()
    coming = clocks.words_to_come(clocks.of(case, now), now) if case.is_open else []
    words = [each for each in coming if each.at <= now]
    clocks.note_told(case, words)
    case.save(update_fields=clocks.COLUMNS)
    for each in words:
        _tell(case, each, now)
    return bool(words)


def _tell(case, word: clocks.Word, now) -> None:
    clock, run = word.state.clock, word.state.run
    topic = "case.overdue" if word.word == clocks.OVERDUE else "case.due_soon"
    audit.record(
        case.subject,
        topic,
        actor=ACTOR,
        after={"clock": clock, "run": run, "due_at": utc_text(word.state.due_at or now)},
        at=now,
    )
    people, link = _readers(case, word.word)
    text = topic.removeprefix("case.")
    messages_out.tell_users(case, people, text, link, key=f"{clock}-{run}")


def _readers(case, word: str) -> tuple[list[User], str]:
    """At the merchant its people; at the institution who has the case, or the supervisors where
    nobody has or the owner is away; of a deadline that was missed both."""
    if case.stage == Stage.MERCHANT and word == clocks.DUE_SOON:
        link = settings.PUBLIC_URL + reverse("merchant_cases:case", args=[case.number])
        return to_be_told(case.organisation), link
    link = settings.PUBLIC_URL + reverse("desk:case", args=[case.number])
    owner = case.assignee if case.assignee and case.assignee.is_active else None
    people = [owner] if owner and not away.of(owner, moment.now()) else []
    if word == clocks.OVERDUE or not people:
        people += [user for user in letters.people(Role.SUPERVISOR) if user not in people]
    return people, link
