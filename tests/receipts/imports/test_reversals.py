"""Voids and refunds hang on their originals, or wait for them."""

import pytest
from django.db import IntegrityError, transaction

from receipts.models import Payment, PutAside, Reversal, WaitingKey
from tests.receipts.imports.conftest import REFUND, SALE, counts

VOID = REFUND | {
    "kind": "void",
    "date": "2026-11-20",
    "amount": "386.50",
    "batch_no": "000318",
    "original_batch_no": "",
}


def test_a_refund_hangs_on_its_original(load_rows):
    file = load_rows([SALE, REFUND])
    assert counts(file) == (1, 1, 0, 0)
    payment, reversal = Payment.objects.get(), Reversal.objects.get()
    assert (payment.status, payment.refunded_minor) == ("partly_refunded", 8650)
    assert (reversal.payment, reversal.kind, reversal.amount_minor) == (payment, "refund", 8650)
    assert reversal.import_file == file
    assert payment.revision == 2


def test_refunds_add_up_to_the_amount_and_no_further(load_rows, put_aside):
    load_rows([SALE, REFUND])
    file = load_rows(
        [
            REFUND | {"voucher_no": "000901", "amount": "300.00"},
            REFUND | {"voucher_no": "000902", "amount": "0.01"},
        ]
    )
    assert counts(file) == (0, 1, 0, 1)
    assert put_aside(file) == [(3, "", "refund_above_amount")]
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded_minor) == ("refunded", 38650)


def test_the_database_itself_keeps_refunds_below_the_amount(load_rows):
    load_rows([SALE])
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.update(refunded_minor=38651)


def test_the_same_refund_told_again_counts_once(load_rows):
    load_rows([SALE, REFUND])
    file = load_rows([REFUND, REFUND | {"remarks": "again"}])
    assert counts(file) == (0, 0, 2, 0)
    assert Payment.objects.get().refunded_minor == 8650


def test_the_same_refund_by_other_numbers_counts_once(load_rows):
    load_rows([SALE, REFUND | {"source_id": "R-1", "rrn": "112110000001"}])
    assert counts(load_rows([REFUND | {"rrn": "112110000001"}])) == (0, 0, 1, 0)
    assert counts(load_rows([REFUND | {"source_id": "R-1", "voucher_no": ""}])) == (0, 0, 1, 0)
    assert Reversal.objects.count() == 1


def test_a_void_takes_the_whole_payment_back(load_rows, put_aside):
    file = load_rows([SALE, VOID, VOID | {"voucher_no": "000901"}])
    assert counts(file) == (1, 1, 0, 1)
    assert put_aside(file) == [(4, "", "original_voided")]
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded_minor) == ("voided", 0)


def test_a_void_of_a_part_is_put_aside(load_rows, put_aside):
    assert put_aside(load_rows([SALE, VOID | {"amount": "1"}])) == [(3, "", "void_not_full")]
    assert Payment.objects.get().status == "settled"


def test_a_refund_names_its_original_by_source_id_or_by_reference_and_day(load_rows):
    load_rows([SALE | {"source_id": "T-1", "rrn": "112014050001"}])
    no_voucher = {"original_batch_no": "", "original_voucher_no": ""}
    load_rows([REFUND | no_voucher | {"original_source_id": "T-1"}])
    load_rows(
        [
            REFUND
            | no_voucher
            | {
                "voucher_no": "000901",
                "original_rrn": "112014050001",
                "original_date": "2026-11-20",
            }
        ]
    )
    assert Payment.objects.get().refunded_minor == 17300


def test_a_refund_at_another_terminal_of_the_shop_names_the_first(load_rows):
    load_rows([SALE])
    load_rows([REFUND | {"terminal_no": "00000002", "original_terminal_no": "00000001"}])
    assert Payment.objects.get().refunded_minor == 8650


