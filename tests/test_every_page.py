"""Every page that somebody can reach: it answers, it costs little, it leads nowhere dead."""

import re

import pytest

from bench import tour, weights
from portal.accounts.models import MERCHANT_ROLES, Role
from tests.payments import TYPED

QUERIES = 25


@pytest.fixture
def consumer(payment, clock) -> tour.Visitor:
    return tour.Visitor("consumer", "/")


@pytest.fixture
def consumer_pages(consumer):
    def walk():
        yield from tour.walk(consumer)
        yield tour.ask(consumer, "/lookup/", TYPED | {"amount": "1.23"})
        found = tour.ask(consumer, "/lookup/", TYPED)
        yield from tour.walk(consumer, found.path)
        number = found.path.split("/")[2]
        for kind in ("refund_request", "no_slip", "disputed_charge", "service_complaint"):
            yield from tour.open_a_case(consumer, {"kind": kind, "payment": number})
        yield from tour.open_a_case(consumer, {"kind": "find_payment"} | TYPED)

    return walk


@pytest.fixture
def staff_pages(row_put_aside, three, shop, make_member, clock):
    def walk(role: str):
        member = make_member(role, shop.organisation if role in MERCHANT_ROLES else None)
        visitor = tour.Visitor(role)
        visitor.client.force_login(member.user)
        yield from tour.walk(visitor)

    return walk


def faults(pages) -> list[str]:
    found = []
    for page in pages:
        if page.status != 200:
            found.append(f"{page.name} {page.path}: {page.status} (linked on {page.found_on})")
        if page.queries > QUERIES:
            found.append(f"{page.name} {page.path}: {page.queries} queries")
    return found


def test_no_page_of_a_consumer_is_dead_or_dear(consumer_pages):
    assert faults(consumer_pages()) == []


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_staff_is_dead_or_dear_or_without_account_and_time(staff_pages, role):
    """On paper as on the screen: PBOC Order 2025 No. 3 art. 33 asks for both."""
    pages, kinds = list(staff_pages(role)), set()
    bare = [
        page.name
        for page in pages
        if not OF_CUSTOMERS.match(page.kind) and not carries_account_and_time(page, role)
    ]
    for page in pages:
        kinds.add(page.kind)
        if page.kind == "merchant:print" and not PRINTED.search(page.html):
            bare.append(f"{page.name}: the roll alone is printed, without both")
    assert (faults(pages), bare) == ([], [])
    assert role not in MERCHANT or "merchant:print" in kinds


MERCHANT = {Role.CLERK, Role.MANAGER}
# The customers' own pages, and those that ask for a password: they show nobody's data to staff.
OF_CUSTOMERS = re.compile(
    r"receipts:|disputes:|site:(help|rights|privacy)$|account_(reauthenticate|reset_password)|mfa_reauth"
)
IN_THE_BAR = re.compile(r'<div class="bar-account">.*?<span>(\w+)[,，] ?([^<]+)</span>', re.S)
PRINTED = re.compile(r'class="[^"]*roll-by[^"]*"[^>]*>[^<]*(?:clerk|manager)\d+[^<]*15:40', re.S)


def carries_account_and_time(page, role: str) -> bool:
    found = IN_THE_BAR.search(page.html)
    return bool(found and found[1].startswith(role) and "15:40" in found[2])


@pytest.mark.parametrize("path", ["", "accounts/user/", "audit/event/", "disputes/policyversion/"])
def test_the_admin_carries_them_too(client, sign_in, clock, path):
    me = sign_in("administrator")
    page = client.get(f"/admin/{path}").content.decode()
    tools = page.partition('id="user-tools"')[2].partition("</div>")[0]
    assert me.user.name in tools
    assert "15:40" in tools


def test_no_page_of_a_consumer_is_heavy(consumer_pages):
    cached, heavy = set(), []
    for page in consumer_pages():
        cached = cached or weights.assets_of(page.html)
        first, later = weights.first_load(page.html), weights.later_load(page.html, cached)
        if first > weights.FIRST_LOAD or later > weights.LATER_LOAD:
            heavy.append(f"{page.name}: {first:.0f} KB at first, {later:.0f} KB later")
    assert heavy == []


def test_the_walk_reaches_the_pages_that_matter(consumer_pages):
    kinds = {page.kind for page in consumer_pages()}
    assert kinds >= {
        "receipts:home",
        "receipts:lookup",
        "receipts:payment",
        "disputes:question",
        "disputes:step",
        "disputes:sent",
        "disputes:case",
        "disputes:progress",
        "site:help",
        "site:rights",
        "site:privacy",
        "account_login",
    }
