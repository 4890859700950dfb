"""A phone whose line breaks while pictures are sent: nothing that was written or chosen is lost."""

import os

import pytest

from tests.browser.conftest import PHONE, press
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.django_db(transaction=True)


def photos(number: int) -> list[dict]:
    colours = ("red", "blue", "green", "black", "white")
    return [
        {
            "name": f"{n}.png",
            "mimeType": "image/png",
            "buffer": picture("PNG", size=(200, 200), colour=colours[n]) + os.urandom(200_000),
        }
        for n in range(number)
    ]


@pytest.fixture
def page(open_browser, client, case, hold, live_server):
    """The case's page on its customer's phone."""
    hold(case)
    page = open_browser(**PHONE)
    cookies = [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in client.cookies.items()
    ]
    page.context.add_cookies(cookies)
    page.goto(f"/case/{case.number}/")
    return page


def test_the_page_stays_and_goes_on_where_it_stopped(page, case, console):
    page.fill("#id_body", "五张图，线路不好。")
    page.set_input_files("#id_files", photos(5))
    sent = []

    def breaks_at_the_third(route):
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.url)
        if len(sent) == 3 or 3 < len(sent) < 6:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/case/**", breaks_at_the_third)
    page.get_by_role("button", name="发送").click()
    page.get_by_text("没有传上去，网络可能断了").wait_for()
    assert page.input_value("#id_body") == "五张图，线路不好。"
    assert case.messages.filter(author_kind="consumer").count() == 1
    assert page.locator(".pick-names .file").count() == 5
    press(page.get_by_role("button", name="发送"))
    assert page.locator(".message-own").last.inner_text().startswith("您")
    message = case.messages.get(body="五张图，线路不好。")
    assert sorted(upload.name for upload in message.uploads.all()) == [f"{n}.png" for n in range(5)]
    assert all("ERR_CONNECTION_RESET" in said for said in console)
    console.clear()  # the line broke, and the browser says so


def test_what_has_arrived_stays_in_sight_when_others_are_chosen(page, console):
    page.fill("#id_body", "换一张。")
    page.set_input_files("#id_files", photos(2))
    sent = []

    def breaks_at_the_second(route):
        sent.append(route.request.method)
        route.continue_() if sent.count("POST") == 1 else route.abort("connectionreset")

    page.route("**/case/**", breaks_at_the_second)
    page.get_by_role("button", name="发送").click()
    page.get_by_text("没有传上去，网络可能断了").wait_for()
    page.set_input_files("#id_files", photos(3)[2:])
    assert page.locator(".pick-names .file > span:first-child").all_inner_texts() == [
        "0.png",
        "2.png",
    ]
    console.clear()  # as above
