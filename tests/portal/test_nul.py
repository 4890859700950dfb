"""The character NUL in an address or a form: PostgreSQL takes it nowhere, so no page passes it."""

import pytest

pytestmark = pytest.mark.django_db
LOOK_UP = {"card_tail": "1234", "date": "2026-11-20", "time": "14:05", "amount": "10"}


@pytest.mark.parametrize("address", ["/case/%00/", "/case/2611-0001%00/withdraw/", "/link/%00/"])
def test_in_an_address(client, address):
    client.post("/open/", {"kind": "service_complaint"})  # now it is a browser with a name
    response = client.get(address)
    assert response.status_code == 400
    assert 'href="/"' in response.content.decode()


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("support", "/desk/?q=a%00"),
        ("support", "/desk/merchants/?q=a%00"),
        ("support", "/desk/payments/?merchant=a%00"),
        ("support", "/desk/cases/%00/"),
        ("administrator", "/account/people/?q=a%00"),
        ("administrator", "/account/people/merchant/?merchant=%00"),
    ],
)
def test_in_what_staff_look_for(client, sign_in, role, address):
    sign_in(role)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("field", ["merchant_name", "card_tail", "rrn"])
def test_in_a_look_up(client, field):
    assert client.post("/lookup/", LOOK_UP | {field: "a\0bc"}).status_code == 400


def test_in_a_draft(client):
    step = client.post("/open/", {"kind": "service_complaint"})["Location"]
    assert client.post(step, {"merchant_name": "a\0b"}).status_code == 400
    assert client.post(step, {"merchant_name": "小雨"}).status_code == 302
