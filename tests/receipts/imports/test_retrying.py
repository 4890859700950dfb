"""Rows that were put aside go in once they are corrected, through the loader and no other way."""

import pytest
from django.core.exceptions import PermissionDenied

from portal.accounts.actor import Actor
from portal.audit.models import Event
from receipts.imports import formats, kept
from receipts.imports.dropping import NoReason, drop
from receipts.imports.retrying import Stale, correct, retry
from receipts.models import ImportFile, Payment, PutAside, Reversal, RowTry, WaitingKey
from tests.receipts.imports.conftest import REFUND, SALE, counts

US = Actor.system("test")


def corrected(row: PutAside, **fields) -> str:
    row.refresh_from_db()
    return correct(row, kept.fields_of(row) | fields, seen=row.tries, actor=US).result


@pytest.fixture
def row(load_rows) -> PutAside:
    load_rows([SALE | {"amount": "x"}, SALE | {"voucher_no": "000002"}])
    return PutAside.objects.get()


def test_a_corrected_row_goes_in_and_its_file_tells_what_its_load_did(row):
    assert corrected(row, amount="386.50") == "created"
    row.refresh_from_db()
    assert (row.state, row.solved_as, row.tries) == ("solved", "created", 1)
    assert row.solved_at
    payment = Payment.objects.get(voucher_no="000001")
    assert (payment.amount_minor, payment.import_file) == (38650, row.import_file)
    file = ImportFile.objects.get()
    assert counts(file) == (1, 0, 0, 1)
    assert PutAside.objects.filter(import_file=file).count() == file.put_aside


def test_what_was_done_is_kept_with_the_row_and_in_the_trail(row):
    corrected(row, amount="38,65")
    corrected(row, amount="386.50")
    first, second = RowTry.objects.filter(row=row)
    assert (first.number, first.result, first.changes) == (1, "amount", {"amount": ["x", "38,65"]})
    assert (second.result, second.changes) == ("created", {"amount": ["38,65", "386.50"]})
    events = Event.objects.filter(type="row_corrected", subject=f"import:{row.import_file_id}")
    assert events.count() == 2
    assert "386.50" not in events.last().text


def test_a_row_that_is_still_wrong_says_what_is_wrong_now(row):
    assert corrected(row, amount="386.50", date="2026-02-30") == "date_not_in_calendar"
    row.refresh_from_db()
    assert (row.state, row.column, row.reason) == ("open", "date", "date_not_in_calendar")
    assert kept.fields_of(row)["date"] == "2026-02-30"


def test_a_number_that_is_there_already_is_no_second_payment(row):
    assert corrected(row, amount="386.50", voucher_no="000002") == "unchanged"
    assert corrected_state(row) == ("solved", "unchanged")
    assert Payment.objects.count() == 1


def corrected_state(row: PutAside) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.solved_as


def test_a_whole_card_number_typed_in_leaves_its_tail(row):
    number = "62" + "1" * 13 + "4821"
    corrected(row, amount="nothing", card=number)
    row.refresh_from_db()
    assert row.row["card"] == number[-4:]
    assert number not in str(RowTry.objects.values_list("changes", flat=True))
    corrected(row, amount="386.50")
    assert Payment.objects.get(voucher_no="000001").card_tail == number[-4:]


def test_a_number_that_was_cut_out_is_not_taken_for_a_name(load_rows):
    card = "4" + "1" * 15
    load_rows([SALE | {"source_id": card}])
    row = PutAside.objects.get()
    assert row.reason == "card_number_in_column"
    assert retry([row.pk], actor=US)[0].result == "cut_when_kept"
    assert corrected(row, source_id="") == "created"


def test_a_row_refused_by_what_is_known_can_be_corrected(load_rows):
    load_rows([SALE])
    load_rows([SALE | {"amount": "1.00"}])
    row = PutAside.objects.get()
    fields = kept.fields_of(row)
    assert (row.reason, fields["amount"], fields["date_time"]) == (
        *("differs", "1.00"),
        "2026-11-20 14:05:33",
    )
    assert corrected(row) == "differs"
    assert corrected(row, voucher_no="000077") == "created"


def test_a_waiting_refund_is_corrected_to_name_its_original(load_rows):
    load_rows([SALE])
    load_rows([REFUND | {"original_voucher_no": "000009"}])
    row = PutAside.objects.get()
    assert corrected(row) == "waiting"
    assert WaitingKey.objects.get().row == row
    assert corrected(row, original_voucher_no="000001") == "updated"
    assert Payment.objects.get().refunded_minor == 8650
    assert not WaitingKey.objects.exists()
    assert Reversal.objects.get().import_file == row.import_file


def test_a_waiting_row_that_was_corrected_still_waits_for_what_it_names_now(load_rows):
    load_rows([REFUND | {"original_voucher_no": "000009"}])
    corrected(PutAside.objects.get(), original_voucher_no="000001")
    load_rows([SALE])
    assert corrected_state(PutAside.objects.get()) == ("solved", "matched")
    assert Payment.objects.get().refunded_minor == 8650


def test_a_corrected_payment_answers_the_refund_that_waits_for_it(load_rows):
    load_rows([SALE | {"amount": "x"}, REFUND])
    sale = PutAside.objects.get(reason="amount")
    corrected(sale, amount="386.50")
    assert corrected_state(PutAside.objects.get(reason="waiting")) == ("solved", "matched")
    file = ImportFile.objects.get()
    assert counts(file) == (0, 0, 0, 2)
    assert PutAside.objects.count() == 2


