"""After closing: the root cause, the two questions, suggestions and what is done about them."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from disputes import actions
from disputes.models import ActionItem, Suggestion, SurveyAnswer
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def closed(case, close, support):
    close(case, support)
    return case


@pytest.fixture
def link(closed) -> str:
    """As it stands in the mail that tells the outcome."""
    body = Entry.objects.get(topic="case.resolved", recipient="guest@example.org").payload["body"]
    return urlsplit(re.search(r"\S+/feedback/\S+", body)[0]).path


def answer(case, **values) -> SurveyAnswer:
    given = {"solved": "yes", "effort": "1", "actor": Actor.consumer(case.subject)} | values
    return actions.answer_survey(case, **given)


@pytest.mark.parametrize("cause", ["", "weather"])
def test_nothing_closes_without_a_root_cause(case, support, new_key, cause):
    with pytest.raises(actions.Invalid, match="根本原因"):
        actions.resolve(
            case,
            actor=support,
            body="好了。",
            closing_reason="other",
            root_cause=cause,
            submission_key=new_key(),
        )
    case.refresh_from_db()
    assert case.is_open


def test_the_root_cause_stands_in_case_and_trail(closed):
    closed.refresh_from_db()
    event = Event.objects.get(subject=closed.subject, type="case.resolved")
    assert closed.root_cause == "none_found"
    assert '"root_cause":"none_found"' in event.text


def test_opening_the_link_answers_nothing(client, link):
    for _time in range(3):
        page = client.get(link)
        assert page.status_code == 200
    assert not SurveyAnswer.objects.exists()
    assert "guest@example.org" not in page.text
    assert "清蒸鲈鱼" not in page.text


def test_the_tap_answers_once(client, link, closed):
    form = {"solved": "partly", "effort": "4", "body": "请早点回电话。"}
    assert client.post(link, form, follow=True).status_code == 200
    client.post(link, form | {"solved": "no"})
    kept = SurveyAnswer.objects.get()
    assert (kept.case, kept.solved, kept.effort) == (closed, "partly", 4)
    assert [each.body for each in Suggestion.objects.all()] == ["请早点回电话。"]
    assert Event.objects.filter(subject=closed.subject, type="case.surveyed").count() == 1
    assert "谢谢您" in client.get(link).text


@pytest.mark.parametrize(
    ("form", "field"), [({}, "solved"), ({"solved": "x"}, "solved"), ({"solved": "no"}, "effort")]
)
def test_a_missing_answer_is_said_beside_its_question(client, link, form, field):
    page = client.post(link, form)
    assert page.status_code == 422
    assert f"id_{field}_error" in page.text


def test_a_link_to_something_else_opens_no_survey(client, closed):
    from disputes import case_links

    assert client.get(f"/feedback/{case_links.issue(closed)}/").status_code == 404
    assert client.get(f"/case/{closed.number}/feedback/").status_code == 404


def test_only_the_customer_answers_and_only_what_was_decided(case, closed, support, open_case):
    with pytest.raises(actions.NotAllowed):
        answer(closed, actor=support)
    with pytest.raises(actions.WrongState):
        answer(open_case())


def test_taken_up_again_and_closed_it_is_asked_anew(closed, close, support, consumer_of, new_key):
    answer(closed)
    consumer = consumer_of(closed)
    actions.continue_case(closed, actor=consumer, body="还没有。", submission_key=new_key())
    close(closed, support)
    answer(closed, solved="no", effort="5")
    assert list(SurveyAnswer.objects.order_by("pk").values_list("closing", "solved")) == [
        (1, "yes"),
        (2, "no"),
    ]


@pytest.fixture
def page(client, sign_in):
    sign_in("support")

    def post(do, **form):
        return client.post("/desk/improve/act/", {"do": do} | form)

    return post


def test_a_suggestion_becomes_an_item_that_is_seen_until_done(client, page, make_member):
    page("suggest", body="打印机旁贴一张换纸图。")
    suggestion, owner = Suggestion.objects.get(), make_member("operations")
    day = timezone.localdate() + timedelta(days=3)
    page(
        "make_item",
        suggestion=suggestion.pk,
        title="印换纸图",
        owner=owner.user.public_id,
        due_on=day.isoformat(),
    )
    item = ActionItem.objects.get()
    assert (item.owner, item.due_on, item.suggestion) == (owner.user, day, suggestion)
    assert "印换纸图" in client.get("/desk/improve/").text
    assert page("finish", item=item.pk, outcome="贴好了").status_code == 422  # not its owner
    actions.finish_item(item, actor=Actor.member(owner), outcome="40 家都贴了")
    with pytest.raises(actions.WrongState):
        actions.finish_item(item, actor=Actor.member(owner), outcome="又贴了")
    assert client.get("/desk/improve/").context["items"] == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"title": " "}, "title"),
        ({"owner": "nobody"}, "owner"),
        ({"due_on": "2026-11-22"}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
    ],
)
def test_an_item_wants_what_who_and_when(page, make_member, form, field):
    owner = make_member("support").user.public_id
    answer = page("make_item", **{"title": "做", "owner": owner, "due_on": "2026-11-30"} | form)
    assert (answer.status_code, list(answer.context["errors"])) == (422, [field])
    assert not ActionItem.objects.exists()


def test_what_is_put_aside_says_why(page):
    page("suggest", body="全部免单。")
    pk = Suggestion.objects.get().pk
    assert page("put_aside", suggestion=pk, reason="").status_code == 422
    page("put_aside", suggestion=pk, reason="做不到")
    suggestion = Suggestion.objects.get()
    assert (suggestion.put_aside, suggestion.settled_at is not None) == ("做不到", True)
    assert page("put_aside", suggestion=pk, reason="再说一次").status_code == 422


def test_an_auditor_reads_and_changes_nothing(client, sign_in, db):
    sign_in("auditor")
    assert client.get("/desk/improve/").status_code == 200
    assert client.post("/desk/improve/act/", {"do": "suggest"}).status_code == 403


def test_both_questions_passed_over_are_both_said(client, link):
    page = client.post(link, {"body": "挺好"})
    assert set(page.context["errors"]) == {"solved", "effort"}
    assert "2 处要补" in page.text
    assert "挺好</textarea>" in page.text
