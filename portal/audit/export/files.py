"""The lines of an export's files, one chunk of leaves after the other: memory stays flat.

events.jsonl    the events' canonical texts, in the order of the log
tree.txt        that order: `event HASH STEP SUBJECT`, and for what lies between them
                `hidden NUMBER LEVEL ROOT`, the roots of complete subtrees: one compact proof
                that all of the events are in the tree of the last checkpoint
openings.jsonl  what commitments stand for, as far as the reader may see it and it is not erased:
                `[number of the event, field, salt, value]`
"""

import json
from collections.abc import Iterator, Sequence
from itertools import batched, chain, pairwise

from portal.audit import store
from portal.audit.export.selection import chunks, leaves
from portal.audit.models import Opening
from portal.audit.tree import Node, NodeMissing, cover
from portal.erasure.models import locked_subjects

SUBTREES = 500  # of one query


def events(numbers: Sequence[int]) -> Iterator[bytes]:
    for chunk in chunks(numbers):
        for text in leaves(chunk).values_list("event__text", flat=True).iterator():
            yield text.encode() + b"\n"


def order(numbers: Sequence[int], marks: Sequence[int]) -> Iterator[bytes]:
    """tree.txt. The whole of what is hidden is parted at `marks` too, so that the root of each of
    these sizes can be computed on the way."""
    place = 0
    for chunk in chunks(numbers):
        rows = leaves(chunk).values_list(
            "number", "event__hash", "event__sequence", "event__subject"
        )
        for number, hash_, sequence, subject in rows:
            yield from _hidden(place, number, marks)
            yield f"event {hash_} {sequence} {quoted(subject)}\n".encode()
            place = number + 1
    yield from _hidden(place, marks[-1], marks)


def quoted(subject: str) -> str:
    """A subject as it stands in an event's text, without its quotes."""
    return json.dumps(subject, ensure_ascii=False)[1:-1]


def _hidden(start: int, end: int, marks: Sequence[int]) -> Iterator[bytes]:
    if start >= end:
        return
    stops = [start, *(mark for mark in marks if start < mark < end), end]
    nodes = chain.from_iterable(cover(*pair) for pair in pairwise(stops))
    for few in batched(nodes, SUBTREES):
        roots = store.read(few)
        for node in few:
            yield _hidden_line(node, roots)


def _hidden_line(node: Node, roots: dict[Node, bytes]) -> bytes:
    if node not in roots:
        raise NodeMissing(f"level {node.level}, position {node.position}")
    number = node.position << node.level
    return f"hidden {number} {node.level} {roots[node].hex()}\n".encode()


def openings(numbers: Sequence[int], fields: frozenset[str] | None) -> Iterator[bytes]:
    """Of `fields` alone; of all where None. At the end how many, so that a lost line is missed."""
    count = 0
    rows = Opening.objects.all() if fields is None else Opening.objects.filter(field__in=fields)
    # What is locked may be stored and not be used: it is withheld like what is erased.
    rows = rows.exclude(event__subject__in=locked_subjects())
    for chunk in chunks(numbers):
        found = rows.filter(event__leaf__in=leaves(chunk)).order_by("event__leaf__number", "field")
        for row in found.values_list("event__leaf__number", "field", "salt", "value"):
            yield json.dumps(row, ensure_ascii=False).encode() + b"\n"
            count += 1
    yield b'["end", "", "", %d]\n' % count
