"""Short messages leave by a gateway that is told a key for repeats."""

import pytest
from django.db import transaction

from portal.outbox import delivery, post
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


class Gateway:
    """A gateway as an institution would write one; it fails as often as it is told to."""

    sent: list = []
    failures = 0

    def send(self, number, body, *, idempotency_key):
        if Gateway.failures:
            Gateway.failures -= 1
            raise TimeoutError
        Gateway.sent.append((number, body, idempotency_key))


@pytest.fixture
def gateway(settings):
    settings.SMS_GATEWAY = f"{__name__}.Gateway"
    Gateway.sent, Gateway.failures = [], 0
    return Gateway


@pytest.fixture
def entry():
    with transaction.atomic():
        post.sms("code:1", to="13800000000", topic="code", body="验证码 123456")
    return Entry.objects.get()


def test_it_is_sent_under_its_key(gateway, entry):
    delivery.deliver(entry.pk)
    assert gateway.sent == [("13800000000", "验证码 123456", "code:1")]


def test_a_gateway_that_fails_is_tried_again_under_the_same_key(gateway, entry):
    gateway.failures = 1
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.error, gateway.sent) == ("pending", "TimeoutError", [])
    Entry.objects.update(due_at=entry.created_at)
    delivery.deliver(entry.pk)
    assert gateway.sent == [("13800000000", "验证码 123456", "code:1")]


def test_a_used_code_does_not_stay_in_the_table(gateway, entry):
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert "123456" not in str(entry.payload)


def test_the_console_shows_it_by_default(entry, capsys):
    delivery.deliver(entry.pk)
    assert "验证码 123456" in capsys.readouterr().out
