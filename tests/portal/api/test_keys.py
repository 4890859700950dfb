"""Keys: what is kept of them, what is told of them, and when they end."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.api import keys
from portal.api.models import ApiKey
from portal.audit.models import Event
from tests.receipts.imports.conftest import SALE


def issue(capsys, *arguments) -> str:
    call_command("api_key", "host", "--scope", "transactions:write", *arguments)
    return capsys.readouterr().out.strip()


def test_the_command_prints_a_key_that_works(db, capsys, post):
    assert post([SALE], key=issue(capsys)).status_code == 200


def test_the_text_of_a_key_is_kept_nowhere(db, capsys):
    text = issue(capsys)
    secret = text.split("_", 2)[2]
    assert len(secret) == 43
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert secret not in str(cursor.fetchall()), table


def test_a_key_is_told_by_its_prefix(db, capsys):
    text = issue(capsys, "--merchant", "898521058120001")
    call_command("revoke_api_key")
    line = capsys.readouterr().out
    assert text[:11] in line
    assert "898521058120001" in line
    assert "never used" in line
    assert text not in line


def test_the_trail_knows_who_was_let_in_and_when_it_ended(db, capsys):
    text = issue(capsys)
    call_command("revoke_api_key", text)
    call_command("revoke_api_key", text[:11])
    events = Event.objects.filter(subject=f"api_key:{text[:11]}").order_by("sequence")
    assert [event.type for event in events] == ["api_key_issued", "api_key_revoked"]
    assert '"client":"host"' in events[0].text


def test_use_is_noted_to_the_minute(make_key, clock):
    text = make_key()
    key = keys.find(text)
    assert keys.is_still_valid(key)
    first = ApiKey.objects.get().last_used_at
    clock.shift(timedelta(seconds=30))
    assert keys.is_still_valid(key)
    assert ApiKey.objects.get().last_used_at == first
    clock.shift(timedelta(seconds=31))
    keys.is_still_valid(key)
    assert ApiKey.objects.get().last_used_at > first


@pytest.mark.parametrize(
    "arguments",
    [
        ["api_key", "Host!", "--scope", "transactions:write"],
        ["api_key", "host"],
        ["api_key", "host", "--scope", "everything"],
        ["api_key", "host", "--scope", "transactions:write", "--merchant", "a b"],
        ["revoke_api_key", "xp_none"],
    ],
)
def test_what_is_no_key_is_refused_in_words(db, arguments):
    with pytest.raises(CommandError):
        call_command(*arguments)