def test_a_refund_without_its_original_waits_and_is_matched_by_a_later_file(load_rows, put_aside):
    waiting = load_rows([REFUND])
    assert counts(waiting) == (0, 0, 0, 1)
    assert put_aside(waiting) == [(2, "", "waiting")]
    file = load_rows([SALE])
    assert counts(file) == (1, 0, 0, 0)
    payment, row = Payment.objects.get(), PutAside.objects.get()
    assert (payment.status, payment.refunded_minor) == ("partly_refunded", 8650)
    assert row.state == "solved"
    assert row.solved_at
    assert Reversal.objects.get().import_file == waiting
    assert not WaitingKey.objects.exists()


@pytest.mark.parametrize("chunk", [1, 100])
def test_a_refund_above_its_sale_in_one_file_counts_as_the_other_way_round(
    load_rows, monkeypatch, chunk
):
    monkeypatch.setattr("receipts.imports.load.CHUNK", {"sqlite": chunk, "postgresql": chunk})
    assert counts(load_rows([REFUND, SALE])) == (1, 1, 0, 0)
    assert not PutAside.objects.exists()


def test_a_waiting_refund_that_comes_twice_is_applied_once(load_rows):
    load_rows([REFUND])
    load_rows([REFUND | {"remarks": "again"}])
    load_rows([SALE])
    assert Payment.objects.get().refunded_minor == 8650
    assert set(PutAside.objects.values_list("state", flat=True)) == {"solved"}


def test_a_waiting_refund_that_turns_out_too_large_is_left_to_a_person(load_rows):
    load_rows([REFUND | {"amount": "386.51"}])
    load_rows([SALE])
    row = PutAside.objects.get()
    assert (row.state, row.reason) == ("open", "refund_above_amount")
    assert Payment.objects.get().refunded_minor == 0


def test_a_refund_of_another_merchants_payment_is_put_aside(load_rows, put_aside):
    load_rows([SALE | {"source_id": "T-1"}])
    other = REFUND | {"merchant_no": "898521058120002", "original_source_id": "T-1"}
    assert put_aside(load_rows([other])) == [(2, "", "original_of_another_merchant")]


def test_a_refund_whose_names_lead_to_two_payments_is_put_aside(load_rows, put_aside):
    load_rows([SALE, SALE | {"voucher_no": "000002", "source_id": "T-2"}])
    file = load_rows([REFUND | {"original_source_id": "T-2"}])
    assert put_aside(file) == [(2, "", "identity_conflict")]


def test_a_refund_that_failed_changes_nothing(load_rows):
    assert counts(load_rows([SALE, REFUND | {"status": "失败"}])) == (1, 0, 1, 0)
    assert not Reversal.objects.exists()


def test_a_refund_said_by_the_payment_and_told_as_a_row_is_one(load_rows):
    load_rows([SALE | {"status": "partly_refunded", "refunded_amount": "86.50"}])
    load_rows([REFUND])
    assert Payment.objects.get().refunded_minor == 8650


def test_a_settlement_after_the_refund_keeps_the_refund(load_rows):
    load_rows([SALE | {"status": "authorised"}, REFUND])
    load_rows([SALE | {"settled_on": "2026-11-21"}])
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded_minor) == ("partly_refunded", 8650)
    assert payment.settled_on


def test_a_row_that_the_database_refuses_parts_no_refund_from_its_sale(load_rows, put_aside):
    """Halved until the row at fault is by itself, refund and sale come into different halves."""
    load_rows([SALE | {"source_id": "T-1", "terminal_no": ""}, SALE])
    file = load_rows(
        [
            REFUND | {"original_voucher_no": "000007"},
            # With this terminal it would be the very voucher of the other payment.
            SALE | {"source_id": "T-1", "batch_no": "", "voucher_no": ""},
            SALE | {"voucher_no": "000007"},
        ]
    )
    assert put_aside(file) == [(3, "", "database_refused")]
    assert PutAside.objects.get().row["source_id"] == "T-1"
    assert Payment.objects.get(voucher_no="000007").refunded_minor == 8650
