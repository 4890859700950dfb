import uuid
from datetime import timedelta

import pytest

from disputes import actions, case_links, moment
from disputes.models import Case, Message
from portal.audit.models import Event, Opening
from portal.gate import links
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def opened_with(answers, **values) -> Case:
    return actions.open_case(**answers(**values)).case


# --- Where it begins


@pytest.mark.parametrize(
    ("kind", "reason", "stage"),
    [
        ("no_slip", "", "merchant"),
        ("refund_request", "", "merchant"),
        ("disputed_charge", "charged_twice", "merchant"),
        ("disputed_charge", "not_mine", "institution"),
        ("service_complaint", "", "institution"),
    ],
)
def test_it_begins_where_the_policy_says(answers, kind, reason, stage):
    case = opened_with(answers, kind=kind, reason=reason)
    assert (case.stage, case.status) == (stage, "new")


def test_a_merchant_nobody_signed_up_for_takes_no_part(answers, make_payment, make_merchant):
    case = opened_with(answers, payment=make_payment(make_merchant()))
    assert (case.stage, case.organisation) == ("institution", None)


@pytest.mark.parametrize("what", ["organisation", "members", "users"])
def test_a_merchant_where_nobody_can_answer_takes_no_part(answers, shop, what):
    members = shop.organisation.memberships.all()
    if what == "organisation":
        type(shop.organisation).objects.update(is_active=False)
    elif what == "members":
        members.update(is_active=False)
    else:
        for member in members:
            type(member.user).objects.filter(pk=member.user_id).update(is_active=False)
    case = opened_with(answers)
    assert (case.stage, case.organisation) == ("institution", None)


def test_a_complaint_about_service_is_not_shown_to_the_shop(answers, shop):
    case = opened_with(answers, kind="service_complaint")
    assert case.merchant == shop.merchant
    assert not Case.objects.visible_to(shop.manager).exists()


def test_a_request_to_find_a_payment_keeps_what_the_customer_remembers(answers):
    at = moment.now() - timedelta(days=1)
    claimed = actions.Claimed(tail="４８２１", minor=5800, at=at, merchant=" 半山\n听雨 ")
    case = opened_with(answers, kind="find_payment", payment=None, claimed=claimed)
    assert (case.claimed_tail, case.claimed_minor, case.claimed_at, case.claimed_merchant) == (
        "4821", 5800, at, "半山 听雨",
    )  # fmt: skip
    assert (case.payment, case.stage) == (None, "institution")


# --- What it leaves


def test_it_returns_a_link_that_opens_the_case(answers):
    opened = actions.open_case(**answers())
    link = links.find(opened.link_token)
    assert (link.purpose, link.subject, link.expires_at) == ("case", opened.case.number, None)


def test_it_tells_the_customer_and_the_managers_with_nothing_of_the_matter(answers, shop):
    opened = actions.open_case(**answers(body="清蒸鲈鱼 58 元"))
    entries = {e.recipient: e for e in Entry.objects.all()}
    assert set(entries) == {"guest@example.org", shop.manager.user.email}
    own = entries["guest@example.org"].payload["body"]
    assert links.address(opened.link_token) in own
    for entry in entries.values():
        text = entry.payload["subject"] + entry.payload["body"]
        for secret in ("鲈鱼", "386", "58 元", shop.merchant.name, "7712", "guest@"):
            assert secret not in text
    assert opened.link_token not in entries[shop.manager.user.email].payload["body"]


def test_a_mobile_number_gets_one_short_message(answers):
    opened = actions.open_case(**answers(contact_kind="mobile", contact="+86 138 0013 8000"))
    entry = Entry.objects.get(kind="sms")
    assert (entry.recipient, opened.case.contact) == ("13800138000", "13800138000")
    assert links.address(opened.link_token) in entry.payload["body"]


def test_its_messages_speak_the_customers_language(answers):
    actions.open_case(**answers(language="en"))
    entry = Entry.objects.get(recipient="guest@example.org")
    assert entry.language == "en"
    assert "您" not in entry.payload["body"]
    assert "received" in entry.payload["subject"]


def test_an_unknown_language_becomes_chinese(answers):
    assert opened_with(answers, language="xx").language == "zh-hans"


def test_its_event_holds_words_and_contact_only_as_commitments(answers):
    case = opened_with(answers, body="点的清蒸鲈鱼一直没上。")
    event = Event.objects.get(subject=case.subject)
    assert event.type == "case.opened"
    assert "鲈鱼" not in event.text
    assert "guest@" not in event.text
    kept = dict(Opening.objects.filter(event=event).values_list("field", "value"))
    assert kept == {"body": "点的清蒸鲈鱼一直没上。", "contact": "guest@example.org"}


def test_the_conversation_begins_with_the_customers_words_and_a_line_of_ours(answers):
    case = opened_with(answers)
    lines = [(m.author_kind, m.event, m.audience) for m in case.messages.all()]
    assert lines == [("consumer", "opened", "all"), ("system", "received_by_merchant", "all")]
    assert case.last_word == "“点的清蒸鲈鱼一直没上。”"


def test_no_slip_is_noted_on_the_payment_where_nothing_was_known(answers, make_payment, shop):
    payment = make_payment(shop.merchant, slip_printed="unknown", slip_cause="", slip_known_from="")
    opened_with(answers, kind="no_slip", payment=payment)
    payment.refresh_from_db()
    assert (payment.slip_printed, payment.slip_known_from) == ("no", "complaint")
    assert payment.revision == 1
    assert Event.objects.filter(subject=f"payment:{payment.pk}").count() == 1


def test_another_kind_of_case_says_nothing_about_the_slip(answers, make_payment, shop):
    payment = make_payment(shop.merchant, slip_printed="unknown")
    opened_with(answers, payment=payment)
    payment.refresh_from_db()
    assert payment.slip_printed == "unknown"


