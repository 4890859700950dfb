"""The bar of the desk and the merchant panel: where a person may go, who they are, what time it
is. Regulation asks that every staff display carries account and time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from disputes.models.in_app import MANY, unread
from portal import moments
from portal.accounts.access import ADMIN, AUDIT_READERS, CASE_READERS, FILE_READERS
from portal.accounts.models import Role
from portal.site import merchant_home


@dataclass(frozen=True)
class Place:
    """An entry of the bar: `name` of its URL, `under` which paths count as being there; `roles`
    for whom it is a door (all of them without)."""

    name: str
    text: str | Promise
    icon: str
    under: str
    roles: tuple[str, ...] = ()


MANAGERS = (Role.MANAGER,)

INSTITUTION = [
    Place("desk:queue", pgettext_lazy("several", "案件"), "chat-left-text", "/desk/", CASE_READERS),
    Place(
        "desk:network",
        pgettext_lazy("of the card network", "差错"),
        "arrow-return-left",
        "/desk/network/",
        CASE_READERS,
    ),
    Place("panel:payments", gettext_lazy("交易"), "receipt", "/desk/payments/", CASE_READERS),
    Place("site:board", gettext_lazy("看板"), "card-list", "/desk/board/", CASE_READERS),
    Place(
        "panel:merchants",
        pgettext_lazy("several", "商户"),
        "shop",
        "/desk/merchants/",
        CASE_READERS,
    ),
    Place(
        "panel:operations",
        pgettext_lazy("several", "文件"),
        "upload",
        "/desk/imports/",
        FILE_READERS,
    ),
    Place(
        "panel:lookups",
        pgettext_lazy("look-ups", "查询"),
        "search",
        "/desk/lookups/",
        FILE_READERS,
    ),
    Place("auditor:overview", gettext_lazy("审计"), "shield-check", "/desk/audit/", AUDIT_READERS),
    Place("account_people", gettext_lazy("人员"), "people-fill", "/account/people/", ADMIN),
    Place(
        "keys:keys",
        pgettext_lazy("several", "密钥"),
        "key",
        "/desk/keys/",
        (*ADMIN, Role.OPERATIONS),
    ),
    Place("calendar:this_year", gettext_lazy("日历"), "calendar3", "/desk/calendar/", ADMIN),
    Place("admin:index", gettext_lazy("资料"), "list-check", "/admin/", ADMIN),
]
TODO = Place("site:merchant", gettext_lazy("待办"), "list-check", "/merchant/")
MERCHANT = [
    TODO,
    Place("merchant:payments", gettext_lazy("交易"), "receipt", "/merchant/payments/"),
    Place(
        "merchant_cases:cases",
        pgettext_lazy("several", "案件"),
        "chat-left-text",
        "/merchant/cases/",
    ),
    Place("account_people", gettext_lazy("人员"), "people-fill", "/account/people/", MANAGERS),
]


TABS = 5  # so many fit side by side on a phone, in either language


class Door(NamedTuple):
    """A place as the bar shows it."""

    href: str
    text: str
    icon: str
    here: bool
    number: int = 0  # of what is to be done there


@dataclass
class Bar:
    """`tabs`: of the places those that stand at a phone's foot, with `more` folded beside them."""

    home: str = "/"
    places: tuple[Door, ...] = ()
    tabs: tuple[Door, ...] = ()
    more: tuple[Door, ...] = ()
    role: str = ""
    now: str = ""
    bell: str = ""  # the address of the reader's notices
    unread: int = 0
    many: int = MANY

    @property
    def is_in_more(self) -> bool:
        return any(door.here for door in self.more)


def bar(request) -> Bar:
    now = timezone.localtime()
    clock = _("{day} {time}").format(day=moments.calendar_day(now.date()), time=f"{now:%H:%M}")
    actor = getattr(request, "actor", None)
    if not actor:
        return Bar(now=clock)
    offered = [
        place
        for place in (MERCHANT if actor.is_merchant else INSTITUTION)
        if not place.roles or actor.role in place.roles
    ]
    under = [place.under for place in offered if request.path.startswith(place.under)]
    innermost = max(under, key=len, default="")
    places = tuple(
        Door(
            reverse(place.name),
            str(place.text),
            place.icon,
            here=place.under == innermost,
            number=merchant_home.number(actor) if place is TODO else 0,
        )
        for place in offered
    )
    beside = len(places) if len(places) <= TABS else TABS - 1  # the last place is for the rest
    return Bar(
        home=places[0].href if places else "/",
        places=places,
        tabs=places[:beside],
        more=places[beside:],
        role=str(Role(actor.role).label) if actor.role else "",
        now=clock,
        bell=_bell(actor),
        unread=_unread(request) if _bell(actor) else 0,
    )


def _bell(actor) -> str:
    if actor.is_merchant:
        return reverse("merchant_cases:notices")
    return reverse("desk:notices") if actor.role in CASE_READERS else ""


def _unread(request) -> int:
    """As a view has counted already, or counted now."""
    counted = getattr(request, "notices_unread", None)
    return unread(request.actor) if counted is None else counted
