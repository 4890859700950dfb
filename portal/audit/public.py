"""What anybody may ask of the log: checkpoints, keys, proofs. Hashes and numbers, no person.

A proof between two sizes never changes, nor does the checkpoint of a size: caches may keep them.
"""

import base64
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal.audit import keys, store
from portal.audit.models import Checkpoint, CheckpointKey
from portal.audit.tree import OutOfRange, consistency_proof, inclusion_proof

SHORT = "public, max-age=10"
FOR_GOOD = "public, max-age=31536000, immutable"
PAGE = 100
WITNESS = Path(__file__).with_name("witness.py")

type View = Callable[..., HttpResponse]


def _kept(how: str) -> Callable[[View], View]:
    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = how if response.status_code == 200 else SHORT
            return response

        return require_safe(answer)

    return wrap


def _text(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="text/plain; charset=utf-8")


NOTHING = "There is no such thing in this log.\n"


@_kept(SHORT)
def checkpoint(_request: HttpRequest) -> HttpResponse:
    found = Checkpoint.objects.order_by("-size").first()
    return _text(found.note) if found else _text(NOTHING, 404)


@_kept(FOR_GOOD)
def checkpoint_of(_request: HttpRequest, size: int) -> HttpResponse:
    found = Checkpoint.objects.filter(size=size).first() if size < 2**63 else None
    return _text(found.note) if found else _text(NOTHING, 404)


@_kept(SHORT)
def checkpoints(request: HttpRequest) -> HttpResponse:
    """The history, newest first; `next` is where the rest begins."""
    rows = Checkpoint.objects.order_by("-size")
    before = request.GET.get("before", "")
    if before:
        if not (before.isascii() and before.isdecimal() and len(before) < 19):
            return _text(NOTHING, 404)
        rows = rows.filter(size__lt=int(before))
    page = list(rows[: PAGE + 1])
    return JsonResponse(
        {
            "checkpoints": [
                {"size": row.size, "root": row.root, "at": row.at.isoformat(), "key": row.key_id}
                for row in page[:PAGE]
            ],
            "next": f"?before={page[PAGE - 1].size}" if len(page) > PAGE else None,
        }
    )


@_kept(SHORT)
def public_keys(_request: HttpRequest) -> HttpResponse:
    """Every key that has signed. A witness takes its key on another way than this."""
    rows = CheckpointKey.objects.order_by("-first_used_at", "vkey")
    told = [{"vkey": row.vkey, "first_used_at": row.first_used_at.isoformat()} for row in rows]
    return JsonResponse({"origin": keys.origin(), "keys": told})


def _proof(hashes: list[bytes], **of) -> HttpResponse:
    return JsonResponse(of | {"proof": [base64.b64encode(each).decode() for each in hashes]})


@_kept(FOR_GOOD)
def consistency(_request: HttpRequest, first: int, second: int) -> HttpResponse:
    """That the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4)."""
    if not _is_signed(second):
        return _text(NOTHING, 404)
    try:
        return _proof(consistency_proof(first, second, store.read), first=first, second=second)
    except OutOfRange:
        return _text(NOTHING, 404)


@_kept(FOR_GOOD)
def inclusion(_request: HttpRequest, number: int, size: int) -> HttpResponse:
    """That leaf `number` is in the tree of `size` leaves (RFC 9162, 2.1.3)."""
    if not _is_signed(size):
        return _text(NOTHING, 404)
    try:
        return _proof(inclusion_proof(number, size, store.read), number=number, size=size)
    except OutOfRange:
        return _text(NOTHING, 404)


def _is_signed(size: int) -> bool:
    return size < 2**63 and Checkpoint.objects.filter(size=size).exists()


@_kept("public, max-age=3600")
def witness(_request: HttpRequest) -> HttpResponse:
    """The program for third parties, to read and to run."""
    return _text(WITNESS.read_text(encoding="utf-8"))
