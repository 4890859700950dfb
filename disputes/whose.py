"""Whose a case is, for rules about who looks at what (portal.viewing.sweep)."""

from disputes.models import Case
from portal.viewing.sweep import Whose


def of_cases(subjects: list[str]) -> dict[str, Whose]:
    numbers = [subject.removeprefix("case:") for subject in subjects]
    rows = Case.objects.filter(number__in=numbers).values_list(
        "number", "merchant_id", "assignee__public_id"
    )
    return {
        f"case:{number}": Whose(
            merchant=str(merchant or ""),
            keeper=f"user:{assignee}" if assignee else "",
            is_case=True,
        )
        for number, merchant, assignee in rows
    }
