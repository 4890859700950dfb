"""Every page that somebody can reach, in a real browser: axe, the console, the width."""

import re
from collections.abc import Iterator

import pytest

from bench import tour
from portal.accounts.models import Role
from tests.browser.conftest import DESKTOP, PHONE
from tests.payments import TYPED

pytestmark = pytest.mark.django_db(transaction=True)

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
    """`look(pages, size, language)` opens each kind of page once; the faults, page by page."""

    def look(pages: Iterator[tour.Page], size: dict[str, int], language: str) -> list[str]:
        screen = open_browser(**size)
        found, seen, roles = [], set(), set()
        for page in pages:
            # What another role was shown to the letter need not be looked at again, but each has
            # a bar of its own around its first page.
            told = {page.name} | ({matter(page)} if page.visitor.name in roles else set())
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
            try:
                fits(screen)
            except AssertionError as fault:
                found.append(f"{page.name}: {fault}")
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
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_of_a_consumer_has_a_fault(payment, clock, look, size, language):
    assert look(consumer_pages(), size, language) == []


@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "en"), (DESKTOP, "zh-hans")], ids=["phone", "desktop"]
)
def test_no_page_of_staff_has_a_fault(
    payment, row_put_aside, clock, make_member, look, size, language
):
    def pages() -> Iterator[tour.Page]:
        for role in Role:
            member = make_member(role)
            if member.organisation.kind == "merchant":
                payment.merchant.organisation = member.organisation
                payment.merchant.save()
            visitor = tour.Visitor(role)
            visitor.client.force_login(member.user)
            yield from tour.walk(visitor)

    assert look(pages(), size, language) == []
