"""What a file does to the payments: makes them, completes them, leaves them."""

from datetime import UTC, date, datetime

import pytest
from django.db import InterfaceError, OperationalError

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.imports import load
from receipts.models import ImportFile, Merchant, Payment, PaymentHistory, Terminal
from tests.receipts.imports.conftest import SALE, counts


def test_a_row_becomes_a_payment_in_fen_and_utc(load_rows):
    file = load_rows([SALE | {"slip_printed": "否", "slip_cause": "缺纸", "tip": "6.50"}])
    assert counts(file) == (1, 0, 0, 0)
    payment = Payment.objects.get()
    assert payment.amount_minor == 38650
    assert payment.tip_minor == 650
    assert payment.occurred_at == datetime(2026, 11, 20, 6, 5, 33, tzinfo=UTC)
    assert payment.local_date == date(2026, 11, 20)
    assert (payment.status, payment.card_tail, payment.revision) == ("settled", "7712", 1)
    assert (payment.slip_printed, payment.slip_cause) == ("no", "paper_out")
    assert payment.slip_known_from == "file"
    assert payment.import_file == file


def test_every_column_arrives(load_rows):
    load_rows(
        [
            SALE
            | {
                "source_id": "T-1",
                "rrn": "112014050001",
                "auth_code": "A1B2C3",
                "acquirer_code": "48985210",
                "acquirer_name": "江岸支付",
                "issuer_code": "03030000",
                "issuer_name": "江南银行",
                "wallet_tail": "5521",
                "card_kind": "借记卡",
                "card_brand": "UnionPay",
                "entry_mode": "挥卡",
                "order_no": "D20261120-8",
                "operator_no": "01",
                "instalments": "3",
                "no_pin_no_signature": "是",
                "settled_on": "2026-11-21",
                "authorised_amount": "400",
                "remarks": "三号桌",
                "aid": "A000000333010101",
                "app_label": "UnionPay Debit",
                "atc": "00A3",
            }
        ]
    )
    payment = Payment.objects.get()
    told = {
        "source": "acquirer",
        "source_id": "T-1",
        "rrn": "112014050001",
        "auth_code": "A1B2C3",
        "acquirer_code": "48985210",
        "acquirer_name": "江岸支付",
        "issuer_code": "03030000",
        "issuer_name": "江南银行",
        "wallet_tail": "5521",
        "card_kind": "debit",
        "card_brand": "UnionPay",
        "entry_mode": "C",
        "order_no": "D20261120-8",
        "operator_no": "01",
        "instalments": 3,
        "no_pin_no_signature": True,
        "settled_on": date(2026, 11, 21),
        "authorised_minor": 40000,
        "remarks": "三号桌",
        "chip": {"aid": "A000000333010101", "app_label": "UnionPay Debit", "atc": "00A3"},
    }
    assert {name: getattr(payment, name) for name in told} == told


def test_unknown_merchants_and_terminals_are_made_and_marked(load_rows):
    load_rows([SALE | {"city": "武汉", "terminal_model": "A920"}])
    merchant, terminal = Merchant.objects.get(), Terminal.objects.get()
    assert (merchant.name, merchant.city, merchant.origin) == ("小雨文具店", "武汉", "file")
    assert (terminal.terminal_no, terminal.model, terminal.origin) == ("00000001", "A920", "file")
    assert Payment.objects.get().terminal == terminal


def test_a_merchant_without_a_name_is_called_by_its_number_until_a_file_names_it(load_rows):
    load_rows([SALE | {"merchant_name": ""}])
    assert Merchant.objects.get().name == SALE["merchant_no"]
    load_rows([SALE | {"voucher_no": "000002"}])
    assert Merchant.objects.get().name == "小雨文具店"


def test_a_registered_merchant_is_not_renamed_by_a_file(load_rows, make_merchant):
    make_merchant("登记的名字", merchant_no=SALE["merchant_no"])
    load_rows([SALE])
    assert Merchant.objects.get().name == "登记的名字"


def test_a_later_file_settles_what_was_authorised(load_rows):
    load_rows([SALE | {"status": "authorised"}])
    file = load_rows([SALE | {"settled_on": "2026-11-21", "auth_code": "204518"}])
    assert counts(file) == (0, 1, 0, 0)
    payment = Payment.objects.get()
    assert (payment.status, payment.settled_on) == ("settled", date(2026, 11, 21))
    assert (payment.auth_code, payment.revision) == ("204518", 2)
    history = PaymentHistory.objects.get()
    assert (history.from_status, history.to_status, history.applied) == (
        "authorised",
        "settled",
        True,
    )
    assert history.changes["settled_on"] == ["", "2026-11-21"]


def test_the_settled_amount_wins_and_the_authorised_one_is_kept_in_either_order(load_rows):
    for voucher, order in (("000001", (0, 1)), ("000002", (1, 0))):
        rows = [
            SALE | {"voucher_no": voucher, "status": "authorised", "amount": "400.00"},
            SALE | {"voucher_no": voucher, "status": "settled", "amount": "386.50"},
        ]
        for which in order:
            load_rows([rows[which]])
    for payment in Payment.objects.all():
        assert payment.status == "settled"
        assert (payment.amount_minor, payment.authorised_minor) == (38650, 40000)


