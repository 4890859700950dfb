import pytest

from portal.accounts.actor import Actor


@pytest.fixture
def actor() -> Actor:
    return Actor.system("test")
