"""The newest things that have what was typed, however many things there are.

`index.find` weighs all that match, which suits names. Of matters that grow without end one wants
the newest: the rarest piece leads, from the highest id down, and each thing is asked for the other
pieces. So the cost hangs on the question and on `LOOKED_AT`, not on how much is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from portal.words import grams
from portal.words.grams import Wanted

LOOKED_AT = 10_000  # things of the leading piece that are asked for the others
RARE = 500  # a piece is counted so far to find the rarest
COUNTED = 12  # pieces, at most, that are counted


@dataclass(frozen=True)
class Found:
    """`refs`, the highest first; `all_seen`: nothing that has the pieces was left unasked."""

    refs: list[int]
    all_seen: bool


def newest(kinds: Sequence[str], text: str, *, most: int, below: int | None = None) -> Found:
    """At most `most` things that have every piece of `text` in any of `kinds`; with `below`, of
    the things with a lower id."""
    wanted = grams.of_query(text)
    if wanted.is_empty:
        return Found([], True)
    refs: set[int] = set()
    all_seen = True
    with connection.cursor() as cursor:
        lead = _rarest(cursor, kinds, wanted)
        for kind in kinds:
            some, complete = _of_kind(cursor, kind, kinds, wanted, lead, most, below)
            refs.update(some)
            all_seen = all_seen and complete
    return Found(sorted(refs, reverse=True)[:most], all_seen and len(refs) <= most)


def _rarest(cursor, kinds: Sequence[str], wanted: Wanted) -> int | None:
    """The piece of which there are fewest; None where there are only beginnings of pieces."""
    pieces = sorted(wanted.grams)
    if len(pieces) <= 1:
        return pieces[0] if pieces else None
    pieces = pieces[:: -(-len(pieces) // COUNTED)]
    places = ", ".join(["%s"] * len(kinds))
    one = (
        "(SELECT COUNT(*) FROM (SELECT 1 FROM words_gram WHERE kind IN ("  # noqa: S608
        f"{places}) AND gram = %s LIMIT {RARE}) counted)"
    )
    values: list = []
    for piece in pieces:
        values += [*kinds, piece]
    cursor.execute("SELECT " + ", ".join([one] * len(pieces)), values)
    return min(zip(cursor.fetchone(), pieces, strict=True))[1]


def _of_kind(
    cursor,
    kind: str,
    kinds: Sequence[str],
    wanted: Wanted,
    lead: int | None,
    most: int,
    below: int | None,
) -> tuple[list[int], bool]:
    places = ", ".join(["%s"] * len(kinds))
    values: list = [kind]
    ranges = sorted(wanted.ranges)
    if lead is None:
        bound, order = "gram BETWEEN %s AND %s", ""
        values += ranges.pop()
    else:
        bound, order = "gram = %s", "ORDER BY ref DESC"
        values.append(lead)
    if below is not None:
        bound += " AND ref < %s"
        values.append(below)
    has = (
        "EXISTS (SELECT 1 FROM words_gram g WHERE g.ref = lead.ref"  # noqa: S608
        f" AND g.kind IN ({places}) AND "
    )
    others = []
    for piece in sorted(wanted.grams - {lead}):
        others.append(has + "g.gram = %s)")
        values += [*kinds, piece]
    for low, high in ranges:
        others.append(has + "g.gram BETWEEN %s AND %s)")
        values += [*kinds, low, high]
    where = f"WHERE {' AND '.join(others)} " if others else ""
    cursor.execute(
        f"SELECT DISTINCT ref FROM (SELECT ref FROM words_gram WHERE kind = %s AND {bound}"  # noqa: S608
        f" {order} LIMIT {LOOKED_AT}) lead {where}ORDER BY ref DESC LIMIT {int(most) + 1}",
        values,
    )
    refs = [row[0] for row in cursor.fetchall()]
    return refs, len(refs) <= most and _is_complete(cursor, kind, bound, values)


def _is_complete(cursor, kind: str, bound: str, values: list) -> bool:
    """Whether the leading piece has no more things than were looked at."""
    length = 1 + bound.count("%s")
    cursor.execute(
        f"SELECT 1 FROM words_gram WHERE kind = %s AND {bound} LIMIT 1 OFFSET {LOOKED_AT}",  # noqa: S608
        values[:length],
    )
    return cursor.fetchone() is None
