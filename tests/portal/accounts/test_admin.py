"""Django's admin: for administrators, by our own door, to read."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from disputes.models import AddressBook, PolicyVersion
from portal.accounts.admin_site import ReadOnlyAdmin
from portal.accounts.models import User
from portal.outbox.models import Entry
from tests.pages import CHINESE

pytestmark = pytest.mark.django_db
BY_AN_ACTION = {PolicyVersion, AddressBook}


def test_it_has_no_door_of_its_own(client):
    assert client.get("/admin/").headers["Location"] == "/account/login/?next=/admin/"
    response = client.get("/admin/login/?next=/admin/accounts/user/")
    assert response.headers["Location"] == "/account/login/?next=/admin/accounts/user/"
    response = client.post("/admin/login/", {"username": "a", "password": "b"})
    assert response.headers["Location"] == "/account/login/?next=/admin/"


@pytest.mark.parametrize(
    "role", ["clerk", "manager", "support", "supervisor", "operations", "auditor"]
)
def test_no_other_role_gets_in(client, sign_in, role):
    member = sign_in(role)
    for url in (
        "/admin/",
        "/admin/accounts/user/",
        f"/admin/accounts/user/{member.user_id}/change/",
    ):
        assert client.get(url).status_code == 403


def test_djangos_own_flags_open_nothing(client, sign_in):
    member = sign_in("support")
    User.objects.filter(pk=member.user_id).update(is_staff=True, is_superuser=True)
    assert client.get("/admin/").status_code == 403


def test_a_password_alone_does_not_get_in(client, make_member):
    member = make_member("administrator", second_factor=False)
    client.force_login(member.user)
    assert client.get("/admin/").headers["Location"].startswith("/account/2fa/set-up/")


def test_its_places_have_names_in_english(client, sign_in):
    sign_in("administrator")
    client.cookies["language"] = "en"
    page = client.get("/admin/").text
    for words in ("Accounts and organisations", "Audit trail", "Outbox", "Cases"):
        assert words in page, words
    for app in apps.get_app_configs():
        if app.name.startswith(("portal", "receipts", "disputes")):
            with translation.override("en"):
                assert not CHINESE.search(str(app.verbose_name)), app.name


def test_an_administrator_reads_every_list(client, sign_in):
    sign_in("administrator")
    assert client.get("/admin/").status_code == 200
    assert admin.site._registry
    for model in admin.site._registry:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(url).status_code == 200, url
        assert client.get(f"{url}?q=x").status_code == 200, url


def test_nothing_can_be_added_changed_or_deleted(client, sign_in):
    member = sign_in("administrator")
    # A new version of the policy or of the addresses is made here, by its action (tests/disputes:
    # test_new_policy.py, test_upward.py).
    assert set(BY_AN_ACTION) <= set(admin.site._registry)
    for model in set(admin.site._registry) - BY_AN_ACTION:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_add")).status_code == 403
        assert client.post(reverse(f"{name}_add"), {}).status_code == 403
    page = f"/admin/accounts/user/{member.user_id}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"username": "x"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_what_packages_register_is_not_taken_in():
    assert all(isinstance(each, ReadOnlyAdmin) for each in admin.site._registry.values())
    labels = {model._meta.label for model in admin.site._registry}
    assert not labels & {"mfa.Authenticator", "account.EmailAddress", "auth.Group"}
    ours = {model._meta.label for model in BY_AN_ACTION}
    assert {label for label in labels if label.startswith("disputes.")} == ours
    assert "receipts.Payment" not in labels


def test_it_shows_neither_passwords_nor_what_messages_say(client, sign_in):
    member = sign_in("administrator")
    page = client.get(f"/admin/accounts/user/{member.user_id}/change/").content.decode()
    assert member.user.password not in page
    entry = Entry.objects.create(
        effect_key="case:1",
        kind="mail",
        topic="case",
        recipient="guest@example.org",
        payload={"body": "https://example.org/link/abc/"},
        due_at=member.created_at,
    )
    page = client.get(f"/admin/outbox/entry/{entry.pk}/change/").content.decode()
    assert "case:1" in page
    assert "guest@example.org" not in page
    assert "/link/abc/" not in page


def test_account_and_time_stand_on_it(client, sign_in):
    member = sign_in("administrator")
    page = client.get("/admin/").content.decode()
    assert member.user.name in page
    assert "管理员" in page


def test_signing_out_there_signs_out(client, sign_in):
    sign_in("administrator")
    assert client.get("/admin/logout/").headers["Location"] == "/account/logout/"
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302