def test_two_people_at_once_do_it_once(row):
    correct(row, kept.fields_of(row) | {"amount": "1.00"}, seen=0, actor=US)
    with pytest.raises(Stale):
        correct(row, kept.fields_of(row) | {"amount": "2.00"}, seen=0, actor=US)
    assert Payment.objects.get(voucher_no="000001").amount_minor == 100
    assert RowTry.objects.count() == 1


def test_a_row_solved_by_a_file_meanwhile_is_stale(load_rows):
    load_rows([REFUND])
    row = PutAside.objects.get()
    load_rows([SALE])
    with pytest.raises(Stale):
        correct(row, kept.fields_of(row), seen=0, actor=US)
    with pytest.raises(Stale):
        drop(row, "nobody needs it", seen=0, actor=US)
    assert retry([row.pk], actor=US) == []


def test_dropping_needs_a_reason_and_can_be_taken_back(row):
    with pytest.raises(NoReason):
        drop(row, " ", seen=0, actor=US)
    drop(row, "a test of the host", seen=0, actor=US)
    assert corrected_state(row) == ("dropped", "")
    assert RowTry.objects.get().words == "a test of the host"
    assert Event.objects.filter(type="row_dropped").count() == 1
    assert retry([row.pk], actor=US) == []
    assert corrected(row, amount="5.00") == "created"


def test_a_dropped_refund_is_not_matched_any_more(load_rows):
    load_rows([REFUND])
    drop(PutAside.objects.get(), "sent by mistake", seen=0, actor=US)
    load_rows([SALE])
    assert Payment.objects.get().refunded_minor == 0
    assert PutAside.objects.get().state == "dropped"


@pytest.mark.parametrize("role", ["support", "supervisor", "auditor", "administrator", "manager"])
def test_nobody_but_operations_may(row, make_member, role):
    actor = Actor.member(make_member(role))
    for deed in (
        lambda: correct(row, {}, seen=0, actor=actor),
        lambda: retry([row.pk], actor=actor),
        lambda: drop(row, "because", seen=0, actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert not RowTry.objects.exists()


def test_rows_of_the_feed_are_read_as_canonical(row):
    ImportFile.objects.update(format="feed")
    assert corrected(row, amount="386.50") == "created"


def test_a_gone_format_is_said_and_changes_nothing(row):
    ImportFile.objects.update(format="nosuch")
    with pytest.raises(formats.FormatError):
        retry([row.pk], actor=US)
    row.refresh_from_db()
    assert row.tries == 0
    fields = kept.fields_of(row) | {"amount": "386.50"}
    tried = correct(row, fields, seen=0, actor=US, format_name="canonical")
    assert tried.result == "created"


def test_a_mended_mapping_takes_in_what_it_could_not_read(load_rows, tmp_path):
    load_rows([SALE | {"kind": "闪电消费", "voucher_no": str(n)} for n in range(1, 4)])
    assert PutAside.objects.filter(reason="unknown_word_kind").count() == 3
    mapping = (formats.FOLDER / "canonical.toml").read_text(encoding="utf-8")
    mended = tmp_path / "canonical.toml"
    mended.write_text(mapping.replace('sale = ["sale"', 'sale = ["闪电消费", "sale"'), "utf-8")
    ids = list(PutAside.objects.values_list("pk", flat=True))
    tried = retry(ids, actor=US, format_name=str(mended))
    assert [each.result for each in tried] == ["created"] * 3
    assert Event.objects.filter(type="rows_retried").count() == 1


def test_a_row_of_which_nothing_was_kept_can_be_typed_in(load_rows):
    load_rows("merchant_no,amount,date,time\n1,2\n")
    row = PutAside.objects.get()
    assert kept.fields_of(row) == {}
    assert retry([row.pk], actor=US)[0].result in {"amount_missing", "date_missing"}
    typed = {"card" if name == "card_tail" else name: text for name, text in SALE.items()}
    assert corrected(row, **typed) == "created"
    assert Payment.objects.get().card_tail == "7712"


def test_the_floors_above_hear_of_a_payment_that_a_retry_changed(load_rows):
    from portal.outbox.models import Entry

    load_rows([SALE])
    load_rows([REFUND | {"amount": "x"}])
    before = Entry.objects.filter(topic="payment_changed").count()
    corrected(PutAside.objects.get(), amount="86.50")
    assert Entry.objects.filter(topic="payment_changed").count() == before + 1


def test_a_row_stays_readable_in_the_notation_of_a_mapping_that_was_moved(load_rows, tmp_path):
    mapping = (formats.FOLDER / "canonical.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    mapping = mapping.replace('name = "canonical"', 'name = "own"')
    own.write_text(mapping.replace('amount = "yuan"', 'amount = "fen"'), encoding="utf-8")
    load_rows([SALE | {"amount": "386.50"}], format_name=str(own))
    own.unlink()
    row = PutAside.objects.get()
    assert (row.reason, kept.format_of(row).name) == ("amount", "own")
    assert corrected(row, amount="38650") == "created"
    assert Payment.objects.get().amount_minor == 38650
