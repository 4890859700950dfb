"""A slip by mail: asked for by the customer, sent once, and the address forgotten."""

import json
import re
import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail as mailbox
from django.test import Client, RequestFactory

from portal.accounts.actor import Actor
from portal.audit.models import Event, Opening
from portal.gate import passes
from portal.gate.tokens import keyed_hash
from portal.outbox import delivery
from portal.outbox.models import Entry
from receipts.models import SlipIssue, SlipMail
from receipts.slip import by_mail, pdf
from receipts.slip.issue import issue_slip, read
from receipts.tasks import forget_mails
from tests import pages, tools

ADDRESS = "guest@example.org"


@pytest.fixture
def customer(client, payment, clock) -> Client:
    """A browser that found the payment."""
    request = RequestFactory().get("/")
    passes.grant(request, "payment", str(payment.pk), timedelta(hours=30))
    client.cookies[passes.cookie_name()] = request._new_pass
    return client


def page_of(payment) -> str:
    return f"/payment/{payment.pk}/mail/"


def form(customer, payment, address=ADDRESS) -> dict:
    return pages.hidden(customer.get(page_of(payment)).text) | {"address": address}


@pytest.fixture
def ask(customer, payment):
    return lambda address=ADDRESS: customer.post(
        page_of(payment), form(customer, payment, address), follow=True
    )


def test_the_payments_page_leads_there(customer, payment):
    assert f'href="{page_of(payment)}"' in customer.get(f"/payment/{payment.pk}/").text


def test_the_slip_goes_as_it_was_issued(ask, payment, run_outbox):
    first = issue_slip(payment, actor=Actor.system("test"))
    answer = ask()
    assert answer.redirect_chain == [(f"{page_of(payment)}sent/", 302)]
    pages.assert_kept_rules(answer)
    run_outbox()
    (letter,) = mailbox.outbox
    (attached,) = letter.attachments
    assert letter.to == [ADDRESS]
    assert attached.content == read(first)
    assert attached.filename == "小票-小雨文具店-2026-11-23.pdf"
    assert attached.mimetype == "application/pdf"
    assert payment.slip_issues.count() == 1


def test_it_is_issued_when_it_goes_where_it_was_not_yet(ask, payment, run_outbox):
    ask()
    assert not SlipIssue.objects.exists()
    run_outbox()
    assert payment.slip_issues.get().channel == "mail"
    assert Entry.objects.filter(topic="slip_given").count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_text_says_nothing_of_the_payment(ask, customer, payment, run_outbox, language):
    customer.cookies["language"] = language
    ask()
    (entry,) = Entry.objects.filter(kind="mail")
    written = entry.payload["subject"] + entry.payload["body"]
    for secret in ("386", "7712", "小雨", "14:05", "11-23", payment.rrn, ADDRESS):
        assert secret not in written
    assert bool(re.search("[\u4e00-\u9fff]", written)) == (language == "zh-hans")
    assert (entry.language, "PDF" in written) == (language, True)


def test_the_outbox_keeps_neither_the_slip_nor_the_address(ask, run_outbox):
    ask()
    (entry,) = Entry.objects.filter(kind="mail")
    assert len(json.dumps(entry.payload)) < 1000
    run_outbox()
    entry.refresh_from_db()
    assert (entry.state, entry.recipient, entry.payload) == ("done", "", {})
    assert ADDRESS not in str(list(SlipMail.objects.values()))


def test_an_address_that_fails_for_good_is_forgotten_too(ask, monkeypatch):
    ask()
    (entry,) = Entry.objects.filter(kind="mail")

    def refused(entry):
        raise OSError

    monkeypatch.setitem(delivery.SENDERS, "mail", refused)
    Entry.objects.filter(pk=entry.pk).update(attempts=delivery.ATTEMPTS - 1)
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.recipient) == ("dead", "")
    assert delivery.revive(Entry.objects.all()) == 0


def test_the_trail_can_prove_the_address_and_nobody_can_read_it(ask, payment):
    ask()
    event = Event.objects.get(type="payment.slip_mail_asked")
    assert ADDRESS not in event.text
    assert keyed_hash("slip_mail", ADDRESS) in event.text
    assert event.actor == f"consumer:payment:{payment.pk}"
    assert not Opening.objects.filter(event=event).exists()


