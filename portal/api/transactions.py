"""`POST /api/v1/transactions`: payments as they happen."""

import json
import re
import time

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from portal.accounts.actor import Actor
from portal.api import idempotency, keys, schema
from portal.api.models import Scope
from portal.api.problems import Busy, KeyNotValid, NotABatch, TooManyItems
from receipts.api import feed
from receipts.imports import reasons

log = structlog.get_logger()

ATTEMPTS = 3  # at a batch, when the database is busy or went away
RESULTS = ("created", "updated", "unchanged", "put_aside", "refused")
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")  # a name that may be said again: no number hides in it


class Transactions(APIView):
    scope = Scope.TRANSACTIONS_WRITE

    @extend_schema(**schema.TRANSACTIONS)
    def post(self, request):
        items = batch_of(request.data)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    text, is_replay = self._answer(request, items)
                    # Last, and before the commit: what a revoked key sent is not taken.
                    if not keys.is_still_valid(request.auth):
                        raise KeyNotValid
                break
            except (OperationalError, InterfaceError) as error:
                log.warning("feed_batch_again", error=type(error).__name__)
                if attempt == ATTEMPTS:
                    raise Busy from error
                if not connection.in_atomic_block:
                    connection.close_if_unusable_or_obsolete()
                time.sleep(0.1 * 2**attempt)
        response = HttpResponse(text, content_type="application/json")
        if is_replay:
            response["Idempotency-Replayed"] = "true"
        return response

    @staticmethod
    def _answer(request, items: list[dict]) -> tuple[str, bool]:
        first = None
        if key := idempotency.key_of(request):
            first = idempotency.first_answer(request.user, key, request.path, request.body_read)
            if first.text:
                return first.text, True
        outcomes = feed.take(
            items,
            client=request.user.name,
            merchants=frozenset(request.auth.merchants),
            actor=Actor(kind="system", id=f"api:{request.auth.prefix}"),
            size=len(request.body_read),
        )
        text = json.dumps(said_of(items, outcomes), ensure_ascii=False, separators=(",", ":"))
        if first is not None:
            first.text = text
            first.save(update_fields=["text"])
        return text, False


def batch_of(data) -> list[dict]:
    """The items of a body. What is wrong with the body as a whole is a problem; what is wrong
    inside an item is that item's own result."""
    items = data.get("transactions") if isinstance(data, dict) else None
    if not isinstance(items, list) or not items:
        raise NotABatch(_("应为 {example}，至少一条").format(example='{"transactions": [{…}, …]}'))
    if len(items) > feed.MOST_ITEMS:
        raise TooManyItems(_("一批最多 {most} 条").format(most=feed.MOST_ITEMS))
    errors = []
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            errors.append({"pointer": f"/transactions/{number}", "detail": _("应为对象")})
        elif any(isinstance(value, (dict, list)) for value in item.values()):
            errors.append(
                {
                    "pointer": f"/transactions/{number}",
                    "detail": _("各项的值应为文字、数字、true、false 或 null"),
                }
            )
    if errors:
        raise NotABatch(errors=errors[:20])
    return items


def said_of(items: list[dict], outcomes: list[feed.Outcome]) -> dict:
    known = feed.fields()
    unread = sorted({name for item in items for name in item if name not in known})
    results = [_said(number, outcome) for number, outcome in enumerate(outcomes)]
    totals = {result: sum(outcome.result == result for outcome in outcomes) for result in RESULTS}
    return {
        "read": len(items),
        **totals,
        "fields_not_read": [name for name in unread if _FIELD_NAME.fullmatch(name)][:50],
        "results": results,
    }


def _said(number: int, outcome: feed.Outcome) -> dict:
    said: dict = {"index": number, "result": outcome.result}
    if outcome.line is not None:
        said["line"] = outcome.line
    if outcome.code:
        said["code"] = outcome.code
        said["message"] = (
            _("这个密钥不能送入这家商户的交易")
            if outcome.code == "merchant_not_allowed"
            else reasons.of_row(outcome.code)
        )
    if outcome.field:
        said["field"] = outcome.field
    return said
