"""`/healthz`: this process answers. `/readyz`: what it needs answers too, part by part.

A load balancer asks often and from outside, so a part says only `ok` or in a word what is wrong:
no address, no version, no message of a driver.
"""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.celery import app as celery_app
from receipts.slip import font, forms

log = structlog.get_logger()
SECONDS = 3  # a part that takes longer counts as away


class NotReady(Exception):
    """A part answers, but is not as it must be; the message is for the answer."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("not all applied")


def broker() -> None:
    with celery_app.connection_for_write(connect_timeout=SECONDS) as link:
        link.ensure_connection(max_retries=1, timeout=SECONDS)
        link.default_channel  # noqa: B018  opening it is the question


def storage() -> None:
    name = default_storage.save(f".ready/{uuid.uuid4()}", ContentFile(b"ready"))
    default_storage.delete(name)


def fonts() -> None:
    if not font.is_ready():
        raise NotReady("not built")


def slips() -> None:
    """Loading takes seconds, once a process: until then the part has no answer."""
    try:
        forms.load()
    except (ImportError, OSError) as error:
        log.error("slip_needs", error=str(error)[:200])
        raise NotReady("a package is missing") from error


PARTS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "broker": broker,
    "storage": storage,
    "fonts": fonts,
    "slips": slips,
}


def _ask(part: Callable[[], None]) -> None:
    try:
        part()
    finally:
        connections.close_all()  # this thread's own


def state() -> dict[str, str]:
    """Every part and `ok`, or what is wrong with it."""
    pool = ThreadPoolExecutor(max_workers=len(PARTS), thread_name_prefix="ready")
    asked = {name: pool.submit(_ask, part) for name, part in PARTS.items()}
    answers = {}
    for name, answer in asked.items():
        try:
            answer.result(SECONDS)
            answers[name] = "ok"
        except NotReady as reason:
            answers[name] = str(reason)
        except NoAnswer:
            answers[name] = "no answer"
        except Exception as error:  # whatever a driver raises: the part is away
            log.warning("part_not_ready", part=name, error=type(error).__name__)
            answers[name] = "away"
    pool.shutdown(wait=False)
    return answers


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    parts = state()
    ready = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
