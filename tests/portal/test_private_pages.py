"""Pages tell of money and people: no cache keeps them, no search engine lists them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/progress/", "/account/login/", "/nowhere/", "/open/"])
def test_no_cache_keeps_a_page(client, address):
    assert (
        client.get(address).headers["Cache-Control"].startswith(("private, no-store", "max-age=0"))
    )
    assert "no-store" in client.get(address).headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/progress/", "/account/login/", "/nowhere/", "/desk/"])
def test_no_search_engine_lists_what_is_personal(client, address):
    assert client.get(address).headers["X-Robots-Tag"] == "noindex"


def test_a_fragment_is_not_taken_for_its_page(client):
    assert "HX-Request" in client.get("/").headers["Vary"]


def test_the_policy_for_scripts_and_styles_is_strict(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
