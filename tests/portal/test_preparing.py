"""What `serve --prepare` looks after: each thing once."""

import pytest
from django.core.management import call_command

from portal import audit
from portal.accounts.actor import Actor
from portal.site import preparing
from receipts.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def said():
    return []


@pytest.fixture
def called(monkeypatch):
    """The commands that preparing calls, not run."""
    names = []
    monkeypatch.setattr(preparing, "call_command", lambda name, **_options: names.append(name))
    return names


def test_an_empty_database_gets_the_sample_data(said, called):
    preparing.sample_data(said.append)
    assert called == ["demo"]


def test_a_database_with_payments_gets_none(payment, said, called):
    preparing.sample_data(said.append)
    assert (called, said) == ([], [])


def test_a_database_with_people_gets_none(support, said, called):
    preparing.sample_data(said.append)
    assert called == []


def test_sample_data_that_were_interrupted_are_named(
    said, called, django_capture_on_commit_callbacks
):
    audit.record("installation:demo", "demo.begun", actor=Actor.system("demo"))
    preparing.sample_data(said.append)
    assert called == []
    assert "half made" in said[0]


def test_a_schema_that_is_up_to_date_is_left_alone(said, called):
    preparing.migrate(said.append)
    assert (called, said) == ([], [])


def test_static_files_are_collected_once_and_again_when_one_changes(settings, tmp_path, said):
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a { color: green }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    preparing.collect(said.append)
    preparing.collect(said.append)
    assert len(said) == 1
    assert (settings.STATIC_ROOT / "a.css").exists()
    (source / "a.css").write_text("a { color: darkgreen }")
    preparing.collect(said.append)
    assert len(said) == 2


def test_the_real_command_refuses_a_database_that_is_not_its_own(payment):
    from django.core.management.base import CommandError

    with pytest.raises(CommandError):
        call_command("demo")
    assert Payment.objects.count() == 1
