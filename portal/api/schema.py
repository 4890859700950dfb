"""What OpenAPI says of the API. Made from the same names that the loader reads by."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter

from portal.api.problems import MEDIA_TYPE
from receipts.api import feed, fields

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Go by `code`; title and detail are for people.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:xiaopiao:problem:not-json"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901, into the body"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_COUNT = {"type": "integer", "minimum": 0, "maximum": feed.MOST_ITEMS}
RESULT = {
    "type": "object",
    "required": ["index", "result"],
    "properties": {
        "index": {**_COUNT, "description": "Of the item in the batch, from 0"},
        "result": {
            "type": "string",
            "enum": ["created", "updated", "unchanged", "put_aside", "refused"],
            "description": "`put_aside`: kept for the institution's operations, with a reason; a "
            "refund whose original has not come waits there (`waiting`). `refused`: not kept.",
        },
        "line": {"type": "integer", "description": "Of the item in the client's feed of this day"},
        "code": {"type": "string", "description": "Why it was put aside or refused"},
        "message": {"type": "string"},
        "field": {"type": "string"},
    },
    "additionalProperties": False,
}
COMPONENTS = {
    "Problem": lambda: PROBLEM,
    "Transaction": fields.schema,
    "TransactionBatch": lambda: {
        "type": "object",
        "required": ["transactions"],
        "properties": {
            "transactions": {
                "type": "array",
                "minItems": 1,
                "maxItems": feed.MOST_ITEMS,
                "items": {"$ref": "#/components/schemas/Transaction"},
            }
        },
    },
    "TransactionResult": lambda: RESULT,
    "BatchResult": lambda: {
        "type": "object",
        "required": ["read", "created", "updated", "unchanged", "put_aside", "refused", "results"],
        "properties": {
            **dict.fromkeys(
                ["read", "created", "updated", "unchanged", "put_aside", "refused"], _COUNT
            ),
            "fields_not_read": {"type": "array", "items": {"type": "string"}},
            "results": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/TransactionResult"},
            },
        },
        "additionalProperties": False,
    },
}


# Status → what it means; every one of them a Problem.
PROBLEMS = {
    400: "The body is no JSON (`not-json`), has a key twice (`duplicate-key`), is nested too deep "
    "(`too-deep`), or the Idempotency-Key is none (`idempotency-key-invalid`).",
    401: "No key (`key-missing`), or one that is unknown or revoked (`key-not-valid`).",
    403: "The key lacks the scope `transactions:write` (`scope-missing`).",
    406: "There is only JSON (`not-acceptable`).",
    411: "The body came in chunks, without a Content-Length (`length-required`).",
    413: "The body is too large (`body-too-large`). Nothing of it was read.",
    415: "The body is not `application/json` in UTF-8, or is packed (`media-type`).",
    422: "The body is no batch (`not-a-batch`, `too-many-items`), or the Idempotency-Key was used "
    "for another body (`idempotency-key-reused`).",
    429: "Too many requests with this key, or from this address without a valid one "
    "(`too-many-requests`); see Retry-After.",
    503: "The database is busy (`busy`); see Retry-After. Nothing was done.",
}
RETRY_AFTER = {"description": "Seconds", "schema": {"type": "integer", "minimum": 0}}
TRANSACTIONS: dict[str, Any] = {
    "operation_id": "sendTransactions",
    "tags": ["transactions"],
    "summary": "Send payments as they happen",
    "description": "Up to 1,000 payments or reversals, each with a result of its own. They go "
    "through the loader that files go through: a payment that comes here and again in a file is "
    "one payment. The whole batch is one transaction.",
    "parameters": [
        OpenApiParameter(
            "Idempotency-Key",
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            OpenApiParameter.HEADER,
            description="The same key with the same body is given the first answer again, for "
            "24 hours.",
        )
    ],
    "request": {"application/json": {"$ref": "#/components/schemas/TransactionBatch"}},
    "responses": {
        (200, "application/json"): {"$ref": "#/components/schemas/BatchResult"},
        **{(status, MEDIA_TYPE): {"$ref": "#/components/schemas/Problem"} for status in PROBLEMS},
    },
}


def finish(result: dict, generator, request, public) -> dict:
    """Post-processing hook: the parts that are made from the loader's own names."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {name: make() for name, make in COMPONENTS.items()}
    operations = [operation for path in result["paths"].values() for operation in path.values()]
    for operation in operations:
        for status, response in operation["responses"].items():
            response["description"] = PROBLEMS.get(int(status), "What became of each item")
            if int(status) in {429, 503}:
                response["headers"] = {"Retry-After": RETRY_AFTER}
    return result


class BearerKeyScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "description": "manage.py api_key issues one"}
