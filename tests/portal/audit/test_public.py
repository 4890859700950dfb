"""/.well-known/audit/: what anybody may ask, and the witness who does."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from portal import audit
from portal.audit import keys, outside, sequencer, witness
from portal.audit.models import Chain, Checkpoint, Event, Leaf, OutsideCopy, Pending, Subtree
from portal.audit.note import open_checkpoint
from portal.audit.tree import (
    Edge,
    consistency_proof,
    grow,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from portal.outbox.models import Entry
from tests.audit import unguarded
from tests.portal.audit.test_sequencer import write

HERE = "/.well-known/audit/"


@pytest.fixture
def log(actor):
    """Checkpoints of 3 and of 10 leaves."""
    for count in (3, 7):
        write(actor, count)
        sequencer.sequence()


@pytest.mark.django_db
class TestWhatAnybodyMayAsk:
    def test_the_newest_checkpoint_and_each_before(self, client, log):
        newest = client.get(HERE + "checkpoint")
        assert open_checkpoint(newest.content, keys.verifiers(), origin=keys.origin()).size == 10
        assert newest.headers["Cache-Control"] == "public, max-age=10"
        earlier = client.get(HERE + "checkpoint/3")
        assert open_checkpoint(earlier.content, keys.verifiers()).size == 3
        assert "immutable" in earlier.headers["Cache-Control"]
        history = client.get(HERE + "checkpoints").json()
        assert [each["size"] for each in history["checkpoints"]] == [10, 3]
        page = client.get(HERE + "checkpoints?before=10").json()
        assert [each["size"] for each in page["checkpoints"]] == [3]

    def test_whoever_asks_gets_the_same_from_any_cache(self, client, log, sign_in):
        stranger = client.get(HERE + "consistency/3/10")
        sign_in("auditor")
        client.cookies["language"] = "en"
        known = client.get(HERE + "consistency/3/10")
        assert known.content == stranger.content
        for answer in (stranger, known):
            assert "Vary" not in answer.headers
            assert not answer.cookies
            assert "immutable" in answer.headers["Cache-Control"]

    def test_proofs_that_hold(self, client, log):
        roots = {c.size: bytes.fromhex(c.root) for c in Checkpoint.objects.all()}
        told = client.get(HERE + "consistency/3/10").json()
        proof = [base64.b64decode(each) for each in told["proof"]]
        verify_consistency(3, 10, roots[3], roots[10], proof)
        told = client.get(HERE + "inclusion/5/10").json()
        proof = [base64.b64decode(each) for each in told["proof"]]
        verify_inclusion(bytes(Leaf.objects.get(number=5).hash), 5, 10, proof, roots[10])

    def test_the_keys(self, client, log):
        told = client.get(HERE + "keys").json()
        assert [each["vkey"] for each in told["keys"]] == [str(keys.signers()[0].verifier)]

    @pytest.mark.parametrize(
        "path",
        [
            *("checkpoint/4", "checkpoint/" + "9" * 30, "checkpoints?before=x"),
            *("consistency/3/4", "consistency/11/10", "inclusion/10/10", "inclusion/0/4"),
            "consistency/1/" + "9" * 30,
        ],
    )
    def test_what_is_not_there_is_404_and_not_kept(self, client, log, path):
        answer = client.get(HERE + path)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "public, max-age=10"

    def test_before_the_first_event_there_is_none(self, client):
        assert client.get(HERE + "checkpoint").status_code == 404

    def test_no_cookie_no_person_and_no_writing(self, client, log):
        for name in ("checkpoint", "checkpoints", "keys", "witness"):
            answer = client.get(reverse(f"audit:{name}"))
            assert answer.status_code == 200
            assert not answer.cookies
            assert "case:1" not in answer.content.decode()
        assert client.post(HERE + "checkpoint").status_code == 405


@pytest.mark.django_db
class TestCopies:
    def test_one_is_handed_out_and_written_down(self, log):
        note = outside.outside_copy("mail", "letter-1")
        assert note == Checkpoint.objects.get(size=10).note
        assert audit.outside_copy("mail", "letter-1") == note
        copy = OutsideCopy.objects.get()
        assert (copy.way, copy.reference, copy.checkpoint_id) == ("mail", "letter-1", 10)

    def test_without_a_checkpoint_there_is_nothing_to_hand_out(self):
        assert outside.outside_copy("mail", "letter-1") == ""
        assert outside.in_words("mail", "letter-1") == ""

    def test_the_mailbox_gets_one_a_day(self, log, settings, clock):
        settings.AUDIT_MAILBOX = ["audit@example.org", "examiner@example.com"]
        for _ in range(3):
            outside.mail_out()
        letters = Entry.objects.filter(topic="audit.checkpoint")
        assert letters.count() == 2
        assert Checkpoint.objects.get(size=10).note in letters[0].payload["body"]
        clock.shift(24 * 3600)
        outside.mail_out()
        assert letters.count() == 4

    def test_the_acknowledgement_of_a_case_bears_one(self, log, open_case):
        open_case()
        letter = Entry.objects.filter(topic="case.received").get()
        assert Checkpoint.objects.get(size=10).note in letter.payload["body"]
        assert OutsideCopy.objects.get().reference == letter.effect_key


@pytest.mark.django_db(transaction=True)
class TestTheWitness:
    @pytest.fixture
    def vkey(self, log) -> str:
        return str(keys.signers()[0].verifier)

    @pytest.fixture
    def ask(self, live_server, vkey, tmp_path):
        seen = tmp_path / "seen.txt"
        return lambda *copies: witness.watch(live_server.url, [vkey], str(seen), list(copies))

    def test_it_keeps_what_it_saw_and_follows_the_log(self, ask, actor, tmp_path):
        assert ask() == 10
        write(actor, 20)
        sequencer.sequence()
        assert ask() == 30
        assert ask() == 30
        assert len(witness.NOTE.findall((tmp_path / "seen.txt").read_text())) == 2

    def test_yesterdays_backup_over_todays_log_is_noticed(self, ask, actor, settings, tmp_path):
        """Even where the machine's own memory of what it signed went too."""
        copy = tmp_path / "letter.txt"
        copy.write_text("您好！\n\n" + outside.outside_copy("mail", "letter-1") + "\n再见\n")
        ask()
        restore_to(3)
        memory = settings.AUDIT_MEMORY
        write(actor, 2)
        with pytest.raises(sequencer.memory.WentBack):
            sequencer.sequence()
        settings.AUDIT_MEMORY = memory + "-lost"
        sequencer.sequence()
        with pytest.raises(witness.Alarm, match="has only 5"):
            ask()
        (tmp_path / "seen.txt").unlink()
        with pytest.raises(witness.Alarm, match=r"letter\.txt.*has only 5"):
            ask(str(copy))
        (tmp_path / "seen.txt").unlink()
        write(actor, 15)
        sequencer.sequence()
        with pytest.raises(witness.Alarm, match=r"letter\.txt.*do not begin"):
            ask(str(copy))

    def test_another_key_or_a_wrong_signature_is_noticed(self, live_server, log, vkey, tmp_path):
        name, _, rest = vkey.partition("+")
        other = f"{name}+00000000+{rest.partition('+')[2]}"
        with pytest.raises(witness.Alarm, match="not signed by a key"):
            witness.watch(live_server.url, [other], str(tmp_path / "a"), [])
        with unguarded():
            last = Checkpoint.objects.get(size=10)
            wrong = last.note.replace("\n10\n", "\n11\n")
            Checkpoint.objects.filter(size=10).update(note=wrong)
        with pytest.raises(witness.Alarm, match="signature does not fit"):
            witness.watch(live_server.url, [vkey], str(tmp_path / "b"), [])

    def test_as_a_program_it_answers_by_its_exit_code(self, live_server, vkey, tmp_path):
        program = tmp_path / "witness.py"
        program.write_text(witness.fetch(live_server.url + HERE + "witness.py"))

        def run(url: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                [sys.executable, "-I", str(program), url, vkey],
                cwd=tmp_path,
                capture_output=True,
                text=True,
            )

        good = run(live_server.url)
        assert (good.returncode, good.stdout.split()[0]) == (0, "10")
        restore_to(3)
        bad = run(live_server.url)
        assert bad.returncode == 1
        assert bad.stderr.startswith("ALARM: seen.txt has 10 leaves")
        assert run("http://127.0.0.1:9").returncode == 2


