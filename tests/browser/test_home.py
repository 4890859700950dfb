"""The home page in a real browser, as far as a machine can see it."""

import pytest

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("device", ["phone", "desktop", "plain_phone"])
def test_the_home_page_has_no_fault(device, request, fits):
    page = request.getfixturevalue(device)
    answer = page.goto("/")
    assert answer.status == 200
    if device != "plain_phone":
        fits(page)


def test_the_sheet_of_icons_and_styles_arrives(phone):
    asked = []
    phone.on("response", lambda response: asked.append((response.status, response.url)))
    phone.goto("/")
    assert [url for status, url in asked if status >= 400] == []
    assert any(url.endswith("bootstrap.min.css") for _status, url in asked)
