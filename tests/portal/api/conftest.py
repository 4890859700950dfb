"""A program that holds a key, and how it calls."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from portal.accounts.actor import Actor
from portal.api import keys

ADDRESS = "/api/v1/transactions"


@pytest.fixture
def make_key(db) -> Callable[..., str]:
    """The text of a key of the client `host`."""

    def make(client: str = "host", *, scopes=("transactions:write",), merchants=()) -> str:
        return keys.issue(client, scopes=scopes, merchants=merchants, actor=Actor.system("test"))[1]

    return make


@pytest.fixture
def post(make_key) -> Callable:
    """`post([item, …])` or `post(body=b"…")`; headers by name. The key is one of `host`, unless
    `key` is given ("" for none)."""
    made: list[str] = []

    def send(items=None, *, body=None, key=None, path=ADDRESS, content_type=None, **headers):
        if key is None:
            made or made.append(make_key())
            key = made[0]
        if body is None:
            body = json.dumps({"transactions": items})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return Client(raise_request_exception=False).generic(
            "POST",
            path,
            body,
            content_type=content_type or "application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return send


def code_of(response) -> str:
    """Of a problem, which is checked to be a whole one."""
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:xiaopiao:problem:{problem['code']}"
    assert problem["title"]
    return problem["code"]