def restore_to(size: int) -> None:
    """The database as it was when the log had `size` leaves."""
    with unguarded():
        OutsideCopy.objects.all().delete()
        Checkpoint.objects.filter(size__gt=size).delete()
        gone = list(Leaf.objects.filter(number__gte=size).values_list("event_id", flat=True))
        Leaf.objects.filter(number__gte=size).delete()
        for subtree in Subtree.objects.all():
            if (subtree.index + 1) << subtree.level > size:
                subtree.delete()
        Pending.objects.all().delete()
        Event.objects.filter(pk__in=gone).delete()
        left = Event.objects.order_by("-sequence").first()
        Chain.objects.filter(subject="case:1").update(sequence=left.sequence, hash=left.hash)


def test_it_is_short_enough_to_be_read_and_stands_alone():
    text = Path(witness.__file__).read_text()
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) < 120
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.M)) <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("old", range(1, 18))
def test_its_check_of_a_beginning_agrees_with_the_tree(old):
    leaves = [leaf_hash(bytes([number])) for number in range(18)]
    edges = [Edge(), *(edge for edge, _ in grow(Edge(), leaves))]
    nodes = {node: h for _, done in grow(Edge(), leaves) for node, h in done}
    for new in range(old, 19):
        proof = consistency_proof(old, new, lambda wanted: {each: nodes[each] for each in wanted})
        roots = edges[old].root, edges[new].root
        assert witness.is_beginning(old, roots[0], new, roots[1], proof)
        assert not witness.is_beginning(old, bytes(32), new, roots[1], proof)
        if proof:
            assert not witness.is_beginning(old, roots[0], new, roots[1], proof[:-1])
            assert not witness.is_beginning(old, roots[0], new, roots[1], [*proof, proof[0]])


def test_its_signature_check_agrees_with_the_standard():
    """RFC 8032, section 7.1, tests 1 to 3, and each with one bit changed."""
    for public, message, signature in VECTORS:
        key, text, mark = (bytes.fromhex(each) for each in (public, message, signature))
        assert witness.is_signed(key, text, mark)
        assert not witness.is_signed(key, text + b"x", mark)
        assert not witness.is_signed(key, text, mark[:-1] + bytes([mark[-1] ^ 1]))


VECTORS = json.loads("""[
["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"]
]""")
