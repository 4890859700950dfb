"""Merchants by what people remember of them: a part of the name, in Chinese or English, of the
number, the city.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from portal.accounts.actor import Actor
from portal.words import index

if TYPE_CHECKING:
    from receipts.models import Merchant

KIND = "merchant"
SEARCHED = ("name", "name_en", "merchant_no", "city")
_WEIGHTS = dict(zip(SEARCHED, (8, 6, 3, 1), strict=True))
# Of an own chain all are looked at; the institution's are found by the index.
OWN = 2_000


def texts_of(merchant: Merchant) -> list[tuple[str, int]]:
    return [(getattr(merchant, name), weight) for name, weight in _WEIGHTS.items()]


def keep_in_step(merchants: Iterable[Merchant], *, are_new: bool = False) -> None:
    """Write the index of merchants that were made or changed, in the same transaction."""
    index.write(KIND, ((each.pk, texts_of(each)) for each in merchants), are_new=are_new)


def forget(ids: Iterable[int]) -> None:
    index.forget(KIND, ids)


def all_things() -> Iterator[index.Thing]:
    from receipts.models import Merchant

    for merchant in Merchant.objects.order_by("pk").iterator(chunk_size=1_000):
        yield merchant.pk, texts_of(merchant)


def named(words: str, merchants: QuerySet, actor: Actor, most: int) -> tuple[list[Merchant], bool]:
    """Of `merchants` (what the actor may see) those that answer best, the best first; and whether
    they have all of the words, or only most.

    A whole merchant number or exact name is that one alone.
    """
    if exact := list(merchants.filter(Q(merchant_no=words) | Q(name=words))[:most]):
        return exact, True
    if actor.is_merchant:
        return _ranked(words, merchants[:OWN])[:most], True
    found = _ranked(words, merchants.filter(pk__in=index.find(KIND, words)))
    if found:
        return found[:most], True
    near = index.find_near(KIND, words)
    rows = {merchant.pk: merchant for merchant in merchants.filter(pk__in=near)}
    return [rows[pk] for pk in near if pk in rows][:most], False


def _ranked(words: str, merchants: Iterable[Merchant]) -> list[Merchant]:
    fits = ((index.rank(words, texts_of(each)), each) for each in merchants)
    good = [(fit, each) for fit, each in fits if fit is not None]
    return [each for _fit, each in sorted(good, key=lambda pair: (*pair[0], pair[1].merchant_no))]
