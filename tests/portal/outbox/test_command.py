"""manage.py outbox: what waits, what was given up, and another try."""

import json

import pytest
from django.core.management import call_command

from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_counts(write_letter, capsys):
    write_letter("a")
    write_letter("b")
    Entry.objects.filter(effect_key="b").update(state="dead")
    call_command("outbox", json=True)
    said = json.loads(capsys.readouterr().out)
    counts = {(row["kind"], row["state"]): row["number"] for row in said["entries"]}
    assert counts == {("mail", "dead"): 1, ("mail", "pending"): 1}


def test_it_tries_again_what_was_given_up(write_letter, capsys):
    entry = write_letter()
    Entry.objects.update(state="dead", attempts=12)
    call_command("outbox", retry_dead=True)
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == ("pending", 0)
    assert "1 given up before" in capsys.readouterr().out


def test_it_says_that_there_is_nothing(capsys):
    call_command("outbox")
    assert "empty" in capsys.readouterr().out
