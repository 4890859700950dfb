"""What of a case can be found by its words, and by whom.

Three indexes (portal.words), so that nobody finds a case by what is not theirs to read: what all
its staff read, the institution's notes, the merchant's notes. Addresses and telephone numbers are
masked before: they are masked to whoever reads, and must not be guessed by searching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from django.db.models import Prefetch, QuerySet

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


def moved(*numbers: int) -> None:
    """In the transaction that merges cases or parts them, or lets go of one: the words of each
    stand where they are read, in the case in which it goes on."""
    cases = list(_cases().filter(pk__in=numbers))
    for kind in KINDS:
        index.forget(kind, numbers)
        index.write(kind, _things(kind, cases), are_new=True)


def all_of(kind: str) -> Iterator[index.Thing]:
    """Every case with what `kind` holds of it, for `manage.py rebuild_words`."""
    return _things(kind, _cases().order_by("pk").iterator(chunk_size=500))


def _cases() -> QuerySet[Case]:
    """Those that go on in another are found there."""
    return (
        Case.objects.filter(locked_at=None, merged_into=None)
        .select_related("merchant")
        .prefetch_related(
            "messages",
            Prefetch("merged", Case.objects.filter(locked_at=None).prefetch_related("messages")),
        )
    )


def _things(kind: str, cases: Iterable[Case]) -> Iterator[index.Thing]:
    for case in cases:
        texts = facts_of(case) if kind == SHARED else []
        texts += [
            masking.words(each.body)
            for one in (case, *case.merged.all())
            for each in one.messages.all()
            if each.body and kind_of(each.audience, each.author_kind) == kind
        ]
        if texts:
            yield case.pk, [(text, 1) for text in texts if text]


def register() -> None:
    for kind in KINDS:
        index.register(kind, partial(all_of, kind))
