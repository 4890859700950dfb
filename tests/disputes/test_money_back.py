"""The book of money that goes back: never more than was captured, whoever writes to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from disputes import actions, money_back, money_guard
from disputes.models import Case, MoneyBack
from receipts.models import Payment
from tests.disputes import rushing

pytestmark = pytest.mark.django_db
ALL = 38_650


def reserve(case, amount=ALL, kind="refund", key="a"):
    with transaction.atomic():
        return money_back.reserve(case, kind, amount, key=key)


def step(name, key="a", **values):
    with transaction.atomic():
        return getattr(money_back, name)(key, **values)


def refused(case, amount=ALL, kind="refund") -> bool:
    """By the door with a word, and by the database without it."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(rushing.PAST_THE_DOOR, ["past", kind, amount, False, case.pk])
    with pytest.raises(actions.Refused) as error:
        reserve(case, amount, kind, key="b")
    return bool(error.value.message)


def test_it_gives_out_what_was_captured_and_not_a_fen_more(case):
    reserve(case, ALL - 1)
    assert money_back.left_minor(case.payment) == 1
    assert refused(case, 2)
    assert refused(case, 2, "chargeback")
    reserve(case, 1, key="last fen")
    assert money_back.left_minor(case.payment) == 0


@pytest.mark.parametrize("amount", [0, -1, 10.5, None, True, ALL + 1])
def test_no_amount_that_is_none(case, amount):
    with pytest.raises(actions.Invalid) as error:
        reserve(case, amount)
    assert error.value.field == "amount"


def test_what_is_released_can_go_back_another_way(case):
    reserve(case)
    step("release")
    step("release")
    reserve(case, key="again")
    for name in ("hand_over", "carry_out", "confirm"):
        with pytest.raises(actions.WrongState):
            step(name)
    with pytest.raises(actions.WrongState):
        reserve(case)


def test_what_came_about_is_counted_once_whoever_tells_first(case):
    reserve(case, 100)
    assert (step("confirm").state, step("confirm").in_files) == ("done", False)
    assert money_back.taken_minor(case.payment) == 100
    Payment.objects.filter(pk=case.payment_id).update(refunded_minor=100)
    assert step("confirm", in_files=True).in_files
    assert money_back.taken_minor(case.payment) == 0, "the files hold it now"
    assert step("confirm").in_files


@pytest.mark.parametrize("name", ["hand_over", "carry_out", "confirm", "release"])
def test_each_step_is_harmless_twice(clock, case, name):
    reserve(case, 100)
    first = step(name)
    clock.shift(timedelta(hours=1))
    assert (step(name).state, step(name).changed_at) == (first.state, first.changed_at)


def test_what_came_about_does_not_leave_again(clock, case):
    reserve(case, 100)
    done = step("carry_out")
    clock.shift(timedelta(hours=1))
    for name in ("hand_over", "carry_out"):
        assert (step(name).state, step(name).changed_at) == ("done", done.changed_at)


def test_nothing_is_known_of_a_key_that_nobody_reserved(case):
    for name in ("hand_over", "carry_out", "confirm", "release"):
        with pytest.raises(MoneyBack.DoesNotExist):
            step(name, key="nobody's")


def test_a_case_without_its_payment_gives_nothing_back(open_case):
    with pytest.raises(actions.WrongState, match="还没有对上交易"):
        reserve(open_case(kind="find_payment", payment=None))


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_inside_the_transaction_of_what_sends_it(case):
    with pytest.raises(RuntimeError):
        money_back.reserve(case, "refund", 100, key="a")
    assert not MoneyBack.objects.exists()


def test_a_list_of_cases_counts_as_the_book_does(case, open_case):
    """What waits or went counts for each case of the payment; what was released, or what the
    files hold, for none."""
    for key, amount in (("a", 1_000), ("b", 200), ("c", 30), ("d", 4)):
        reserve(case, amount, key=key)
    step("hand_over", key="b")
    step("release", key="c")
    Payment.objects.filter(pk=case.payment_id).update(refunded_minor=4, status="partly_refunded")
    step("confirm", key="d", in_files=True)
    open_case(payment=case.payment, contact="other@example.org")
    listed = Case.objects.annotate(taken=money_back.taken_of_case())
    assert [each.taken for each in listed] == [1_200, 1_200]
    assert money_back.taken_minor(case.payment) == 1_200


