"""manage.py create_administrator: the first one, by a link and never by a password."""

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import Invitation, Membership, Organisation
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db
WHO = {"email": "zhou@example.org", "name": "周明远"}


def run(capsys, *arguments, **options) -> str:
    call_command("create_administrator", *arguments, **WHO | options)
    return capsys.readouterr().out.strip()


def test_the_link_leads_to_the_first_administrator(client, open_link, capsys, trail):
    link = run(capsys, "zhou", institution="江岸支付")
    page = open_link(link.rstrip("/").rsplit("/", 1)[1])
    shown = client.get(page).content.decode()
    assert 'value="zhou"' in shown
    assert 'value="周明远"' in shown
    client.post(page, {"username": "zhou", "name": "周明远", "password": "paper lamp river stone"})
    member = Membership.objects.get()
    assert (member.role, member.organisation.kind) == ("administrator", "institution")
    assert trail("invitation.sent")["actor"] == "system:create_administrator"


def test_it_prints_the_link_and_nothing_else_and_mails_nothing(capsys, institution):
    assert run(capsys, "zhou").startswith("http://127.0.0.1:8000/link/")
    assert not Entry.objects.exists()


def test_it_uses_the_institution_that_is_there(capsys, institution):
    run(capsys, "zhou")
    assert Invitation.objects.get().organisation == institution


def test_without_an_institution_it_wants_its_name(capsys):
    with pytest.raises(CommandError, match="--institution"):
        run(capsys, "zhou")


def test_it_makes_no_second_institution(capsys, institution):
    with pytest.raises(CommandError, match="江岸支付"):
        run(capsys, "zhou", institution="别的支付")
    assert Organisation.objects.count() == 1


def test_a_name_that_is_taken_is_refused(capsys, make_member):
    with pytest.raises(CommandError, match="already"):
        run(capsys, make_member("support").user.username.upper())


def test_an_address_that_is_none_is_refused(capsys, institution):
    with pytest.raises(CommandError, match="e-mail"):
        run(capsys, "zhou", email="zhou")
    assert not Invitation.objects.exists()
