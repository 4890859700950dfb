"""Operations and supervisors hear of attack mode once, and of its end."""

import pytest
from django.core import mail

from portal.gate import posture, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_an_attack_is_told_once_and_so_is_its_end(make_member, run_outbox, pass_time):
    told = [make_member(role).user.email for role in ("operations", "supervisor")]
    make_member("support")
    posture.too_many()
    posture.too_many()
    run_outbox()
    assert sorted(to for letter in mail.outbox for to in letter.to) == sorted(told)
    assert "防护模式" in mail.outbox[0].subject
    assert "2026-11-23 15:40" in mail.outbox[0].body
    mail.outbox.clear()
    pass_time(minutes=31)
    tasks.look_again()
    run_outbox()
    assert [letter.subject for letter in mail.outbox] == ["查询小票的防护模式结束了"] * 2


def test_it_is_told_in_the_readers_language(make_member, run_outbox):
    user = make_member("operations").user
    user.language = "en"
    user.save()
    posture.too_many()
    run_outbox()
    assert mail.outbox[0].subject == "The look-up is in attack mode"
