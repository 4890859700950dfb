"""Signed notes and checkpoints, as c2sp.org/signed-note and c2sp.org/tlog-checkpoint have them."""

import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.note import (
    CheckpointMalformed,
    KeyMalformed,
    KeyUnknown,
    Note,
    NoteError,
    NoteMalformed,
    OriginWrong,
    SignatureWrong,
    SignerKey,
    TreeHead,
    VerifierKey,
    open_checkpoint,
)

ORIGIN = "audit.example.org/xiaopiao"
ROOT = bytes(range(32))


def key(number: int, name: str = ORIGIN) -> SignerKey:
    return SignerKey(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


# The example of the specification.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""  # noqa: E501  its signature


class TestANote:
    def test_the_example_of_the_specification(self):
        known = VerifierKey.parse(EXAMPLE_KEY)
        note = Note.parse(EXAMPLE)
        assert note.signed_by([known]) == [known]
        assert (str(note), str(known)) == (EXAMPLE, EXAMPLE_KEY)

    @given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.integers(1, 4))
    def test_it_reads_what_it_wrote(self, text, signers):
        text = f"{text}\n\n小票\n"
        keys = [key(number) for number in range(1, signers + 1)]
        note = Note.sign(text, keys)
        assert Note.parse(str(note).encode()) == note
        assert note.signed_by([each.verifier for each in keys]) == [e.verifier for e in keys]

    @given(st.binary(max_size=200))
    def test_whatever_comes_is_a_note_or_named_as_none(self, data):
        with contextlib.suppress(NoteMalformed):
            Note.parse(data)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "text\n",
            EXAMPLE[:-1],
            EXAMPLE.replace("\n", "\r\n"),
            EXAMPLE.replace("example message", "example\tmessage"),
            EXAMPLE.replace("—", "-"),
            EXAMPLE.replace("aQM=", "aQN="),  # the same bytes in another spelling
            EXAMPLE.replace("com/foo Uw", "com/foo  Uw"),
            EXAMPLE.replace("com/foo Uw", "com/f+o Uw"),
            EXAMPLE + "\n",
            EXAMPLE + "more\n",
            "text\n\n",
            "text\n\n— example.com/foo Uw2Q\n",
        ],
    )
    def test_what_is_no_note(self, text):
        with pytest.raises(NoteMalformed):
            Note.parse(text.encode())

    def test_bytes_that_are_no_text(self):
        with pytest.raises(NoteMalformed):
            Note.parse(EXAMPLE.encode("gb18030"))

    def test_one_sign_changed_is_seen(self):
        with pytest.raises(SignatureWrong, match="530d903a"):
            Note.parse(EXAMPLE.replace("an", "no")).signed_by([VerifierKey.parse(EXAMPLE_KEY)])


class TestKeys:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "example.com/foo",
            EXAMPLE_KEY.replace("530d903a", "530d903b"),
            EXAMPLE_KEY.replace("530d903a", "530D903A"),
            EXAMPLE_KEY.replace("example.com/foo", "example.com/fo"),
            EXAMPLE_KEY.replace("+AekyeR", "+AukyeR"),  # another kind of signature
            EXAMPLE_KEY[:-4],
            EXAMPLE_KEY + "=",
            " +530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ],
    )
    def test_what_is_no_key(self, text):
        with pytest.raises(KeyMalformed):
            VerifierKey.parse(text)

    @pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00b"])
    def test_what_is_no_name(self, name):
        with pytest.raises(KeyMalformed):
            key(1, name)


class TestChangingKeys:
    """The old and the new key sign for a while; a reader who has either is served."""

    note = TreeHead(ORIGIN, 5, ROOT).sign([key(1), key(2)])

    @pytest.mark.parametrize("known", [[1], [2], [1, 2], [2, 3]])
    def test_a_reader_with_either_key(self, known):
        keys = [key(number).verifier for number in known]
        assert open_checkpoint(str(self.note), keys).size == 5

    def test_a_reader_with_neither(self):
        with pytest.raises(KeyUnknown):
            open_checkpoint(str(self.note), [key(3).verifier])

    def test_a_key_of_the_same_number_under_another_name(self):
        with pytest.raises(KeyUnknown):
            open_checkpoint(str(self.note), [key(1, "another.example").verifier])

    def test_one_bad_signature_of_a_known_key_spoils_it(self):
        one, two = self.note.signatures
        mixed = Note(self.note.text, (one, type(two)(two.name, two.key_id, one.value)))
        with pytest.raises(SignatureWrong):
            mixed.signed_by([key(1).verifier, key(2).verifier])
        assert mixed.signed_by([key(1).verifier]) == [key(1).verifier]


class TestACheckpoint:
    def test_it_says_which_log_how_many_leaves_and_the_root(self):
        note = TreeHead(ORIGIN, 1234, ROOT).sign([key(1)])
        origin, size, root, gap, signature, end = str(note).split("\n")
        assert (origin, size, gap, end) == (ORIGIN, "1234", "", "")
        assert root == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        assert signature.startswith(f"— {ORIGIN} ")

    @given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
    def test_it_reads_what_it_wrote(self, size, root):
        head = TreeHead(ORIGIN, size, root)
        note = str(head.sign([key(1)]))
        assert open_checkpoint(note, [key(1).verifier], origin=ORIGIN) == head

    def test_that_of_another_log_is_refused(self):
        note = str(TreeHead("other.example", 1, ROOT).sign([key(1)]))
        with pytest.raises(OriginWrong):
            open_checkpoint(note, [key(1).verifier], origin=ORIGIN)

    @pytest.mark.parametrize(
        "text",
        [
            "o\n1\n",
            f"o\n01\n{'A' * 43}=\n",
            f"o\n-1\n{'A' * 43}=\n",
            f"o\n１\n{'A' * 43}=\n",
            f"o\n\n{'A' * 43}=\n",
            f"o\n{'9' * 30}\n{'A' * 43}=\n",
            f"o\n1\n{'A' * 44}\n",
            f"o\n1\n{'A' * 42}==\n",
            f"o\n1\n{'A' * 43}=\n\n",
            f"\n1\n{'A' * 43}=\n",
        ],
    )
    def test_a_note_that_is_none(self, text):
        note = Note.sign(text, [key(1)])
        with pytest.raises(CheckpointMalformed):
            open_checkpoint(str(note), [key(1).verifier])

    @pytest.mark.parametrize("origin", ["", "two\nlines", "gap\n\n"])
    def test_an_origin_that_is_none_is_not_signed(self, origin):
        with pytest.raises(NoteError):
            TreeHead(origin, 1, ROOT).sign([key(1)])
