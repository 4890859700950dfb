"""Drawn by one at a time, tried again, told once."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.gate import passes
from portal.outbox.models import Entry
from receipts.models import SlipDrawing, SlipIssue, SlipTrouble
from receipts.slip import drawing, pdf
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import issue_slip
from receipts.tasks import draw_slips
from tests import tools

ACTOR = Actor.consumer("payment:test")
WANTED = {"form": "80mm", "copy": "cardholder", "language": "zh-hans"}


@pytest.fixture
def sale(make_kind):
    return make_kind("sale")


@pytest.fixture
def no_drawing(monkeypatch):
    """Drawing fails until `.undo()`."""

    def fails(*args, **kwargs):
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(pdf, "slip_pdf", fails)
        yield context


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_time_one_draws(make_kind, monkeypatch):
    sale, draw, drawn = make_kind("sale"), pdf.slip_pdf, []
    monkeypatch.setattr(drawing, "LOOKS", 1200)  # a minute: a busy machine is no fault here
    monkeypatch.setattr(pdf, "slip_pdf", lambda *a, **k: drawn.append(1) or draw(*a, **k))
    got, failed = tools.at_once(*[lambda: issue_slip(sale, actor=ACTOR).pk] * 4)
    assert failed == []
    assert len(drawn) == 1
    assert len(got) == 4
    assert len(set(got)) == 1
    assert not SlipDrawing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_turns_that_end_while_others_begin_fail_nobody(make_kind, monkeypatch):
    sale = make_kind("sale")
    monkeypatch.setattr(drawing, "PAUSE", 0.001)

    def take_turns():
        for _ in range(40):
            with suppress(drawing.StillDrawn):  # the others were quicker, again and again
                drawing.give_back(drawing.take(sale, WANTED))

    _, failed = tools.at_once(*[take_turns] * 4)
    assert failed == []
    assert not SlipDrawing.objects.exists()


ISSUE = """
import django, sys
django.setup()
from portal.accounts.actor import Actor
from receipts.models import Payment
from receipts.slip import drawing
from receipts.slip.issue import issue_slip
drawing.LOOKS = 1200
sale = Payment.objects.get(pk=sys.argv[1])
print("asks", flush=True)
print(issue_slip(sale, actor=Actor.system("test")).pk, "receipts.slip.pdf" in sys.modules)
"""


@pytest.mark.django_db(transaction=True)
def test_of_two_processes_one_draws(make_kind, tmp_path, monkeypatch):
    """The other one asks while this one draws, and gets its issue without loading what draws."""
    sale, draw, drawn = make_kind("sale"), pdf.slip_pdf, []
    other = subprocess.Popen(
        [sys.executable, "-c", ISSUE, str(sale.pk)],
        cwd=tools.ROOT,
        env=os.environ
        | {
            "DATABASE_URL": tools.database_url(),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": str(tmp_path),  # the same files
        },
        stdout=subprocess.PIPE,
        text=True,
    )

    def while_the_other_asks(*args, **kwargs):
        assert other.stdout.readline() == "asks\n"
        drawn.append(1)
        return draw(*args, **kwargs)

    monkeypatch.setattr(pdf, "slip_pdf", while_the_other_asks)
    issue = issue_slip(sale, actor=ACTOR)
    said, _ = other.communicate(timeout=60)
    assert (other.returncode, said.split()) == (0, [str(issue.pk), "False"])
    assert drawn == [1]
    assert SlipIssue.objects.count() == 1


def test_who_waits_too_long_is_told_so_and_nobody_is_alarmed(sale, monkeypatch):
    monkeypatch.setattr(drawing, "LOOKS", 3)
    drawing.take(sale, WANTED)
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert not SlipTrouble.objects.exists()
    assert not SlipIssue.objects.exists()


def test_a_drawing_that_was_killed_ends_by_itself(sale, clock, monkeypatch):
    monkeypatch.setattr(drawing, "LOOKS", 1)
    drawing.take(sale, WANTED)  # and its process is gone
    assert draw_slips() == 0
    clock.shift(drawing.HELD)
    assert draw_slips() == 1
    assert SlipIssue.objects.get().channel == "ahead"
    assert not SlipDrawing.objects.exists()


def test_the_worker_makes_what_a_page_could_not_and_says_so(sale, clock, no_drawing):
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert draw_slips() == 0  # not due yet
    clock.shift(timedelta(seconds=20))
    assert draw_slips() == 0  # due, and fails again
    row = SlipDrawing.objects.get()
    assert (row.failures, row.holder) == (2, "")
    assert row.due_at == timezone.now() + timedelta(seconds=40)
    no_drawing.undo()
    clock.shift(timedelta(seconds=40))
    assert draw_slips() == 1
    assert Entry.objects.get(topic="slip_ready").payload == {"payment": str(sale.pk)}
    assert not SlipDrawing.objects.exists()


def test_the_worker_gives_up_and_a_page_still_tries(sale, clock, no_drawing):
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    for _ in range(drawing.ATTEMPTS):
        clock.shift(timedelta(hours=9))
        draw_slips()
    row = SlipDrawing.objects.get()
    assert (row.due_at, row.failures) == (None, drawing.ATTEMPTS)
    no_drawing.undo()
    assert issue_slip(sale, actor=ACTOR).number == 1


def test_operations_are_told_once_however_many_slips_fail(
    make_kind, make_member, clock, no_drawing
):
    clerk, people = make_member("support"), [make_member("operations") for _ in range(2)]
    people[1].user.language = "en"
    people[1].user.save()
    for number in range(3):
        with pytest.raises(SlipNotReady):
            issue_slip(make_kind("sale", voucher_no=f"00{number:04}"), actor=ACTOR)
    letters = {entry.recipient: entry for entry in Entry.objects.filter(kind="mail")}
    assert set(letters) == {member.user.email for member in people}
    assert clerk.user.email not in letters
    assert "MemoryError" in letters[people[0].user.email].payload["body"]
    assert "could not be made" in letters[people[1].user.email].payload["subject"]


def test_when_it_is_over_the_next_trouble_is_told_anew(sale, make_member, clock, no_drawing):
    make_member("operations")
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    no_drawing.undo()
    clock.shift(timedelta(hours=2))
    assert draw_slips() == 1
    assert not SlipTrouble.objects.exists()


def test_a_lost_file_is_told_too(sale, make_member, own_files):
    make_member("operations")
    first = issue_slip(sale, actor=ACTOR)
    (own_files / first.file.name).unlink()
    assert issue_slip(sale, actor=ACTOR).duplicate
    assert "文件不见了" in Entry.objects.get(kind="mail").payload["body"]


def test_the_page_that_refreshes_itself_ends_with_the_pdf(sale, client: Client, no_drawing):
    request = RequestFactory().get("/")
    passes.grant(request, "payment", str(sale.pk), timedelta(minutes=30))
    client.cookies[passes.cookie_name()] = request._new_pass
    path = f"/payment/{sale.pk}/slip.pdf"
    waiting = client.get(path)
    assert waiting.status_code == 503
    assert f'content="15;url={path}"' in waiting.content.decode()
    no_drawing.undo()
    assert client.get(path).content.startswith(b"%PDF")
    assert Entry.objects.filter(topic="slip_ready").count() == 1


def test_a_database_that_cannot_write_still_shows_the_slip_as_a_page(
    sale, client: Client, monkeypatch
):
    """SQLite on a full disk."""
    from django.db import OperationalError

    request = RequestFactory().get("/")
    passes.grant(request, "payment", str(sale.pk), timedelta(minutes=30))
    client.cookies[passes.cookie_name()] = request._new_pass

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(SlipDrawing.objects, "get_or_create", full)
    monkeypatch.setattr(SlipTrouble.objects, "get_or_create", full)
    response = client.get(f"/payment/{sale.pk}/slip.pdf")
    assert response.status_code == 503
    assert "386.50" in response.content.decode()
