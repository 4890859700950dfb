"""Who may open a page behind the sign-in: `role_required` and the second factor before it."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from portal.accounts.access import CASE_READERS, CASE_STAFF, may_open, role_required
from portal.accounts.actor import Actor
from portal.audit.models import Event


@role_required(*CASE_STAFF)
def desk(request, number="1"):
    return HttpResponse(f"desk {number}")


@pytest.fixture
def ask(rf):
    """`ask(member, "/desk/")`: a request as the middleware leaves it."""

    def make(member=None, path="/desk/", method="get", **headers):
        request = getattr(rf, method)(path, **headers)
        request.user = member.user if member else AnonymousUser()
        request.actor = Actor.member(member) if member and member.pk else None
        request.htmx = HtmxDetails(request)
        return request

    return make


def refusals():
    return Event.objects.filter(type="access.refused")


def test_it_lets_in_who_has_the_role(ask, make_member):
    response = desk(ask(make_member("support")), number="7")
    assert response.content == b"desk 7"


@pytest.mark.parametrize(
    "role", ["clerk", "manager", "auditor", "administrator"], ids=lambda role: role
)
def test_it_refuses_every_other_role(ask, make_member, role):
    with pytest.raises(PermissionDenied):
        desk(ask(make_member(role)))


def test_readers_are_the_staff_and_the_auditor():
    assert set(CASE_READERS) - set(CASE_STAFF) == {"auditor"}


def test_it_refuses_someone_without_a_membership(ask, make_member):
    request = ask(make_member("support"))
    request.actor = None
    with pytest.raises(PermissionDenied):
        desk(request)
    assert refusals().get().actor == f"user:{request.user.public_id}"


def test_it_leads_the_anonymous_to_the_sign_in_and_back(ask, db):
    response = desk(ask(path="/desk/?view=mine"))
    assert response.url == reverse("account_login") + "?next=/desk/%3Fview%3Dmine"
    assert not refusals().exists()


def test_a_form_sent_after_the_session_leads_back_to_its_own_page(ask, db):
    request = ask(
        path="/desk/reply/", method="post", headers={"referer": "http://testserver/desk/?case=1"}
    )
    assert desk(request).url.endswith("?next=/desk/%3Fcase%3D1")


def test_a_foreign_referer_is_not_followed(ask, db):
    request = ask(
        path="/desk/reply/", method="post", headers={"referer": "http://testserver.evil/desk/"}
    )
    assert desk(request).url.endswith("?next=/account/home/")


def test_a_fragment_makes_the_whole_page_go_to_the_sign_in(ask, db):
    request = ask(
        path="/desk/row/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/desk/"},
    )
    response = desk(request)
    assert response.headers["HX-Redirect"].endswith("?next=/desk/")


def test_a_refusal_is_written_down(ask, make_member):
    member = make_member("clerk")
    with pytest.raises(PermissionDenied):
        desk(ask(member, "/desk/1/"))
    event = refusals().get()
    assert event.subject == f"account:{member.user.public_id}"
    assert json.loads(event.text)["after"] == {
        "method": "GET",
        "path": "/desk/1/",
        "wanted": ["operations", "supervisor", "support"],
    }


def test_a_loop_does_not_flood_the_trail(ask, make_member, clock, pass_time):
    member = make_member("clerk")
    for _ in range(5):
        with pytest.raises(PermissionDenied):
            desk(ask(member, "/desk/1/"))
    assert refusals().count() == 1
    for number in range(100):
        with pytest.raises(PermissionDenied):
            desk(ask(member, f"/desk/{number}/"))
    assert refusals().count() == 30
    pass_time(minutes=1)
    with pytest.raises(PermissionDenied):
        desk(ask(member, "/desk/1/"))
    assert refusals().count() == 31


@pytest.mark.parametrize("role", ["support", "supervisor", "operations", "auditor"])
def test_a_door_is_drawn_for_whom_its_view_lets_in(role, client, sign_in, make_actor):
    actor = make_actor(role)
    sign_in(role)
    for name, address in (
        ("outbox:overview", reverse("outbox:overview")),
        ("auditor:overview", reverse("auditor:overview")),
        ("desk:queue", reverse("desk:queue")),
    ):
        assert may_open(actor, name) == (client.get(address).status_code == 200), name
    assert not may_open(None, "desk:queue")


def test_no_template_decides_by_a_role():
    root = settings.BASE_DIR / "templates"
    texts = {path: path.read_text() for path in root.rglob("*.html")}
    assert [str(path) for path, text in texts.items() if re.search(r"\.role\s*[!=]=", text)] == []
