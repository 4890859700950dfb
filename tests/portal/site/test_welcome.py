"""The address that `serve` prints is one that answers."""

import pytest

from portal.site import welcome

pytestmark = pytest.mark.django_db


def first_line(port: int) -> str:
    said: list[str] = []
    welcome.write(said.append, port)
    return said[0]


def test_the_port_that_was_given_is_the_one_that_is_named(settings):
    settings.PORT, settings.PUBLIC_URL = 8000, "http://127.0.0.1:8000"
    assert "http://127.0.0.1:8413" in first_line(8413)
    assert ":8000" not in first_line(8413)


def test_an_address_of_ones_own_comes_first(settings):
    settings.PORT, settings.PUBLIC_URL = 8000, "https://xiaopiao.example.com"
    assert "https://xiaopiao.example.com  (http://127.0.0.1:8000)" in first_line(8000)
