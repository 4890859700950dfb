"""A merchant's contract ends: nobody there signs in any more, and no customer waits for it."""

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.accounts import actions, policy
from portal.accounts.actions.withdraw_invitation import close
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Organisation
from portal.outbox import post

MERCHANT_CLOSED = "merchant_closed"


class Why(models.TextChoices):
    CONTRACT_ENDED = "contract_ended", gettext_lazy("合同终止")
    OUT_OF_BUSINESS = "out_of_business", gettext_lazy("停业")
    RISK = "risk", gettext_lazy("风险处置")
    OTHER = "other", gettext_lazy("其他")


def close_merchant(organisation: Organisation, *, reason: str, actor: Actor) -> Organisation:
    """Its people's rights and open invitations end with it; its open cases go to the institution
    (disputes.subscriptions). What it did stays, and `open_merchant` with its numbers opens it
    again. One that is closed already stays as it is.

    Raises NotAllowed, Invalid("reason").
    """
    if not policy.may_close(actor, organisation):
        raise NotAllowed(f"{actor.role} closes no {organisation.kind}")
    if reason not in Why:
        raise Invalid("reason", _("请选择停用的原因。"))
    with transaction.atomic():
        row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if not row.is_active:
            return row
        # Locked before the people are counted: one that is being accepted is a member afterwards.
        waiting = Invitation.objects.open().filter(organisation=row)
        for invitation in waiting.select_for_update(of=("self",)).order_by("pk"):
            close(invitation, actor=actor, reason="withdrawn")
        for membership in row.memberships.filter(is_active=True).order_by("pk"):
            actions.end_membership(membership, actor=actor)
        row.is_active = False
        row.save(update_fields=["is_active"])
        subject = f"organisation:{row.public_id}"
        event = audit.record(subject, "organisation.closed", actor=actor, reason=reason)
        post.news(
            f"{MERCHANT_CLOSED}:{event.pk}",
            topic=MERCHANT_CLOSED,
            organisation=str(row.public_id),
        )
    return row
