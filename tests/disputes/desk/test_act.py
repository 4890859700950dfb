"""Doing something to a case from the desk."""

import uuid

import pytest

from disputes import actions
from disputes.models import Message

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def post(client, case):
    def do(verb, headers=None, **values):
        data = {"verb": verb, "submission_key": str(uuid.uuid4())} | values
        return client.post(f"/desk/cases/{case.number}/act/?view=all", data, headers=headers or {})

    return do


def words_of(case, audience):
    return list(
        Message.objects.filter(case=case, audience=audience, author_kind="institution")
        .order_by("pk")
        .values_list("body", flat=True)
    )


@pytest.mark.parametrize("audience", ["all", "merchant"])
def test_a_reply_reaches_the_chosen_audience(post, sign_in, case, audience):
    sign_in("support")
    response = post(f"reply:{audience}", body="我们在看。")
    assert response.headers["Location"] == f"/desk/cases/{case.number}/?view=all"
    assert words_of(case, audience) == ["我们在看。"]


def test_a_note_stays_inside(post, sign_in, case):
    sign_in("support")
    post("add_note", body="打过电话。")
    assert words_of(case, "internal") == ["打过电话。"]
    assert words_of(case, "all") == []


def test_asking_the_customer_pauses_the_clock(post, sign_in, case):
    sign_in("support")
    post("ask_consumer", body="请补照片。")
    case.refresh_from_db()
    assert case.status == "waiting_consumer"


@pytest.mark.parametrize(("verb", "status"), [("resolve", "resolved"), ("reject", "rejected")])
def test_closing_takes_a_reason_and_words(post, sign_in, case, verb, status):
    sign_in("support")
    why = {f"reason_{verb}": "other", f"cause_{verb}": "none_found"}
    post(verb, body="已核实。", **why)
    case.refresh_from_db()
    assert (case.status, case.closing_reason) == (status, "other")


def test_taking_it_over_from_the_merchant(post, sign_in, case):
    sign_in("support")
    post("escalate")
    case.refresh_from_db()
    assert case.stage == "institution"


def test_without_a_reason_nothing_closes_and_the_words_stay(post, sign_in, case):
    sign_in("support")
    response = post("resolve", body="已经核实，三天内到账。")
    assert response.status_code == 422
    assert "请选择一个结果。" in response.text
    assert "已经核实，三天内到账。</textarea>" in response.text
    composer = response.context["composer"]
    assert composer.chosen == "resolve"
    case.refresh_from_db()
    assert case.is_open


def test_a_step_that_a_colleague_made_impossible_keeps_the_words(
    post, sign_in, case, support, close
):
    sign_in("support")
    close(case, support)
    response = post("ask_consumer", body="请补照片。")
    assert response.status_code == 422
    assert "办结" in response.text
    assert "请补照片。</textarea>" in response.text


def test_words_of_an_action_that_is_gone_are_offered_as_a_note(post, sign_in, case, support, close):
    sign_in("support")
    close(case, support)
    response = post("reply:all", body="还有一句。")
    assert response.context["composer"].chosen == "add_note"
    assert "还有一句。</textarea>" in response.text


def test_a_role_that_may_not_decide_is_refused(post, sign_in, case):
    sign_in("operations")
    response = post("resolve", body="好了。", reason_resolve="other", cause_resolve="none_found")
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.is_open


def test_a_form_sent_twice_says_it_once(post, sign_in, case):
    sign_in("support")
    key = str(uuid.uuid4())
    for _ in range(2):
        assert post("reply:all", body="我们在看。", submission_key=key).status_code == 302
    assert words_of(case, "all") == ["我们在看。"]


@pytest.mark.parametrize("verb", ["", "withdraw", "continue_case", "delete", "reply:internal"])
def test_what_no_form_of_ours_offers_does_nothing(post, sign_in, case, verb):
    sign_in("support")
    assert post(verb, body="好。").status_code in {404, 422}
    assert Message.objects.filter(case=case, author_kind="institution").count() == 0


def test_htmx_gets_the_new_pane_its_row_and_the_figures(post, sign_in, case):
    sign_in("support")
    response = post("reply:all", headers={"HX-Request": "true"}, body="我们在看。")
    assert response.status_code == 200
    for part in (
        "我们在看。",
        f'<li id="row-{case.number}">',
        'id="desk-views"',
        "已发送。",
    ):
        assert part in response.text, part
    assert "我们在看。</textarea>" not in response.text


def test_it_is_given_to_somebody_to_me_and_to_nobody(client, sign_in, case, support):
    me = sign_in("support")
    address = f"/desk/cases/{case.number}/assign/"
    for assignee in (support.user, me.user, None):
        client.post(address, {"assignee": assignee.public_id if assignee else ""})
        case.refresh_from_db()
        assert case.assignee == assignee


@pytest.mark.parametrize("role", ["auditor", "administrator", "manager"])
def test_it_is_given_to_nobody_who_does_not_work_cases(client, sign_in, case, make_member, role):
    other = make_member(role)
    sign_in("support")
    data = {"assignee": other.user.public_id}
    assert client.post(f"/desk/cases/{case.number}/assign/", data).status_code == 404
    case.refresh_from_db()
    assert case.assignee is None


def test_reading_changes_nothing(client, sign_in, case):
    sign_in("support")
    for path in ("act", "assign"):
        assert client.get(f"/desk/cases/{case.number}/{path}/").status_code == 405


def test_a_closed_case_takes_notes_only(client, sign_in, case, support, close):
    close(case, support)
    sign_in("support")
    composer = client.get(f"/desk/cases/{case.number}/").context["composer"]
    assert [mode.value for mode in composer.modes] == ["add_note"]


def test_the_merchant_is_no_audience_where_none_takes_part(client, sign_in, open_case):
    case = open_case(kind="service_complaint")
    sign_in("support")
    composer = client.get(f"/desk/cases/{case.number}/").context["composer"]
    assert [mode.value for mode in composer.tabs] == ["reply:all", "add_note"]
    assert str(composer.tabs[0].send) == "发送给客户"


def test_every_action_of_the_policy_has_its_form(client, sign_in, case, support):
    from disputes import policy
    from disputes.desk.deeds import DEEDS

    offered = {verb.name for verb in policy.allowed(case, support)}
    on_a_page_of_its_own = {"note_sent", "note_reply", "issue_file"}
    assert offered - {"assign"} - on_a_page_of_its_own <= set(DEEDS)
    assert actions.assign
