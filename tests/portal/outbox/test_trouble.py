"""The page about what could not be sent."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.outbox import post, words
from portal.outbox.models import Entry


@pytest.fixture
def entries(db):
    with transaction.atomic():
        for number in range(3):
            post.mail(
                f"case-{number}",
                to="guest@example.org",
                topic="case.resolved",
                subject="有结果了",
                body="打开链接",
            )
    late, dead, forgotten = Entry.objects.order_by("pk")
    Entry.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1), attempts=2)
    Entry.objects.filter(pk__in=[dead.pk, forgotten.pk]).update(state="dead", error="TimeoutError")
    Entry.objects.filter(pk=forgotten.pk).update(recipient="")
    return late, dead, forgotten


def test_it_shows_what_is_late_and_given_up_not_what_it_says(client, sign_in, entries):
    sign_in("operations")
    page = client.get("/desk/outbox/")
    assert [(each.kind, each.number) for each in page.context["late"]] == [("邮件", 1)]
    assert [each["again"] for each in page.context["dead"]] == [False, True]
    for said in ("TimeoutError", "连不上发信的服务器", "支付机构办结了"):
        assert said in page.text
    for secret in ("guest@example.org", "打开链接", "有结果了"):
        assert secret not in page.text


@pytest.mark.parametrize(
    "topic",
    ["away", "invitation", "password", "role", "second_factor", "slip", "audit.checkpoint",
     "case.code", "case.digest", "case.given", "case.resolved", "network.news"],
)  # fmt: skip
def test_every_message_is_named_in_words(topic):
    assert words.about(topic)
    assert topic not in words.about(topic)


def test_one_or_all_are_tried_again_and_that_is_written_down(client, sign_in, entries):
    sign_in("supervisor")
    _late, dead, forgotten = entries
    client.post("/desk/outbox/retry/", {"entry": dead.pk})
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    answer = client.post("/desk/outbox/retry/", {"entry": "all"}, follow=True)
    forgotten.refresh_from_db()
    assert forgotten.state == "dead"
    assert "没有可以再试的" in answer.text
    assert Event.objects.filter(type="outbox.retried").count() == 1


@pytest.mark.parametrize("entry", ["", "x", "-1", "9" * 40])
def test_what_no_form_holds_does_no_harm(client, sign_in, db, entry):
    sign_in("operations")
    assert client.post("/desk/outbox/retry/", {"entry": entry}).status_code == 302


@pytest.mark.parametrize(("role", "reads"), [("auditor", 200), ("support", 403), ("clerk", 403)])
def test_who_gets_in(client, sign_in, role, reads):
    sign_in(role)
    assert client.get("/desk/outbox/").status_code == reads
    assert client.post("/desk/outbox/retry/", {"entry": "all"}).status_code == 403
