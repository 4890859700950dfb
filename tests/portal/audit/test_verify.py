"""verify.py: what an examiner is told of exports that are whole, damaged, forged."""

import ast
import json
import shutil
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.audit import keys
from portal.audit.export.selection import Selection
from portal.audit.models import Checkpoint, Event, Opening
from portal.audit.note import SignerKey, TreeHead
from tests.portal.audit.log import VERIFY, _module, unpacked, verify, verify_apart, write_history
from tests.portal.audit.test_sequencer import own_key

CASE = Selection(subjects=("case:2611-0001",))


@pytest.fixture
def history(db) -> None:
    write_history(40)


@pytest.fixture
def whole(history, tmp_path) -> Path:
    return unpacked(tmp_path / "whole")


@pytest.fixture
def case(history, tmp_path) -> Path:
    return unpacked(tmp_path / "case", CASE)


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def zipped(folder: Path, names: list[str]) -> Path:
    path = folder.with_name("again.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.write(folder / name, name)
    return path


def names_of(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]


class TestTheScript:
    def test_it_stands_alone(self):
        """Standard library only, and not a line more than a stranger reads in an hour."""
        tree = ast.parse(VERIFY.read_text())
        wanted = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert wanted <= set(sys.stdlib_module_names)
        assert len(VERIFY.read_text().splitlines()) < 320

    def test_a_stranger_runs_it_where_the_export_was_unpacked(self, case):
        verdict = verify_apart(case, script=case / "verify.py")
        assert (verdict.code, "✓" in verdict.said) == (0, True)

    @settings(deadline=None, max_examples=10)  # a dozen milliseconds each
    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 63))
    def test_its_signatures_are_those_of_everybody(self, seed, text, place):
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public, signature = private.public_key().public_bytes_raw(), private.sign(text)
        fits = _module().signature_fits
        assert fits(public, text, signature)
        other = bytearray(signature)
        other[place] ^= 1
        assert not fits(public, text, bytes(other))
        assert not fits(public, text + b".", signature)


class TestAWholeExport:
    def test_all_of_the_log(self, whole):
        verdict = verify(whole)
        assert verdict.code == 0
        assert "41 events, all agree" in verdict.said
        assert "not shown: 0" in verdict.said

    def test_a_case_with_what_lies_between_as_fingerprints_only(self, case):
        verdict = verify(case)
        shown = len(lines(case / "events.jsonl"))
        assert verdict.code == 0
        assert f"{shown} events" in verdict.said
        assert f"not shown: {41 - shown}" in verdict.said
        others = {e.text for e in Event.objects.exclude(subject="case:2611-0001")}
        told = (case / "events.jsonl").read_text()
        assert not [text for text in others if text in told and "audit.exported" not in text]

    def test_a_period_that_begins_in_the_middle_of_chains(self, history, tmp_path):
        middle = Event.objects.order_by("pk")[20].at
        folder = unpacked(tmp_path / "period", Selection(since=middle))
        assert verify(folder).code == 0
        assert len(lines(folder / "events.jsonl")) == 21

    def test_a_period_that_ended_yesterday(self, history, tmp_path):
        end = Event.objects.order_by("pk")[10].at
        folder = unpacked(tmp_path / "period", Selection(until=end))
        assert verify(folder).code == 0
        assert len(lines(folder / "events.jsonl")) == 11

    def test_the_zip_itself_and_one_folder_deeper(self, case):
        assert verify(case.with_suffix(".zip")).code == 0
        deeper = case.parent / "deeper"
        shutil.copytree(case, deeper / "inner")
        assert verify(deeper).code == 0

    def test_erased_values_are_told_of_and_no_alarm(self, history, tmp_path):
        Opening.objects.filter(event__subject="case:2611-0001", field="body").delete()
        folder = unpacked(tmp_path / "erased", CASE)
        verdict = verify(folder)
        erased = sum('"body"' in line.decode() for line in lines(folder / "events.jsonl"))
        assert verdict.code == 0
        assert f"withheld: {erased}" in verdict.said

    def test_windows_line_ends_everywhere(self, case):
        for path in case.rglob("*.*"):
            if path.suffix != ".py":
                path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert verify(case).code == 0


