"""What follows when a proposal is refused, goes alone, or goes by one gateway or the other."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions
from disputes.models import InAppNotice, Refund
from portal.accounts.actor import Actor
from portal.audit.models import Event, Opening
from portal.outbox import post
from portal.outbox.models import Entry
from tests.disputes.refunding import approve, propose

pytestmark = pytest.mark.django_db
WHY = "金额与小票不符，请重新核对。"


@pytest.fixture
def supervisor(make_actor) -> Actor:
    return make_actor("supervisor")


def last(event_type: str) -> tuple[Event, dict]:
    event = Event.objects.filter(type=event_type).latest("pk")
    return event, json.loads(event.text)


def test_what_is_refused_waits_for_nobody_and_says_why(clock, case, shop, supervisor):
    refund = propose(case, shop.manager)
    actions.refuse_refund(case, actor=supervisor, reason=WHY)
    refund.refresh_from_db()
    assert (refund.state, refund.ended_why, case.refund_waits) == ("refused", WHY, "")
    event, told = last("case.refund_refused")
    assert (told["actor"], told["after"]["refund"]) == (supervisor.id, refund.number)
    assert Opening.objects.get(event=event, field="body").value == WHY
    with pytest.raises(actions.Refused):
        approve_again(case, supervisor, refund)


def approve_again(case, supervisor, refund):
    actions.approve_refund(
        case,
        actor=supervisor,
        amount_minor=refund.amount_minor,
        version=refund.version,
        proved_at=refund.proposed_at,
    )


def test_a_shop_hears_of_it_as_the_policy_says_and_nobody_twice(clock, case, shop, supervisor):
    propose(case, shop.manager)
    actions.refuse_refund(case, actor=supervisor, reason=WHY)
    topics = [topic for topic, _to in told("refund_refused")]
    assert topics
    assert len(told("refund_refused")) == len(set(told("refund_refused")))
    notices = InAppNotice.objects.filter(what="refund_refused", user=shop.manager.user)
    assert notices.count() == 1


def test_who_proposed_it_at_the_institution_hears_of_it(clock, case, support, supervisor):
    propose(case, support)
    actions.refuse_refund(case, actor=supervisor, reason=WHY)
    assert ("case.refund_refused", support.user.email) in told("refund_refused")
    assert InAppNotice.objects.filter(what="refund_refused", user=support.user).count() == 1


def told(what: str) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(topic=f"case.{what}").values_list("topic", "recipient"))


@pytest.mark.parametrize("reason", ["", "  ", "字" * 301])
def test_without_a_reason_of_a_length_it_is_not_refused(clock, case, shop, supervisor, reason):
    refund = propose(case, shop.manager)
    with pytest.raises(actions.Invalid) as error:
        actions.refuse_refund(case, actor=supervisor, reason=reason)
    assert error.value.field == "refuse_why"
    refund.refresh_from_db()
    assert refund.state == "proposed"
    actions.refuse_refund(case, actor=supervisor, reason="字" * 300)


def test_what_goes_without_a_second_person_says_so(clock, case, shop, supervisor):
    propose(case, shop.manager, 20_000)
    assert last("case.refund_approved")[1]["after"]["alone"] is True


def test_what_a_second_person_approved_does_not(clock, case, shop, supervisor):
    propose(case, shop.manager)
    proved = timezone.now() - timedelta(minutes=3)
    refund = approve(case, supervisor, proved_at=proved)
    assert "alone" not in last("case.refund_approved")[1]["after"]
    assert (refund.proved_at, refund.approved_at) == (proved, timezone.now())


@pytest.mark.parametrize("way", ["http", "manual"])
def test_only_a_gateway_that_is_called_has_work_for_the_worker(
    clock, case, shop, supervisor, settings, monkeypatch, way
):
    settings.REFUND_GATEWAY, hints = way, []
    monkeypatch.setattr(post, "hint", lambda task, *given: hints.append((task, *given)))
    propose(case, shop.manager)
    approve(case, supervisor)
    refund = Refund.objects.get()
    called = way == "http"
    assert (refund.gateway, refund.next_at is not None) == (way, called)
    assert (("disputes.tasks.send_refund", refund.pk) in hints) == called


def test_who_proposed_it_at_the_institution_hears_that_it_could_not_be_made(
    clock, case, support, supervisor, make_actor
):
    refund = propose(case, support)
    approve(case, supervisor)
    assert not told("refund_failed")
    operations = make_actor("operations")
    actions.note_not_executed(case, actor=operations, refund=refund.number, reason="终端已停用。")
    assert ("case.refund_failed", support.user.email) in told("refund_failed")
    assert InAppNotice.objects.filter(what="refund_failed", user=support.user).count() == 1
