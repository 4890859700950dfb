"""Who is who towards a case: an actor's part in it, and the merchant's people."""

from django.utils.translation import gettext

from disputes.policy.table import CONSUMER, MERCHANT, SYSTEM
from portal.accounts import institution
from portal.accounts.actor import Actor
from portal.accounts.models import INSTITUTION_ROLES, Membership, Organisation, Role
from receipts.models import Merchant


def role_in(case, actor: Actor | None) -> str:
    """The role in which `actor` stands before this case; "" when it has no part in it.

    A customer is known by what was proved, so that a pass for one case opens no other.
    """
    if actor is None:
        return ""
    if actor.is_consumer:
        return CONSUMER if actor.id == Actor.consumer(case.subject).id else ""
    if actor.kind == "system":
        return SYSTEM
    if actor.is_merchant:
        ours = actor.organisation is not None and actor.organisation.pk == case.organisation_id
        return actor.role if ours and actor.role in MERCHANT else ""
    if actor.is_institution:
        return actor.role if actor.role in INSTITUTION_ROLES else ""
    return ""


def active_members(organisation: Organisation):
    """Who at the merchant can answer a case."""
    return Membership.objects.filter(
        organisation=organisation,
        organisation__is_active=True,
        is_active=True,
        user__is_active=True,
        role__in=MERCHANT,
    )


def active_organisation(merchant: Merchant | None) -> Organisation | None:
    """The merchant's organisation if somebody there can answer."""
    organisation = merchant.organisation if merchant else None
    if organisation and active_members(organisation).exists():
        return organisation
    return None


def to_be_told(organisation: Organisation | None) -> list:
    """The merchant's people who hear of a case: its managers; where it has none, its clerks."""
    if organisation is None:
        return []
    members = list(active_members(organisation).select_related("user").order_by("pk"))
    managers = [m.user for m in members if m.role == Role.MANAGER]
    return managers or [m.user for m in members]


def institution_name(known: Organisation | None = None) -> str:
    """What customers know the institution as, in the language of the moment; `known`: as in
    `institution.name`."""
    return institution.name(known) or gettext("支付机构")
