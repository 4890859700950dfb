"""A consumer page weighs at most 120 KB compressed on first load and 20 KB afterwards."""

import gzip
import re
from datetime import datetime

import pytest
from django.contrib.staticfiles import finders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIRST, LATER = 120_000, 20_000
LOOKUP = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}


def parts(html: str) -> set[str]:
    """The static files that a browser fetches for the page, sprites once however often used."""
    return {
        address.partition("#")[0].removeprefix("/static/")
        for address in re.findall(r'(?:href|src)="([^"]+)"', html)
        if address.startswith("/static/")
    }


def first_load(response) -> int:
    """Bytes: the page as the server sends it, its files as WhiteNoise compresses them."""
    html = response.content.decode()
    names = parts(html)
    assert {"vendor/bootstrap.min.css", "theme/tokens.css", "vendor/logo.svg"} <= names
    files = 0
    for name in names:
        path = finders.find(name)
        assert path, f"{name} is linked but not there"
        with open(path, "rb") as file:
            files += len(gzip.compress(file.read(), 9))
    return len(response.content) + files


@pytest.mark.parametrize(
    "address", ["/", "/help/", "/rights/", "/privacy/", "/progress/", "/open/", "/account/login/"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_public_page_is_light(client, institution, address, language):
    client.cookies["language"] = language
    page = client.get(address)
    assert page.status_code == 200
    assert first_load(page) <= FIRST
    assert len(page.content) <= LATER


def test_the_payment_and_the_page_before_it_are_light(client, institution, make_payment):
    more = client.post("/lookup/", LOOKUP)
    make_payment(card_tail="4821", at=datetime(2026, 11, 22, 19, 42))
    found = client.post("/lookup/", LOOKUP)
    payment = client.get(found.headers["Location"])
    for page in (more, payment):
        assert page.status_code == 200
        assert first_load(page) <= FIRST
        assert len(page.content) <= LATER


def test_no_page_asks_another_host_for_anything(client):
    for address in ("/", "/help/", "/account/login/"):
        html = client.get(address).content.decode()
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html)
