"""Which questions a case of each kind asks, in which order; where in them a draft stands.

A question is a module of `disputes.guest.questions` with
    TEMPLATE
    title(draft)              what the page asks
    show(draft, errors)       what its template needs, with what was typed before
    take(draft, request)      reads the answer into draft.answers; {field: message} if it cannot,
                              None where the customer is not done with the page
"""

from dataclasses import dataclass

from disputes.guest.questions import amount, contact, facts, lock, reason, words
from disputes.models import Draft
from disputes.models.case import Kind, Reason

QUESTIONS = {
    "reason": reason,
    "lock": lock,
    "facts": facts,
    "amount": amount,
    "words": words,
    "contact": contact,
}
CHECK = "check"


def names(draft: Draft) -> list[str]:
    """The questions of this draft, the check at the end included."""
    answers = draft.answers
    asked = []
    if answers.get("kind") == Kind.DISPUTED_CHARGE:
        asked.append("reason")
        if answers.get("reason") == Reason.NOT_MINE:
            asked.append("lock")
    if not answers.get("payment"):
        asked.append("facts")
    if answers.get("kind") == Kind.REFUND_REQUEST:
        asked.append("amount")
    return [*asked, "words", "contact", CHECK]


@dataclass(frozen=True)
class Place:
    """Where a question stands among those of its draft."""

    name: str
    number: int
    total: int
    before: str  # "" at the first
    after: str  # "" at the last


def place(draft: Draft, name: str) -> Place | None:
    asked = names(draft)
    if name not in asked:
        return None
    at = asked.index(name)
    return Place(
        name=name,
        number=at + 1,
        total=len(asked),
        before=asked[at - 1] if at else "",
        after=asked[at + 1] if at + 1 < len(asked) else "",
    )


def first_open(draft: Draft) -> str:
    """The first question without an answer; the check when all have one."""
    done = draft.answers.get("done", [])
    return next((name for name in names(draft) if name not in done and name != CHECK), CHECK)


def may_see(draft: Draft, name: str) -> bool:
    """Answered questions and the first open one: nobody is led past what a case needs."""
    asked = names(draft)
    return name in asked and asked.index(name) <= asked.index(first_open(draft))


def mark_done(draft: Draft, name: str) -> None:
    done = draft.answers.setdefault("done", [])
    if name not in done:
        done.append(name)
