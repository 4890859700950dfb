"""Mail by a real server: up, down, refusing, slow."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.outbox import delivery, tasks
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def state(entry: Entry) -> str:
    return Entry.objects.get(pk=entry.pk).state


def test_it_arrives_as_it_was_written(mail_server, write_letter):
    entry = write_letter()
    delivery.deliver(entry.pk)
    (letter,) = mail_server.box.letters
    assert letter["Subject"] == "小票·案件"
    assert letter["To"] == "someone@example.org"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "zh-hans"
    assert letter.get_content().strip() == "您的案件已收到。"
    assert state(entry) == "done"


def test_its_message_id_is_one_that_the_standard_allows(mail_server, write_letter):
    delivery.deliver(write_letter("case:2611-0472:回复/1").pk)
    assert mail_server.box.letters[0]["Message-ID"] == "<case.2611-0472.1@127.0.0.1>"


def test_a_server_that_is_down_leaves_it_waiting(mail_server_down, write_letter):
    entry = write_letter()
    before = timezone.now()
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.attempts, entry.error) == ("pending", 1, "ConnectionRefusedError")
    assert timedelta(seconds=20) < entry.due_at - before < timedelta(seconds=45)


def test_each_pause_is_longer_until_eight_hours():
    for attempt, seconds in [(1, 30), (2, 60), (5, 480), (12, 28_800)]:
        for _ in range(20):
            pause = delivery.pause_after(attempt).total_seconds()
            assert 0.79 * seconds < pause < 1.21 * seconds


def test_it_is_not_tried_before_its_pause_is_over(
    mail_server, smtp_at, write_letter, mail_server_down
):
    entry = write_letter()
    delivery.deliver(entry.pk)
    smtp_at(mail_server.port)
    assert tasks.sweep() == 0
    assert mail_server.box.letters == []


def test_it_goes_out_later_once_under_the_same_message_id(
    mail_server, smtp_at, write_letter, mail_server_down, make_due
):
    entry = write_letter()
    for _ in range(3):
        delivery.deliver(entry.pk)
        make_due()
    smtp_at(mail_server.port)
    assert tasks.sweep() == 1
    make_due()
    assert tasks.sweep() == 0
    delivery.deliver(entry.pk)
    (letter,) = mail_server.box.letters
    assert letter["Message-ID"] == delivery.message_id("case:1:opened")
    entry.refresh_from_db()
    assert (entry.state, entry.attempts, entry.error) == ("done", 4, "")


def test_a_mail_that_was_taken_in_a_killed_worker_says_that_it_is_the_same(
    mail_server, write_letter, make_due
):
    """Between the server's 250 and our mark lies a gap: the receiver gets it twice, marked."""
    entry = write_letter()
    delivery.deliver(entry.pk)
    Entry.objects.filter(pk=entry.pk).update(
        state="pending", payload={"subject": "小票·案件", "body": "您的案件已收到。"}
    )
    make_due()
    tasks.sweep()
    first, second = mail_server.box.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_two_workers_do_not_send_it_twice(mail_server, write_letter):
    entry = write_letter()
    assert delivery.take(entry.pk).pk == entry.pk
    assert delivery.take(entry.pk) is None
    delivery.deliver(entry.pk)
    assert mail_server.box.letters == []


def test_it_is_given_up_after_twelve_tries(mail_server_down, write_letter, make_due):
    entry = write_letter()
    for _ in range(delivery.ATTEMPTS):
        assert state(entry) == "pending"
        delivery.deliver(entry.pk)
        make_due()
    assert state(entry) == "dead"
    assert tasks.sweep() == 0


def test_twelve_tries_last_about_two_days():
    """So that a mail server may be down over a weekend's night."""
    total = sum((delivery.pause_after(n) for n in range(1, delivery.ATTEMPTS)), start=timedelta())
    assert timedelta(hours=12) < total < timedelta(days=3)


def test_an_address_that_does_not_exist_is_given_up_at_once(mail_server, write_letter):
    mail_server.box.refuse = "550 5.1.1 no such mailbox"
    entry = write_letter()
    delivery.deliver(entry.pk)
    assert state(entry) == "dead"


def test_a_mailbox_that_is_full_is_tried_again(mail_server, write_letter):
    mail_server.box.refuse = "452 4.2.2 mailbox full"
    entry = write_letter()
    delivery.deliver(entry.pk)
    assert state(entry) == "pending"


def test_what_was_given_up_can_be_tried_again(mail_server, write_letter):
    mail_server.box.refuse = "550 5.1.1 no such mailbox"
    entry = write_letter()
    delivery.deliver(entry.pk)
    mail_server.box.refuse = ""
    assert delivery.revive(Entry.objects.all()) == 1
    assert tasks.sweep() == 1
    assert len(mail_server.box.letters) == 1


def test_private_links_are_forgotten_once_they_are_out(mail_server, write_letter):
    entry = write_letter(body="https://example.org/link/abc/")
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert entry.payload == {}


def test_a_failed_one_keeps_its_words(mail_server_down, write_letter):
    entry = write_letter()
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert entry.payload["body"] == "您的案件已收到。"


def test_a_line_break_in_the_subject_adds_no_header(mail_server, write_letter):
    entry = write_letter()
    Entry.objects.filter(pk=entry.pk).update(
        payload={"subject": "小票\nBcc: other@example.org", "body": "您好"}
    )
    delivery.deliver(entry.pk)
    assert mail_server.box.letters == []
    assert state(entry) == "pending"


def test_a_sweep_ends_though_much_is_waiting(mail_server, write_letter):
    for number in range(5):
        write_letter(f"case:{number}:opened")
    assert tasks.sweep(seconds=-1) == 0
    assert tasks.sweep(limit=3) == 3
    assert tasks.sweep() == 2


def test_the_oldest_goes_first(mail_server, write_letter):
    with time_machine.travel(timezone.now() - timedelta(minutes=2)):
        write_letter("old")
    write_letter("new")
    tasks.sweep(limit=1)
    assert Entry.objects.get(effect_key="old").state == "done"
    assert Entry.objects.get(effect_key="new").state == "pending"
