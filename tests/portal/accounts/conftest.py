import json
from collections.abc import Callable

import pytest

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.gate import links


@pytest.fixture
def administrator(make_actor) -> Actor:
    return make_actor("administrator")


@pytest.fixture
def trail() -> Callable[..., dict]:
    """`trail("role.changed")`: what the one event of that type tells, with its actor."""

    def read(type: str) -> dict:
        return json.loads(Event.objects.get(type=type).text)

    return read


@pytest.fixture
def open_link(client) -> Callable[[str], str]:
    """Follow a capability link as a person does: page, button, onward. The page it leads to."""

    def follow(token: str) -> str:
        address = links.address(token).removeprefix("http://127.0.0.1:8000")
        assert client.get(address).status_code == 200
        return client.post(address).headers["Location"]

    return follow
