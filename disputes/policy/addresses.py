"""Where the next step up is found: rows that the institution keeps, as it keeps its limits."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import words
from disputes.models import AddressBook
from disputes.models.upward import Route
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.compiled import Compiled

FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("名称"),
    "telephone": gettext_lazy("电话"),
    "address": gettext_lazy("地址"),
    "hours": gettext_lazy("办公时间"),
}
LONGEST, LONGEST_NOTE = 120, 200
# What holds everywhere in China, until somebody enters the local ones.
FIRST: dict[str, dict[str, str]] = {
    Route.CENTRAL_BANK: {"telephone": "12363"},
    Route.MARKET: {"telephone": "12315"},
}


@dataclass(frozen=True)
class Address:
    """How one of those above is reached; texts that are not known are empty."""

    route: Route
    name: str
    telephone: str
    address: str
    hours: str

    @property
    def is_known(self) -> bool:
        return any((self.name, self.telephone, self.address))


_entries = Compiled(lambda: AddressBook.objects.order_by("-number").values_list("entries")[:1])


def current() -> dict[str, Address]:
    row = _entries.first()
    entries = json.loads(row[0]) if row else {}
    return {
        route.value: Address(route, **{name: entry.get(name, "") for name in FIELDS})
        for route in Route
        for entry in [entries.get(route.value, FIRST.get(route.value, {}))]
    }


def current_number() -> int:
    """0 while nobody has entered any."""
    return AddressBook.objects.order_by("-number").values_list("number", flat=True).first() or 0


def entries_now() -> dict[str, dict[str, str]]:
    return {
        route: {name: getattr(address, name) for name in FIELDS}
        for route, address in current().items()
    }


@transaction.atomic
def new_book(
    entries: dict[str, dict[str, str]], *, note: str, after: int, actor: Actor
) -> AddressBook:
    """Make these the addresses that customers see from now on. `after` is the number of the book
    that the actor was looking at, 0 for none.

    Raises NotAllowed, Invalid("note" | "entries").
    """
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(f"{actor.role} does not change the addresses")
    if not (note := words.one_line(note, LONGEST_NOTE)):
        raise Invalid("note", _("请写明为什么改"))
    current_book = AddressBook.objects.select_for_update().order_by("-number").first()
    before = current_book.number if current_book else 0
    if before != after:
        raise Invalid("entries", _("刚才有人改过，请先看一看现在的地址再改"))
    cleaned = {
        route.value: {
            name: words.one_line(entries.get(route.value, {}).get(name, ""), LONGEST)
            for name in FIELDS
        }
        for route in Route
    }
    if cleaned == entries_now():
        raise Invalid("entries", _("和现在的一样，没有要改的"))
    book = AddressBook.objects.create(
        number=before + 1, entries=cleaned, note=note, created_by=actor.user
    )
    audit.record(
        f"addresses:{book.number}",
        "addresses.changed",
        actor=actor,
        before={"number": before},
        after={"number": book.number, "entries": cleaned},
        reason=note,
    )
    return book
