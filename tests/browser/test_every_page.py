"""Every page that somebody can reach, in a real browser: axe, the console, the width."""

import re
from collections.abc import Iterator

import pytest

from bench import tour
from portal.accounts.models import MERCHANT_ROLES, Role
from tests.browser.conftest import DESKTOP, PHONE
from tests.payments import TYPED

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]

# A form's answer is a page too; the browser sends the same form with its own CSRF token.
SEND = """([path, values]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of Object.entries({...values, csrfmiddlewaretoken: token})) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


def matter(page: tour.Page) -> str:
    """What stands between the bar and the foot, without what is new on each page."""
    inside = page.html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", inside)


@pytest.fixture
def look(live_server, open_browser, fits, console):
    """`look(pages, language)` opens each kind of page once, on a phone and on a desk; the faults,
    page by page. axe looks at the widths in `axe_at`. A page that was asked for by name (`found_on`
    empty) is no kind's second."""

    def look(pages: Iterator[tour.Page], language: str, axe_at=(DESKTOP, PHONE)) -> list[str]:
        screen = open_browser(**PHONE)
        found, seen, roles = [], set(), set()
        for page in pages:
            # What another role was shown to the letter need not be looked at again, but each has
            # a bar of its own around its first page.
            told = {page.name} if page.found_on else set()
            told |= {matter(page)} if page.visitor.name in roles else set()
            roles.add(page.visitor.name)
            if told & seen:
                continue
            seen |= {page.name, matter(page)}
            cookies = [*page.visitor.cookies(), {"name": "language", "value": language}]
            screen.context.add_cookies([each | {"url": live_server.url} for each in cookies])
            if page.sent:
                screen.goto("/")
                with screen.expect_navigation():
                    screen.evaluate(SEND, [page.path, page.sent])
            else:
                screen.goto(page.path)
            for size in (DESKTOP, PHONE):
                screen.set_viewport_size(size)
                try:
                    fits(screen, look=size in axe_at)
                except AssertionError as fault:
                    found.append(f"{page.name} at {size['width']} px: {fault}")
            if console:
                found.append(f"{page.name}: " + "; ".join(console))
                console.clear()
        assert seen
        return found

    return look


def consumer_pages() -> Iterator[tour.Page]:
    visitor = tour.Visitor("consumer", "/")
    yield from tour.walk(visitor)
    yield tour.ask(visitor, "/lookup/", TYPED | {"amount": "1.23"})
    found = tour.ask(visitor, "/lookup/", TYPED)
    yield from tour.walk(visitor, found.path)
    number = found.path.split("/")[2]
    for kind in ("refund_request", "disputed_charge"):
        yield from tour.open_a_case(visitor, {"kind": kind, "payment": number})
    yield from tour.open_a_case(visitor, {"kind": "find_payment"} | TYPED)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_a_consumer_has_a_fault(payment, clock, look, language):
    found = look(consumer_pages(), language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_staff_has_a_fault(
    row_put_aside, clock, three, shop, make_member, look, language
):
    first, paused, _plain = three
    states = {
        "operations": [
            "/desk/?view=all",
            "/desk/?view=closed",
            "/desk/?q=nothing",
            f"/desk/cases/{first.number}/?view=all",
            f"/desk/cases/{paused.number}/?view=all",
            "/desk/payments/?tail=7712",
            "/desk/payments/?day=2026-11-23",
        ],
        "manager": [
            "/merchant/payments/?slip=no&tail=12",
            "/merchant/cases/?show=closed",
            f"/merchant/cases/{first.number}/",
            f"/merchant/cases/{paused.number}/",
        ],
    }

    def pages() -> Iterator[tour.Page]:
        for role in Role:
            ours = shop.organisation if role in MERCHANT_ROLES else None
            member = make_member(role, ours)
            visitor = tour.Visitor(role)
            visitor.client.force_login(member.user)
            yield from tour.walk(visitor)
            for path in states.get(role, []):
                yield tour.ask(visitor, path)

    # axe takes longest, and there are ten times as many pages as a consumer sees.
    found = look(pages(), language, axe_at=[DESKTOP if language == "zh-hans" else PHONE])
    assert not found, "\n".join(found)
