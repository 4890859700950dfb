"""The look-up without JavaScript and without a pointer, on a narrow phone."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def narrow(open_browser) -> Page:
    page = open_browser(width=320, height=640, javascript=False)
    page.goto("/")
    return page


@pytest.fixture
def paid(make_payment):
    """Yesterday at noon, by the clock on the wall: the browser's day is the real one."""
    yesterday = timezone.localdate() - timedelta(days=1)
    at = timezone.make_aware(datetime.combine(yesterday, time(12, 0)))
    return make_payment(card_tail="4821", amount_minor=38650, at=at)


def focused(page: Page) -> str:
    return page.evaluate("() => document.activeElement.id || document.activeElement.className")


def test_from_the_first_key_to_the_slip(narrow, paid):
    keys = narrow.keyboard
    keys.press("Tab")
    assert focused(narrow) == "skip"
    keys.press("Enter")
    keys.press("Tab")
    assert narrow.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    keys.press("Tab")
    assert focused(narrow) == "id_card_tail"
    keys.type("4821")
    keys.press("Tab")
    assert focused(narrow) == "id_date"
    keys.press("ArrowRight")
    assert focused(narrow) == "id_date_2"
    keys.press("Tab")
    assert focused(narrow) == "id_time"
    keys.type("1205")
    keys.press("Tab")
    keys.type("386.5")
    keys.press("Enter")
    narrow.wait_for_url(f"**/payment/{paid.pk}/")
    assert narrow.get_by_role("heading", name="找到了，这是您的小票").is_visible()


def test_whoever_has_the_focus_is_seen(narrow):
    narrow.focus("#id_card_tail")
    narrow.keyboard.press("Tab")
    for selector in ("#id_date + .day", ".control:has(#id_time)", ".fold summary"):
        assert narrow.locator(selector).evaluate(
            "element => getComputedStyle(element).outlineStyle"
        ) == ("solid" if selector == "#id_date + .day" else "none")
    narrow.keyboard.press("Tab")
    outline = narrow.locator(".control:has(#id_time)").evaluate(
        "element => getComputedStyle(element).outline"
    )
    assert outline == "rgb(14, 92, 74) solid 3px"


def test_the_summary_of_mistakes_takes_the_focus_and_leads_to_the_field(narrow):
    narrow.fill("#id_time", "19:42")
    narrow.fill("#id_amount", "386.50")
    narrow.fill("#id_card_tail", "48")
    narrow.keyboard.press("Enter")
    narrow.wait_for_url("**/lookup/")
    assert focused(narrow) == "summary"
    narrow.keyboard.press("Tab")
    narrow.keyboard.press("Enter")
    assert focused(narrow) == "id_card_tail"
    assert narrow.input_value("#id_card_tail") == "48"
    assert narrow.input_value("#id_amount") == "386.50"


def test_another_day_shows_the_calendar(narrow):
    assert not narrow.is_visible("#id_other_date")
    narrow.check("#id_date_other")
    assert narrow.is_visible("#id_other_date")


def test_the_details_unfold(narrow):
    assert not narrow.is_visible("#id_merchant_name")
    narrow.focus(".fold summary")
    narrow.keyboard.press("Enter")
    assert narrow.is_visible("#id_merchant_name")


def test_what_can_be_pressed_is_large_enough_for_a_thumb(narrow):
    small = narrow.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden])")]
            .filter(element => element.className !== "skip")
            .map(element => [element.closest(".control") || element, element])
            .filter(([target]) => target.getClientRects().length)
            .filter(([target]) => target.getBoundingClientRect().height < 48)
            .map(([, element]) => element.outerHTML.slice(0, 80))"""
    )
    assert small == []
