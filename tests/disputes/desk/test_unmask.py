"""A customer's contact in full: for a reason, for one person and case, for some minutes."""

import json

import pytest

from portal.audit.models import Event, Reading
from portal.outbox.models import Entry

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def unmask(client, case):
    def do(code="call", words="", number=""):
        path = f"/desk/cases/{number or case.number}/contact/?view=all"
        return client.post(path, {"code": code, "words": words})

    return do


def test_it_is_shown_to_whoever_said_why_and_to_nobody_else(
    client, sign_in, case, unmask, pass_time
):
    me = sign_in("support")
    assert unmask("other", "客户换了邮箱").headers["Location"].endswith("?view=all#customer")
    page = f"/desk/cases/{case.number}/"
    assert "guest@example.org" in client.get(page).text
    sign_in("supervisor")
    assert "guest@example.org" not in client.get(page).text
    sign_in(me)
    pass_time(minutes=11)
    assert "guest@example.org" not in client.get(page).text


def test_it_stands_in_the_cases_trail_with_its_reason(sign_in, case, unmask, client):
    me = sign_in("support")
    unmask("other", "客户换了邮箱")
    event = Event.objects.get(type="viewing.unmasked")
    told = json.loads(event.text)
    assert (event.subject, event.actor) == (case.subject, f"user:{me.user.public_id}")
    assert (told["reason"], told["after"]["fields"]) == ("other", ["contact", "words"])
    assert "客户换了邮箱" not in event.text
    assert "guest@" not in event.text
    assert Reading.objects.filter(subject=case.subject, what="contact").count() == 1
    assert "看完整的联系方式" in client.get(f"/desk/cases/{case.number}/trail/").text


@pytest.mark.parametrize(("code", "words"), [("", ""), ("curious", ""), ("other", "")])
def test_without_a_reason_it_stays_masked(sign_in, case, unmask, code, words):
    sign_in("support")
    answer = unmask(code, words)
    assert answer.status_code == 422
    assert "guest@example.org" not in answer.text
    assert "field-error" in answer.text
    assert "autofocus aria-invalid" in answer.text
    assert not Event.objects.filter(type="viewing.unmasked").exists()


@pytest.mark.parametrize("role", ["auditor", "administrator", "clerk", "manager"])
def test_not_for_those_who_do_not_work_on_cases(sign_in, unmask, role):
    sign_in(role)
    assert unmask().status_code == 403


def test_numbers_in_a_customers_words_are_masked_too(client, sign_in, open_case, unmask, shop):
    case = open_case(body="请打 13800001234 找我")
    sign_in("support")
    page = f"/desk/cases/{case.number}/"
    assert "138****1234" in client.get(page).text
    assert "13800001234" not in client.get(page).text
    unmask(number=case.number)
    assert "13800001234" in client.get(page).text
    client.force_login(shop.manager.user)
    if case.organisation_id:
        assert "13800001234" not in client.get(f"/merchant/cases/{case.number}/").text


def test_supervisors_hear_of_many(sign_in, open_case, make_member, unmask, settings, make_payment):
    settings.UNMASK_BUDGET_DAY = 2
    boss = make_member("supervisor")
    sign_in("support")
    for number in range(4):
        unmask(number=open_case(contact=f"guest{number}@example.org").number)
    mail = Entry.objects.get(topic="many_unmasked")
    assert mail.recipient == boss.user.email
    assert "3 位客户" in mail.payload["body"]
