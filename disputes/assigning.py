"""A case that lies with the institution and is nobody's is given to somebody by the policy's rule.

Called in the transaction that brought it there. By hand it can be given to anybody at any time.
"""

from django.db import transaction

from disputes import gathered, in_app, messages_out, moment
from disputes.models import Case, Turn
from disputes.models.case import Stage
from disputes.policy import assignment
from disputes.policy.table import INSTITUTION, SUPPORT
from portal import audit
from portal.accounts import away
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Organisation, Role, User

BY_RULE = Actor.system("assignment")


def workers():
    """Memberships of those who may be given a case: the institution's active people who work on
    cases."""
    return Membership.objects.filter(
        organisation__kind=Organisation.Kind.INSTITUTION,
        organisation__is_active=True,
        is_active=True,
        user__is_active=True,
        role__in=INSTITUTION,
    )


def here():
    """Of the `workers` those who are not away: only they are given cases by rule."""
    return workers().exclude(away.now(moment.now()))


def by_rule(case: Case) -> None:
    """Give `case`, whose row is locked or new, to whom the rule of its policy says. Whoever has it
    and is here keeps it; without a rule, or with nobody there, nothing happens."""
    rule = case.policy.assignment
    if rule["rule"] == assignment.NOBODY or not case.is_open or case.stage != Stage.INSTITUTION:
        return
    if case.assignee_id and here().filter(user=case.assignee_id).exists():
        return
    found = _of_merchant(case, rule["named"]) if rule["rule"] == assignment.BY_MERCHANT else None
    how = assignment.BY_MERCHANT if found else assignment.ROUND_ROBIN
    user = found or _next_in_turn()
    if user is None:
        return
    before = f"user:{case.assignee.public_id}" if case.assignee else ""
    case.assignee, case.assigned_by = user, how
    case.save(update_fields=["assignee", "assigned_by"])
    event = audit.record(
        case.subject,
        "case.given",
        actor=BY_RULE,
        before={"assignee": before},
        after={"assignee": f"user:{user.public_id}"},
        reason=how,
        at=moment.now(),
    )
    link = messages_out.desk_address(case)
    key = f"given-{event.sequence}"
    in_app.tell(case, [user], gathered.GIVEN, link=link, key=key, to_gather=True)


@transaction.atomic
def hand_on(pk: int, person: User) -> None:
    """`person`, who has left, has this case no more: nobody has, or whom the rule gives it to."""
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "organisation", "merchant")
        .get(pk=pk)
    )
    if case.assignee_id != person.pk or not case.is_open:
        return
    case.assignee, case.assigned_by = None, ""
    case.save(update_fields=["assignee", "assigned_by"])
    audit.record(
        case.subject,
        "case.owner_left",
        actor=BY_RULE,
        before={"assignee": f"user:{person.public_id}"},
        at=moment.now(),
    )
    by_rule(case)


def _of_merchant(case: Case, named: dict[str, str]) -> User | None:
    """The one named for the merchant, else whoever had its last case; only who is here."""
    if case.merchant is None:
        return None
    if key := named.get(case.merchant.merchant_no):
        member = here().filter(user__public_id=key).select_related("user").first()
        if member:
            return member.user
    last = (
        Case.objects.filter(merchant=case.merchant_id, assignee__isnull=False)
        .exclude(pk=case.pk)
        .order_by("-opened_at", "-pk")
        .values_list("assignee", flat=True)
        .first()
    )
    member = here().filter(user=last).select_related("user").first() if last else None
    return member.user if member else None


def _next_in_turn() -> User | None:
    """The support member after the one who had the last turn, of those who are here."""
    turn = Turn.objects.select_for_update().filter(pk=1).first()
    if turn is None:
        Turn.objects.get_or_create(pk=1)
        turn = Turn.objects.select_for_update().get(pk=1)
    members = here().filter(role=Role(SUPPORT)).select_related("user").order_by("user")
    people = [member.user for member in members]
    if not people:
        return None
    turn.last = next((user for user in people if user.pk > (turn.last_id or 0)), people[0])
    turn.save(update_fields=["last"])
    return turn.last
