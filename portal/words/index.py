"""Writing the index and asking it. Whoever changes a thing writes its pieces in the same
transaction; `rebuild` writes all of a kind anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from portal.words import grams
from portal.words.models import Gram

# A text and its weight: a hit in a weightier one comes first.
Texts = Sequence[tuple[str, int]]
Thing = tuple[int, Texts]

AT_ONCE = 200  # things
CANDIDATES = 400  # that are looked at one by one, the weightiest first
NEARLY = 0.6  # of the pieces, where no thing has them all

_sources: dict[str, Callable[[], Iterable[Thing]]] = {}


def register(kind: str, things: Callable[[], Iterable[Thing]]) -> None:
    """In `AppConfig.ready`: where all things of a kind come from, for `rebuild`."""
    _sources[kind] = things


def kinds() -> list[str]:
    return sorted(_sources)


def write(kind: str, things: Iterable[Thing], *, are_new: bool = False) -> int:
    """Index these things anew, in the caller's transaction; how many. `are_new`: none of them was
    indexed before."""
    number = 0
    for some in batched(things, AT_ONCE, strict=False):
        if not are_new:
            forget(kind, [ref for ref, _texts in some])
        _insert([row for ref, texts in some for row in _rows(kind, ref, texts)])
        number += len(some)
    return number


def add(kind: str, ref: int, texts: Texts) -> None:
    """Index more of a thing, beside what is indexed of it already; in the caller's transaction."""
    _insert(list(_rows(kind, ref, texts)))


def forget(kind: str, refs: Iterable[int]) -> None:
    """These things are found no longer."""
    Gram.objects.filter(kind=kind, ref__in=list(refs)).delete()


def rebuild(kind: str) -> int:
    """All things of a kind, in one transaction, so that nobody finds half of them."""
    with transaction.atomic():
        Gram.objects.filter(kind=kind).delete()
        return write(kind, _sources[kind](), are_new=True)


def _rows(kind: str, ref: int, texts: Texts) -> Iterator[tuple[str, int, int, int]]:
    weights: dict[int, int] = {}
    for text, weight in texts:
        for gram in grams.of_text(text):
            weights[gram] = max(weights.get(gram, 0), weight)
    return ((kind, gram, ref, weight) for gram, weight in weights.items())


def _insert(rows: list[tuple[str, int, int, int]]) -> None:
    """Thousands of rows for one chunk of a file: without an object for each."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO words_gram (kind, gram, ref, weight) SELECT * FROM"
                " unnest(%s::text[], %s::bigint[], %s::bigint[], %s::smallint[])"
                " ON CONFLICT DO NOTHING",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            cursor.executemany(
                "INSERT INTO words_gram (kind, gram, ref, weight) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                rows,
            )


def find(kind: str, text: str) -> list[int]:
    """Things that have every piece of every word typed, the weightiest first: candidates, whose
    own texts `rank` then looks at. At most CANDIDATES."""
    wanted = grams.of_query(text)
    return [] if wanted.is_empty else list(having_all(kind, wanted)[:CANDIDATES])


def find_near(kind: str, text: str) -> list[int]:
    """Where nothing has all: things that have most pieces, the nearest first."""
    wanted = grams.of_query(text)
    least = math.ceil(len(wanted.grams) * NEARLY)
    if len(wanted.grams) < 2:
        return []
    near = (
        Gram.objects.filter(kind=kind, gram__in=wanted.grams)
        .values("ref")
        .annotate(pieces=Count("gram"), score=Sum("weight"))
        .filter(pieces__gte=least)
    )
    return list(near.order_by("-pieces", "-score", "ref").values_list("ref", flat=True)[:20])


def having_all(kind: str, wanted: grams.Wanted) -> QuerySet:
    """The query that `find` makes, not yet asked."""
    pieces = Gram.objects.filter(kind=kind)
    ranges = sorted(wanted.ranges)
    if wanted.grams:
        pieces = pieces.filter(gram__in=wanted.grams)
    else:
        pieces = pieces.filter(gram__range=ranges.pop())
    for each in ranges:
        beginning = Gram.objects.filter(kind=kind, gram__range=each)
        pieces = pieces.filter(ref__in=beginning.values("ref"))
    found = pieces.values("ref").annotate(score=Sum("weight"), pieces=Count("gram"))
    if wanted.grams:
        found = found.filter(pieces=len(wanted.grams))
    return found.order_by("-score", "ref").values_list("ref", flat=True)


def rank(text: str, texts: Texts) -> tuple[int, ...] | None:
    """How well a thing answers what was typed, to sort by (least first); None: not at all.

    A word that is the whole text beats one that begins it, that one inside; in each, the weight of
    the text decides. Of equals the shorter comes first.
    """
    words = grams.of_query(text).words
    compacted = [(grams.compact(each), weight) for each, weight in texts if each]
    whole = grams.compact(text)
    best = max((_fit(whole, *each) for each in compacted), default=0)
    total = 0
    for word in words:
        fit = max((_fit(word, *each) for each in compacted), default=0)
        if not fit:
            return None
        total += fit
    return (-best, -total, len(compacted[0][0]) if compacted else 0)


def _fit(word: str, text: str, weight: int) -> int:
    if word == text:
        return 100 + weight
    if text.startswith(word):
        return 50 + weight
    return weight if word in text else 0
