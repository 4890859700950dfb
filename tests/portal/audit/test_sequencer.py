"""The sequencer: every committed event gets one leaf, in an order that stays, under a signature."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import keys, memory, sequencer, store, tasks
from portal.audit.models import Checkpoint, CheckpointKey, Event, Leaf, Pending, Subtree
from portal.audit.note import open_checkpoint
from portal.audit.tree import (
    Node,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests import tools
from tests.audit import unguarded


def write(actor, count: int = 1, subject: str = "case:1") -> None:
    with transaction.atomic():
        for _ in range(count):
            audit.record(subject, "case.replied", actor=actor)


def tree_is_sound() -> bool:
    """Leaves in order and right, every complete subtree stored, every checkpoint that of its size:
    computed from the texts alone."""
    assert not Pending.objects.exists()
    leaves = list(Leaf.objects.order_by("number").select_related("event"))
    assert [leaf.number for leaf in leaves] == list(range(len(leaves)))
    assert {leaf.event_id for leaf in leaves} == set(Event.objects.values_list("pk", flat=True))
    level, row = 0, [leaf_hash(leaf.event.text.encode()) for leaf in leaves]
    assert [bytes(leaf.hash) for leaf in leaves] == row
    while len(row) > 1:
        level += 1
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        stored = Subtree.objects.filter(level=level).order_by("index")
        assert [bytes(each.hash) for each in stored] == row
    for checkpoint in Checkpoint.objects.all():
        head = open_checkpoint(checkpoint.note, keys.verifiers(), origin=keys.origin())
        assert (head.size, head.root.hex()) == (checkpoint.size, checkpoint.root)
        assert root(checkpoint.size, store.read).hex() == checkpoint.root
    last = Checkpoint.objects.order_by("-size").first()
    return last is not None and last.size == len(leaves)


@pytest.mark.django_db
class TestATurn:
    def test_every_event_gets_its_leaf_and_the_tree_is_signed(self, actor):
        for size in (1, 2, 5, 8):
            write(actor, size)
            assert sequencer.sequence() == size
            assert tree_is_sound()
        assert list(Checkpoint.objects.values_list("size", flat=True).order_by("size")) == [
            *(1, 3, 8, 16)
        ]

    def test_without_news_nothing_is_signed(self, actor):
        write(actor)
        sequencer.sequence()
        assert sequencer.sequence() == 0
        assert Checkpoint.objects.count() == 1

    def test_a_long_queue_is_done_in_batches(self, actor, monkeypatch):
        monkeypatch.setattr(sequencer, "BATCH", 3)
        write(actor, 7)
        assert sequencer.sequence() == 7
        assert tree_is_sound()
        assert Checkpoint.objects.count() == 3

    def test_it_proves_any_event_and_any_two_checkpoints(self, actor):
        for _ in range(4):
            write(actor, 3)
            sequencer.sequence()
        heads = {c.size: bytes.fromhex(c.root) for c in Checkpoint.objects.all()}
        for leaf in Leaf.objects.all():
            proof = inclusion_proof(leaf.number, 12, store.read)
            verify_inclusion(bytes(leaf.hash), leaf.number, 12, proof, heads[12])
        for old, old_root in heads.items():
            for new, new_root in heads.items():
                if old <= new:
                    proof = consistency_proof(old, new, store.read)
                    verify_consistency(old, new, old_root, new_root, proof)

    def test_root_and_proofs_read_few_rows(self, actor, django_assert_max_num_queries):
        write(actor, 100)
        sequencer.sequence()
        with django_assert_max_num_queries(2):
            inclusion_proof(63, 100, store.read)
        with django_assert_max_num_queries(2):
            consistency_proof(63, 100, store.read)

    def test_the_order_is_that_of_writing_whatever_the_clock_says(self, actor):
        now = timezone.now()
        for hours in (0, -5, 3, -100_000):  # back again, and to 2015
            with transaction.atomic():
                at = now + timedelta(hours=hours)
                audit.record("case:1", "case.replied", actor=actor, at=at)
        sequencer.sequence()
        order = Leaf.objects.order_by("number").values_list("event__sequence", flat=True)
        assert list(order) == [1, 2, 3, 4]
        assert tree_is_sound()


@pytest.mark.django_db
class TestKeys:
    def test_an_installation_makes_its_own_once(self, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        first = keys.signers()[0].verifier
        assert keys.signers()[0].verifier == first
        assert (tmp_path / "audit" / "own.pem").stat().st_mode & 0o077 == 0

    def test_a_new_key_signs_beside_the_old_one_then_alone(self, actor, settings, tmp_path):
        old, new = own_key(settings, tmp_path / "a"), own_key(settings, tmp_path / "b")
        for given in ([old], [new, old], [new]):
            settings.AUDIT_KEYS = given
            write(actor)
            sequencer.sequence()
        assert tree_is_sound(), "those of the old key verify for good"
        first, both, last = Checkpoint.objects.order_by("size")
        settings.AUDIT_KEYS = [old]
        theirs = [keys.signers()[0].verifier]
        assert open_checkpoint(first.note, theirs).size == 1
        assert open_checkpoint(both.note, theirs).size == 2
        with pytest.raises(Exception, match=r"key"):
            open_checkpoint(last.note, theirs)
        assert CheckpointKey.objects.count() == 2

    def test_without_a_key_events_wait(self, actor, settings, tmp_path):
        settings.AUDIT_KEYS = [str(tmp_path / "nowhere.pem")]
        write(actor)
        with pytest.raises(keys.KeyUnusable, match="cannot be read"):
            sequencer.sequence()
        assert Pending.objects.count() == 1
        assert not Leaf.objects.exists()

    @pytest.mark.parametrize("name", ["with space", "a+b", "a\nb"])
    def test_an_origin_that_no_note_can_bear_is_refused(self, settings, name):
        settings.AUDIT_ORIGIN = name
        with pytest.raises(keys.KeyUnusable, match="AUDIT_ORIGIN"):
            keys.origin()


def own_key(settings, folder: Path) -> str:
    settings.VAR_DIR = folder
    return str(keys.own_file())


@pytest.mark.django_db
class TestGoingBack:
    def test_a_tree_that_was_cut_is_not_signed(self, actor):
        write(actor, 5)
        sequencer.sequence()
        with unguarded():
            Leaf.objects.filter(number=4).delete()
            Checkpoint.objects.all().delete()
        write(actor)
        with pytest.raises(memory.WentBack, match=r"5 leaves.*has 4 leaves"):
            sequencer.sequence()

    def test_a_tree_that_was_rewritten_is_not_signed(self, actor):
        write(actor, 5)
        sequencer.sequence()
        with unguarded():
            Leaf.objects.filter(number=4).update(hash=b"\1" * 32)
        write(actor)
        with pytest.raises(memory.WentBack, match="begin otherwise"):
            sequencer.sequence()

    def test_a_database_begun_anew_is_another_log(self, actor):
        write(actor, 5)
        sequencer.sequence()
        kept = json.loads(Path(memory.settings.AUDIT_MEMORY).read_text())
        assert kept["size"] == 5
        with unguarded():
            for model in (Checkpoint, Subtree, Leaf, Pending, Event):
                model.objects.all().delete()
        write(actor, 1, "case:2")
        assert sequencer.sequence() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("lost", ["key", "leaf"])
def test_that_nothing_is_signed_is_told_once_a_day(
    actor, settings, tmp_path, make_member, run_outbox, clock, lost
):
    make_member("operations")
    auditor = make_member("auditor").user
    write(actor, 2)
    tasks.sequence()
    with unguarded():
        if lost == "key":
            settings.AUDIT_KEYS = [str(tmp_path / "nowhere.pem")]
        else:
            Checkpoint.objects.all().delete()
            Leaf.objects.filter(number=1).delete()
    write(actor)
    for _ in range(2):
        tasks.sequence()
    run_outbox()
    letters = mail.outbox
    assert len(letters) == 2
    assert auditor.email in [to for letter in letters for to in letter.to]
    assert Pending.objects.count() >= 1


@pytest.mark.django_db(transaction=True)
class TestSeveral:
    def test_two_sequencers_and_two_writers_make_one_tree(self, actor):
        def sequence():
            for _ in range(10):
                sequencer.sequence()

        writers = [lambda n=n: [write(actor, 2, f"case:{n}") for _ in range(10)] for n in (1, 2)]
        _results, failed = tools.at_once(sequence, sequence, *writers)
        assert failed == []
        sequencer.sequence()
        assert tree_is_sound()

    def test_a_second_one_waits_and_finds_the_work_done(self, actor, monkeypatch):
        import threading

        write(actor, 5)
        signing, go_on, sign = threading.Event(), threading.Event(), sequencer._sign

        def sign_slowly(edge):
            signing.set()
            assert go_on.wait(20)
            return sign(edge)

        def second():
            assert signing.wait(20)
            threading.Timer(0.5, go_on.set).start()
            return sequencer.sequence(), go_on.is_set()

        monkeypatch.setattr(sequencer, "_sign", sign_slowly)
        results, failed = tools.at_once(sequencer.sequence, second)
        assert failed == []
        assert results == [5, (0, True)]
        assert Checkpoint.objects.get().size == 5
        assert tree_is_sound()

    def test_an_event_that_commits_late_is_not_lost(self, actor):
        """It has the lower id, and is not there yet when the higher one gets its leaf. On SQLite
        the later one waits until the first is through: never a lower id after a higher leaf."""
        import threading

        written, go_on, numbered = threading.Event(), threading.Event(), []

        def late():
            with transaction.atomic():
                audit.record("case:late", "case.replied", actor=actor)
                written.set()
                assert go_on.wait(20)

        def early():
            assert written.wait(20)
            if connection.vendor == "sqlite":
                threading.Timer(0.3, go_on.set).start()
            try:
                write(actor, 1, "case:early")
                numbered.append(sequencer.sequence())
            finally:
                go_on.set()

        _results, failed = tools.at_once(late, early)
        assert failed == []
        late_one, early_one = (
            Event.objects.get(subject=each) for each in ("case:late", "case:early")
        )
        assert late_one.pk < early_one.pk
        one_writer = connection.vendor == "sqlite"
        assert numbered == [2 if one_writer else 1]
        assert sequencer.sequence() == (0 if one_writer else 1)
        last = early_one if one_writer else late_one
        assert Leaf.objects.get(number=1).event == last
        assert tree_is_sound()

    def test_the_bottom_is_the_text(self, actor):
        write(actor)
        sequencer.sequence()
        text = Event.objects.get().text
        assert store.read([Node(0, 0)]) == {Node(0, 0): leaf_hash(text.encode())}
