"""Refunds over HTTP, against a real server that fails, hangs, answers twice, late or wrongly; and
what files tell of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions
from disputes.desk import money_rows
from disputes.models import MoneyBack, Refund
from disputes.refunds import confirming, gateway, sending, words
from disputes.tasks import sweep_refunds
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.models import Payment, Reversal
from tests.disputes.refunding import ALL, approve, propose, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def acquirer(settings):
    with running(settings) as there:
        yield there


@pytest.fixture
def refund(clock, acquirer, case, shop, make_actor) -> Refund:
    propose(case, shop.manager)
    return approve(case, make_actor("supervisor"))


@pytest.fixture
def turn(clock, refund, acquirer, monkeypatch):
    """So many turns of the worker, each when the next is due; the refund's state after each."""

    def run(times: int = 1) -> list[str]:
        states = []
        for _time in range(times):
            # A busy machine answers late: only one that hangs is given up early.
            monkeypatch.setattr(gateway, "SECONDS", 0.3 if acquirer.moods[:1] == ["hangs"] else 10)
            sweep_refunds()
            refund.refresh_from_db()
            states.append(str(refund.state))
            clock.shift(timedelta(hours=2))
        return states

    return run


def file_tells(payment, amount=ALL, kind="refund", **values) -> Reversal:
    """A settlement file with a reversal, as the loader leaves it."""
    reversal = Reversal.objects.create(
        payment=payment, kind=kind, amount_minor=amount, occurred_at=timezone.now(),
        identity=f"r{Reversal.objects.count()}", **values,
    )  # fmt: skip
    told = Payment.objects.get(pk=payment.pk)
    if kind == "refund":
        told.refunded_minor = min(told.amount_minor, told.refunded_minor + amount)
        whole = told.refunded_minor == told.amount_minor
        told.status = "refunded" if whole else "partly_refunded"
    else:
        told.status = "voided"
    told.save()
    confirming.payment_changed("news:1", payments=[str(payment.pk)])
    return reversal


def book() -> MoneyBack:
    return MoneyBack.objects.get()


def test_it_is_sent_once_signed_and_executed(acquirer, refund, turn):
    assert turn(2) == ["executed", "executed"]
    assert acquirer.heard == [("POST", refund.number)]
    assert acquirer.book[refund.number]["amount_minor"] == ALL
    assert (acquirer.badly_signed, refund.reference[:3], book().state) == (0, "RRN", "done")
    asked = acquirer.book[refund.number]["original"]
    paid = refund.payment
    assert (asked["rrn"], asked["batch_no"]) == (paid.rrn, paid.batch_no)
    assert asked["terminal_no"] == paid.terminal.terminal_no
    assert not any("card" in name for name in asked)


def test_a_payment_without_a_terminal_is_sent_without_one(acquirer, refund, turn):
    Payment.objects.filter(pk=refund.payment_id).update(terminal=None)
    assert turn() == ["executed"]
    assert acquirer.book[refund.number]["original"]["terminal_no"] == ""


@pytest.mark.parametrize(("path", "sent"), [("/refunds", "/refunds"), ("/", "/"), ("", "/")])
def test_it_is_sent_to_the_address_and_asked_about_under_its_number(
    acquirer, refund, turn, settings, path, sent
):
    acquirer.moods = ["another number"]
    address = settings.REFUND["url"].removesuffix("/refunds") + path
    settings.REFUND = settings.REFUND | {"url": address}
    assert turn(2) == ["unknown", "executed"]
    assert acquirer.paths == [sent, f"{sent.rstrip('/')}/{refund.number}"]


@pytest.mark.parametrize(
    "mood", ["hangs", "another number", "another amount", "another card", "another payment"]
)
def test_an_unclear_answer_is_asked_about_and_not_sent_again(acquirer, refund, turn, mood):
    acquirer.moods = [mood, "hangs", ""]
    assert turn(3) == ["unknown", "unknown", "executed"]
    assert [method for method, _key in acquirer.heard] == ["POST", "GET", "GET"]
    assert refund.case.refunds.count() == 1


def test_another_card_is_shown_as_what_it_is_and_its_own_confirms(acquirer, refund, turn):
    acquirer.moods = ["another card"]
    assert turn() == ["unknown"]
    refund.refresh_from_db()
    assert (refund.error, book().state) == ("another card", "sent")
    assert "另一张卡" in str(words.state(refund, words.STAFF))
    tail = refund.payment.card_tail
    acquirer.names = {"original": {"rrn": refund.payment.rrn, "card_tail": tail}}
    assert turn() == ["executed"]


@pytest.mark.parametrize("mood", ["cut", "fails"])
def test_what_never_arrived_is_sent_again_under_its_own_number(acquirer, refund, turn, mood):
    acquirer.moods = [mood]
    assert turn(2) == ["unknown", "executed"]
    assert [method for method, _key in acquirer.heard][-2:] == ["GET", "POST"]
    assert {key for _method, key in acquirer.heard} == {refund.number}
    assert list(acquirer.book) == [refund.number]


