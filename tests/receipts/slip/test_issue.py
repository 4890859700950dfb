"""Issued once, found again: the row, the file, the trail."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, transaction

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.models import Payment, SlipIssue
from receipts.slip import issue as issuing
from receipts.slip import pdf
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.issue import issue_slip, read
from tests import tools

ACTOR = Actor.consumer("payment:test")


@pytest.fixture
def sale(make_kind) -> Payment:
    return make_kind("sale")


def stored_files(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.pdf"))


def events(payment: Payment, type_: str) -> list[Event]:
    return list(Event.objects.filter(subject=f"payment:{payment.pk}", type=type_))


def test_the_first_request_makes_row_file_and_event(sale, own_files):
    issue = issue_slip(sale, actor=ACTOR)
    content = read(SlipIssue.objects.get(pk=issue.pk))
    assert (issue.number, issue.repeat, issue.duplicate) == (1, 0, False)
    assert (issue.form, issue.copy, issue.language) == ("80mm", "cardholder", "zh-hans")
    assert issue.payment_revision == sale.revision
    assert issue.sha256 == hashlib.sha256(content).hexdigest()
    assert issue.size == len(content)
    assert issue.requested_by == "consumer:payment:test"
    assert content.startswith(b"%PDF-")
    assert len(stored_files(own_files)) == 1
    (event,) = events(sale, "payment.slip_issued")
    assert f'"sha256":"{issue.sha256}"' in event.text
    assert not Entry.objects.exists()  # issued is not given: a clerk may have asked


def test_a_second_request_finds_the_same_bytes(sale, own_files, monkeypatch):
    first = issue_slip(sale, actor=ACTOR)
    monkeypatch.setattr(pdf, "slip_pdf", refuse_to_draw)
    second = issue_slip(sale, actor=Actor.consumer("payment:other"))
    assert second.pk == first.pk
    assert read(second) == read(first)
    assert len(events(sale, "payment.slip_issued")) == 1
    assert len(stored_files(own_files)) == 1


def refuse_to_draw(*args, **kwargs):
    raise AssertionError("drawn a second time")


def test_finding_it_again_asks_little_of_the_database(sale, django_assert_max_num_queries):
    issue_slip(sale, actor=ACTOR)
    with django_assert_max_num_queries(3):
        read(issue_slip(sale, actor=ACTOR))


def test_a_changed_payment_gets_a_new_issue_and_the_old_one_stays(sale):
    first = issue_slip(sale, actor=ACTOR)
    before = read(first)
    Payment.objects.filter(pk=sale.pk).update(
        status="refunded", refunded_minor=38650, revision=sale.revision + 1
    )
    second = issue_slip(sale, actor=ACTOR)  # the caller's object is stale; the slip is not
    assert (second.number, second.duplicate, second.repeat) == (2, False, 0)
    assert second.payment_revision == first.payment_revision + 1
    assert read(SlipIssue.objects.get(pk=first.pk)) == before


def test_the_merchants_copy_is_an_issue_of_its_own(sale):
    first = issue_slip(sale, actor=ACTOR)
    second = issue_slip(sale, actor=ACTOR, copy=SlipIssue.Copy.MERCHANT)
    assert (first.number, second.number) == (1, 2)
    assert not second.duplicate


def test_where_the_terminal_printed_one_every_issue_is_a_duplicate(make_kind):
    assert issue_slip(make_kind("sale", slip_printed="yes"), actor=ACTOR).duplicate


@pytest.mark.parametrize("harm", ["lost", "altered"])
def test_a_lost_or_altered_file_leads_to_a_new_issue_marked_duplicate(sale, own_files, harm):
    first = issue_slip(sale, actor=ACTOR)
    path = own_files / first.file.name
    path.unlink() if harm == "lost" else path.write_bytes(path.read_bytes() + b"\n%more")
    second = issue_slip(sale, actor=ACTOR)
    assert second.pk != first.pk
    assert (second.number, second.repeat, second.duplicate) == (2, 1, True)
    assert second.payment_revision == first.payment_revision
    with pytest.raises(SlipFileLost):
        read(SlipIssue.objects.get(pk=first.pk))
    assert issue_slip(sale, actor=ACTOR).pk == second.pk


def test_storage_that_is_away_is_no_reason_to_issue_again(sale, monkeypatch):
    issue_slip(sale, actor=ACTOR)

    def away(*args, **kwargs):
        raise ConnectionError("no route to the storage")

    monkeypatch.setattr(FileSystemStorage, "open", away)
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 1


def test_a_drawing_that_fails_leaves_nothing_but_the_alarm(sale, own_files, monkeypatch, clock):
    def fails(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(pdf, "slip_pdf", fails)
    for _ in range(3):
        with pytest.raises(SlipNotReady):
            issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 0
    assert stored_files(own_files) == []
    assert len(events(sale, "payment.slip_not_ready")) == 1  # a page that refreshes itself
    clock.shift(timedelta(hours=2))
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert len(events(sale, "payment.slip_not_ready")) == 2


def test_a_full_disk_leaves_no_row(sale, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 0


def test_a_trail_that_fails_leaves_no_row_and_no_file(sale, own_files, monkeypatch):
    record = issuing.audit.record

    def fails(subject, type, **facts):
        if type == "payment.slip_issued":
            raise RuntimeError("the trail is away")
        return record(subject, type, **facts)

    monkeypatch.setattr(issuing.audit, "record", fails, raising=False)
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 0
    assert stored_files(own_files) == []
    assert events(sale, "payment.slip_issued") == []


def test_a_payment_that_changes_while_it_is_drawn_is_drawn_again(sale, monkeypatch):
    """The slip never tells of a state that was already over when it was issued."""
    draw, drawn = pdf.slip_pdf, []

    def meanwhile(content, **kwargs):
        drawn.append(content.amount.status.en)
        if len(drawn) == 1:
            Payment.objects.filter(pk=sale.pk).update(status="voided", revision=2)
        return draw(content, **kwargs)

    monkeypatch.setattr(pdf, "slip_pdf", meanwhile)
    issue = issue_slip(sale, actor=ACTOR)
    assert drawn == ["SETTLED", "VOIDED"]
    assert (issue.payment_revision, issue.number) == (2, 1)


def test_the_first_issues_time_stands_on_every_later_one(sale, clock, monkeypatch):
    clock.move_to(datetime(2026, 11, 23, 5, 11, tzinfo=UTC))
    issue_slip(sale, actor=ACTOR)
    clock.move_to(datetime(2026, 11, 24, 2, 20, tzinfo=UTC))
    contents = []
    draw = pdf.slip_pdf
    monkeypatch.setattr(
        pdf, "slip_pdf", lambda content, **kw: contents.append(content) or draw(content, **kw)
    )
    issue_slip(sale, actor=ACTOR, copy=SlipIssue.Copy.MERCHANT)
    assert contents[0].statement[1].zh == "第 2 次出具 2026-11-24 10:20，首次 2026-11-23。"


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_time_make_one(make_kind, own_files):
    """Each draws; one wins the row; all get that one, and no file is left behind."""
    sale = make_kind("sale")
    got, failed = tools.at_once(*[lambda: issue_slip(sale, actor=ACTOR)] * 4)
    assert failed == []
    assert len(got) == 4
    assert {issue.number for issue in got} == {1}
    assert len({read(issue) for issue in got}) == 1
    assert SlipIssue.objects.count() == 1
    assert len(stored_files(own_files)) == 1
    assert len(events(sale, "payment.slip_issued")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_copies_at_the_same_time_have_two_numbers(make_kind):
    sale = make_kind("sale")
    got, failed = tools.at_once(
        *[partial(issue_slip, sale, actor=ACTOR, copy=copy) for copy in ("cardholder", "merchant")]
    )
    assert failed == []
    assert sorted(issue.number for issue in got) == [1, 2]


@pytest.mark.parametrize("bad", [{"amount_minor": -1}, {"amount_minor": 0, "refunded_minor": 1}])
def test_no_slip_tells_of_an_amount_that_cannot_be(make_kind, bad):
    """The database holds none, whoever writes it."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make_kind("sale", **bad)


def test_a_payment_of_nothing_has_a_slip_that_says_so(make_kind):
    issue = issue_slip(make_kind("sale", amount_minor=0), actor=ACTOR)
    assert read(issue).startswith(b"%PDF-")