def test_the_same_form_twice_is_one_mail(customer, payment):
    filled = form(customer, payment)
    for _ in range(2):
        assert customer.post(page_of(payment), filled).status_code == 302
    assert Entry.objects.filter(kind="mail").count() == 1


def test_while_it_cannot_be_made_the_mail_waits(ask, run_outbox, monkeypatch, clock):
    ask()

    def fails(*args, **kwargs):
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(pdf, "slip_pdf", fails)
        run_outbox()
    assert mailbox.outbox == []
    assert Entry.objects.get(kind="mail").state == "pending"
    clock.shift(timedelta(minutes=1))
    run_outbox()
    assert len(mailbox.outbox) == 1


def test_five_a_day_for_a_payment_whatever_the_address(ask, clock):
    for number in range(5):
        assert ask(f"guest{number}@example.org").redirect_chain
    answer = ask("guest9@example.org")
    assert "今天发得太多了" in answer.text
    assert Entry.objects.filter(kind="mail").count() == 5
    clock.shift(timedelta(hours=24, seconds=1))
    assert ask("guest9@example.org").redirect_chain


def test_five_a_day_for_an_address_whatever_the_payment(ask, make_payment):
    for _ in range(5):
        by_mail.send(
            make_payment(), "Guest@example.org", request_key=uuid.uuid4(), actor=Actor.system("t")
        )
    assert "今天发得太多了" in ask().text


def test_so_many_an_hour_for_everybody(ask, make_payment, settings):
    settings.SLIP_MAILS_PER_HOUR = 3
    for number in range(3):
        by_mail.send(
            make_payment(),
            f"guest{number}@example.org",
            request_key=uuid.uuid4(),
            actor=Actor.system("t"),
        )
    assert "今天发得太多了" in ask().text


def test_what_no_limit_counts_is_forgotten(ask, clock):
    ask()
    assert forget_mails() == 0
    clock.shift(timedelta(days=1, seconds=1))
    assert forget_mails() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写邮箱地址"),
        ("not-an-address", "这不像一个邮箱地址"),
        ("a@b", "这不像一个邮箱地址"),
        ("a@example.org\r\nBcc: b@example.org", "这不像一个邮箱地址"),
        ("a@example.org, b@example.org", "这不像一个邮箱地址"),
        ("x" * 250 + "@example.org", "这不像一个邮箱地址"),
    ],
)
def test_what_is_no_address_is_an_error_at_the_field(ask, typed, words):
    answer = ask(typed)
    assert answer.status_code == 200
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not Entry.objects.filter(kind="mail").exists()


def test_a_card_number_is_not_shown_again(ask):
    number = "62284" + "8" * 12
    luhn = next(d for d in "0123456789" if _luhn(number + d))
    answer = ask(number + luhn)
    assert number not in answer.text
    assert not Entry.objects.filter(kind="mail").exists()


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def test_full_width_is_read(ask):
    ask("ｇｕｅｓｔ＠Ｅｘａｍｐｌｅ．ｏｒｇ")
    assert Entry.objects.get(kind="mail").recipient == ADDRESS


def test_a_form_without_its_key_sends_nothing(customer, payment):
    assert customer.post(page_of(payment), {"address": ADDRESS}).status_code == 200
    assert not Entry.objects.filter(kind="mail").exists()


def test_another_browser_gets_nothing(payment, clock):
    for path in (page_of(payment), f"{page_of(payment)}sent/"):
        assert Client().get(path).status_code == 404
    answer = Client().post(page_of(payment), {"address": ADDRESS, "key": str(uuid.uuid4())})
    assert answer.status_code == 404
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_mail(make_payment):
    payment, key = make_payment(), uuid.uuid4()
    click = partial(by_mail.send, payment, ADDRESS, request_key=key, actor=Actor.system("t"))
    _, failed = tools.at_once(*[click] * 3)
    assert failed == []
    assert Entry.objects.filter(kind="mail").count() == SlipMail.objects.count() == 1