def test_an_answer_twice_or_late_changes_nothing_more(acquirer, refund, turn):
    acquirer.moods = ["twice"]
    turn()
    first = Event.objects.count()
    sending.note(refund, gateway.Answer(gateway.DONE, reference="again"))
    sending.note(refund, gateway.Answer(gateway.REFUSED))
    refund.refresh_from_db()
    assert (refund.state, Event.objects.count()) == ("executed", first)


def test_a_pending_one_waits_and_is_asked_about(acquirer, refund, turn):
    acquirer.state = "pending"
    assert turn(2) == ["sent", "sent"]
    acquirer.state = "done"
    assert turn() == ["executed"]
    assert [method for method, _key in acquirer.heard].count("POST") == 1


def test_a_refused_one_frees_its_money(acquirer, refund, turn, case):
    acquirer.moods = ["refuses"]
    assert turn() == ["failed"]
    case.refresh_from_db()
    assert (refund.error, book().state, case.refund_waits) == ("57", "released", "")


def test_an_unknown_one_is_not_proposed_again(acquirer, refund, turn, case, shop, make_actor):
    acquirer.moods = ["hangs"] * 9
    turn()
    case.refresh_from_db()
    with pytest.raises(actions.WrongState):
        propose(case, shop.manager, 100)
    operations = make_actor("operations")
    with pytest.raises(actions.WrongState):
        actions.note_not_executed(case, actor=operations, refund=refund.number, reason="不知道")
    actions.note_executed(case, actor=operations, refund=refund.number, reference="电话核实 1123")
    assert turn() == ["executed"]


def test_a_worker_that_died_is_followed_by_a_question(acquirer, refund, turn, clock):
    taken = sending._take(refund.pk)
    sending.leave(taken)  # and here it died: perhaps sent
    assert sweep_refunds() == 0, "somebody may still have it"
    clock.shift(sending.TAKEN_FOR)
    assert turn() == ["executed"]
    assert [method for method, _key in acquirer.heard] == ["GET", "POST"]


def test_nothing_is_sent_where_files_took_the_room(acquirer, refund, turn):
    Payment.objects.filter(pk=refund.payment_id).update(refunded_minor=1)
    assert turn() == ["failed"]
    assert (refund.error, acquirer.heard) == ("no_room", [])


def told_in_the_trail() -> list[str]:
    found = Event.objects.filter(type__startswith="case.refund_").order_by("pk")
    return [each.type.removeprefix("case.refund_") for each in found]


def test_each_turn_stands_in_the_trail_once_and_its_end_is_told(acquirer, refund, turn, case):
    acquirer.moods = ["another number"] * 2
    for _turn in range(2):
        assert turn() == ["unknown"]
        assert told_in_the_trail() == ["proposed", "approved", "sent", "unknown"]
    case.refresh_from_db()
    assert case.refund_waits == "unknown"
    assert not told_to_the_parties(case, "refund_executed")
    assert turn(2) == ["executed", "executed"]
    case.refresh_from_db()
    assert case.refund_waits == ""
    assert told_in_the_trail()[4:] == ["executed"]
    assert told_to_the_parties(case, "refund_executed") == {"guest@example.org", "merchant"}


def told_to_the_parties(case, event: str) -> set[str]:
    """Who has word of it, if it stands in the conversation too."""
    found = set(Entry.objects.filter(topic=f"case.{event}").values_list("recipient", flat=True))
    assert case.messages.filter(event=event).exists() == bool(found)
    customer = found & {"guest@example.org"}
    return customer | ({"merchant"} if found - customer else set())


def test_that_no_money_moved_is_told_too(acquirer, refund, turn, case):
    acquirer.moods = ["refuses"]
    turn()
    assert told_in_the_trail()[2:] == ["sent", "failed"]
    assert told_to_the_parties(case, "refund_failed") == {"guest@example.org", "merchant"}
    assert (refund.ended_at, refund.next_at) == (refund.sent_at, None)


def test_it_is_asked_about_soon_and_then_less_often(acquirer, refund, turn, clock):
    """Never at once again, never later than in an hour."""

    def pause() -> timedelta:
        sending.note(refund, gateway.Answer(gateway.UNCLEAR, error="timeout"))
        refund.refresh_from_db()
        return refund.next_at - timezone.now()

    assert sending.leave(sending._take(refund.pk))
    assert timedelta(seconds=20) < pause() < timedelta(minutes=1)
    Refund.objects.filter(pk=refund.pk).update(tries=30)
    assert pause() == timedelta(hours=1)
    sending.note(refund, gateway.Answer(gateway.PENDING))
    refund.refresh_from_db()
    assert (refund.state, refund.next_at - timezone.now()) == ("sent", sending.PENDING_PAUSE)


