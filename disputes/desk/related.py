"""The other cases beside one: of its payment, its customer, its shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db.models import BigAutoField, CharField, DateTimeField, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from disputes.models import Case
from disputes.models.case import OPEN_STATUSES, Kind
from portal.accounts.actor import Actor
from portal.compiled import CompiledFor, Later
from receipts.models import Merchant, Payment

DAYS = 30  # so far back a shop's other cases count
MANY = 99
MOST = 60


class Other(NamedTuple):
    """A case as far as it is named beside another."""

    pk: int
    number: str
    payment_id: int | None
    contact_hash: str
    kind: str
    status: str
    organisation_id: int | None
    merged_into_id: int | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def kind_label(self) -> str | Promise:
        return Kind(self.kind).label


@dataclass(frozen=True)
class Related:
    """As far as this person may see them."""

    of_payment: list[Other]
    of_contact: list[Other]
    of_merchant: int  # how many; above `many` that alone is said
    many: int = MANY


def of(case: Case, actor: Actor) -> Related:
    """A merchant is told of those of the payment alone."""
    given = {"case": case.pk, "payment": case.payment_id, "contact": case.contact_hash}
    if actor.is_institution:
        since = timezone.now() - timedelta(days=DAYS)
        compiled = _with_payment if case.payment_id else _without
        rows = compiled(actor.role, actor).all(**given)
        shop = {"case": case.pk, "shop": case.merchant_id, "since": since}
        of_shop = _in_shop(actor.role, actor).all(**shop)
    else:
        rows = list(_others(actor, Q(payment=case.payment_id), case.pk)) if case.payment_id else []
        of_shop = []
    others = [Other(*row) for row in rows]
    return Related(
        of_payment=[o for o in others if case.payment_id and o.payment_id == case.payment_id],
        of_contact=[
            o for o in others if actor.is_institution and o.contact_hash == case.contact_hash
        ],
        of_merchant=len(of_shop),
    )


def _others(actor: Actor, condition: Q, case: int | Later) -> QuerySet:
    return (
        Case.objects.visible_to(actor)
        .filter(condition)
        .exclude(pk=case)
        .order_by("-opened_at", "-pk")
        .values_list(
            *("pk", "number", "payment_id", "contact_hash", "kind", "status"),
            *("organisation_id", "merged_into_id"),
        )[:MOST]
    )


CASE = Later("case", BigAutoField())
CONTACT = Q(contact_hash=Later("contact", CharField()))
PAYMENT = Q(payment=Later("payment", Payment._meta.pk))


def _of_contact(actor: Actor) -> QuerySet:
    return _others(actor, CONTACT, CASE)


def _of_both(actor: Actor) -> QuerySet:
    return _others(actor, CONTACT | PAYMENT, CASE)


def _of_shop(actor: Actor) -> QuerySet:
    cases = Case.objects.visible_to(actor).filter(
        merchant=Later("shop", Merchant._meta.pk), opened_at__gt=Later("since", DateTimeField())
    )
    return cases.exclude(pk=CASE).order_by().values_list("pk")[: MANY + 1]


# What the institution's people may see depends on their role alone.
_with_payment, _without, _in_shop = map(CompiledFor, (_of_both, _of_contact, _of_shop))
