"""A merchant's cases: only its own, and of them only what is meant for it."""

import uuid

import pytest

from disputes import actions
from disputes.models import Message
from portal.audit.models import Reading

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def at_the_shop(client, shop, sign_in):
    """Signed in as the shop's manager."""
    client.force_login(shop.manager.user)
    return client


def test_it_lists_own_open_cases_by_time_left(at_the_shop, open_case, pass_time):
    first = open_case()
    pass_time(hours=1)
    second = open_case()
    page = at_the_shop.get("/merchant/cases/")
    assert [row.number for row in page.context["rows"]] == [first.number, second.number]
    assert "还剩 23 小时" in page.text


def test_closed_ones_are_a_list_of_their_own(at_the_shop, open_case, support, close):
    closed, running = open_case(), open_case()
    close(closed, support)
    page = at_the_shop.get("/merchant/cases/?show=closed")
    assert [row.number for row in page.context["rows"]] == [closed.number]
    page = at_the_shop.get("/merchant/cases/")
    assert [row.number for row in page.context["rows"]] == [running.number]


def test_another_merchants_case_is_not_there(client, case, make_shop):
    stranger = make_shop()
    client.force_login(stranger.manager.user)
    assert client.get(f"/merchant/cases/{case.number}/").status_code == 404
    data = {"verb": "reply:all", "body": "好。"}
    assert client.post(f"/merchant/cases/{case.number}/act/", data).status_code == 404
    assert case.number not in client.get("/merchant/cases/").text
    assert Message.objects.filter(case=case, author_kind="merchant").count() == 0


def test_a_case_that_no_merchant_takes_part_in_is_not_shown(at_the_shop, open_case):
    complaint = open_case(kind="service_complaint")
    assert at_the_shop.get(f"/merchant/cases/{complaint.number}/").status_code == 404
    assert complaint.number not in at_the_shop.get("/merchant/cases/").text


def test_the_customers_contact_is_nowhere(at_the_shop, case):
    text = at_the_shop.get(f"/merchant/cases/{case.number}/").text
    assert "example.org" not in text.replace("", "")
    assert "g***" not in text


def test_the_institutions_notes_and_names_are_nowhere(at_the_shop, case, support, say, new_key):
    actions.add_note(case, actor=support, body="商户常拖延。", submission_key=new_key())
    say(case, support, "我们在看。")
    text = at_the_shop.get(f"/merchant/cases/{case.number}/").text
    assert "商户常拖延" not in text
    assert support.user.name not in text
    assert "我们在看。" in text
    assert "江岸支付" in text
    assert "商户常拖延" not in at_the_shop.get("/merchant/cases/").text


def test_own_notes_are_shown_to_colleagues_only(at_the_shop, case, shop, client, sign_in, new_key):
    actions.add_note(case, actor=shop.clerk, body="厨房说做了。", submission_key=new_key())
    text = at_the_shop.get(f"/merchant/cases/{case.number}/").text
    assert "厨房说做了。" in text
    assert "内部备注·仅本店可见" in text
    sign_in("support")
    assert "厨房说做了。" not in client.get(f"/desk/cases/{case.number}/").text


@pytest.mark.parametrize(
    ("verb", "audience"),
    [("reply:all", "all"), ("reply:merchant", "merchant"), ("add_note", "internal")],
)
def test_it_writes_to_the_chosen_audience(at_the_shop, case, verb, audience):
    data = {"verb": verb, "body": "明天退。", "submission_key": str(uuid.uuid4())}
    response = at_the_shop.post(f"/merchant/cases/{case.number}/act/", data)
    assert response.headers["Location"] == f"/merchant/cases/{case.number}/"
    message = Message.objects.get(case=case, author_kind="merchant")
    assert (message.audience, message.body) == (audience, "明天退。")


