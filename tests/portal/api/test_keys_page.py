"""Keys on their pages: who may, what is shown once, what the trail keeps."""

import pytest
from django.db import connection

from portal.accounts.actor import Actor
from portal.api import keys
from portal.api.models import ApiKey
from portal.audit.models import Event
from tests.pages import assert_kept_rules, text
from tests.receipts.imports.conftest import SALE

LIST, MAKE = "/desk/keys/", "/desk/keys/make/"
ASKED = {"client": "acquirer-host", "scopes": ["transactions:write"], "merchants": ""}
KEEPERS = ["administrator", "operations"]


@pytest.fixture
def prove(client, totp):
    """Type the phone's code again, as the page before a delicate step asks."""
    return lambda: client.post("/account/2fa/reauthenticate/", {"code": totp(), "next": MAKE})


@pytest.fixture
def sign_in_now(sign_in, prove):
    """With the second factor proved again a moment ago."""

    def do(role: str):
        member = sign_in(role)
        prove()
        return member

    return do


@pytest.fixture
def key(db) -> ApiKey:
    return keys.issue("host", scopes=["transactions:write"], actor=Actor.system("test"))[0]


def secret_on(response) -> str:
    html = response.content.decode()
    return (
        html.split('<code class="key-text">')[1].split("</code>")[0] if "key-text" in html else ""
    )


@pytest.mark.parametrize("role", KEEPERS)
def test_a_key_is_made_shown_once_and_works(client, sign_in_now, post, role):
    member = sign_in_now(role)
    assert "还没有发过密钥" in text(client.get(LIST))
    assert_kept_rules(client.get(MAKE))
    made = client.post(MAKE, ASKED | {"merchants": "898521058120001\n898521058120002"})
    key = ApiKey.objects.get()
    assert made.headers["Location"] == f"{LIST}{key.prefix}/"
    page = client.get(made.headers["Location"])
    assert_kept_rules(page)
    secret = secret_on(page)
    assert secret.startswith(key.prefix)
    assert secret_on(client.get(made.headers["Location"])) == ""
    assert post([SALE], key=secret).json()["created"] == 1
    assert (key.made_by, key.merchants) == (member.user, ["898521058120001", "898521058120002"])
    assert "只限 2 家商户" in text(client.get(LIST))
    assert "上次使用 今天" in text(client.get(LIST))
    assert Event.objects.get(type="api_key_issued").actor == f"user:{member.user.public_id}"


def test_the_text_of_a_key_lies_nowhere_in_the_clear(client, sign_in_now):
    sign_in_now("operations")
    made = client.post(MAKE, ASKED)
    before = str(client.session["api_key_made"])
    secret = secret_on(client.get(made.headers["Location"])).split("_", 2)[2]
    assert secret not in before
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert secret not in str(cursor.fetchall()), table


def test_the_second_factor_is_asked_again_and_what_was_typed_goes_on(client, sign_in, prove):
    sign_in("operations")
    assert client.get(MAKE).status_code == 200
    asked = client.post(MAKE, ASKED)
    assert "/reauthenticate/" in asked.headers["Location"]
    assert not ApiKey.objects.exists()
    made = prove()
    assert made.headers["Location"] == f"{LIST}{ApiKey.objects.get().prefix}/"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client": "Host!"}, "名称用小写字母"),
        ({"client": ""}, "请填对方程序的名称"),
        ({"scopes": []}, "请选它可以做什么"),
        ({"merchants": "店铺一"}, "不是商户编号：店铺一"),
        ({"merchants": " ".join(f"M{n}" for n in range(1_001))}, "最多 1000 个商户编号"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, sign_in_now, changes, said):
    sign_in_now("operations")
    response = client.post(MAKE, ASKED | changes)
    assert response.status_code == 200
    assert said in text(response)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", KEEPERS)
def test_a_key_is_revoked_with_a_reason(client, sign_in, key, role):
    member = sign_in(role)
    url = f"{LIST}{key.prefix}/"
    assert_kept_rules(client.get(url))
    refused = client.post(url, {"reason": "  "})
    assert "请写为什么吊销" in text(refused)
    assert ApiKey.objects.get().revoked_at is None
    assert client.post(url, {"reason": "对方的机器被入侵"}).headers["Location"] == LIST
    page = text(client.get(LIST))
    assert "已吊销" in page
    assert "对方的机器被入侵" in text(client.get(url))
    event = Event.objects.get(type="api_key_revoked")
    assert event.actor == f"user:{member.user.public_id}"
    assert '"reason":"对方的机器被入侵"' in event.text
    client.post(url, {"reason": "再一次"})
    assert ApiKey.objects.get().revoked_because == "对方的机器被入侵"


def test_the_list_costs_the_same_however_long(client, sign_in, key, django_assert_max_num_queries):
    for number in range(20):
        keys.issue(f"h{number}", scopes=["transactions:write"], actor=Actor.system("test"))
    sign_in("operations")
    client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(LIST)


@pytest.mark.parametrize("role", ["clerk", "manager", "support", "supervisor", "auditor"])
def test_nobody_else_sees_or_makes_one(client, sign_in_now, key, role):
    sign_in_now(role)
    for url in (LIST, MAKE, f"{LIST}{key.prefix}/"):
        assert client.get(url).status_code == 403
        assert client.post(url, ASKED | {"reason": "x"}).status_code in {403, 405}
    assert ApiKey.objects.get().revoked_at is None


def test_the_anonymous_are_led_to_the_sign_in(client, key):
    for url in (LIST, MAKE, f"{LIST}{key.prefix}/"):
        assert "/account/login/" in client.get(url).headers["Location"]


def test_a_key_that_is_none_is_not_found(client, sign_in):
    sign_in("operations")
    assert client.get(f"{LIST}xp_0000/").status_code == 404
    assert client.post(f"{LIST}xp_0000/", {"reason": "x"}).status_code == 404
