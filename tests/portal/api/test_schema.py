"""The schema is public, true, and every answer is inside it."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.wsgi import application
from receipts.api import feed

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_anybody_may_read_the_schema(client, path):
    response = client.get(path, {"format": "json"})
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")


def test_it_comes_as_yaml_too(client):
    response = client.get("/api/schema/")
    assert response["Content-Type"].startswith("application/vnd.oai.openapi")
    assert response.content.startswith(b"openapi: 3.1")


def test_it_names_each_field_that_the_loader_reads(client):
    schema = client.get("/api/schema/", {"format": "json"}).json()
    properties = schema["components"]["schemas"]["Transaction"]["properties"]
    assert set(properties) == set(feed.fields())
    assert list(schema["paths"]) == ["/api/v1/transactions"]


@pytest.fixture
def operation(db, client):
    schema = schemathesis.openapi.from_dict(client.get("/api/schema/", {"format": "json"}).json())
    schema.app = application
    # A whole application closes the database after each request, as a server's does; this test's
    # data are in a transaction of that connection.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield schema["/api/v1/transactions"]["POST"]
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def answers_to(operation, key: str, mode: str, count: int) -> set[int]:
    """Statuses of so many generated requests, each answer held against the schema."""
    headers = {"Authorization": f"Bearer {key}"}
    statuses = set()

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def send(case):
        response = case.call(headers=headers)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    send()
    return statuses


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_generated_request_is_answered_outside_the_schema(operation, make_key, mode):
    statuses = answers_to(operation, make_key(), mode, count=60)
    assert statuses & ({200} if mode == "positive" else {400, 415, 422})
