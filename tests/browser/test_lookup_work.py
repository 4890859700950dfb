"""Looking up in a real browser, with the wait as it is delivered: proof of work comes along with
every look-up unseen, and without JavaScript the answer comes as well."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from portal.gate.models import UsedWork

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paid(make_payment, settings):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 0}
    settings.LOOKUP_FLOOR = 1
    yesterday = timezone.localdate() - timedelta(days=1)
    at = timezone.make_aware(datetime.combine(yesterday, time(12, 0)))
    return make_payment(card_tail="4821", amount_minor=38650, at=at)


def look_up(page: Page, amount: str) -> None:
    page.fill("#id_card_tail", "4821")
    page.check("#id_date_2", force=True)
    page.fill("#id_time", "12:05")
    page.fill("#id_amount", amount)
    page.get_by_role("button", name="找回小票").click()


def test_each_look_up_brings_its_own_work(phone, paid):
    phone.goto("/")
    look_up(phone, "1.23")
    phone.get_by_role("heading", name="还差一点信息").wait_for()
    phone.go_back()
    look_up(phone, "386.50")
    phone.wait_for_url(f"**/payment/{paid.pk}/")
    assert UsedWork.objects.count() == 2


def test_one_more_detail_brings_work_too(phone, paid, make_payment):
    make_payment(card_tail="4821", amount_minor=38650, at=paid.occurred_at)
    phone.goto("/")
    look_up(phone, "386.50")
    phone.fill("#id_merchant_name", paid.merchant.name)
    phone.get_by_role("button", name="用这一项再找").click()
    phone.wait_for_url(f"**/payment/{paid.pk}/")
    assert UsedWork.objects.count() == 2


def test_a_browser_that_cannot_work_goes_without(phone, paid, settings, console):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 1}
    phone.route("**/lookup/work/", lambda route: route.abort())
    phone.goto("/")
    look_up(phone, "386.50")
    phone.wait_for_url(f"**/payment/{paid.pk}/")
    # A look-up without work leaves a row too, but of nothing that could be used.
    assert not UsedWork.objects.filter(expires_at__gt=timezone.now()).exists()
    console.clear()  # of the address that was kept from answering


@pytest.mark.parametrize("amount", ["386.50", "1.23"], ids=["found", "more"])
def test_without_javascript_the_answer_comes_when_its_time_is_up(
    open_browser, paid, settings, amount
):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 9}
    phone = open_browser(width=360, height=780, javascript=False)
    phone.goto("/")
    seen: list[str] = []
    phone.on("framenavigated", lambda frame: seen.append(frame.url))
    look_up(phone, amount)
    said = "找到了，这是您的小票" if amount == "386.50" else "还差一点信息"
    phone.get_by_role("heading", name=said).wait_for()
    assert "/lookup/" in seen[0], "the page that waits"
    assert len(seen) > 1


def test_the_page_that_waits_is_fit_to_be_seen(phone, paid, settings, fits):
    settings.LOOKUP_FLOOR = 600
    phone.goto("/")
    look_up(phone, "1.23")
    phone.get_by_role("heading", name="正在查找").wait_for()
    fits(phone)
