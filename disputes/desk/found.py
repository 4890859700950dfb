"""Cases by what one remembers of them: number, card tail, merchant, or words that were said.

Newest first. What the index of words offers is looked at again on the texts that this person may
read (`Message.visible_to`): whatever the index held, nobody finds a case by what is not theirs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from disputes import wording
from disputes.desk import paging
from disputes.desk.filters import Filters
from disputes.desk.paging import PAGE, Page
from disputes.models import Case, Message
from portal.accounts.actor import Actor
from portal.viewing import masking
from portal.words import grams
from portal.words.newest import newest
from receipts.merchant_search import named
from receipts.models import Merchant, Payment

AROUND = 4  # characters before what was found
LONGEST = 56


def found(words: str, actor: Actor, after: str = "", filters: Filters | None = None) -> Page:
    """A page of what answers `words`; each way stands on an index of its own."""
    words = words.strip()
    compact = words.replace(" ", "")
    cases = Case.objects.visible_to(actor).select_related("merchant", "payment", "assignee")
    cases = filters.of(cases, actor) if filters else cases
    if not words:
        return Page([])
    if re.fullmatch(r"\d{4}-\d{0,6}", compact):
        return paging.by_id(cases.filter(number__startswith=compact), after, newest_first=True)
    if re.fullmatch(r"\d{8}", compact):
        number = f"{compact[:4]}-{compact[4:]}"
        if (page := paging.by_id(cases.filter(number=number), after, newest_first=True)).rows:
            return page
    elif re.fullmatch(r"\d{4}", compact):
        payments = Payment.objects.visible_to(actor).filter(
            Q(card_tail=compact) | Q(wallet_tail=compact)
        )
        of_tail = cases.filter(payment__in=payments.order_by().values("pk"))
        return paging.by_id(of_tail, after, newest_first=True)
    return _by_words(words, actor, cases, after)


def _by_words(words: str, actor: Actor, cases: QuerySet, after: str) -> Page:
    """By the merchant's name or number, and by what was said."""
    _moment, below = paging.cursor(after)
    merchants, has_all = named(words, Merchant.objects.visible_to(actor), actor, most=50)
    of_merchants = cases.filter(merchant__in=merchants)
    if below:
        of_merchants = of_merchants.filter(pk__lt=below)
    of_merchants = of_merchants.order_by("-id")[: PAGE + 1]
    rows = {case.pk: case for case in of_merchants} if merchants and has_all else {}
    offered = newest(wording.kinds_for(actor), words, most=4 * PAGE, below=below or None)
    said: dict[int, str] = {}
    wanted = grams.of_query(words).words
    for some in batches(offered.refs, PAGE):
        texts = _texts(some, cases, actor)
        for case, spoken in texts:
            if case.pk in rows or _has_all(wanted, [*wording.facts_of(case), *spoken]):
                rows[case.pk] = case
                if where := _where(wanted, spoken):
                    said[case.pk] = where
        if len(rows) > PAGE:
            break
    if not rows and merchants:  # nothing said so: then the merchants that have most of the words
        rows = {case.pk: case for case in of_merchants}
    order = sorted(rows, reverse=True)
    shown = [rows[pk] for pk in order[:PAGE]]
    more = len(order) > PAGE or not (offered.all_seen or merchants)
    cursor = f"_{shown[-1].pk}" if more and shown else ""
    return Page(shown, cursor, said, offered.all_seen)


def batches(refs: list[int], size: int) -> Iterator[list[int]]:
    return (refs[start : start + size] for start in range(0, len(refs), size))


def _texts(refs: list[int], cases: QuerySet, actor: Actor) -> list[tuple[Case, list[str]]]:
    """Each case with what `actor` may read of its conversation, as it is shown: masked."""
    rows = list(cases.filter(pk__in=refs).order_by("-id"))
    spoken: dict[int, list[str]] = defaultdict(list)
    # What was said in a case that was merged is read, and found, in the one in which it goes on.
    into = {case.pk: case.pk for case in rows}
    merged = Case.objects.visible_to(actor).filter(merged_into__in=list(into))
    into |= dict(merged.order_by().values_list("pk", "merged_into"))
    messages = Message.objects.filter(case__in=list(into)).exclude(body="")
    for pk, body in messages.visible_to(actor).order_by().values_list("case_id", "body"):
        spoken[into[pk]].append(masking.words(body))
    return [(case, spoken[case.pk]) for case in rows]


def _has_all(wanted: tuple[str, ...], texts: list[str]) -> bool:
    compacted = [grams.compact(text) for text in texts if text]
    return all(any(word in text for text in compacted) for word in wanted)


def _where(wanted: tuple[str, ...], spoken: list[str]) -> str:
    """The piece of the conversation in which a word stands; "" where it stands elsewhere."""
    for word in wanted:
        for body in spoken:
            line = " ".join(body.split())
            at = line.casefold().find(word)
            if at >= 0:
                start = max(0, at - AROUND)
                cut = line[start : start + LONGEST]
                return ("…" if start else "") + cut + ("…" if start + LONGEST < len(line) else "")
    return ""
