"""More time for the institution's answer: one person asks and gives the reason that the customer
will read, another approves."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import clocks, events, extensions, in_app, messages_out, moment, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, Extension
from disputes.policy.limits import Limit
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role

LONGEST = 300


@transaction.atomic
def ask_extension(case, *, actor: Actor, days: int | None, reason: str) -> None:
    """Ask that the limit be `days` days in all (more than now, at most `limits.EXTENDED_TO`).
    Raises Invalid("extend_to" | "extend_why")."""
    row, role = take(case, actor, "ask_extension")
    step = allowed_step(row, actor, role, "ask_extension")
    if actor.user is None:
        raise NotAllowed()  # two people, so the first is one
    state = extensions.extendable(row)
    if state is None:
        raise WrongState(_("现在没有可以延的时限：没有在走，或者已经过了。"))
    limit = extensions.new_limit(state, days, extensions.limit_of(row, state))
    try:
        reason = words.clean(reason, "extend_why", LONGEST)
    except Invalid:
        raise Invalid("extend_why", _("请写明理由，最多 300 字；批准后客户会看到。")) from None
    Extension.objects.create(
        case=row,
        clock=state.clock,
        limit=limit.entry,
        reason=reason,
        asked_by=actor.user,
        asker_person=actor.user.person,
        asked_at=moment.now(),
    )
    row.extension_by = actor.user
    key = new_key()
    follow(
        row,
        step,
        actor=actor,
        key=key,
        facts={"clock": state.clock, "limit": limit.entry},
        personal={"body": reason},
    )
    link = messages_out.desk_address(row)
    messages_out.tell_users(row, _approvers(actor), "extension_asked", link, key=key)
    show(case, row)


def _approvers(actor: Actor) -> list:
    members = Membership.objects.active().filter(user__is_active=True, role=Role.SUPERVISOR)
    users = [member.user for member in members.select_related("user").order_by("pk")]
    return [user for user in users if not actor.is_one_with(user)]


@transaction.atomic
def approve_extension(case, *, actor: Actor) -> None:
    """Grant what a colleague asked for: never one's own. The customer reads the reason."""
    row, extension, step = _second_person(case, actor, "approve_extension")
    state = clocks.live(row).get(extension.clock)
    if state is None or state.state == clocks.MISSED:
        raise WrongState(_("这个时限已经过了，不能再延；请尽快答复客户。"))
    limit = Limit.read(extension.limit)
    due_at = extensions.due_with(row, extension)
    clocks.extend(row, extension.clock, limit, step.event)
    _answered(row, extension, Extension.Answer.APPROVED, actor)
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        before={"clock": extension.clock, "asked_by": f"user:{extension.asked_by.public_id}"},
        facts={"clock": extension.clock, "limit": limit.entry},
        personal={"body": extension.reason},
        detail=events.extended(due_at, limit, extension.reason),
    )
    show(case, row)


@transaction.atomic
def refuse_extension(case, *, actor: Actor) -> None:
    """The limit stays as it is; the customer hears nothing, as nothing was promised."""
    row, extension, step = _second_person(case, actor, "refuse_extension")
    _answered(row, extension, Extension.Answer.REFUSED, actor)
    follow(row, step, actor=actor, key=new_key(), facts={"clock": extension.clock})
    show(case, row)


def _second_person(case, actor: Actor, verb: str):
    row, role = take(case, actor, verb)
    step = allowed_step(row, actor, role, verb)
    extension = row.extensions.select_related("asked_by").get(answer=Extension.Answer.WAITING)
    if actor.is_one_with(extension.asked_by, extension.asker_person):
        raise NotAllowed(_("自己申请的延期要由另一位主管批准。"))
    return row, extension, step


def _answered(row: Case, extension: Extension, answer: str, actor: Actor) -> None:
    extension.answer, extension.answered_by = answer, actor.user
    extension.answered_at = moment.now()
    extension.save()
    row.extension_by = None
    in_app.settled(row, "extension_asked")
    # Whoever asked plans by it, and need not be who has the case.
    if extension.asked_by.is_active:
        text = f"extension_{answer}"
        link = messages_out.desk_address(row)
        messages_out.tell_users(row, [extension.asked_by], text, link, key=str(extension.pk))
