"""A customer's e-mail or mobile number as the staff's pages show it: enough to recognise it."""

from disputes.models import Case


def masked(case: Case) -> str:
    """138****5678, l***@example.com."""
    name, at, domain = case.contact.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    digits = case.contact
    return f"{digits[:-8]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"
