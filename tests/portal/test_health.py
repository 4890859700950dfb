"""/healthz and /readyz: what a load balancer and an operator ask."""

import json
import sys

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.celery import app as celery_app
from portal.site import health
from receipts.slip import forms
from tests import tools


@pytest.fixture
def built_font(settings, tmp_path):
    """A font that is_ready() accepts, whether or not set-up has built the real one."""
    from receipts.slip import font

    settings.FONTS_DIR = tmp_path / "fonts"
    settings.FONTS_DIR.mkdir()
    files = {}
    for face in font.FACES:
        face.path.write_bytes(b"glyphs")
        files[face.file] = {"bytes": 6}
    (settings.FONTS_DIR / font.MANIFEST).write_text(json.dumps({"files": files}))
    return settings.FONTS_DIR


def test_healthz_answers_without_asking_the_database(client):
    # No `db` fixture: a query would raise.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


def test_healthz_rejects_post(client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.usefixtures("transactional_db", "built_font")
class TestReadyz:
    def test_it_is_ready_when_every_part_is(self, client):
        forms.load()  # which may take longer than a part may, once
        answer = client.get("/readyz")
        assert answer.json() == {"ready": True, "parts": dict.fromkeys(health.PARTS, "ok")}
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]

    def test_it_names_a_missing_font(self, client, built_font):
        next(built_font.glob("*.ttf")).unlink()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["ready"] is False
        assert answer.json()["parts"]["fonts"] == "not built"
        assert answer.json()["parts"]["database"] == "ok"

    def test_it_names_a_package_without_which_no_slip_is_made(self, client, monkeypatch):
        forms.load()
        monkeypatch.delattr("receipts.slip.pades")
        monkeypatch.setitem(sys.modules, "receipts.slip.pades", None)
        forms.load.cache_clear()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["slips"] == "a package is missing"
        monkeypatch.undo()
        assert client.get("/readyz").json()["parts"]["slips"] == "ok"

    def test_it_names_migrations_that_are_not_applied(self, client):
        latest = MigrationRecorder(connection).migration_qs.filter(app="receipts").last()
        MigrationRecorder(connection).record_unapplied("receipts", latest.name)
        try:
            answer = client.get("/readyz")
        finally:
            MigrationRecorder(connection).record_applied("receipts", latest.name)
        assert answer.status_code == 503
        assert answer.json()["parts"]["migrations"] == "not all applied"

    def test_it_names_a_storage_that_takes_no_files(self, client, own_files):
        own_files.parent.mkdir(exist_ok=True)
        own_files.write_text("a file where the folder should be")
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["storage"] == "away"

    def test_it_leaves_no_file_behind(self, client, own_files):
        client.get("/readyz")
        assert [path for path in own_files.rglob("*") if path.is_file()] == []

    def test_it_names_a_broker_that_is_away_and_tells_no_address(self, client, monkeypatch):
        port = tools.free_port()
        monkeypatch.setattr(
            celery_app, "connection_for_write", broker_at(f"redis://:secret@127.0.0.1:{port}/0")
        )
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["broker"] == "away"
        assert "secret" not in answer.text
        assert str(port) not in answer.text

    def test_it_waits_for_no_part_longer_than_it_says(self, client, monkeypatch):
        monkeypatch.setattr(health, "SECONDS", 0.2)
        monkeypatch.setitem(health.PARTS, "broker", lambda: tools.time.sleep(2))
        began = tools.time.monotonic()
        answer = client.get("/readyz")
        assert tools.time.monotonic() - began < 1.5
        assert answer.json()["parts"]["broker"] == "no answer"


def broker_at(url: str):
    import kombu

    return lambda **options: kombu.Connection(
        url, connect_timeout=1, transport_options={"socket_connect_timeout": 1}
    )
