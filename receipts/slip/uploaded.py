"""Is this PDF one of ours, untouched? Asked of a file that somebody sent, which is never kept.

The hash alone decides what is valid: only the very bytes that were issued are. The signature says
why other bytes are not: ours and altered, ours with something added, or somebody else's. It is
read from the file's bytes at the places that a signature names; no part of a stranger's document
is interpreted for it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import structlog

from receipts.models import SigningCertificate, SlipIssue
from receipts.slip.verifying import Answer, standing_of

log = structlog.get_logger(__name__)

LARGEST = 2 * 1024 * 1024  # bytes; a slip has under a fortieth
MOST_SIGNATURES = 8
BYTE_RANGE = re.compile(
    rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]"
)
CONTENTS = re.compile(rb"\s*<([0-9A-Fa-f\s]*)>\s*")
STRAY = re.compile(rb"/Contents\s*<([0-9A-Fa-f\s]{200,})>")
ENCRYPTED = re.compile(rb"/Encrypt\s*(\d{1,10}\s+\d{1,10}\s+R|<<)")


class File(StrEnum):
    """What a file is that is not, byte for byte, a slip we issued."""

    ALTERED = "altered"  # signed by us, and changed since
    ADDED_TO = "added_to"  # our slip is in it whole, with something after
    UNRECORDED = "unrecorded"  # our signature holds, and no such slip is on record
    OTHERS = "others"  # signed by somebody else
    UNSIGNED = "unsigned"
    LOCKED = "locked"
    NO_PDF = "no_pdf"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature found in a file: whose, whether it holds, and how much of the file it covers."""

    fingerprint: str
    holds: bool
    covered: int


def by_file(content: bytes) -> Answer | File:
    """An issue that has exactly these bytes and how it stands, else what the file is instead."""
    if b"%PDF-" not in content[:1024]:
        return File.NO_PDF
    if issue := _issued(content):
        return Answer(standing_of(issue), issue)
    found = _signatures(content)
    ours = set(
        SigningCertificate.objects.filter(
            fingerprint__in=[signed.fingerprint for signed in found]
        ).values_list("fingerprint", flat=True)
    )
    own = [signed for signed in found if signed.fingerprint in ours]
    if own:
        return _about_ours(content, own[0])
    if ENCRYPTED.search(content):
        return File.LOCKED
    return File.OTHERS if found else File.UNSIGNED


def _issued(content: bytes) -> SlipIssue | None:
    sha256 = hashlib.sha256(content).hexdigest()
    return SlipIssue.objects.select_related("payment").filter(sha256=sha256).first()


def _about_ours(content: bytes, signed: Signed) -> File:
    if not signed.holds:
        return File.ALTERED
    if signed.covered == len(content):
        return File.UNRECORDED
    return File.ADDED_TO if _issued(content[: signed.covered]) else File.ALTERED


def _signatures(content: bytes) -> list[Signed]:
    """Those that can be read. One that lies elsewhere than it says was moved by a program that
    wrote the file anew: it names its signer and proves nothing."""
    places = islice(_places(content), MOST_SIGNATURES)
    found = [_read(content, place) for place in places]
    if not any(found):
        strays = islice(STRAY.finditer(content), MOST_SIGNATURES)
        found = [_opened(stray[1], digest=None, covered=0) for stray in strays]
    return [signed for signed in found if signed]


def _places(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The byte ranges of signatures that could be: from the start, round one hole."""
    for found in BYTE_RANGE.finditer(content):
        start, before, after, rest = (int(number) for number in found.groups())
        if start == 0 and 0 < before < after and after + rest <= len(content):
            yield before, after, rest


def _read(content: bytes, place: tuple[int, int, int]) -> Signed | None:
    before, after, rest = place
    hole = CONTENTS.fullmatch(content[before:after])
    if hole is None:
        return None
    digest = hashlib.sha256(content[:before])
    digest.update(content[after : after + rest])
    return _opened(hole[1], digest=digest.digest(), covered=after + rest)


def _opened(written: bytes, *, digest: bytes | None, covered: int) -> Signed | None:
    # Heavy, and most visitors never send a file.
    from asn1crypto import cms
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        signed_data = cms.ContentInfo.load(bytes.fromhex(written.decode()))["content"]
        signer = signed_data["signer_infos"][0]
        certificate = _certificate(signed_data, signer)
        if certificate is None:
            return None
        fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
        if digest is None:
            return Signed(fingerprint, False, covered)
        holds = all(validate_sig_integrity(signer, certificate, "data", digest))
    except Exception as error:  # a stranger's bytes: whatever a parser makes of them
        log.info("verify_signature_unreadable", error=type(error).__name__)
        return None
    return Signed(fingerprint, holds, covered)


def _certificate(signed_data, signer):
    """The signer's, by the serial number that it names."""
    named = signer["sid"]
    if named.name != "issuer_and_serial_number":
        return None
    serial = named.chosen["serial_number"].native
    for each in signed_data["certificates"]:
        if each.chosen.serial_number == serial:
            return each.chosen
    return None
