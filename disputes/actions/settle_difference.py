"""A difference between a file and our book has been looked into."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import differences, moment, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, SettledDifference
from portal.accounts.actor import Actor

LONGEST = 300


@transaction.atomic
def settle_difference(
    case, *, actor: Actor, key: str, why: str, amount_minor: int, reason: str
) -> SettledDifference:
    """Say why it is none that anybody must act on. `why` and `amount_minor`: as it was read; it
    stays settled as long as it is that. No money moves by it.

    Raises WrongState where it is another or gone meanwhile, Invalid("settle_why").
    """
    row, role = take(case, actor, "settle_difference")
    step = allowed_step(row, actor, role, "settle_difference")
    if actor.user is None:
        raise NotAllowed()
    found = differences.find(Case.objects.filter(pk=row.pk), key)
    if found is None or (found.why, found.amount_minor) != (why, amount_minor):
        raise WrongState(_("这处差异刚才变了，请看现在的再了结。"))
    before = differences.last_settled([key]).get(key)
    if before is not None and found.is_as(before):
        return before
    if not (reason := words.one_line(reason, LONGEST)):
        raise Invalid("settle_why", _("请写明查到了什么、为什么可以了结。"))
    settled = SettledDifference.objects.create(
        key=key,
        case=row,
        why=why,
        amount_minor=amount_minor,
        currency=found.currency,
        reason=reason,
        settled_by=actor.user,
        settled_at=moment.now(),
    )
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"difference": key, "why": why, "amount_minor": amount_minor},
        reason=reason,
    )
    show(case, row)
    return settled
