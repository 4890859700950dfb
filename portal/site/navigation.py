"""The bar of the desk and the merchant panel: where a person may go, who they are, what time it
is. Regulation asks that every staff display carries account and time.
"""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import moments
from portal.accounts.models import Role


@dataclass(frozen=True)
class Place:
    """An entry of the bar: `name` of its URL, `under` which paths count as being there; `roles`
    for whom it is a door (all of them without)."""

    name: str
    text: str
    icon: str
    under: str
    roles: tuple[str, ...] = ()


INSTITUTION: list[Place] = []
MERCHANT: list[Place] = []


@dataclass
class Bar:
    home: str = "/"
    places: list[dict] = field(default_factory=list)
    role: str = ""
    now: str = ""


def bar(request) -> Bar:
    now = timezone.localtime()
    clock = _("{day} {time}").format(day=moments.calendar_day(now.date()), time=f"{now:%H:%M}")
    actor = getattr(request, "actor", None)
    if not actor:
        return Bar(now=clock)
    places = [
        {
            "href": reverse(place.name),
            "text": str(place.text),
            "icon": place.icon,
            "here": request.path.startswith(place.under),
        }
        for place in (MERCHANT if actor.is_merchant else INSTITUTION)
        if not place.roles or actor.role in place.roles
    ]
    return Bar(
        home=places[0]["href"] if places else "/",
        places=places,
        role=str(Role(actor.role).label) if actor.role else "",
        now=clock,
    )