def test_nobody_else_takes_what_somebody_has(acquirer, refund):
    assert sending._take(refund.pk).tries == 1
    assert sending.due() == []
    assert not sending.work(refund.pk)
    assert acquirer.heard == []


def test_what_left_already_does_not_leave_again(acquirer, refund):
    """Of two who read it as approved the later one finds that it has gone."""
    taken = sending._take(refund.pk)
    assert sending.leave(taken)
    assert not sending.leave(taken)
    assert told_in_the_trail().count("sent") == 1


@pytest.mark.parametrize(
    ("names", "state", "error"),
    [
        ({"original": {"rrn": "own"}}, "executed", ""),
        ({"original": {"card_tail": "own"}}, "executed", ""),
        ({"original": {}}, "executed", ""),
        ({"original": None}, "executed", ""),
        ({"original": ["own"]}, "unknown", "another payment"),
        ({"state": "maybe"}, "unknown", "HTTP 200"),
        ({"state": None}, "unknown", "HTTP 200"),
    ],
)
def test_what_an_answer_names_must_be_this_refunds(acquirer, refund, turn, names, state, error):
    own = {"rrn": refund.payment.rrn, "card_tail": refund.payment.card_tail}
    if isinstance(names.get("original"), dict):
        names = {"original": {name: own[name] for name in names["original"]}}
    acquirer.names = names
    assert turn() == [state]
    assert refund.error == error


def test_of_a_wallet_the_order_s_tail_is_its_own(acquirer, refund, turn):
    Payment.objects.filter(pk=refund.payment_id).update(card_tail="", wallet_tail="7788")
    acquirer.names = {"original": {"card_tail": "7788"}}
    assert turn() == ["executed"]


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"\xff", b"<html>"])
def test_what_is_no_answer_is_unclear(refund, content):
    answer = gateway._read(refund, 502, content)
    assert (answer.state, answer.error) == ("unclear", "HTTP 502")


def test_of_a_reference_only_what_can_be_one_is_kept(acquirer, refund, turn):
    acquirer.names = {"reference": "A1\n退b\x00" + "9" * 80, "code": 57}
    assert turn() == ["executed"]
    assert refund.reference == "A1b" + "9" * 61
    assert gateway._code(57) == ""


def test_without_an_address_nothing_is_sent_and_nobody_knows(acquirer, refund, turn, settings):
    """It was taken away while the refund was under way."""
    settings.REFUND = settings.REFUND | {"url": ""}
    assert turn() == ["unknown"]
    assert (refund.error, acquirer.heard) == ("no address", [])


# --- confirmation --------------------------------------------------------------------------------


def test_a_file_confirms_it_once(acquirer, refund, turn, case):
    turn()
    reversal = file_tells(refund.payment)
    refund.refresh_from_db()
    assert (refund.state, refund.reversal, book().in_files) == ("confirmed", reversal, True)
    events = Event.objects.count()
    confirming.payment_changed("news:1", payments=[str(refund.payment_id)])
    assert Event.objects.count() == events


@pytest.mark.parametrize("mood", ["hangs", ""])
def test_a_file_settles_what_the_gateway_left_open(acquirer, refund, turn, mood):
    acquirer.moods = [mood or "cut"]
    turn()
    file_tells(refund.payment)
    refund.refresh_from_db()
    assert refund.state == "confirmed"
    assert turn() == ["confirmed"]


def test_another_amount_confirms_nothing_nor_does_an_older_row(acquirer, refund, turn):
    turn()
    file_tells(refund.payment, ALL - 1)
    old = file_tells(refund.payment, 1)
    Reversal.objects.filter(pk=old.pk).update(
        amount_minor=ALL, created_at=refund.approved_at - timedelta(days=1)
    )
    confirming.look(refund.case_id)
    refund.refresh_from_db()
    assert refund.state == "executed"
    assert confirming.unclaimed(refund.payment).count() == 2


def test_a_second_confirmation_stays_unclaimed(acquirer, refund, turn):
    turn()
    first, second = file_tells(refund.payment), file_tells(refund.payment)
    refund.refresh_from_db()
    assert refund.reversal == first
    assert list(confirming.unclaimed(refund.payment)) == [second]


def test_a_void_is_confirmed_by_a_void(acquirer, clock, case, shop, make_actor):
    Payment.objects.filter(pk=case.payment_id).update(status="authorised")
    propose(case, shop.manager, kind="void")
    refund = approve(case, make_actor("supervisor"))
    file_tells(refund.payment, kind="void")
    refund.refresh_from_db()
    assert (refund.state, book().kind) == ("confirmed", "void")


def test_a_file_that_tells_of_a_refund_nobody_here_made_confirms_nothing(case, make_actor):
    before = Event.objects.count()
    file_tells(case.payment)
    assert (Refund.objects.count(), MoneyBack.objects.count()) == (0, 0)
    assert Event.objects.count() == before
    assert money_rows.groups(make_actor("supervisor"))[-1].rows == []