def test_a_file_may_say_that_a_payment_was_refunded(load_rows):
    load_rows([SALE])
    load_rows([SALE | {"status": "部分退款", "refunded_amount": "86.50"}])
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded_minor) == ("partly_refunded", 8650)
    load_rows([SALE | {"status": "refunded"}])
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_minor, payment.revision) == ("refunded", 38650, 3)


def test_the_same_rows_in_another_file_change_nothing(load_rows):
    load_rows([SALE])
    file = load_rows([SALE | {"a_column_nobody_knows": "1"}])
    assert counts(file) == (0, 0, 1, 0)
    assert Payment.objects.get().revision == 1
    assert not PaymentHistory.objects.exists()


def test_older_news_is_kept_as_history_and_counts_as_unchanged(load_rows):
    load_rows([SALE])
    for remark in ("a", "b"):
        file = load_rows([SALE | {"status": "authorised", "ignored": remark}])
        assert counts(file) == (0, 0, 1, 0)
    payment, history = Payment.objects.get(), PaymentHistory.objects.get()
    assert (payment.status, payment.revision) == ("settled", 1)
    assert (history.to_status, history.applied) == ("authorised", False)


def test_older_news_still_fills_what_is_empty(load_rows):
    load_rows([SALE])
    load_rows([SALE | {"status": "authorised", "remarks": "三号桌"}])
    payment = Payment.objects.get()
    assert (payment.status, payment.remarks) == ("settled", "三号桌")


def test_money_that_moved_outranks_a_decline(load_rows):
    load_rows([SALE | {"status": "declined"}])
    load_rows([SALE])
    assert Payment.objects.get().status == "settled"
    load_rows([SALE | {"status": "declined", "ignored": "again"}])
    assert Payment.objects.get().status == "settled"


def test_no_file_takes_back_that_a_slip_was_lost(load_rows):
    load_rows([SALE | {"slip_printed": "no"}])
    load_rows([SALE | {"slip_printed": "yes"}])
    assert Payment.objects.get().slip_printed == "no"
    load_rows([SALE | {"slip_printed": "no", "slip_cause": "cutter"}])
    assert Payment.objects.get().slip_cause == "cutter"


def test_several_rows_of_one_payment_in_one_file_are_read_in_order(load_rows):
    file = load_rows(
        [
            SALE | {"status": "authorised", "amount": "400"},
            SALE,
            SALE | {"remarks": "第三行"},
            SALE | {"status": "authorised", "amount": "400"},
        ]
    )
    assert counts(file) == (1, 2, 1, 0)
    payment = Payment.objects.get()
    assert (payment.status, payment.amount_minor, payment.remarks) == ("settled", 38650, "第三行")


def test_the_same_bytes_are_recognised(load_rows, write):
    first = load_rows([SALE])
    again = load.load_file(write([SALE]), actor=Actor.system("test"))
    assert again.already
    assert again.file == first
    assert ImportFile.objects.count() == 1


def test_a_file_leaves_its_trail(load_rows):
    file = load_rows([SALE, SALE | {"voucher_no": "000002", "amount": "x"}])
    assert (file.read, file.state, file.started_by) == (2, "done", "system:test")
    events = Event.objects.filter(subject=f"import:{file.pk}").order_by("sequence")
    assert [event.type for event in events] == ["import_started", "import_finished"]
    assert '"created":1' in events[1].text
    assert '"put_aside":1' in events[1].text


def test_the_floors_above_hear_of_changed_payments_only(load_rows):
    load_rows([SALE, SALE | {"voucher_no": "000002", "status": "authorised"}])
    assert not Entry.objects.filter(topic="payment_changed").exists()
    load_rows([SALE | {"voucher_no": "000002"}])
    entry = Entry.objects.get(topic="payment_changed")
    assert entry.payload == {"payments": [str(Payment.objects.get(voucher_no="000002").pk)]}


def test_a_code_payment_is_found_by_the_tail_of_its_order_number(load_rows):
    load_rows([SALE | {"card_tail": "", "card_kind": "微信", "order_no": "4200002026112000009921"}])
    assert Payment.objects.get().card_tail == "9921"


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_where_a_chunk_ends_makes_no_difference(load_rows, monkeypatch, rows):
    monkeypatch.setattr(load, "CHUNK", {"sqlite": rows, "postgresql": rows})
    file = load_rows([SALE | {"voucher_no": f"{n:06}"} for n in range(1, 6)] + [SALE])
    assert counts(file) == (5, 0, 1, 0)
    assert file.read == 6


def test_a_load_begins_anew_where_another_of_its_bytes_gave_up(write, db, clock, monkeypatch):
    """The other's copy changed while it was read; this one's did not."""
    monkeypatch.setattr(load, "CHUNK", {"sqlite": 1, "postgresql": 1})
    path = write([SALE | {"voucher_no": f"{n:06}"} for n in range(1, 4)])

    def given_up(*_progress):
        ImportFile.objects.filter(pk=first).update(state=ImportFile.State.FAILED)

    first = 1 + (ImportFile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
    result = load.load_file(path, actor=Actor.system("test"), on_progress=given_up)
    assert (result.file.state, result.file.read) == ("done", 3)
    assert Payment.objects.count() == 3


def test_each_step_is_done_again_when_the_database_was_busy(django_db_blocker):
    answers = [OperationalError("database is locked"), InterfaceError("connection is closed")]

    def work() -> str:
        if answers:
            raise answers.pop()
        return "done"

    with django_db_blocker.unblock():
        assert load._patiently(work) == "done"
