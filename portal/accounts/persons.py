"""Which accounts are one human being, where two pairs of eyes are asked for.

By default the mail address says it: an invitation is taken by whoever reads the mail at that
address, so two accounts of one address are one person, in whatever way it is written. It never
changes by itself, so that another address makes nobody a second person. What it does not find: a
person with two mailboxes (docs/decisions/refunds.md).
"""

import uuid

from portal.gate.tokens import keyed_hash

# Providers that read an address without its dots.
WITHOUT_DOTS = {"gmail.com", "googlemail.com"}


def of_account(email: str, public_id: uuid.UUID) -> str:
    """The mark of a new account; without an address it is a person of its own."""
    address = plain(email)
    told = f"mail:{address}" if address else f"account:{public_id}"
    return keyed_hash("person", told)


def plain(email: str) -> str:
    """wang.li+second@Example.ORG → wang.li@example.org: one mailbox, however it is written."""
    local, at, domain = email.strip().casefold().rpartition("@")
    if not at:
        return ""
    local = local.partition("+")[0]
    if domain in WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
