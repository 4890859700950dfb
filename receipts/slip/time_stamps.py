"""A time stamp over a signature from an authority (RFC 3161, over HTTP as in its 3.4).

The authority is somebody else's machine on the way of every slip, so the whole call has one end:
not answering, answering drop by drop and answering something else are all the same, no stamp. One
that failed is not asked again for a while, so that it does not hold up each slip anew.
"""

import base64
import hashlib
import secrets
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, unquote, urlsplit

import structlog
from asn1crypto import cms, tsp
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

log = structlog.get_logger(__name__)

SECONDS = 10  # for all of it: name, connection, TLS, question and answer
PAUSE = 60  # seconds during which an authority that failed is not asked again
LARGEST = 64 * 1024  # bytes of an answer
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"

_not_before: dict[str, float] = {}  # address → when it may be asked again


class NoTimeStamp(Exception):
    """The authority gave none that could be used, or is not asked again yet."""


def token(address: str, signature: bytes) -> cms.ContentInfo:
    """The authority's token over `signature`, checked to be over it and whole. Raises NoTimeStamp.

    Who the authority is, is not checked: its address is the operator's own setting.
    """
    if time.monotonic() < _not_before.get(address, 0.0):
        raise NoTimeStamp("it failed a moment ago")
    request = _request(signature)
    try:
        return _checked(_post(address, request), request)
    except Exception as error:  # a stranger's bytes: whatever a parser makes of them
        _not_before[address] = time.monotonic() + PAUSE
        # Never the address, which may hold a password.
        log.warning("time_stamp_failed", error=repr(error)[:200])
        raise error if isinstance(error, NoTimeStamp) else NoTimeStamp(repr(error)) from error


def _request(signature: bytes) -> tsp.TimeStampReq:
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(signature).digest(),
    }
    return tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": imprint,
            "nonce": secrets.randbits(63),
            "cert_req": True,
        }
    )


def _checked(answer: bytes, request: tsp.TimeStampReq) -> cms.ContentInfo:
    """RFC 3161, 2.4.2: granted, for this question; and the signature of the token holds."""
    response = tsp.TimeStampResp.load(answer, strict=True)
    status = response["status"]["status"].native
    if status not in {"granted", "granted_with_mods"}:
        raise NoTimeStamp(f"refused: {status}")
    given = response["time_stamp_token"]
    signed = given["content"]
    content = signed["encap_content_info"]["content"]
    said = content.parsed
    if said["nonce"].native != request["nonce"].native:
        raise NoTimeStamp("an answer to another question")
    if said["message_imprint"].native != request["message_imprint"].native:
        raise NoTimeStamp("a stamp over something else")
    (signer,) = signed["signer_infos"]
    if not _holds(signer, signed["certificates"], bytes(content)):
        raise NoTimeStamp("its own signature does not hold")
    return given


def _holds(signer: cms.SignerInfo, certificates, content: bytes) -> bool:
    algorithm = signer["digest_algorithm"]["algorithm"].native
    serial = signer["sid"].chosen["serial_number"].native
    certificate = next(each.chosen for each in certificates if each.chosen.serial_number == serial)
    digest = hashlib.new(algorithm, content).digest()
    return all(validate_sig_integrity(signer, certificate, "tst_info", digest))


def _post(address: str, request: tsp.TimeStampReq) -> bytes:
    """In a thread of its own: no limit of a socket ends a name that does not resolve, or an answer
    that comes drop by drop."""
    parts = urlsplit(address)
    connection = _connection(parts)
    answers: SimpleQueue[bytes | Exception] = SimpleQueue()
    opened: list[socket.socket] = []

    def ask() -> None:
        try:
            connection.connect()
            opened.append(connection.sock)
            answers.put(_ask(connection, parts, request.dump()))
        except Exception as error:  # told in the caller's thread
            answers.put(error)
        finally:
            connection.close()

    threading.Thread(target=ask, name="time-stamp", daemon=True).start()
    try:
        answer = answers.get(timeout=SECONDS)
    except Empty:
        for each in opened:
            with suppress(OSError):  # else the thread reads on
                each.shutdown(socket.SHUT_RDWR)
        raise NoTimeStamp(f"no answer within {SECONDS} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _connection(parts: SplitResult) -> HTTPConnection:
    kinds = {"http": HTTPConnection, "https": HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise NoTimeStamp("SLIP_TIME_STAMPS is not an address of http or https")
    return kinds[parts.scheme](parts.hostname, parts.port, timeout=SECONDS)


def _ask(connection: HTTPConnection, parts: SplitResult, body: bytes) -> bytes:
    headers = {"Content-Type": QUERY, "Accept": REPLY}
    if parts.username is not None:
        named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body, headers)
    with connection.getresponse() as answer:
        kind = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
        if answer.status != 200 or kind != REPLY:
            raise NoTimeStamp(f"HTTP {answer.status}, {kind or 'of no type'}"[:100])
        content = answer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NoTimeStamp("an answer without end")
    return content
