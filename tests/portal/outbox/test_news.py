"""News between floors: every subscriber at least once, each effect once under its key."""

from collections import defaultdict

import pytest
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox import delivery, news, post, tasks
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_subscribers(monkeypatch):
    monkeypatch.setattr(news, "_subscribers", defaultdict(list))


@pytest.fixture
def tell():
    def do(key: str = "payment:1:settled", **facts) -> Entry:
        with transaction.atomic():
            post.news(key, topic="payment_changed", **(facts or {"payment": "1"}))
        return Entry.objects.get(effect_key=key)

    return do


def note(effect_key, payment):
    """An effect that is idempotent under the key, as every subscriber's must be."""
    with transaction.atomic():
        if not Event.objects.filter(subject=f"effect:{effect_key}").exists():
            audit.record(f"effect:{effect_key}", "noted", actor=Actor.system("test"))


def make_due():
    Entry.objects.update(due_at=Entry.objects.first().created_at)


def test_it_reaches_every_subscriber_with_its_facts(tell):
    heard = []
    news.subscribe("payment_changed", lambda key, **facts: heard.append((1, key, facts)))
    news.subscribe("payment_changed", lambda key, **facts: heard.append((2, key, facts)))
    news.subscribe("slip_lost", lambda key, **facts: heard.append((3, key, facts)))
    delivery.deliver(tell().pk)
    assert heard == [
        (1, "payment:1:settled", {"payment": "1"}),
        (2, "payment:1:settled", {"payment": "1"}),
    ]


def test_a_subscriber_is_subscribed_once(tell):
    for _ in range(2):
        news.subscribe("payment_changed", note)
    assert news._subscribers["payment_changed"] == [note]


def test_one_that_fails_is_called_again_and_the_others_effect_stays_one(tell):
    tries = []

    def fails_once(effect_key, **facts):
        tries.append(effect_key)
        if len(tries) == 1:
            raise ValueError

    news.subscribe("payment_changed", fails_once)
    news.subscribe("payment_changed", note)
    entry = tell()
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.error) == ("pending", "ValueError")
    assert Event.objects.count() == 1, "the other floor has heard though one failed"
    make_due()
    assert tasks.sweep() == 1
    assert len(tries) == 2
    assert Event.objects.count() == 1
    entry.refresh_from_db()
    assert entry.state == "done"


def test_a_failed_effect_leaves_nothing_half_done(tell):
    def half(effect_key, payment):
        audit.record("effect:half", "noted", actor=Actor.system("test"))
        raise ValueError

    news.subscribe("payment_changed", half)
    delivery.deliver(tell().pk)
    assert not Event.objects.exists()


def test_facts_stay_after_it_was_handed_out(tell):
    entry = tell()
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.payload) == ("done", {"payment": "1"})