def test_a_slip_that_was_reprinted_is_no_task_any_more(at_the_shop, open_case, shop):
    case = open_case(kind="no_slip")
    page = f"/merchant/cases/{case.number}/"
    assert "要做的：补打小票" in at_the_shop.get(page).text
    actions.reprint(case, actor=shop.clerk)
    assert "要做的：补打小票" not in at_the_shop.get(page).text


def test_an_error_keeps_the_words(at_the_shop, case):
    data = {"verb": "resolve", "body": "已经退了。", "submission_key": str(uuid.uuid4())}
    response = at_the_shop.post(f"/merchant/cases/{case.number}/act/", data)
    assert response.status_code == 422
    assert "请选择一个结果。" in response.text
    assert "已经退了。</textarea>" in response.text


def test_a_clerk_answers_but_does_not_decide(client, case, shop):
    client.force_login(shop.clerk.user)
    composer = client.get(f"/merchant/cases/{case.number}/").context["composer"]
    values = {mode.value for mode in composer.modes}
    assert "reply:all" in values
    assert not values & {"resolve", "reject", "escalate", "assign"}
    data = {
        "verb": "resolve",
        "body": "好。",
        "reason_resolve": "other",
        "cause_resolve": "none_found",
    }
    assert client.post(f"/merchant/cases/{case.number}/act/", data).status_code == 422
    case.refresh_from_db()
    assert case.is_open


def test_the_desk_is_closed_to_merchants(at_the_shop, case):
    for path in ("", f"cases/{case.number}/", f"cases/{case.number}/trail/"):
        assert at_the_shop.get(f"/desk/{path}").status_code == 403
    for path in ("act", "assign"):
        assert at_the_shop.post(f"/desk/cases/{case.number}/{path}/").status_code == 403


def test_the_shops_look_is_written_down(at_the_shop, case, shop):
    at_the_shop.get(f"/merchant/cases/{case.number}/")
    read = Reading.objects.get(subject=case.subject)
    assert (read.reader, read.what) == (shop.manager.id, "opened")
    assert read.organisation == str(shop.organisation.public_id)


@pytest.mark.parametrize("role", ["support", "auditor", "administrator"])
def test_the_institutions_people_have_their_own_pages(client, sign_in, case, role):
    sign_in(role)
    assert client.get("/merchant/cases/").status_code == 403
    assert client.get(f"/merchant/cases/{case.number}/").status_code == 403


def test_other_cases_of_a_payment_are_own_ones_only(at_the_shop, case, open_case):
    complaint = open_case(kind="service_complaint", payment=case.payment)
    text = at_the_shop.get(f"/merchant/cases/{case.number}/").text
    assert complaint.number not in text


def test_pages_cost_a_fixed_number_of_queries(
    at_the_shop, case, say, shop, open_case, django_assert_num_queries
):
    at_the_shop.get(f"/merchant/cases/{case.number}/")
    with django_assert_num_queries(13):
        at_the_shop.get(f"/merchant/cases/{case.number}/")
    with django_assert_num_queries(5):
        at_the_shop.get("/merchant/cases/")
    for _ in range(3):
        say(case, shop.manager)
        open_case()
    at_the_shop.post("/merchant/cases/notices/", {"do": "all"})  # what they told of is read
    at_the_shop.get(f"/merchant/cases/{case.number}/")
    with django_assert_num_queries(13):
        at_the_shop.get(f"/merchant/cases/{case.number}/")
    with django_assert_num_queries(5):
        at_the_shop.get("/merchant/cases/")


def test_beside_a_payment_stand_own_cases_only(at_the_shop, case, open_case, client, sign_in):
    complaint = open_case(kind="service_complaint", payment=case.payment)
    text = at_the_shop.get(f"/merchant/payments/{case.payment_id}/").text
    assert f"/merchant/cases/{case.number}/" in text
    assert complaint.number not in text
    sign_in("support")
    text = client.get(f"/desk/payments/{case.payment_id}/").text
    assert f"/desk/cases/{complaint.number}/" in text
