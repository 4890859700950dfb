"""The same generated requests as in `make test`, many more of them (REQUESTS=n of each mode)."""

import os

import pytest

from tests.portal.api.conftest import make_key
from tests.portal.api.test_schema import answers_to, operation

__all__ = ["make_key", "operation"]

REQUESTS = int(os.environ.get("REQUESTS", "5000"))


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_generated_request_is_answered_outside_the_schema(operation, make_key, settings, mode):
    settings.API_REQUESTS_PER_MINUTE = 10 * REQUESTS
    assert answers_to(operation, make_key(), mode, REQUESTS)