class TestDamage:
    @pytest.mark.parametrize(
        "name", ["events.jsonl", "tree.txt", "openings.jsonl", "keys.txt", "checkpoints"]
    )
    def test_a_missing_file(self, case, name):
        path = case / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert verify(case).code == 2

    def test_a_file_twice_in_the_zip(self, case):
        with pytest.warns(UserWarning, match="Duplicate"):
            path = zipped(case, [*names_of(case), "events.jsonl"])
        verdict = verify(path)
        assert (verdict.code, "twice" in verdict.said) == (1, True)

    def test_a_zip_cut_off(self, case):
        path = case.with_suffix(".zip")
        path.write_bytes(path.read_bytes()[:-200])
        assert verify(path).code != 0

    def test_a_byte_of_the_zip_changed(self, case):
        path = zipped(case, names_of(case))
        data = bytearray(path.read_bytes())
        data[data.index(b'"previous"')] ^= 1
        path.write_bytes(data)
        verdict = verify(path)
        assert verdict.code == 1

    @pytest.mark.parametrize("name", ["events.jsonl", "tree.txt", "openings.jsonl"])
    def test_a_file_cut_off(self, case, name):
        path = case / name
        path.write_bytes(path.read_bytes()[:-9])
        assert verify(case).code == 1
        path.write_bytes(b"")
        assert verify(case).code == 1

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("openings.jsonl", b"[" * 100_000 + b"\n"),
            ("openings.jsonl", b"7\n"),
            ("tree.txt", b"hidden 0 99999999999 " + b"00" * 32 + b"\n"),
            ("tree.txt", b"event\n"),
            ("tree.txt", b"\xff\n"),
            ("keys.txt", b"a+b+c\n"),
        ],
    )
    def test_what_makes_no_sense_is_damage_and_no_crash(self, case, name, content):
        (case / name).write_bytes(content)
        verdict = verify(case)
        assert (verdict.code, "✗" in verdict.said) == (1, True)

    @pytest.mark.parametrize("name", ["events.jsonl", "tree.txt", "openings.jsonl"])
    @pytest.mark.parametrize("change", ["one line less", "the last less", "twice", "doubled"])
    def test_lines_gone_or_twice(self, case, name, change):
        path = case / name
        old = lines(path)
        new = {
            "one line less": old[:1] + old[2:],
            "the last less": old[:-1],
            "twice": old * 2,
            "doubled": old[:2] + old[1:],
        }[change]
        path.write_bytes(b"".join(new))
        verdict = verify(case)
        assert verdict.code == 1
        assert name in verdict.said or "step" in verdict.said  # the file, or the first wrong event


class TestForgery:
    def test_a_changed_event_is_named(self, case):
        path = case / "events.jsonl"
        old = lines(path)
        path.write_bytes(
            b"".join([*old[:2], old[2].replace(b"institution", b"merchant"), *old[3:]])
        )
        verdict = verify(case)
        assert verdict.code == 1
        assert "case:2611-0001, step 3" in verdict.said

    def test_a_missing_event_is_named_by_its_own_name(self, whole):
        old = lines(whole / "events.jsonl")
        gone = json.loads(old[11])
        (whole / "events.jsonl").write_bytes(b"".join(old[:11] + old[12:]))
        verdict = verify(whole)
        assert f"event 11 ({gone['subject']}, step {gone['sequence']})" in verdict.said

    def test_another_content_is_named(self, case):
        path = case / "openings.jsonl"
        path.write_bytes(path.read_bytes().replace("条".encode(), "笔".encode(), 1))
        verdict = verify(case)
        assert (verdict.code, "not what was recorded then" in verdict.said) == (1, True)

    def test_a_signature_changed(self, case):
        path = max((case / "checkpoints").iterdir())
        *text, signature = path.read_text().splitlines(keepends=True)
        place = signature.rindex(" ") + 20
        other = "A" if signature[place] != "A" else "B"
        path.write_text("".join(text) + signature[:place] + other + signature[place + 1 :])
        verdict = verify(case)
        assert (verdict.code, "signature" in verdict.said) == (1, True)

    def test_a_checkpoint_signed_by_another_key(self, case):
        path = max((case / "checkpoints").iterdir())
        head = TreeHead.parse(path.read_text().split("\n\n")[0] + "\n")
        forged = head.sign([SignerKey(head.origin, Ed25519PrivateKey.generate())])
        path.write_text(str(forged))
        assert "not signed by a known key" in verify(case).said

    def test_keys_from_elsewhere_are_the_ones_that_count(self, case):
        own = (case / "keys.txt").read_text().strip()
        other = SignerKey("127.0.0.1/audit", Ed25519PrivateKey.generate()).verifier
        assert verify(case, "--key", own).code == 0
        assert verify(case, "--key", str(other)).code == 1
        assert verify(case, "--key", own[:-3]).code != 0

    def test_a_step_left_out_and_hidden(self, case, history):
        """As one would who wants a step not to be seen: its leaf a fingerprint, its line gone."""
        events, tree = lines(case / "events.jsonl"), lines(case / "tree.txt")
        last = [place for place, line in enumerate(tree) if b"case:2611-0001" in line][-1]
        from portal.audit.tree import leaf_hash

        number = Event.objects.get(hash=tree[last].split()[1].decode()).leaf.number
        place = [line.split()[1] for line in tree if line.startswith(b"event")].index(
            tree[last].split()[1]
        )
        root = leaf_hash(events[place].rstrip(b"\n")).hex()
        tree[last] = f"hidden {number} 0 {root}\n".encode()
        (case / "tree.txt").write_bytes(b"".join(tree))
        (case / "events.jsonl").write_bytes(b"".join(events[:place] + events[place + 1 :]))
        kept = [
            line for line in lines(case / "openings.jsonl")[:-1] if json.loads(line)[0] != number
        ]
        end = b'["end", "", "", %d]\n' % len(kept)
        (case / "openings.jsonl").write_bytes(b"".join([*kept, end]))
        verdict = verify(case)
        assert "own record" in verdict.said, verdict.said


