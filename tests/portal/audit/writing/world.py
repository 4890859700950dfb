"""Every address that takes a form, and what sending it must leave in the trail.

An entry makes ready and gives back the deed; only the deed is watched. `nothing(…)` says why an
address that takes a form changes nothing, and is held to that too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client

from disputes import actions, case_links
from portal.accounts.models import Membership
from portal.celery import app
from tests.payments import TYPED


@dataclass
class Entry:
    make_ready: Callable
    events: set[str]
    why: str = ""  # nothing is changed
    may_change: tuple[str, ...] = ()  # tables in which that is no change


class World:
    """What an entry may ask for: any fixture, and browsers in which somebody is signed in."""

    def __init__(self, request):
        self.get = request.getfixturevalue
        self.people: dict[str, Membership] = {}

    def person(self, role: str) -> Membership:
        if role not in self.people:
            shop = self.get("shop").organisation if role in {"clerk", "manager"} else None
            self.people[role] = self.get("make_member")(role, shop)
        return self.people[role]

    def browser(self, role: str = "") -> Client:
        client = Client()
        if role:
            client.force_login(self.person(role).user)
        return client

    def fresh(self, role: str) -> Client:
        """With a proof of a moment ago, which some pages want."""
        client = self.browser(role)
        client.post("/account/2fa/reauthenticate/", {"code": self.get("totp")()})
        return client

    @property
    def case(self):
        return self.get("case")

    def close(self) -> None:
        """The customer withdraws it; `case` itself, which others go on with, is not told."""
        case = type(self.case).objects.get(pk=self.case.pk)
        actions.withdraw(case, actor=self.get("consumer_of")(case))

    @property
    def payment(self):
        return self.case.payment

    def found(self) -> Client:
        """A customer's browser that may see the payment."""
        client, payment = Client(), self.payment
        answer = client.post("/lookup/", TYPED)
        assert answer.status_code == 302, answer.content.decode()
        assert str(payment.pk) in answer["Location"]
        return client

    def holder(self) -> Client:
        """A customer's browser that holds the case."""
        client = Client()
        client.post(f"/link/{case_links.issue(self.case)}/")
        return client


ROUTES: dict[str, Entry] = {}


def writes(route: str, *events: str):
    def add(make_ready):
        ROUTES[route] = Entry(make_ready, set(events))
        return make_ready

    return add


def nothing(route: str, why: str, path: str, form: dict | None = None, role: str = "") -> None:
    def make_ready(world: World):
        client = world.browser(role)
        return lambda: client.post(path, form or {})

    ROUTES[route] = Entry(make_ready, set(), why)


OTHERS: dict[str, Entry] = {}  # tasks, commands, verbs without an address


def does(name: str, *events: str, progress: tuple[str, ...] = ()):
    """`progress`: tables whose rows tell how far the work is, between its events."""

    def add(make_ready):
        OTHERS[name] = Entry(make_ready, set(events), may_change=progress)
        return make_ready

    return add


def quiet(name: str, why: str, *may_change: str) -> None:
    """A task that changes nothing that the trail is about."""

    def make_ready(world: World):
        return app.tasks[name]

    OTHERS[name] = Entry(make_ready, set(), why, may_change)
