"""Tying the sign-in to a phone, changing it, and the codes for when it is lost."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from portal.outbox.models import Entry
from tests.people import PASSWORD, TOTP_SECRET

pytestmark = pytest.mark.django_db
PAGE, CODES, REAUTHENTICATE = (
    "/account/2fa/set-up/",
    "/account/2fa/recovery-codes/",
    "/account/reauthenticate/",
)


def secret_on(page) -> str:
    text = re.search(r'class="secret">([A-Z2-7 ]+)<', page.content.decode())[1]
    return text.replace(" ", "")


@pytest.fixture
def newcomer(client, make_member):
    member = make_member("support", second_factor=False)
    client.force_login(member.user)
    return member


class TestTheFirstTime:
    def test_the_code_is_drawn_as_a_picture_that_our_policy_allows(self, client, newcomer):
        page = client.get(PAGE).content.decode()
        assert 'src="data:image/svg+xml' in page
        assert "装一个验证器 App" in page

    def test_it_names_the_institution_and_the_person(self, client, newcomer):
        page = client.get(PAGE)
        assert page.context["picture"]
        from portal.accounts.adapter import SecondFactorAdapter

        address = SecondFactorAdapter().build_totp_url(newcomer.user, TOTP_SECRET)
        assert address.startswith(f"otpauth://totp/{newcomer.user.username}?secret={TOTP_SECRET}")
        assert "issuer=%E5%B0%8F%E7%A5%A8%20%E6%B1%9F%E5%B2%B8%E6%94%AF%E4%BB%98" in address

    def test_a_reload_keeps_the_secret(self, client, newcomer):
        assert secret_on(client.get(PAGE)) == secret_on(client.get(PAGE))

    def test_the_right_code_ties_the_phone(self, client, newcomer, totp, trail):
        secret = secret_on(client.get(PAGE))
        response = client.post(PAGE, {"code": totp(secret), "next": "/desk/?view=mine"})
        assert response.headers["Location"].startswith(f"{CODES}?next=")
        assert trail("second_factor.added")["after"] == {"type": "totp"}
        assert Entry.objects.get(topic="second_factor").recipient == newcomer.user.email
        codes = client.get(response.headers["Location"])
        assert len(re.findall(r"<li>\d{4} \d{4}</li>", codes.content.decode())) == 10
        assert 'href="/desk/?view=mine"' in codes.content.decode()
        assert client.get("/account/home/").headers["Location"] == "/desk/"

    def test_spaces_in_the_code_do_not_matter(self, client, newcomer, totp):
        code = totp(secret_on(client.get(PAGE)))
        assert client.post(PAGE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 302

    def test_a_wrong_code_ties_nothing(self, client, newcomer, totp):
        code = totp(secret_on(client.get(PAGE)))
        response = client.post(PAGE, {"code": f"{(int(code) + 7) % 1_000_000:06}"})
        assert "数字不对" in response.content.decode()
        assert not Authenticator.objects.exists()

    def test_it_leads_to_no_other_site(self, client, newcomer, totp):
        secret = secret_on(client.get(PAGE))
        response = client.post(PAGE, {"code": totp(secret), "next": "https://example.com/"})
        assert "example.com" not in response.headers["Location"]

    def test_a_session_with_the_password_alone_elsewhere_ends(self, client, newcomer, totp):
        elsewhere = Client()
        elsewhere.force_login(newcomer.user)
        secret = secret_on(client.get(PAGE))
        client.post(PAGE, {"code": totp(secret)})
        assert elsewhere.get("/account/").headers["Location"].startswith("/account/login/")
        assert client.get("/account/").status_code == 200

    def test_the_table_holds_no_secret_in_clear(self, client, newcomer, totp):
        secret = secret_on(client.get(PAGE))
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_data FROM django_session")
            assert secret not in str(cursor.fetchall())
        client.post(PAGE, {"code": totp(secret)})
        for row in Authenticator.objects.all():
            assert secret not in str(row.data)


class TestANewPhone:
    @pytest.fixture
    def member(self, sign_in):
        return sign_in("clerk")

    @pytest.fixture
    def confirmed(self, client, member):
        client.post(f"{REAUTHENTICATE}?next={PAGE}", {"password": PASSWORD})

    def test_it_asks_for_the_password_first(self, client, member):
        response = client.get(PAGE)
        assert response.headers["Location"].startswith(REAUTHENTICATE)
        page = client.get(response.headers["Location"])
        assert "先确认是您本人" in page.content.decode()

    def test_a_wrong_password_does_not_do(self, client, member):
        response = client.post(f"{REAUTHENTICATE}?next={PAGE}", {"password": "no"})
        assert "密码不对" in response.content.decode()
        assert client.get(PAGE).status_code == 302

    def test_the_old_one_works_until_the_new_one_is_proved(self, client, member, confirmed):
        client.get(PAGE)
        client.post(PAGE, {"code": "000000"})
        row = Authenticator.objects.get(user=member.user, type="totp")
        from portal.accounts.sealing import unseal

        assert unseal(row.data["secret"]) == TOTP_SECRET

    def test_it_replaces_the_old_one(self, client, member, confirmed, totp, trail):
        secret = secret_on(client.get(PAGE))
        client.post(PAGE, {"code": totp(secret)})
        assert Authenticator.objects.filter(user=member.user, type="totp").count() == 1
        assert trail("second_factor.replaced")
        client.post("/account/logout/")
        client.post("/account/login/", {"login": member.user.username, "password": PASSWORD})
        assert client.post("/account/2fa/authenticate/", {"code": totp()}).status_code == 200
        assert client.post("/account/2fa/authenticate/", {"code": totp(secret)}).status_code == 302


class TestRecoveryCodes:
    @pytest.fixture
    def member(self, client, sign_in):
        member = sign_in("clerk")
        client.post(f"{REAUTHENTICATE}?next={CODES}", {"password": PASSWORD})
        return member

    def test_they_are_shown_once(self, client, member, trail):
        assert client.post(CODES).status_code == 302
        shown = re.findall(r"<li>(\d{4} \d{4})</li>", client.get(CODES).content.decode())
        assert len(set(shown)) == 10
        again = client.get(CODES).content.decode()
        assert not any(code in again for code in shown)
        assert "还剩 10 个" in again
        assert trail("recovery_codes.renewed")

    def test_new_ones_end_the_old(self, client, member):
        client.post(CODES)
        old = re.findall(r"<li>(\d{4} \d{4})</li>", client.get(CODES).content.decode())
        client.post(CODES)
        client.post("/account/logout/")
        client.post("/account/login/", {"login": member.user.username, "password": PASSWORD})
        code = old[0].replace(" ", "")
        assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 200

    def test_new_ones_want_the_password_again(self, client, sign_in):
        sign_in("support")
        assert client.post(CODES).headers["Location"].startswith(REAUTHENTICATE)
        assert not Authenticator.objects.filter(type="recovery_codes").exists()

    def test_none_are_told_as_none(self, client, member):
        assert "还剩 0 个" in client.get(CODES).content.decode()


def test_the_account_page_tells_what_there_is(client, sign_in):
    member = sign_in("support")
    page = client.get("/account/").content.decode()
    for text in (member.user.name, member.user.email, "江岸支付，客服", "换一部手机", "更改密码"):
        assert text in page


def test_a_key_that_was_retired_still_opens_what_it_sealed(settings):
    from portal.accounts.sealing import seal, unseal

    sealed = seal("secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert unseal(sealed) == "secret"


def test_another_installations_key_opens_nothing(settings):
    from cryptography.fernet import InvalidToken

    from portal.accounts.sealing import seal, unseal

    sealed = seal("secret")
    settings.SECRET_KEY = "n" * 50
    with pytest.raises(InvalidToken):
        unseal(sealed)
