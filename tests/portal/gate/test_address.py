"""Whose address counts, behind none, one or two proxies of ours."""

import pytest
from django.test import RequestFactory

from portal.gate.address import client_address, household, neighbourhood


def seen(settings, proxies: int, forwarded: str | None, remote: str = "203.0.113.9"):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return str(client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "203.0.113.9"),
        (0, "198.51.100.7", "203.0.113.9"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "1.2.3.4, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "unknown", "203.0.113.9"),
        (1, "<script>", "203.0.113.9"),
        (1, "999.1.1.1", "203.0.113.9"),
        (1, "," * 5000, "203.0.113.9"),
        (1, "198.51.100.7:51234", "198.51.100.7"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_what_our_proxies_added_is_believed(settings, proxies, forwarded, address):
    assert seen(settings, proxies, forwarded) == address


def test_a_socket_has_no_address(settings):
    assert seen(settings, 0, None, remote="") == "None"
    assert household(None) == neighbourhood(None) == ""


def test_one_subscriber_is_one_household(settings):
    def at(text):
        request = RequestFactory().get("/", REMOTE_ADDR=text)
        return client_address(request)

    assert household(at("2001:db8:1:2:3:4:5:6")) == household(at("2001:db8:1:2:ffff::1"))
    assert household(at("2001:db8:1:2::1")) != household(at("2001:db8:1:3::1"))
    assert household(at("198.51.100.7")) != household(at("198.51.100.8"))
    assert neighbourhood(at("198.51.100.7")) == "198.51.100.0/24"
    assert neighbourhood(at("2001:db8:1:2::1")) == "2001:db8:1::/48"
