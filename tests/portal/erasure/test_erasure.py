"""One asks, another agrees; then it is gone everywhere, or locked, and the trail still verifies."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from disputes import actions, case_links
from disputes.models import Case, Draft, SavedView
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.audit import sequencer
from portal.audit.models import Event, Opening
from portal.erasure import replaying, requests, tasks
from portal.erasure.models import Ground, Item, LeftFile, Request
from portal.gate.models import Link, Pass
from portal.outbox.models import Entry
from portal.uploads import receiving
from portal.uploads.models import Upload
from portal.words.models import Gram
from tests.pages import text
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.django_db

ADDRESS, WORDS = "wang.fang@example.org", "我叫王芳，住江岸路八号。"


@pytest.fixture
def closed(open_case, support, consumer_of, clock) -> Case:
    """A case of Wang Fang's with words, a file, messages, a link; closed."""
    made = open_case(contact=ADDRESS, body=WORDS)
    customer = consumer_of(made)
    file = receiving.receive(
        SimpleUploadedFile("王芳.jpg", picture(), content_type="image/jpeg"),
        subject=made.subject,
        actor=customer,
    )
    actions.reply(
        made,
        actor=customer,
        body="电话 13912345678。",
        uploads=[file],
        submission_key=uuid.UUID(int=7),
    )
    actions.add_note(made, actor=support, body="王芳来过电话。", submission_key=uuid.UUID(int=8))
    case_links.issue(made)
    Draft.objects.create(browser_hash="b", answers={"contact": ADDRESS, "kind": "no_slip"})
    actions.withdraw(made, actor=customer)
    return Case.objects.get(pk=made.pk)


@pytest.fixture
def two(make_actor, support):
    """Who asks and who agrees."""
    return support, make_actor("supervisor")


def ask_and_agree(two, subject: str, ground: str) -> Item:
    asker, other = two
    made = requests.ask([subject], ground, "", actor=asker)
    requests.approve(made, actor=other)
    return Item.objects.get(request=made)


