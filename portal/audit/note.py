"""Checkpoints as text: C2SP signed-note and tlog-checkpoint (c2sp.org), signed with Ed25519.

    audit.example.org/xiaopiao
    1234
    qRk…=

    — audit.example.org/xiaopiao Uw2Q…=

Origin, size, root; an empty line; one signature a line. A key is known by its name and a
four-byte id, so several may sign one note (the old and the new one while keys change), and
signatures of keys that a reader does not know are passed over.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # signature type of signed-note, section "Signature types"
EM_DASH = "\N{EM DASH}"
SIGNATURES_AT_MOST = 100
ROOT_LENGTH = 32


class NoteError(Exception):
    """What a note, a checkpoint or a key has to say against itself."""


class NoteMalformed(NoteError):
    """The text is no signed note."""


class CheckpointMalformed(NoteError):
    """The note's text is no checkpoint."""


class KeyMalformed(NoteError):
    """A key's name or text is not one."""


class KeyUnknown(NoteError):
    """Nobody whose key we hold signed it."""


class SignatureWrong(NoteError):
    """A key that we hold is named, and its signature does not fit the text."""


class OriginWrong(NoteError):
    """The checkpoint of another log."""


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    """Standard base64 in its one form: one value has one text. Raises ValueError."""
    data = base64.b64decode(text, validate=True)
    if _base64(data) != text:
        raise ValueError("not the one form of its value")
    return data


def check_name(name: str) -> str:
    """A key's name, which may be an origin too. Raises KeyMalformed."""
    if not name or "+" in name or any(sign.isspace() or sign < " " for sign in name):
        raise KeyMalformed(f"no name for a key: {name!r}")
    return name


# --- Keys ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under the name it signs by."""

    name: str
    public: bytes  # 32 bytes, RFC 8032

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The vkey: name, id and key in one line."""
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Raises KeyMalformed."""
        name, _, rest = text.strip().partition("+")
        id, _, key = rest.partition("+")
        try:
            data = _bytes(key)
        except (binascii.Error, ValueError) as error:
            raise KeyMalformed(f"the key of {name!r} is not base64") from error
        if data[:1] != ED25519 or len(data) != 33:
            raise KeyMalformed(f"the key of {name!r} is no Ed25519 key")
        result = cls(check_name(name), data[1:])
        if result.id.hex() != id:
            raise KeyMalformed(f"the key of {name!r} has the id {result.id.hex()}, not {id}")
        return result

    def verifies(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key under the name it signs by."""

    name: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> "Signature":
        return Signature(self.name, self.verifier.id, self.private.sign(text.encode()))


# --- Notes --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes  # 4 bytes
    value: bytes

    def __str__(self) -> str:
        return f"{EM_DASH} {self.name} {_base64(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Raises NoteMalformed. `line` is without its newline."""
        dash, _, rest = line.partition(" ")
        name, _, coded = rest.partition(" ")
        try:
            data = _bytes(coded)
            check_name(name)
        except (binascii.Error, ValueError, KeyMalformed) as error:
            raise NoteMalformed(f"no signature line: {line[:80]!r}") from error
        if dash != EM_DASH or len(data) < 5:
            raise NoteMalformed(f"no signature line: {line[:80]!r}")
        return cls(name, data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def sign(cls, text: str, keys: Iterable[SignerKey]) -> "Note":
        """Raises NoteMalformed for a text that no note can hold."""
        _check_text(text)
        return cls(text, tuple(key.sign(text) for key in keys))

    @classmethod
    def parse(cls, data: str | bytes) -> "Note":
        """Raises NoteMalformed."""
        if isinstance(data, bytes):
            try:
                data = data.decode()
            except UnicodeDecodeError as error:
                raise NoteMalformed("not UTF-8") from error
        # The text may have empty lines of its own: the last one parts it from its signatures.
        text, gap, tail = data.rpartition("\n\n")
        if not gap or not tail.endswith("\n"):
            raise NoteMalformed("no empty line with signatures below it, each ending its line")
        _check_text(text + "\n")
        lines = tail[:-1].split("\n")
        if len(lines) > SIGNATURES_AT_MOST:
            raise NoteMalformed(f"more than {SIGNATURES_AT_MOST} signatures")
        return cls(text + "\n", tuple(map(Signature.parse, lines)))

    def signed_by(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """Those of `keys` that signed, in the order of the signatures.

        Raises SignatureWrong when one of them is named and its signature does not fit, KeyUnknown
        when none is named."""
        known = {(key.name, key.id): key for key in keys}
        found: list[VerifierKey] = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, signature.value):
                raise SignatureWrong(f"{key.name}, key {key.id.hex()}")
            if key not in found:
                found.append(key)
        if not found:
            raise KeyUnknown(", ".join(f"{s.name}, key {s.key_id.hex()}" for s in self.signatures))
        return found


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteMalformed("the text does not end its last line")
    if any(sign < " " and sign != "\n" for sign in text):
        raise NoteMalformed("control characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteMalformed("characters that UTF-8 has not") from error


# --- Checkpoints --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: which log, how many leaves, under which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), _base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def sign(self, keys: Iterable[SignerKey]) -> Note:
        """The checkpoint. Raises CheckpointMalformed for an origin or extension of no use."""
        TreeHead.parse(str(self))
        return Note.sign(str(self), keys)

    @classmethod
    def parse(cls, text: str) -> "TreeHead":
        """The text of a note. Raises CheckpointMalformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise CheckpointMalformed("not three or more lines, none of them empty")
        origin, size, coded, *extensions = lines
        if not (size.isascii() and size.isdecimal()) or (size != "0" and size[0] == "0"):
            raise CheckpointMalformed(f"no size: {size[:40]!r}")
        try:
            root = _bytes(coded)
        except (binascii.Error, ValueError) as error:
            raise CheckpointMalformed(f"the root is not base64: {coded[:80]!r}") from error
        if len(root) != ROOT_LENGTH or len(size) > 19:
            raise CheckpointMalformed("the root or the size is too long or too short")
        return cls(origin, int(size), root, tuple(extensions))


def open_checkpoint(
    data: str | bytes, keys: Sequence[VerifierKey], *, origin: str | None = None
) -> TreeHead:
    """What a checkpoint says, once one of `keys` is seen to have signed it.

    Raises NoteMalformed, SignatureWrong, KeyUnknown, CheckpointMalformed; OriginWrong when it is
    not of `origin`."""
    note = Note.parse(data)
    note.signed_by(keys)
    head = TreeHead.parse(note.text)
    if origin is not None and head.origin != origin:
        raise OriginWrong(f"{head.origin!r}, not {origin!r}")
    return head
