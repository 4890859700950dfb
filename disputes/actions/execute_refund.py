"""Operations executed a refund at the acquirer by hand, or could not."""

from django.utils.translation import gettext as _

from disputes import words
from disputes.actions.step import allowed_step, follow, show, take
from disputes.errors import Invalid, WrongState
from disputes.events import executed_detail
from disputes.models import Case, Refund
from disputes.refunds import course
from portal import card_numbers, compiled_writes
from portal.accounts.actor import Actor
from portal.compiled import Compiled, Later
from portal.durable import durable

LONGEST = 64
State = Refund.State
_numbered = Compiled(
    lambda: Refund.objects.select_for_update(of=("self",)).filter(
        case=Later("case", Case._meta.pk), number=Later("number", Refund._meta.get_field("number"))
    )
)


@durable()
def note_executed(case, *, actor: Actor, refund: str, reference: str) -> Refund:
    """The refund of that number is executed, under the acquirer's `reference`. Looked at once more
    before: where files told meanwhile that too much would go back, it is refused.
    Raises Invalid("reference" | "amount")."""
    row, role = take(case, actor, "note_executed")
    step = allowed_step(row, actor, role, "note_executed")
    found = _to_execute(row, refund, State.APPROVED, State.UNKNOWN)
    reference = words.one_line(reference, LONGEST)
    if not reference or card_numbers.holds_one(reference):
        raise Invalid("reference", _("请填收单方给的参考号或流水号，最多 64 字。"))
    course.executed(row, found, reference=reference)
    follow(
        row,
        step,
        actor=actor,
        key=found.number,
        facts={**course.facts(found), "reference": reference, "due_on": str(found.due_on)},
        detail=executed_detail(found),
    )
    show(case, row)
    return found


@durable()
def note_not_executed(case, *, actor: Actor, refund: str, reason: str) -> Refund:
    """It could not be executed, and no money moved. Raises Invalid("not_executed_why")."""
    row, role = take(case, actor, "note_not_executed")
    step = allowed_step(row, actor, role, "note_not_executed")
    found = _to_execute(row, refund, State.APPROVED)
    try:
        why = words.clean(reason, "not_executed_why", 300)
    except Invalid:
        raise Invalid("not_executed_why", _("请写明为什么没有退成，最多 300 字。")) from None
    course.failed(row, found, why=why)
    follow(
        row,
        step,
        actor=actor,
        key=found.number,
        facts=course.facts(found),
        personal={"body": why},
        detail=course.amount(found),
    )
    course.tell_proposer(row, found, "refund_failed", found.number)
    show(case, row)
    return found


def _to_execute(row, number: str, *states: str) -> Refund:
    refund = next(iter(_numbered.queryset(case=row.pk, number=number)), None)
    if refund is None or refund.state not in states:
        raise WrongState(_("这笔退款的状态刚刚变了，请刷新后再看。"))
    return compiled_writes.as_read(refund)
