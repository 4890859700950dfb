from django.db import transaction
from django.utils.translation import gettext as _

from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid
from disputes.policy.table import INSTITUTION
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Organisation, User


def assignable() -> list[User]:
    """Who may be given a case: the institution's active people who work on cases."""
    return list(User.objects.filter(pk__in=_workers().values("user")).order_by("name", "pk"))


def _workers():
    return Membership.objects.filter(
        organisation__kind=Organisation.Kind.INSTITUTION,
        organisation__is_active=True,
        is_active=True,
        user__is_active=True,
        role__in=INSTITUTION,
    )


@transaction.atomic
def assign(case, *, actor: Actor, assignee: User | None) -> None:
    """Give the case to somebody at the institution, or to nobody. The same again does nothing."""
    row, role = take(case, actor, "assign")
    step = allowed_step(row, actor, role, "assign")
    if row.assignee_id == (assignee.pk if assignee else None):
        show(case, row)
        return
    if assignee and not _workers().filter(user=assignee).exists():
        raise Invalid("assignee", _("不能分派给这个人。"))
    before = {"assignee": _pseudonym(row.assignee)}
    row.assignee = assignee
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        before=before,
        facts={"assignee": _pseudonym(assignee)},
    )
    show(case, row)


def _pseudonym(user: User | None) -> str:
    return f"user:{user.public_id}" if user else ""
