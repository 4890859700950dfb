"""The merchants' morning mail: how many cases wait, once a day, with a checkpoint for outside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions, digest
from portal.audit.models import Checkpoint, OutsideCopy
from portal.outbox.models import Entry


@pytest.fixture
def morning(clock):
    """The next day at nine."""
    now = timezone.localtime() + timedelta(days=1)
    return now.replace(hour=9, minute=0)


def mails():
    return Entry.objects.filter(topic=digest.TOPIC).order_by("pk")


def test_it_counts_and_says_nothing_of_the_matter(case, open_case, support, new_key, morning):
    paused = open_case()
    actions.ask_consumer(paused, actor=support, body="请补照片。", submission_key=new_key())
    assert digest.send(morning) == 1
    body = mails().get().payload["body"]
    for line in ("等您办的案件：2", "其中在等客户补充：1", "昨天以来新来的：2", "/merchant/cases/"):
        assert line in body
    for secret in ("鲈鱼", "guest@example.org", case.number):
        assert secret not in body


def test_once_a_day_however_often_it_is_looked_at(case, morning):
    assert [digest.send(morning), digest.send(morning + timedelta(hours=1))] == [1, 0]
    assert digest.send(morning + timedelta(days=1)) == 1
    assert mails().count() == 2


def test_not_before_eight_and_not_without_work(case, support, close, morning):
    assert digest.send(morning.replace(hour=7)) == 0
    close(case, support)
    assert digest.send(morning) == 0


def test_it_is_written_in_the_language_of_who_reads_it(case, shop, morning):
    shop.manager.user.language = "en"
    shop.manager.user.save()
    digest.send(morning)
    assert "New since yesterday: 1" in mails().get().payload["body"]


def test_it_carries_the_newest_checkpoint_out_of_the_house(case, morning):
    checkpoint = Checkpoint.objects.create(
        size=1, root="0" * 64, note="origin\n1\nroot\n", at=morning
    )
    digest.send(morning)
    assert "origin\n1\nroot" in mails().get().payload["body"]
    copy = OutsideCopy.objects.get(way="digest")
    assert (copy.checkpoint, copy.reference) == (checkpoint, mails().get().effect_key)
