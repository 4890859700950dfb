"""/account/home/: each to the room of one's role."""

import pytest

URL = "/account/home/"


@pytest.mark.parametrize(
    ("role", "room"),
    [
        ("clerk", "/merchant/"),
        ("manager", "/merchant/"),
        ("support", "/desk/"),
        ("supervisor", "/desk/"),
        ("operations", "/desk/"),
        ("auditor", "/desk/"),
        ("administrator", "/account/people/"),
    ],
)
def test_it_leads_to_the_room_of_the_role(client, sign_in, role, room):
    sign_in(role)
    response = client.get(URL)
    assert (response.status_code, response.headers["Location"]) == (302, room)


def test_it_asks_the_anonymous_to_sign_in(client, db):
    assert client.get(URL).headers["Location"] == f"/account/login/?next={URL}"


def test_it_leads_to_the_set_up_of_the_second_factor_first(client, make_member):
    member = make_member("support", second_factor=False)
    client.force_login(member.user)
    for address in (URL, "/admin/", "/account/"):
        assert client.get(address).headers["Location"] == "/account/2fa/set-up/", address
