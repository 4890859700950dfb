"""What of a case can be found by its words, and by whom.

Three indexes (portal.words), so that nobody finds a case by what is not theirs to read: what all
its staff read, the institution's notes, the merchant's notes. Addresses and telephone numbers are
masked before: they are masked to whoever reads, and must not be guessed by searching.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from disputes.models import Case, Message
from disputes.models.message import Audience, Author
from portal.accounts.actor import Actor
from portal.viewing import masking
from portal.words import index

SHARED, OF_INSTITUTION, OF_MERCHANT = "case", "case.i", "case.m"
KINDS = (SHARED, OF_INSTITUTION, OF_MERCHANT)


def kinds_for(actor: Actor) -> tuple[str, ...]:
    return (SHARED, OF_MERCHANT if actor.is_merchant else OF_INSTITUTION)


def kind_of(audience: str, author_kind: str) -> str:
    """In which index a message's words belong."""
    if audience != Audience.INTERNAL:
        return SHARED
    return OF_MERCHANT if author_kind == Author.MERCHANT else OF_INSTITUTION


def facts_of(case: Case) -> list[str]:
    """What is said of a case beside its conversation."""
    return [case.number, case.merchant.name if case.merchant else "", case.claimed_merchant]


def note_case(case: Case) -> None:
    """In the transaction that opens the case, or gives it its payment."""
    index.add(SHARED, case.pk, [(text, 1) for text in facts_of(case) if text])


def note_message(message: Message) -> None:
    """In the transaction that adds the message to its case, or moves it to another."""
    kind = kind_of(message.audience, message.author_kind)
    if message.body:
        index.add(kind, message.case_id, [(masking.words(message.body), 1)])


def all_of(kind: str) -> Iterator[index.Thing]:
    """Every case with what `kind` holds of it, for `manage.py rebuild_words`."""
    cases = (
        Case.objects.filter(locked_at=None)
        .select_related("merchant")
        .prefetch_related("messages")
        .order_by("pk")
    )
    for case in cases.iterator(chunk_size=500):
        texts = facts_of(case) if kind == SHARED else []
        texts += [
            masking.words(each.body)
            for each in case.messages.all()
            if each.body and kind_of(each.audience, each.author_kind) == kind
        ]
        if texts:
            yield case.pk, [(text, 1) for text in texts if text]


def register() -> None:
    for kind in KINDS:
        index.register(kind, partial(all_of, kind))
