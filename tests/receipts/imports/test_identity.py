"""When two rows are one payment. docs/decisions/payment-identity.md"""

import pytest

from receipts.models import Payment
from tests.receipts.imports.conftest import SALE, counts

NO_VOUCHER = SALE | {"batch_no": "", "voucher_no": ""}


def test_the_source_id_decides_where_both_have_one(load_rows):
    load_rows([NO_VOUCHER | {"source_id": "T-1", "rrn": "112014050001"}])
    file = load_rows(
        [
            NO_VOUCHER | {"source_id": "T-2", "rrn": "112014050001"},
            NO_VOUCHER | {"source_id": "T-1", "rrn": ""},
        ]
    )
    assert counts(file) == (1, 0, 1, 0)


def test_the_same_id_of_two_sources_is_two_payments(load_rows):
    load_rows([SALE | {"source_id": "1", "source": "host"}])
    load_rows([SALE | {"source_id": "1", "source": "wallet", "voucher_no": "000002"}])
    assert Payment.objects.count() == 2


def test_the_voucher_decides_where_one_side_has_no_source_id(load_rows):
    load_rows([SALE])
    assert counts(load_rows([SALE | {"source_id": "T-1"}])) == (0, 1, 0, 0)
    assert Payment.objects.get().source_id == "T-1"
    # From now on it is known by either.
    assert counts(load_rows([NO_VOUCHER | {"source_id": "T-1"}])) == (0, 0, 1, 0)


def test_two_terminals_may_have_the_same_voucher(load_rows):
    assert counts(load_rows([SALE, SALE | {"terminal_no": "00000002"}])) == (2, 0, 0, 0)


def test_two_merchants_may_have_terminals_of_one_number(load_rows):
    assert counts(load_rows([SALE, SALE | {"merchant_no": "898521058120002"}])) == (2, 0, 0, 0)


def test_the_reference_number_decides_where_one_side_has_nothing_better(load_rows):
    rrn = {"rrn": "112014050001"}
    load_rows([NO_VOUCHER | rrn])
    assert counts(load_rows([SALE | rrn])) == (0, 1, 0, 0)
    assert Payment.objects.get().voucher_no == "000001"


def test_a_reference_number_comes_again_on_another_day(load_rows):
    rrn = NO_VOUCHER | {"rrn": "112014050001"}
    assert counts(load_rows([rrn, rrn | {"date": "2026-10-20"}])) == (2, 0, 0, 0)


def test_a_reference_number_shared_by_vouchers_joins_nothing(load_rows):
    rows = [SALE | {"rrn": "000000000001", "voucher_no": f"{n:06}"} for n in range(1, 200)]
    assert counts(load_rows(rows)) == (199, 0, 0, 0)


@pytest.mark.parametrize("nothing", ["", "-", "000000000000", "N/A"])
def test_a_reference_number_of_zeros_is_none(load_rows, nothing):
    load_rows([SALE | {"rrn": nothing}])
    assert Payment.objects.get().rrn == ""


def test_another_acquirers_reference_number_is_another_payment(load_rows):
    rrn = NO_VOUCHER | {"rrn": "112014050001"}
    rows = [rrn | {"acquirer_code": "48985210"}, rrn | {"acquirer_code": "48985211"}]
    assert counts(load_rows(rows)) == (2, 0, 0, 0)


def test_names_that_lead_to_two_payments_are_put_aside(load_rows, put_aside):
    load_rows([NO_VOUCHER | {"source_id": "T-1"}, SALE])
    file = load_rows([SALE | {"source_id": "T-1"}])
    assert put_aside(file) == [(2, "", "identity_conflict")]


def test_a_voucher_that_belongs_to_another_source_id_is_put_aside(load_rows, put_aside):
    load_rows([SALE | {"source_id": "T-1"}])
    file = load_rows([SALE | {"source_id": "T-2"}])
    assert put_aside(file) == [(2, "source_id", "identity_conflict")]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("amount", "386.51"),
        ("card_tail", "7713"),
        ("currency", "USD"),
        ("date", "2026-11-15"),
    ],
)
def test_one_voucher_with_two_stories_is_put_aside(load_rows, put_aside, column, other):
    load_rows([SALE])
    column_name = "card" if column == "card_tail" else column
    assert put_aside(load_rows([SALE | {column: other}])) == [(2, column_name, "differs")]
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.card_tail, payment.revision) == (38650, "7712", 1)


def test_clocks_of_host_and_terminal_may_differ_a_little(load_rows):
    load_rows([SALE | {"date": "2026-11-19", "time": "23:59:58", "status": "authorised"}])
    assert counts(load_rows([SALE | {"date": "2026-11-20", "time": "00:00:02"}])) == (0, 1, 0, 0)


def test_a_thousand_rows_of_one_voucher(load_rows):
    rows = [SALE | {"amount": f"{n}.00"} for n in range(1, 1001)]
    assert counts(load_rows(rows)) == (1, 0, 0, 999)


def test_two_files_in_either_order_make_the_same_payments(load_rows):
    def shop(number):
        told = {"merchant_no": f"89852105812000{number}"}
        one = [SALE | told | {"status": "authorised", "remarks": "三号桌"}]
        two = [
            SALE | told | {"auth_code": "204518", "settled_on": "2026-11-21"},
            SALE | told | {"voucher_no": "000002"},
        ]
        return one, two

    one, two = shop(1)
    load_rows(one), load_rows(two)
    one, two = shop(2)
    load_rows(two), load_rows(one)
    columns = ["voucher_no", "status", "own_status", "amount_minor", "remarks", "auth_code"]
    columns += ["settled_on"]
    first, second = (
        list(
            Payment.objects.filter(merchant__merchant_no=f"89852105812000{n}")
            .order_by("voucher_no")
            .values_list(*columns)
        )
        for n in (1, 2)
    )
    assert first == second


RRN = {"rrn": "112014050001"}


@pytest.mark.parametrize("chunk", [1, 100])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # The first with a voucher is the payment that had none; so the second is another one.
        ([NO_VOUCHER, SALE, SALE | {"voucher_no": "000002"}], (2, 1, 0, 0)),
        (
            [NO_VOUCHER, NO_VOUCHER | {"source_id": "1"}, NO_VOUCHER | {"source_id": "2"}],
            (2, 1, 0, 0),
        ),
        # What a row brings to a payment, the next one finds it by.
        (
            [SALE | {"rrn": "", "source_id": "1"}, NO_VOUCHER | {"source_id": "1"}, NO_VOUCHER],
            (1, 1, 1, 0),
        ),
    ],
)
def test_a_payment_is_looked_up_by_what_the_rows_before_made_of_it(
    load_rows, monkeypatch, chunk, rows, expected
):
    monkeypatch.setattr("receipts.imports.load.CHUNK", {"sqlite": chunk, "postgresql": chunk})
    assert counts(load_rows([RRN | row for row in rows])) == expected
    assert load_rows([RRN | row for row in reversed(rows)]).created == 0


def test_of_two_rows_one_is_the_known_payment_and_one_is_new(load_rows):
    load_rows([NO_VOUCHER | RRN])
    assert counts(load_rows([SALE | RRN, SALE | RRN | {"voucher_no": "000002"}])) == (1, 1, 0, 0)