class TestACopyOfOnesOwn:
    def copy(self, folder: Path, text: str) -> str:
        path = folder.with_name("copy.txt")
        path.write_bytes(text.encode())
        return str(path)

    def test_it_agrees(self, whole):
        for checkpoint in Checkpoint.objects.all()[:2]:
            assert verify(whole, "--copy", self.copy(whole, checkpoint.note)).code == 0

    def test_out_of_a_mail(self, whole):
        note = Checkpoint.objects.order_by("size")[1].note
        mail = "\ufeff您好：\r\n\r\n" + note.replace("\n", " \r\n") + "\r\n-- \r\n谢谢\r\n"
        verdict = verify(whole, "--copy", self.copy(whole, mail))
        assert (verdict.code, "--copy" in verdict.said) == (0, False)

    def test_a_newer_one_than_the_log_has(self, whole, history):
        write_history(3, seed=2)
        newer = Checkpoint.objects.latest("size").note
        verdict = verify(whole, "--copy", self.copy(whole, newer))
        assert (verdict.code, "some are gone" in verdict.said) == (1, True)

    def test_one_that_this_export_cannot_be_held_against(self, db, tmp_path):
        """A case's export can be compared at its own checkpoints; others may be asked for."""
        write_history(3)
        write_history(40, subjects=1)
        folder = unpacked(tmp_path / "case", CASE)
        own = {int(path.stem) for path in (folder / "checkpoints").iterdir()}
        others = Checkpoint.objects.exclude(size__in=own).filter(size__lt=max(own))
        verdicts = {c.size: verify(folder, "--copy", self.copy(folder, c.note)) for c in others}
        size, verdict = next((size, v) for size, v in verdicts.items() if v.code == 2)
        assert f"held against size {size}" in verdict.said
        asked = unpacked(tmp_path / "asked", CASE, against=[size])
        note = Checkpoint.objects.get(size=size).note
        assert verify(asked, "--copy", self.copy(asked, note)).code == 0

    def test_what_is_no_checkpoint(self, whole):
        assert verify(whole, "--copy", self.copy(whole, "您好\n")).code == 2
        assert verify(whole, "--copy", "/nowhere/at/all").code == 2


def test_windows_line_ends_where_a_block_ends_between_the_two(tmp_path):
    text = b"x" * ((1 << 15) - 1) + b"\r\n" + b"y\r\n"
    (tmp_path / "events.jsonl").write_bytes(text)
    assert [*_module().lines_of(tmp_path, "events.jsonl")] == [text.split(b"\r\n")[0], b"y"]


def test_more_subjects_than_fit_are_laid_aside_and_found_again():
    chains = _module().Chains()
    for number in range(1_000):
        chains[f"case:{number}"] = number + 1, f"{number:064x}"
        chains.make_room(most=10)
    assert len(chains) <= 10
    assert chains["case:3"] == (4, f"{3:064x}")
    assert chains["case:new"] == (0, "")
    chains.far.close()


def test_a_clock_that_goes_back_is_no_fault(db, tmp_path, clock):
    write_history(5)
    clock.shift(timedelta(hours=-3))
    write_history(5, seed=2)
    assert verify(unpacked(tmp_path / "back")).code == 0


def test_a_checkpoint_of_an_old_key_still_counts_and_only_with_that_key(db, settings, tmp_path):
    old, new = own_key(settings, tmp_path / "a"), own_key(settings, tmp_path / "b")
    settings.AUDIT_KEYS = [old]
    write_history(10)
    (before,) = keys.signers()
    note = Checkpoint.objects.latest("size").note
    settings.AUDIT_KEYS = [new]
    write_history(10, seed=2)
    folder = unpacked(tmp_path / "rotated")
    copy = tmp_path / "copy.txt"
    copy.write_text(note)
    assert verify(folder, "--copy", str(copy)).code == 0
    assert len((folder / "keys.txt").read_text().split()) == 2
    (after,) = keys.signers()
    verdict = verify(folder, "--copy", str(copy), "--key", str(after.verifier))
    assert (verdict.code, "not signed by a known key" in verdict.said) == (1, True)
    both = ("--key", str(before.verifier), "--key", str(after.verifier))
    assert verify(folder, "--copy", str(copy), *both).code == 0


@pytest.mark.django_db
def test_a_million_characters_and_times_before_1970(tmp_path):
    from datetime import UTC, datetime

    from django.db import transaction

    from portal import audit
    from tests.portal.audit.log import ACTOR

    with transaction.atomic():
        audit.record(
            'case:"\\ 小 票',
            "case.replied",
            actor=ACTOR,
            after={"text": "骉\U0001f9fe\u202e\x00\r\n" * 200_000},
            personal={"body": '\u2028\r\n\t\\"' * 1_000},
            reason='","previous":"","reason":"',
            at=datetime(1969, 7, 20, 20, 17, tzinfo=UTC),
        )
    assert verify(unpacked(tmp_path / "long")).code == 0
