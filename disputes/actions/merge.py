"""Two cases about one thing become one, and are parted again with nothing lost.

The later goes on in the earlier, so no promise gets weaker. Both have the same contact and the same
merchant: so whoever reads one may read the other, and no word reaches anybody new
(docs/decisions/merging.md).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import moment, wording
from disputes.actions.step import allowed_step, follow, new_key, show, system_line, take
from disputes.errors import Invalid, WrongState
from disputes.models import Case
from disputes.models.case import Stage
from portal import audit
from portal.accounts.actor import Actor

FIELD = "merge_with"


@transaction.atomic
def merge(case, *, actor: Actor, other: Case | None) -> Case:
    """Merge the later of the two into the earlier, which is given back. Raises Invalid
    ("merge_with") where they are not about one thing, or one of them is closed."""
    if other is None or other.pk == case.pk:
        raise Invalid(FIELD, _("请选另一件案件。"))
    # In one order, whichever was asked first: two who merge at once wait for each other.
    both = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk, other.pk])
    locked = list(both.order_by("pk"))
    earlier, later = sorted(locked, key=lambda each: (each.opened_at, each.pk))
    row, role = take(later, actor, "merge")
    step = allowed_step(row, actor, role, "merge")
    into, _role = take(earlier, actor, "merge")
    _check(row, into)
    row.merged_into, row.merged_from = into, row.status
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"into": into.number},
        detail=into.number,
    )
    system_line(into, "took_in", row.number)
    facts = {"case": row.number}
    audit.record(into.subject, "case.took_in", actor=actor, after=facts, at=moment.now())
    wording.moved(row.pk, into.pk)
    show(case, row if case.pk == row.pk else into)
    return into


def _check(row: Case, into: Case) -> None:
    if not into.is_open:
        raise WrongState(_("案件 %(number)s 已经办结。") % {"number": into.number})
    if row.contact_hash != into.contact_hash:
        raise Invalid(FIELD, _("两件案件留的联系方式不同，可能是两个人，不能并案。"))
    if row.organisation_id != into.organisation_id:
        raise Invalid(FIELD, _("两件案件的商户不同，不能并案。"))
    if row.stage != into.stage and into.stage == Stage.MERCHANT:
        raise Invalid(
            FIELD, _("请先把案件 %(number)s 转到机构，再并案。") % {"number": into.number}
        )
    if row.offered_minor is not None or row.extension_by_id is not None:
        raise Invalid(
            FIELD, _("案件 %(number)s 有提出的退款或延期还没有答复。") % {"number": row.number}
        )
    if row.merged.exists():
        raise Invalid(
            FIELD, _("案件 %(number)s 里并着别的案件，请先分开。") % {"number": row.number}
        )


@transaction.atomic
def part(case, *, actor: Actor) -> None:
    """Undo it: the case is again where and how it was, its clocks run on where they stood."""
    row, role = take(case, actor, "part")
    step = allowed_step(row, actor, role, "part")
    into = Case.objects.select_for_update(of=("self",)).get(merged=row)
    row.merged_into = None
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"from": into.number},
        detail=into.number,
    )
    facts = {"case": row.number}
    audit.record(into.subject, "case.let_go", actor=actor, after=facts, at=moment.now())
    system_line(into, "parted", row.number)
    wording.moved(row.pk, into.pk)
    show(case, row)
