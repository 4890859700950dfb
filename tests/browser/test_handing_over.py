"""The pages that hand a slip over, which only a form leads to: axe, the console, the width."""

import pytest

from bench import tour
from portal.accounts.actor import Actor
from receipts.slip import archive as archives
from receipts.slip import counter
from tests.browser.conftest import DESKTOP, PHONE, violations

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (DESKTOP, "zh-hans")])
def test_the_pages_that_wait_have_no_fault_but_that_they_refresh(
    payment, clock, make_member, live_server, open_browser, size, language
):
    member = make_member("clerk")
    payment.merchant.organisation = member.organisation
    payment.merchant.save()
    visitor = tour.Visitor("clerk")
    visitor.client.force_login(member.user)
    actor = Actor.member(member)
    code = counter.show(payment, actor=actor)
    archive = archives.ask(actor, payment.local_date)
    screen = open_browser(**size)
    cookies = [*visitor.cookies(), {"name": "language", "value": language}]
    screen.context.add_cookies([each | {"url": live_server.url} for each in cookies])
    for path in (f"{payment.pk}/counter/{code.pk}/", f"archive/{archive.pk}/"):
        screen.goto(f"/merchant/payments/{path}")
        found = [each["id"] for each in violations(screen)]
        # They must refresh without a script (docs/decisions/counter-code.md).
        assert set(found) <= {"meta-refresh"}, found
        assert screen.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_of_the_reprint_only_the_slip_is_printed(
    payment, clock, make_member, live_server, open_browser
):
    member = make_member("clerk")
    payment.merchant.organisation = member.organisation
    payment.merchant.save()
    visitor = tour.Visitor("clerk")
    visitor.client.force_login(member.user)
    screen = open_browser(**DESKTOP)
    screen.context.add_cookies([each | {"url": live_server.url} for each in visitor.cookies()])
    screen.goto(f"/merchant/payments/{payment.pk}/print/")
    assert screen.locator("[data-print] button").is_visible()
    screen.emulate_media(media="print")
    for part in (".band", ".not-printed", ".tabs-phone"):
        assert not screen.locator(part).first.is_visible(), part
    assert screen.locator(".roll").is_visible()
    assert member.user.get_username() in screen.locator(".roll-by").inner_text()
