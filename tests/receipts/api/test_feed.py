"""What a batch does to the payments, and that a file after it or before it changes nothing."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.actor import Actor
from portal.audit.models import Event
from receipts.api import feed
from receipts.models import ImportFile, Merchant, Payment, PutAside
from tests.cards import with_check_digit
from tests.receipts.imports.conftest import REFUND, SALE, counts


def results(outcomes) -> list[str]:
    return [outcome.result for outcome in outcomes]


def test_a_payment_that_came_by_the_feed_and_comes_again_in_the_file_is_one(send, load_rows):
    assert results(send(SALE)) == ["created"]
    assert counts(load_rows([SALE])) == (0, 0, 1, 0)
    assert Payment.objects.count() == 1


def test_a_payment_that_came_in_a_file_and_comes_again_by_the_feed_is_one(send, load_rows):
    load_rows([SALE])
    assert results(send(SALE, SALE | {"settled_on": "2026-11-21"})) == ["unchanged", "updated"]
    assert Payment.objects.count() == 1


def test_the_file_settles_what_the_feed_authorised(send, load_rows):
    send(SALE | {"status": "authorised"})
    assert counts(load_rows([SALE])) == (0, 1, 0, 0)
    assert Payment.objects.get().status == "settled"


def test_each_item_has_its_own_outcome_and_the_others_go_in(send):
    outcomes = send(
        SALE,
        SALE | {"amount": "12.345", "voucher_no": "000002"},
        SALE,
        SALE | {"auth_code": "A1B2C3"},
        SALE | {"voucher_no": "000003", "date": None},
        REFUND,
        REFUND | {"voucher_no": "000901", "original_voucher_no": "000777"},
    )
    assert results(outcomes) == [
        *("created", "put_aside", "unchanged", "updated", "put_aside", "updated", "put_aside")
    ]
    said = [(o.line, o.code, o.field) for o in outcomes if o.code]
    assert said == [
        (2, "amount_decimals", "amount"),
        (5, "date_missing", "date"),
        (7, "waiting", ""),
    ]
    file = ImportFile.objects.get()
    assert counts(file) == (1, 2, 1, 3)
    assert file.read == 7


def test_a_refund_waits_for_its_sale_of_a_later_batch(send):
    assert [(o.result, o.code) for o in send(REFUND)] == [("put_aside", "waiting")]
    assert results(send(SALE)) == ["created"]
    assert Payment.objects.get().status == "partly_refunded"
    assert counts(ImportFile.objects.get()) == (1, 1, 0, 0)


def test_a_refund_of_a_file_finds_its_sale_that_the_feed_brings(send, load_rows):
    load_rows([REFUND])
    send(SALE)
    assert Payment.objects.get().refunded_minor == 8650
    assert PutAside.objects.get().state == "solved"


def test_an_item_of_another_merchant_is_refused_and_nothing_of_it_is_kept(send):
    outcomes = send(
        SALE | {"merchant_no": "898521058120099"}, SALE, merchants=[SALE["merchant_no"]]
    )
    assert results(outcomes) == ["refused", "created"]
    assert (outcomes[0].code, outcomes[0].field) == ("merchant_not_allowed", "merchant_no")
    assert Merchant.objects.count() == 1
    assert not PutAside.objects.exists()
    assert ImportFile.objects.get().read == 1


@pytest.mark.parametrize("written", [" 898521058120001", '="898521058120001"', "８98521058120001"])
def test_a_merchant_number_is_the_same_however_it_is_written(send, written):
    assert results(send(SALE | {"merchant_no": written}, merchants=[SALE["merchant_no"]])) == [
        "created"
    ]


@pytest.mark.parametrize("field", ["card_tail", "remarks", "order_no", "merchant_name", "amount"])
def test_no_full_card_number_is_kept_anywhere(send, field):
    number = with_check_digit("62284" + "8040256489")
    send(SALE | {field: number}, SALE | {"voucher_no": "2", field: number, "date": "?"})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert number not in str(cursor.fetchall()), table


def test_a_day_of_a_client_is_one_record_and_its_lines_go_on(send, clock):
    send(SALE)
    assert send(SALE | {"voucher_no": "000002"})[0].line == 2
    send(SALE | {"voucher_no": "000003"}, client="wallet")
    assert sorted(ImportFile.objects.values_list("name", "read", "size")) == [
        ("feed host 2026-11-23", 2, 200),
        ("feed wallet 2026-11-23", 1, 100),
    ]
    clock.shift(timedelta(days=1))
    assert send(SALE)[0].line == 1
    assert feed.close_days() == 2
    assert feed.close_days() == 0
    states = ImportFile.objects.order_by("name").values_list("state", flat=True)
    assert list(states) == ["done", "running", "done"]
    assert Event.objects.filter(type="import_finished").count() == 2


def test_nothing_stays_of_a_batch_whose_transaction_is_undone(send):
    with transaction.atomic():
        send(SALE)
        transaction.set_rollback(True)
    assert not Payment.objects.exists()
    assert not ImportFile.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"remarks": "字" * 1_001}, "too_long"),
        ({"remarks": "\x00"}, "broken_characters"),
        ({"remarks": "\ud83d"}, "broken_characters"),
        ({"source_id": "a\x00b"}, "broken_characters"),
        ({"amount": "1e5"}, "spreadsheet_number"),
        ({"amount": "(12.00)"}, "amount_negative"),
        ({"merchant_no": None}, "merchant_missing"),
        ({"date": None, "time": None, "date_time": "0001-01-01T00:00:00+14:00"}, "date"),
    ],
)
def test_what_cannot_be_read_is_put_aside_with_its_reason(send, changes, code):
    outcome = send(SALE | changes)[0]
    assert (outcome.result, outcome.code) == ("put_aside", code)


def test_values_of_json_mean_what_they_say(send):
    send(SALE | {"no_pin_no_signature": True, "slip_printed": False, "remarks": None})
    payment = Payment.objects.get()
    assert payment.no_pin_no_signature
    assert payment.slip_printed == "no"


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=30),
    st.sampled_from(["386.50", "0", "-1", "2026-11-20", "14:05", "refund", "void", "000318"]),
    st.integers().map(str),
)
ITEMS = st.dictionaries(st.sampled_from([*feed.fields(), "持卡人姓名"]), VALUES, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.tuples(st.booleans(), ITEMS), min_size=1, max_size=8))
def test_whatever_is_sent_no_item_is_lost_or_counted_twice(db, drawn):
    items = [SALE | item if is_sale else item for is_sale, item in drawn]
    with transaction.atomic():
        outcomes = feed.take(items, client="host", actor=Actor.system("test"), size=1)
        file = ImportFile.objects.get()
        transaction.set_rollback(True)
    told = Counter(results(outcomes))
    assert file.read == len(outcomes) == len(items)
    kinds = ("created", "updated", "unchanged", "put_aside")
    assert tuple(told[kind] for kind in kinds) == counts(file)