def everything() -> str:
    """Every value of every table as text, the outbox's news and sessions too."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a name from the database
            told += [str(row) for row in cursor.fetchall()]
    return "\n".join(told)


PERSON = ("王芳", "wang.fang", "13912345678", "江岸路")


def test_what_was_collected_wrongly_is_gone_everywhere(closed, two, own_files):
    name = Upload.objects.get().file.name
    assert all(word in everything() for word in PERSON)
    assert Gram.objects.filter(kind__startswith="case", ref=closed.pk).exists()
    item = ask_and_agree(two, closed.subject, Ground.UNLAWFUL)
    tasks.remove_files()
    left = everything()
    assert [word for word in PERSON if word in left] == []
    assert not Opening.objects.filter(event__subject=closed.subject).exists()
    assert not default_storage.exists(name)
    assert (LeftFile.objects.count(), Upload.objects.count(), Draft.objects.count()) == (0, 0, 0)
    assert not Link.objects.filter(subject=closed.number).exists()
    assert not Pass.objects.filter(subject=closed.number).exists()
    assert not Entry.objects.filter(recipient=ADDRESS).exists()
    assert not Gram.objects.filter(kind__startswith="case", ref=closed.pk).exists()
    assert item.state == Item.State.ERASED
    assert item.removed["messages"] == 3
    closed.refresh_from_db()
    assert (closed.contact, closed.last_word) == ("", "")
    assert closed.erased_at is not None


def test_the_trail_says_what_went_on_what_ground_and_still_verifies(closed, two, tmp_path):
    sequencer.sequence() if not connection.in_atomic_block else None
    ask_and_agree(two, closed.subject, Ground.UNLAWFUL)
    told = json.loads(Event.objects.get(type="data.erased").text)
    assert (told["subject"], told["reason"]) == (closed.subject, "unlawful")
    assert told["after"]["files"] == 1
    assert told["after"]["openings"] >= 4
    asked = Event.objects.filter(type__startswith="erasure.").order_by("pk")
    assert [event.type for event in asked] == ["erasure.asked", "erasure.approved"]
    assert len({event.actor for event in asked}) == 2


def test_what_the_law_keeps_is_locked_and_used_for_nothing(
    closed, two, client, sign_in, run_outbox, consumer_of
):
    item = ask_and_agree(two, closed.subject, Ground.CONSENT)
    assert item.state == Item.State.LOCKED
    assert item.until == closed.closed_at + timedelta(days=1827)
    closed.refresh_from_db()
    assert closed.contact == ADDRESS, "stored"
    for actor in two:
        assert not Case.objects.visible_to(actor).exists()
    sign_in("support")
    page = client.get(f"/desk/cases/{closed.number}/")
    assert "封存" in text(page)
    assert "2031-11-24" in text(page)
    assert not any(word in page.content.decode() for word in PERSON)
    assert client.get(f"/desk/cases/{closed.number}/trail/").status_code == 404
    assert "没有找到" in text(client.get(f"/desk/?q={closed.number}"))
    with pytest.raises(actions.Refused):
        actions.continue_case(
            closed, actor=consumer_of(closed), body="x", submission_key=closed.public_id
        )
    run_outbox()
    assert not Entry.objects.filter(recipient=ADDRESS).exists()
    assert not Link.objects.filter(subject=closed.number).exists()


def test_what_is_locked_goes_by_itself_when_its_period_ends(closed, two, clock):
    item = ask_and_agree(two, closed.subject, Ground.CONSENT)
    tasks.enforce()
    assert Case.objects.get().locked_at
    clock.shift(timedelta(days=1828))
    tasks.enforce()
    assert not any(word in everything() for word in PERSON)
    item.refresh_from_db()
    assert item.state == Item.State.ERASED
    assert json.loads(Event.objects.get(type="data.erased").text)["reason"] == "period"


def test_nobody_agrees_with_oneself(closed, make_actor):
    alone = make_actor("supervisor")
    made = requests.ask([closed.subject], Ground.UNLAWFUL, "", actor=alone)
    with pytest.raises(NotAllowed):
        requests.approve(made, actor=alone)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=made.pk).update(
            state="approved", decided_by=alone.user, decided_at=timezone.now()
        )
    second = make_actor("supervisor")  # another account of the same human being
    second.user.person = alone.user.person
    second.user.save(update_fields=["person"])
    with pytest.raises(NotAllowed):
        requests.approve(made, actor=second)
    closed.refresh_from_db()
    assert closed.erased_at is None


@pytest.mark.parametrize("role", ["operations", "auditor", "clerk", "manager", "administrator"])
def test_others_neither_ask_nor_agree(closed, two, make_actor, role):
    with pytest.raises(NotAllowed):
        requests.ask([closed.subject], Ground.UNLAWFUL, "", actor=make_actor(role))
    made = requests.ask([closed.subject], Ground.UNLAWFUL, "", actor=two[0])
    with pytest.raises(NotAllowed):
        requests.approve(made, actor=make_actor(role))


def test_an_open_case_must_be_closed_first(case, two):
    with pytest.raises(Invalid):
        requests.ask([case.subject], Ground.UNLAWFUL, "", actor=two[0])


def test_a_refusal_leaves_everything(closed, two):
    made = requests.ask([closed.subject], Ground.UNLAWFUL, "", actor=two[0])
    with pytest.raises(Invalid):
        requests.ask([closed.subject], Ground.UNLAWFUL, "", actor=two[1])  # one at a time
    requests.refuse(made, "不是本人提出的", actor=two[1])
    assert all(word in everything() for word in PERSON)
    assert Item.objects.get().state == Item.State.LEFT


def test_what_a_restore_brings_back_is_erased_again(closed, two, monkeypatch):
    """As a backup of an hour ago laid over the database: rows are as they were, the list is not."""
    with transaction.atomic():
        ask_and_agree(two, closed.subject, Ground.UNLAWFUL)
        transaction.set_rollback(True)
    assert all(word in everything() for word in PERSON), "restored"
    assert [line.subject for line in replaying.undone()] == [closed.subject]
    call_command("replay_erasures", "--dry-run")
    assert all(word in everything() for word in PERSON)
    call_command("replay_erasures")
    assert not any(word in everything() for word in PERSON)
    assert replaying.undone() == []
    assert Item.objects.get().ground == Ground.UNLAWFUL


def test_a_lock_is_replayed_as_a_lock(closed, two):
    with transaction.atomic():
        ask_and_agree(two, closed.subject, Ground.CONSENT)
        transaction.set_rollback(True)
    tasks.enforce()
    closed.refresh_from_db()
    assert closed.locked_until == closed.closed_at + timedelta(days=1827)
    assert closed.erased_at is None


def test_without_its_line_in_the_list_nothing_is_erased(closed, two, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ERASURE_LIST = str(tmp_path / "file" / "list")  # no folder: nothing can be written
    with pytest.raises(FileExistsError), transaction.atomic():
        ask_and_agree(two, closed.subject, Ground.UNLAWFUL)
    closed.refresh_from_db()
    assert closed.contact == ADDRESS


def test_a_broken_list_is_told_by_its_line(settings, tmp_path):
    path = tmp_path / "erased.jsonl"
    path.write_text('{"subject": "case:1"}\n')
    with pytest.raises(replaying.Unreadable, match=":1:"):
        replaying.undone(path)


def test_somebody_who_left_loses_name_and_address(make_member, two, clock):
    member = make_member("support", name="林欣")
    subject = f"account:{member.user.public_id}"
    with pytest.raises(Invalid):
        requests.ask([subject], Ground.UNLAWFUL, "", actor=two[0])
    actor = Actor.member(member)
    actions.keep_view(actor=actor, name="欧阳雪", query="q=%E6%AC%A7%E9%98%B3")
    member.is_active, member.ended_at = False, timezone.now()
    member.save()
    ask_and_agree(two, subject, Ground.UNLAWFUL)
    member.user.refresh_from_db()
    assert "欧阳雪" not in everything()
    assert not SavedView.objects.exists()
    assert (member.user.name, member.user.email, member.user.is_active) == ("", "", False)
    assert "林欣" not in everything()


def test_whoever_is_locked_is_named_on_no_page(make_member, two, client, sign_in):
    member = make_member("support", name="林欣")
    subject = f"account:{member.user.public_id}"
    member.is_active, member.ended_at = False, timezone.now()
    member.save()
    made = requests.ask([subject], Ground.STOPPED, "", actor=two[0])
    sign_in("supervisor")
    assert "林欣" in text(client.get(f"/desk/audit/privacy/{made.public_id}/"))  # whom it is about
    requests.approve(made, actor=two[1])
    for page in ("", f"{made.public_id}/"):
        told = text(client.get(f"/desk/audit/privacy/{page}"))
        assert "林欣" not in told
        assert f"账号 {str(member.user.public_id)[:8]}" in told
