"""View budgets: a warning near them, a reason at them, a supervisor beyond."""

import json

import pytest

from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.viewing import budget

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def small(settings):
    settings.VIEW_BUDGETS = {
        "institution": {"hour": 4, "day": 8},
        "merchant": {"hour": 4, "day": 8},
    }


@pytest.fixture
def payments(make_payment, merchant):
    return [make_payment(merchant) for _ in range(12)]


@pytest.fixture
def open_payment(client, payments):
    return lambda number: client.get(f"/desk/payments/{payments[number].pk}/")


def reason(client, code="queue", words="", back="/desk/"):
    return client.post("/account/viewing/reason/", {"code": code, "words": words, "next": back})


def test_it_warns_near_the_budget_and_asks_a_reason_at_it(client, sign_in, open_payment, payments):
    sign_in("support")
    assert "写明原因" not in open_payment(0).text
    assert "写明原因" not in open_payment(1).text
    assert "写明原因" not in open_payment(2).text
    assert "再打开就要写明原因" in open_payment(3).text
    refused = open_payment(4)
    assert refused.headers["Location"].startswith("/account/viewing/reason/?next=%2Fdesk%2Fpaym")
    page = client.get(refused.headers["Location"]).text
    assert "这一小时您打开了 4 笔" in page
    assert "24 小时里" not in page  # nothing is asked about these yet


def test_what_is_open_already_opens_again(client, sign_in, open_payment, pass_time):
    sign_in("support")
    for number in range(4):
        open_payment(number)
    assert open_payment(0).status_code == 200
    assert open_payment(4).status_code == 302
    pass_time(minutes=61)
    client.cookies.clear()


def test_files_of_it_are_no_way_around(client, sign_in, open_payment, payments):
    sign_in("support")
    for number in range(4):
        open_payment(number)
    answer = client.get(f"/desk/payments/{payments[5].pk}/slip.pdf")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/viewing/")
    assert not payments[5].slip_issues.exists()


def test_htmx_is_led_to_the_page_as_a_whole(client, sign_in, open_payment, payments):
    sign_in("support")
    for number in range(4):
        open_payment(number)
    answer = client.get(f"/desk/payments/{payments[5].pk}/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/account/viewing/reason/")


def test_a_reason_opens_half_as_many_more_and_stands_in_the_trail(client, sign_in, open_payment):
    me = sign_in("support")
    for number in range(4):
        open_payment(number)
    answer = reason(client, "other", "年终盘点", back="/desk/payments/")
    assert answer.headers["Location"] == "/desk/payments/"
    assert [open_payment(number).status_code for number in (4, 5, 6)] == [200, 200, 302]
    event = Event.objects.get(type=budget.REASON_GIVEN)
    assert event.subject == f"account:{me.user.public_id}"
    assert "年终盘点" not in event.text
    assert json.loads(event.text)["after"]["hour_used"] == 4
    assert not Entry.objects.filter(topic="over_budget").exists()


def test_from_the_second_reason_on_supervisors_hear_of_it_once(
    client, sign_in, open_payment, make_member
):
    boss = make_member("supervisor", name="周主管")
    sign_in(make_member("support", name="小陶"))
    for number in range(4):
        open_payment(number)
    reason(client)
    for number in (4, 5):
        open_payment(number)
    reason(client)
    mail = Entry.objects.get(topic="over_budget")
    assert mail.recipient == boss.user.email
    assert "小陶在一小时里打开了 6 笔交易和案件，限额是 4，已经第 2 次" in mail.payload["body"]
    for number in (6, 7):
        open_payment(number)
    reason(client)
    assert Entry.objects.filter(topic="over_budget").count() == 1


def test_a_supervisor_is_not_told_of_the_own_account(client, sign_in, open_payment, make_member):
    other = make_member("auditor")
    sign_in("supervisor")
    for number in range(4):
        open_payment(number)
    for _ in range(2):
        reason(client)
        for number in (4, 5):
            open_payment(number)
    reason(client)
    assert [each.recipient for each in Entry.objects.filter(topic="over_budget")] == [
        other.user.email
    ]


@pytest.mark.parametrize(
    ("code", "words", "field"),
    [("", "", "code"), ("nothing", "", "code"), ("other", " ", "words")],
)
def test_without_a_reason_nothing_opens(client, sign_in, code, words, field):
    sign_in("support")
    answer = reason(client, code, words)
    assert (answer.status_code, list(answer.context["errors"])) == (422, [field])
    assert not Event.objects.filter(type=budget.REASON_GIVEN).exists()


def test_it_leads_back_into_the_house_only(client, sign_in):
    sign_in("support")
    assert reason(client, back="https://elsewhere.example/").headers["Location"].startswith("/")


def test_auditors_read_for_a_living_and_merchants_have_their_own_budget(
    client, sign_in, payments, merchant, make_member
):
    sign_in("auditor")
    for each in payments[:6]:
        assert client.get(f"/desk/payments/{each.pk}/").status_code == 200
    clerk = make_member("clerk")
    merchant.organisation = clerk.organisation
    merchant.save()
    sign_in(clerk)
    codes = [client.get(f"/merchant/payments/{each.pk}/").status_code for each in payments[:5]]
    assert codes == [200, 200, 200, 200, 302]


@pytest.mark.parametrize("role", ["administrator"])
def test_who_opens_nothing_has_no_such_page(client, sign_in, role):
    sign_in(role)
    assert client.get("/account/viewing/reason/").status_code == 403
