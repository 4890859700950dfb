"""Mails about a track: to the merchant that it is asked for the slip, to whoever at the institution
works on it that a message came or that time runs out, to the customer that there is news. A link
and what to do; no amount, card or name."""

from django.conf import settings
from django.urls import reverse

from disputes import in_app, messages_out, moment
from disputes.models import Case, NetworkDispute, NetworkStep, NetworkWord, SignedSlip
from disputes.policy import network as rules
from disputes.policy import texts
from disputes.policy.parties import to_be_told
from disputes.policy.table import CONSUMER, Notice
from portal.accounts import away
from portal.accounts.models import Role, User
from portal.outbox import letters

What = NetworkWord.What
# The customer hears of what changes something for them; the way between the banks is not theirs.
TO_CONSUMER = {"E23", "E24", "E32", "E74", rules.ACCEPTED, rules.WON, rules.LOST}


def of_step(row: NetworkDispute, step: NetworkStep) -> None:
    _to_merchant(row, step.code, f"{step.pk}")
    if rules.STEPS[step.code].incoming and step.due_at is not None:
        _to_staff(row, step.code, f"{step.pk}", _workers(row))
    if step.code in TO_CONSUMER:
        for case in Case.objects.open().filter(payment=row.payment_id).exclude(contact=""):
            messages_out.tell(case, Notice(CONSUMER, "network_news"), f"n{step.pk}")


def of_slip(row: NetworkDispute, slip: SignedSlip) -> None:
    """The merchant has given the signed slip: somebody can answer the retrieval."""
    _to_staff(row, "slip", f"slip-{slip.pk}", _workers(row))


def of_word(row: NetworkDispute, word: NetworkWord) -> None:
    """A deadline that is near goes to whoever has the case, else to supervisors; the last warning
    and a missed one to supervisors too."""
    key = f"{word.step_id}-{word.what}"
    _to_merchant(row, word.what, key)
    pressing = word.what in {What.IN_24, What.MISSED}
    _to_staff(row, word.what, key, _workers(row, pressing=pressing))


def _workers(row: NetworkDispute, *, pressing: bool = False) -> list[User]:
    keeper = row.case.assignee
    is_here = keeper and keeper.is_active and not away.of(keeper, moment.now())
    people = [keeper] if keeper and is_here else []
    if pressing or not people:
        people += [user for user in letters.people(Role.SUPERVISOR) if user not in people]
    return [user for user in people if user.email]


def _to_staff(row: NetworkDispute, text: str, key: str, people: list[User]) -> None:
    if text in texts.OF["network_staff"]:
        link = settings.PUBLIC_URL + reverse("desk:network_dispute", args=[row.public_id])
        _send(row, f"staff-{key}", f"network_staff.{text}", link, people)


def _to_merchant(row: NetworkDispute, text: str, key: str) -> None:
    if text in texts.OF["network_merchant"]:
        link = settings.PUBLIC_URL + reverse("merchant_cases:network", args=[row.public_id])
        people = [user for user in to_be_told(row.organisation) if user.email]
        _send(row, f"merchant-{key}", f"network_merchant.{text}", link, people)


def _send(row: NetworkDispute, key: str, name: str, link: str, people: list[User]) -> None:
    def letter() -> tuple[str, str]:
        return texts.sent(row.policy.texts, name, {texts.LINK.zh: link})

    effect = f"network-{row.public_id.hex}-{key}"
    letters.to_each(effect, "network.news", people, letter)
    in_app.tell(row.case, people, "network", link=link, key=key)
