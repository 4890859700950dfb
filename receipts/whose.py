"""Whose a payment is, for rules about who looks at what (portal.viewing.sweep)."""

from uuid import UUID

from portal.viewing.sweep import Whose
from receipts.models import Payment


def of_payments(subjects: list[str]) -> dict[str, Whose]:
    ids = [UUID(subject.removeprefix("payment:")) for subject in subjects]
    rows = Payment.objects.filter(pk__in=ids).values_list("pk", "merchant_id")
    return {f"payment:{pk}": Whose(merchant=str(merchant)) for pk, merchant in rows}
