"""A merchant signs up: an organisation of its own, its merchant numbers, its first person."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Organisation, Role
from portal.accounts.typed import plain
from receipts.models import Merchant


def open_merchant(
    *,
    name: str,
    merchant_numbers: list[str],
    email: str,
    actor: Actor,
    person: str = "",
    language: str = "zh-hans",
) -> Invitation:
    """The person is invited as manager. From now on the shop's cases start with the merchant.

    Raises NotAllowed, Invalid("name" | "merchant_numbers" | "email").
    """
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(f"{actor.role} opens no merchant")
    name = plain("name", name)
    if not name:
        raise Invalid("name", _("请填商户的名称。"))
    with transaction.atomic():
        merchants = _free(merchant_numbers)
        organisation = Organisation.objects.create(kind=Organisation.Kind.MERCHANT, name=name)
        Merchant.objects.filter(pk__in=[each.pk for each in merchants]).update(
            organisation=organisation
        )
        audit.record(
            f"organisation:{organisation.public_id}",
            "organisation.opened",
            actor=actor,
            after={
                "name": organisation.name,
                "merchants": [each.merchant_no for each in merchants],
            },
        )
        return actions.invite(
            organisation,
            role=Role.MANAGER,
            email=email,
            name=person,
            language=language,
            actor=actor,
        )


def _free(numbers: list[str]) -> list[Merchant]:
    """The merchants of these numbers, locked; all known, and none of anybody else's."""
    if not numbers:
        raise Invalid("merchant_numbers", _("请填至少一个商户编号，在小票上，15 位。"))
    found = {
        each.merchant_no: each
        for each in Merchant.objects.select_for_update().filter(merchant_no__in=numbers)
    }
    if unknown := [number for number in numbers if number not in found]:
        raise Invalid(
            "merchant_numbers",
            _("没有这个商户编号：%(numbers)s。请核对，或先导入它的交易。")
            % {"numbers": "、".join(unknown)},
        )
    if taken := [number for number in numbers if found[number].organisation_id]:
        raise Invalid(
            "merchant_numbers",
            _("已属于别的商户账户：%(numbers)s。") % {"numbers": "、".join(taken)},
        )
    return [found[number] for number in dict.fromkeys(numbers)]
