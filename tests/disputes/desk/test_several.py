"""One deed for many cases: done by each case's own verb, refused with its reason."""

import uuid

import pytest

from disputes.desk import bulk
from disputes.models import Message
from portal.audit.models import Event

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def several(client, sign_in):
    """`several(cases, "reply:all", body="…")`: the form's second step."""
    sign_in("support")

    def post(cases, way, key=None, **form):
        form |= {"number": [case.number for case in cases], "way": way, "sure": "1"}
        form |= {"submission_key": key or uuid.uuid4()}
        return client.post("/desk/several/?view=all", form)

    return post


def test_first_it_shows_what_will_be_done(open_case, client, several):
    cases = [open_case(), open_case()]
    form = {"number": [case.number for case in cases], "way": "resolve"}
    page = client.post("/desk/several/?view=all", form)
    assert all(case.number in page.text for case in cases)
    assert Message.objects.filter(event="resolved").count() == 0


def test_closing_tells_what_was_refused_and_why(open_case, several, close, support):
    one, done, other = open_case(), open_case(), open_case(kind="no_slip")
    close(done, support)
    page = several(
        [one, done, other],
        "resolve",
        body="已退款。",
        reason_resolve="refund_agreed",
        cause_resolve="none_found",
    )
    outcome = page.context["outcome"]
    assert [case.number for case in outcome.done] == [one.number]
    refused = {case.number: why for case, why in outcome.refused}
    assert set(refused) == {done.number, other.number}
    assert "没有这个结果" in refused[other.number]
    assert all(why in page.text for why in refused.values())


def test_the_form_sent_twice_says_it_once(open_case, several):
    cases, key = [open_case(), open_case()], uuid.uuid4()
    for _time in range(2):
        page = several(cases, "reply:all", key, body="系统恢复了，请再试。")
        assert len(page.context["outcome"].done) == 2
    assert Message.objects.filter(body="系统恢复了，请再试。").count() == 2


def test_each_case_keeps_its_own_trail(open_case, several, client, make_member):
    cases, colleague = [open_case(), open_case()], make_member("support").user
    several(cases, "assign", assignee=colleague.public_id)
    for case in cases:
        case.refresh_from_db()
        assert case.assignee == colleague
        assert Event.objects.filter(subject=case.subject, type="case.assigned").count() == 1


@pytest.mark.parametrize("form", [{"way": "erase"}, {"way": "assign", "assignee": "nobody"}])
def test_what_no_form_of_ours_holds_changes_nothing(open_case, several, form):
    way = form.pop("way")
    assert several([open_case()], way, **form).status_code == 422


def test_what_the_form_lacks_is_said_once_beside_its_field_and_nothing_is_done(open_case, several):
    page = several([open_case(), open_case()], "reply:all", body="  ")
    assert page.status_code == 422
    assert page.context["errors"] == {"body": "请写下您要说的话。"}
    cases = [open_case(), open_case()]
    page = several(cases, "resolve", body="已退款。", cause_resolve="none_found")
    assert page.status_code == 422
    assert page.context["errors"] == {"closing_reason": "请选择一个结果。"}
    assert "已退款。</textarea>" in page.text
    assert '<option value="none_found" selected>' in page.text
    page = several(cases, "resolve", body="已退款。", reason_resolve="refund_agreed")
    assert page.context["errors"] == {"root_cause": "请选择根本原因；查不出来也请选一项。"}
    assert not Message.objects.filter(body="已退款。").exists()


def test_nothing_chosen_leads_back(client, several):
    assert client.post("/desk/several/?view=mine", {}).headers["Location"] == "/desk/?view=mine"


def test_cases_one_may_not_see_are_not_among_them(open_case, make_shop, support):
    case = open_case()
    assert bulk.chosen([case.number, "2611-9999", case.number], support) == [case]
    assert bulk.chosen([case.number], make_shop().manager) == []


def test_an_auditor_changes_nothing(client, sign_in, case):
    sign_in("auditor")
    assert client.post("/desk/several/", {"number": case.number}).status_code == 403
    assert "select=1" not in client.get("/desk/").text


def test_closing_says_all_that_is_missing_at_once(open_case, several):
    page = several([open_case()], "resolve", body=" ")
    assert page.status_code == 422
    assert set(page.context["errors"]) == {"closing_reason", "root_cause", "body"}
    assert "3 处要补" in page.text


def test_what_was_refused_can_be_tried_again_with_the_words_kept(
    open_case, several, client, close, support
):
    one, other = open_case(), open_case(kind="no_slip")
    form = {"reason_resolve": "refund_agreed", "cause_resolve": "none_found"}
    page = several([one, other], "resolve", body="已退款。", **form)
    assert "再办这 1 件" in page.text
    again = client.post(
        "/desk/several/?view=all", {"way": "resolve", "body": "已退款。", "number": other.number}
    )
    assert "已退款。</textarea>" in again.text
    assert [row.number for row in again.context["cases"]] == [other.number]