# --- Twice


def test_the_form_sent_twice_is_one_case_and_one_message(answers):
    values = answers()
    first, second = actions.open_case(**values), actions.open_case(**values)
    assert (first.created, second.created) == (True, False)
    assert first.case == second.case
    assert links.find(second.link_token).subject == first.case.number
    assert Case.objects.count() == Message.objects.filter(event="opened").count() == 1
    assert Entry.objects.filter(recipient="guest@example.org").count() == 1


def test_a_key_gives_nobody_elses_case(answers):
    values = answers()
    actions.open_case(**values)
    with pytest.raises(actions.Invalid) as error:
        actions.open_case(**values | {"contact": "other@example.org"})
    assert error.value.field == "submission_key"


def test_the_same_contact_is_shown_to_its_first_case(answers, payment):
    first = opened_with(answers, payment=payment)
    with pytest.raises(actions.AlreadyOpen) as error:
        opened_with(answers, payment=payment, contact="GUEST@example.org")
    assert error.value.case == first
    assert first.number not in error.value.message


def test_another_contact_is_not_shut_out_by_the_first(answers, payment):
    first = opened_with(answers, payment=payment)
    second = opened_with(answers, payment=payment, contact="holder@example.org")
    assert first != second


def test_after_closing_the_same_may_be_opened_again(answers, payment, support, close):
    close(opened_with(answers, payment=payment), support)
    assert opened_with(answers, payment=payment)


def test_another_kind_about_the_same_payment_is_another_case(answers, payment):
    assert opened_with(answers, payment=payment) != opened_with(
        answers, payment=payment, kind="no_slip"
    )


# --- What it refuses


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "lunch"}, "kind"),
        ({"kind": "disputed_charge"}, "reason"),
        ({"kind": "disputed_charge", "reason": "weather"}, "reason"),
        ({"payment": None}, "payment"),
        ({"requested_minor": 0}, "requested_minor"),
        ({"requested_minor": -1}, "requested_minor"),
        ({"requested_minor": 38651}, "requested_minor"),
        ({"requested_minor": 1.5}, "requested_minor"),
        ({"requested_minor": True}, "requested_minor"),
        ({"body": " "}, "body"),
        ({"body": "字" * 10_001}, "body"),
        ({"contact": "nobody"}, "contact"),
        ({"contact_kind": "pigeon"}, "contact_kind"),
    ],
)
def test_it_names_the_field_it_cannot_take(answers, values, field):
    with pytest.raises(actions.Invalid) as error:
        actions.open_case(**answers(**values))
    assert error.value.field == field
    assert error.value.message
    assert not Case.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("claimed", "field"),
    [
        (actions.Claimed(tail="12a4"), "claimed_tail"),
        (actions.Claimed(tail="12345"), "claimed_tail"),
        (actions.Claimed(minor=0), "claimed_minor"),
        (actions.Claimed(minor=10**15), "claimed_minor"),
        (actions.Claimed(at=moment.now() + timedelta(days=400)), "claimed_at"),
    ],
)
def test_it_takes_no_impossible_memory(answers, claimed, field):
    with pytest.raises(actions.Invalid) as error:
        actions.open_case(**answers(kind="find_payment", payment=None, claimed=claimed))
    assert error.value.field == field


def test_the_amount_is_what_can_still_go_back_unless_named(answers, make_payment, shop):
    partly = {"status": "partly_refunded", "refunded_minor": 30000}
    whole = opened_with(answers, payment=make_payment(shop.merchant, **partly))
    assert whole.requested_minor == 8650
    part = opened_with(answers, payment=make_payment(shop.merchant), requested_minor=5800)
    assert part.requested_minor == 5800


@pytest.mark.parametrize("status", ["authorised", "declined", "voided", "refunded"])
def test_nothing_can_be_asked_back_of_a_payment_that_took_nothing(
    answers, make_payment, shop, status
):
    with pytest.raises(actions.Invalid) as error:
        actions.open_case(**answers(payment=make_payment(shop.merchant, status=status)))
    assert error.value.field == "requested_minor"


def test_a_case_that_asks_for_no_money_bears_no_amount(answers):
    assert opened_with(answers, kind="no_slip", requested_minor=5).requested_minor is None


def test_staff_open_no_case_in_a_customers_name(answers, support, shop):
    for actor in (support, shop.manager):
        with pytest.raises(actions.NotAllowed):
            actions.open_case(**answers(actor=actor))


def test_a_failed_opening_leaves_no_gap_in_the_numbers(answers):
    first = opened_with(answers)
    with pytest.raises(actions.Invalid):
        opened_with(answers, requested_minor=10**9)
    second = opened_with(answers)
    assert int(second.number[-4:]) == int(first.number[-4:]) + 1


# --- Its link


def test_the_link_lives_until_ninety_days_after_closing(clock, pass_time, answers, close, support):
    opened = actions.open_case(**answers())
    case, token = opened.case, opened.link_token
    pass_time(days=400)
    assert links.find(token)
    close(case, support)
    assert case_links.issue(case)
    pass_time(days=89, hours=23)
    assert links.find(token)
    pass_time(hours=2)
    assert links.find(token) is None
    assert links.find(case_links.issue(case)) is None


def test_a_case_taken_up_again_has_a_link_without_end(
    clock, pass_time, answers, close, support, consumer_of
):
    opened = actions.open_case(**answers())
    close(opened.case, support)
    actions.continue_case(
        opened.case, actor=consumer_of(opened.case), body="不行。", submission_key=uuid.uuid4()
    )
    pass_time(days=200)
    assert links.find(opened.link_token)
