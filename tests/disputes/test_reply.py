import pytest

from disputes import actions, clocks
from disputes.models import Message
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.uploads.models import Upload

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    return set(Entry.objects.values_list("recipient", flat=True))


@pytest.fixture
def make_upload(db):
    def make(subject, name="a.jpg"):
        return Upload.objects.create(
            subject=subject, name=name, content_type="image/jpeg", size=3,
            sha256="0" * 64, received_sha256="0" * 64, file="x", uploaded_by="consumer:x",
        )  # fmt: skip

    return make


def test_the_merchants_first_word_to_the_customer_stops_its_clock(case, shop, say):
    say(case, shop.clerk)
    assert (case.status, case.due_clock) == ("working", "merchant_settles")
    assert {s.clock: s.state for s in clocks.of(case)}["merchant_first_reply"] == "stopped"


def test_a_word_to_the_institution_alone_is_no_answer_to_the_customer(case, shop, say):
    Entry.objects.all().delete()
    message = say(case, shop.clerk, audience="merchant")
    assert (case.status, case.due_clock) == ("new", "merchant_first_reply")
    assert message.audience == "merchant"
    assert told() == set()


def test_the_institutions_word_does_not_answer_for_the_merchant(case, support, say):
    say(case, support)
    assert (case.status, case.due_clock) == ("new", "merchant_first_reply")


def test_an_answer_tells_the_customer_and_the_customers_word_the_managers(
    case, shop, say, consumer_of
):
    Entry.objects.all().delete()
    say(case, shop.clerk)
    assert told() == {"guest@example.org"}
    Entry.objects.all().delete()
    say(case, consumer_of(case))
    assert told() == {shop.manager.user.email}


def test_what_the_institution_tells_the_shop_alone_goes_to_the_shop_alone(
    case, shop, support, say, consumer_of
):
    Entry.objects.all().delete()
    message = say(case, support, audience="merchant")
    assert told() == {shop.manager.user.email}
    assert message not in Message.objects.visible_to(consumer_of(case))
    assert message in Message.objects.visible_to(shop.clerk)


def test_where_there_is_no_manager_the_clerks_hear_of_it(case, shop, say, support):
    shop.organisation.memberships.filter(role="manager").update(is_active=False)
    Entry.objects.all().delete()
    say(case, support, audience="merchant")
    assert told() == {shop.clerk.user.email}


def test_it_changes_nothing_but_what_was_said(case, shop, say, support, make_actor):
    """A page opened before a colleague's change must not undo it."""
    stale = type(case).objects.get(pk=case.pk)
    colleague = make_actor("support")
    actions.assign(case, actor=support, assignee=colleague.user)
    actions.escalate(case, actor=support)
    say(stale, support)
    case.refresh_from_db()
    assert (case.assignee, case.stage) == (colleague.user, "institution")
    assert (stale.assignee, stale.stage) == (colleague.user, "institution")


def test_the_form_sent_twice_is_one_message(case, shop, new_key):
    key = new_key()
    first, second = (
        actions.reply(case, actor=shop.clerk, body="好的。", submission_key=key) for _ in range(2)
    )
    assert first == second
    assert Event.objects.filter(subject=case.subject, type="case.merchant_replied").count() == 1
    assert Entry.objects.filter(topic="case.merchant_replied").count() == 1


def test_the_form_sent_twice_is_harmless_after_the_case_was_closed(
    case, shop, support, close, new_key
):
    key = new_key()
    first = actions.reply(case, actor=shop.clerk, body="好的。", submission_key=key)
    close(case, support)
    assert actions.reply(case, actor=shop.clerk, body="好的。", submission_key=key) == first


def test_a_key_used_for_something_else_is_refused(case, shop, support, new_key):
    key = new_key()
    actions.reply(case, actor=shop.clerk, body="好的。", submission_key=key)
    for refused in (
        lambda: actions.reply(case, actor=support, body="好的。", submission_key=key),
        lambda: actions.add_note(case, actor=shop.clerk, body="好的。", submission_key=key),
        lambda: actions.resolve(
            case,
            actor=shop.manager,
            body="好的。",
            closing_reason="other",
            root_cause="none_found",
            submission_key=key,
        ),
    ):
        with pytest.raises(actions.Invalid) as error:
            refused()
        assert error.value.field == "submission_key"
    case.refresh_from_db()
    assert case.is_open


@pytest.mark.parametrize("audience", ["internal", "nobody", ""])
def test_a_reply_goes_to_an_audience_the_policy_knows(case, support, say, audience):
    with pytest.raises(actions.Refused):
        say(case, support, audience=audience)
    assert case.messages.count() == 2


def test_a_customer_writes_to_all(case, consumer_of, say):
    with pytest.raises(actions.Invalid):
        say(case, consumer_of(case), audience="merchant")


def test_where_no_merchant_takes_part_nobody_writes_to_it(open_case, support, say):
    case = open_case(kind="service_complaint")
    with pytest.raises(actions.Invalid):
        say(case, support, audience="merchant")


def test_a_customer_reading_an_old_link_learns_how_to_go_on(
    clock, pass_time, case, consumer_of, close, support, say
):
    close(case, support)
    with pytest.raises(actions.WrongState, match="继续处理"):
        say(case, consumer_of(case))
    pass_time(days=31)
    with pytest.raises(actions.WrongState, match="重新提出"):
        say(case, consumer_of(case))


def test_a_colleague_learns_who_closed_the_case_and_a_shop_which_party(
    clock, case, close, make_actor, say, shop
):
    agent, colleague = make_actor("support"), make_actor("support")
    close(case, agent)
    with pytest.raises(actions.WrongState, match=f"今天 15:40 由{agent.user.name}办结"):
        say(case, colleague)
    with pytest.raises(actions.WrongState, match="由支付机构办结"):
        say(case, shop.manager)


def test_uploads_become_the_cases_own(case, consumer_of, say, make_upload):
    upload = make_upload("draft:1")
    message = say(case, consumer_of(case), uploads=[upload])
    upload.refresh_from_db()
    assert upload.subject == case.subject
    assert list(message.uploads.all()) == [upload]
    assert upload.sha256 in Event.objects.filter(type="case.consumer_replied").get().text


def test_nobody_takes_a_file_out_of_another_case(case, open_case, consumer_of, say, make_upload):
    theirs = make_upload(open_case(contact="other@example.org").subject)
    with pytest.raises(actions.Invalid) as error:
        say(case, consumer_of(case), uploads=[theirs])
    assert error.value.field == "uploads"
    sent = make_upload(case.subject)
    say(case, consumer_of(case), uploads=[sent])
    with pytest.raises(actions.Invalid):
        say(case, consumer_of(case), uploads=[sent])


def test_six_files_are_too_many(case, consumer_of, say, make_upload):
    with pytest.raises(actions.Invalid) as error:
        say(case, consumer_of(case), uploads=[make_upload("draft:1") for _ in range(6)])
    assert error.value.field == "uploads"


@pytest.mark.parametrize(
    "body", ["🙂🙂", "👩‍👩‍👧", "<script>alert(1)</script>", "=1+1", "שלום 您好"]
)
def test_words_are_kept_as_written(case, shop, say, body):
    assert say(case, shop.clerk, body).body == body


def test_the_last_word_in_the_queue_is_short(case, shop, say):
    say(case, shop.clerk, "很长\n" * 3000)
    assert len(case.last_word) <= 60
    assert "\n" not in case.last_word