def test_never_less_than_nothing_is_left(case):
    """Whatever files tell: more than was captured has gone back at the terminal."""
    reserve(case, 20_000)
    Payment.objects.filter(pk=case.payment_id).update(refunded_minor=ALL, status="refunded")
    case.payment.refresh_from_db()
    assert money_back.left_minor(case.payment) == 0


def test_where_nothing_is_left_no_amount_is_offered(case):
    reserve(case)
    with pytest.raises(actions.Invalid) as error:
        reserve(case, 1, key="one more")
    assert "0" not in str(error.value.message)


def test_the_same_key_is_the_same_money(case):
    assert reserve(case, 100) == reserve(case, 100)
    with pytest.raises(actions.WrongState):
        reserve(case, 101)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("adjustment", "chargeback"),
        ("chargeback", "adjustment"),
        ("refund", "adjustment"),
        ("adjustment", "refund"),
    ],
)
def test_what_excludes_each_other(case, first, second):
    reserve(case, 100, first)
    assert refused(case, 100, second)
    step("release")
    reserve(case, 100, second, key="other")


def test_a_dispute_may_be_lost_over_what_a_refund_left(case):
    reserve(case, 8_650)
    assert refused(case, ALL, "chargeback")
    reserve(case, 30_000, "chargeback", key="dispute:1")


def test_a_refund_of_the_files_counts_once(case):
    """Unexpected, it leaves less; our own, it is counted on either side and then on one."""
    reserve(case, 20_000)
    step("hand_over")
    Payment.objects.filter(pk=case.payment_id).update(
        refunded_minor=20_000, status="partly_refunded"
    )
    assert refused(case, 18_650)  # for a moment both count
    step("confirm", in_files=True)
    case.payment.refresh_from_db()
    assert money_back.left_minor(case.payment) == 18_650
    reserve(case, 18_650, key="rest")


def test_nothing_leaves_once_the_files_took_the_room(case):
    reserve(case, 20_000)
    Payment.objects.filter(pk=case.payment_id).update(refunded_minor=30_000)
    with pytest.raises(actions.Invalid):
        step("hand_over")
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyBack.objects.filter(key="a").update(state="sent")
    assert MoneyBack.objects.get(key="a").state == "reserved"


def test_no_file_is_said_to_have_told_what_it_did_not(case):
    reserve(case, 20_000)
    step("hand_over")
    with pytest.raises(IntegrityError):
        step("confirm", in_files=True)


def test_only_a_captured_payment_gives_back(case):
    for status in ("authorised", "declined", "voided"):
        Payment.objects.filter(pk=case.payment_id).update(status=status)
        assert refused(case, 1)


def test_an_authorised_payment_can_be_voided(case):
    Payment.objects.filter(pk=case.payment_id).update(status="authorised")
    reserve(case, ALL, "void")


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 1},
        {"kind": "void"},
        {"key": "b"},
        {"state": "reserved"},
        {"state": "released"},
    ],
)
def test_an_entry_only_goes_forward(case, change):
    reserve(case, 100)
    step("hand_over")
    step("confirm")
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyBack.objects.filter(key="a").update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyBack.objects.all().delete()
    with pytest.raises(actions.WrongState):
        step("release")


def test_the_guards_are_asked_for(db):
    assert money_guard.GUARDS.faults(connection) == []
    with transaction.atomic():
        money_guard.GUARDS.remove(connection)
        assert len(money_guard.GUARDS.faults(connection)) > 0
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_no_fen_too_much(case):
    became: set[str] = set()
    for turn in range(5):  # who comes first is chance: again until each of these has been first
        became |= set(rushing.rush(case, many=8, rounds=4, seed=1 + 1_000 * turn))
        if became >= {"refund", "chargeback", "Invalid"}:
            return
    pytest.fail(f"nobody was let through, or nobody was refused: {became}")
