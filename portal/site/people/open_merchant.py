"""A merchant signs up: an organisation of its own, its merchant numbers, its first person."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import actions
from portal.accounts.actions.withdraw_invitation import close
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
    One that was closed (close_merchant) opens again, with what it had, when its numbers are named.

    Raises NotAllowed, Invalid("name" | "merchant_numbers" | "email").
    """
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(f"{actor.role} opens no merchant")
    name = plain("name", name)
    if not name:
        raise Invalid("name", _("请填商户的名称。"))
    with transaction.atomic():
        merchants, closed = _free(merchant_numbers)
        organisation = (
            _reopened(closed, name, merchants, actor) if closed else _opened(name, merchants, actor)
        )
        Merchant.objects.filter(pk__in=[each.pk for each in merchants]).update(
            organisation=organisation
        )
        return actions.invite(
            organisation,
            role=Role.MANAGER,
            email=email,
            name=person,
            language=language,
            actor=actor,
        )


def _opened(name: str, merchants: list[Merchant], actor: Actor) -> Organisation:
    made = Organisation.objects.create(kind=Organisation.Kind.MERCHANT, name=name)
    facts = {"name": name, "merchants": [each.merchant_no for each in merchants]}
    audit.record(f"organisation:{made.public_id}", "organisation.opened", actor=actor, after=facts)
    return made


def _reopened(
    closed: Organisation, name: str, merchants: list[Merchant], actor: Actor
) -> Organisation:
    # One that was written while the account was being closed lets nobody in now.
    for left in Invitation.objects.filter(
        organisation=closed, accepted_at=None, withdrawn_at=None
    ).select_for_update():
        close(left, actor=actor, reason="withdrawn")
    before = {"name": closed.name}
    closed.name, closed.is_active = name, True
    closed.save(update_fields=["name", "is_active"])
    audit.record(
        f"organisation:{closed.public_id}",
        "organisation.reopened",
        actor=actor,
        before=before,
        after={"name": name, "merchants": [each.merchant_no for each in merchants]},
    )
    return closed


def _free(numbers: list[str]) -> tuple[list[Merchant], Organisation | None]:
    """The merchants of these numbers, locked; all known, and none of anybody else's: of nobody's,
    or all that have an account of the same closed one, which is given with them."""
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
    closed = _closed({each.organisation_id for each in found.values()})
    if taken := [
        number
        for number in numbers
        if (owner := found[number].organisation_id) and not (len(closed) == 1 and owner in closed)
    ]:
        raise Invalid(
            "merchant_numbers",
            _("已属于别的商户账户：%(numbers)s。") % {"numbers": "、".join(taken)},
        )
    merchants = [found[number] for number in dict.fromkeys(numbers)]
    return merchants, next(iter(closed.values()), None)


def _closed(owners: set[int | None]) -> dict[int, Organisation]:
    """Those of them that are closed, locked: another administrator may be opening one again."""
    rows = Organisation.objects.select_for_update(no_key=True).filter(
        pk__in=[each for each in owners if each], is_active=False
    )
    return {row.pk: row for row in rows.order_by("pk")}
