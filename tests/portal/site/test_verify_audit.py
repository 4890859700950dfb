"""`manage.py verify_audit`: what it says of a whole trail and of one that is not; who is told."""

import io

import pytest
from django.core.management import CommandError, call_command

from portal.audit import keys
from portal.audit.models import Checkpoint, Event, Leaf
from portal.audit.note import TreeHead
from portal.outbox.models import Entry
from portal.site import tasks
from tests.audit import unguarded
from tests.portal.audit.log import write_history


@pytest.fixture
def history(db, settings, tmp_path) -> None:
    settings.AUDIT_MEMORY = str(tmp_path / "signed-last.json")
    write_history(20)


def run(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=said, stderr=io.StringIO())
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def tamper(number: int) -> Event:
    event = Event.objects.get(leaf__number=number)
    with unguarded():
        Event.objects.filter(pk=event.pk).update(actor="user:another")
    return event


def letters() -> list[Entry]:
    return list(Entry.objects.filter(topic="audit_alarm"))


def test_a_whole_trail(history):
    code, said = run()
    assert (code, "核验了 20 个事件" in said) == (0, True)
    event = Event.objects.latest("pk")
    assert (event.subject, event.type) == ("audit:log", "audit.verified")


def test_the_first_wrong_event_by_number_and_subject(history):
    event = tamper(7)
    tamper(11)
    code, said = run()
    assert code == 1
    assert said.startswith(f"第 7 号事件（{event.subject} 第 {event.sequence} 步）")
    assert "第 11 号事件" in said


def test_people_are_told_once_a_day(history, make_member):
    for role in ("operations", "auditor", "supervisor", "support"):
        make_member(role)
    tamper(7)
    run()
    run()
    assert len(letters()) == 3
    assert Event.objects.filter(type="audit.found_wrong").count() == 2


def test_the_nightly_one_looks_at_what_is_new(history):
    assert run()[0] == 0
    write_history(3, seed=2)
    assert "核验了 4 个事件" in run("--since-last")[1]
    tamper(2)
    tasks.verify_audit(since_last=True)
    assert not Event.objects.filter(type="audit.found_wrong").exists(), "it lies before"
    write_history(3, seed=3)
    tamper(Leaf.objects.latest("number").number)
    assert run("--since-last")[0] == 1
    assert "第 2 号事件" in run()[1]


def test_without_a_last_one_the_nightly_one_looks_at_all(history):
    tamper(0)
    assert run("--since-last")[0] == 1


def test_a_log_that_went_back_behind_the_last_look(history):
    """Yesterday's backup over today's log."""
    assert run()[0] == 0
    with unguarded():
        Checkpoint.objects.filter(size__gt=14).delete()
        Leaf.objects.filter(number__gte=14).delete()
    code, said = run("--since-last")
    assert code == 1
    assert "日志倒退了" in said


def test_a_copy_from_outside(history, tmp_path):
    path = tmp_path / "copy.txt"
    path.write_text(Checkpoint.objects.earliest("size").note.replace("\n", "\r\n"), newline="")
    assert run("--copy", str(path))[0] == 0
    mail = f"\ufeff您好：\n\n{Checkpoint.objects.earliest('size').note}\n-- \n谢谢\n"
    path.write_text(mail.replace("\n", " \r\n"), newline="")
    assert run("--copy", str(path))[0] == 0
    other = TreeHead(keys.origin(), 3, b"\x07" * 32).sign(keys.signers())
    path.write_text(f"您好：\n\n{other}\n谢谢\n")
    code, said = run("--copy", str(path))
    assert (code, "外面的检查点与事件不符" in said) == (1, True)
    path.write_text("您好")
    with pytest.raises(CommandError, match="NoteMalformed"):
        run("--copy", str(path))
    path.write_text(Checkpoint.objects.earliest("size").note)
    with pytest.raises(CommandError, match="从头"):
        run("--since-last", "--copy", str(path))
