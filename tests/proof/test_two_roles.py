"""docs/install.md as it stands, on the real server: one role owns, the other runs the product."""

import os
import re
import secrets
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from portal.audit import keys

DANGEROUS = {
    "ALTER TABLE audit_event DISABLE TRIGGER ALL": "must be owner",
    "DROP TRIGGER audit_event_kept ON audit_event": "must be owner",
    "DROP FUNCTION audit_refuse() CASCADE": "must be owner",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'": "must be owner|permission denied",
    "CREATE TABLE of_mine ()": "permission denied",
    "SET session_replication_role = replica": "permission denied",
    "SET ROLE xiaopiao_owner": "permission denied",
    "DELETE FROM audit_event": "permission denied",
    "UPDATE audit_leaf SET number = 1": "permission denied",
    "TRUNCATE audit_checkpoint": "permission denied",
    "UPDATE audit_chain SET sequence = 1": "only an event|refused",
}


class House:
    """A database of its own with both roles, and the product's programs under them."""

    def __init__(self, folder):
        mark = secrets.token_hex(4)
        self.names = {each: f"{each}_{mark}" for each in ("xiaopiao_owner", "xiaopiao_app")}
        self.names["xiaopiao"] = f"xiaopiao_{mark}"
        self.folder = folder

    def name(self, text: str) -> str:
        return re.sub(r"\bxiaopiao(_owner|_app)?\b", lambda m: self.names[m[0]], text)

    def connect(self, role: str | None = None, database: str | None = None):
        """As whoever runs the tests, where no role is named."""
        given = connection.get_connection_params()
        kept = {k: v for k, v in given.items() if k in {"host", "port", "user", "password"}}
        if role:
            kept |= {"user": self.name(role), "password": "secret"}
        name = self.name("xiaopiao") if role or database else given["dbname"]
        return psycopg.connect(**kept, dbname=name, autocommit=True)

    def url(self, role: str) -> str:
        given = connection.get_connection_params()
        host, port = given.get("host", ""), given.get("port", "")
        where = f"?host={quote(str(host), safe='')}" + (f"&port={port}" if port else "")
        return f"postgres://{self.name(role)}:secret@/{self.name('xiaopiao')}{where}"

    def run(self, *arguments: str, role: str = "xiaopiao_app", owner: str = "xiaopiao_owner"):
        key = self.folder / "audit-key.pem"
        key.write_bytes(keys._new())
        environment = {
            "DATABASE_URL": self.url(role),
            "MIGRATE_DATABASE_URL": self.url(owner),
            "PUBLIC_URL": "https://xiaopiao.example.com",
            "SECRET_KEY": "only-for-tests-" + "k" * 50,
            "VAR_DIR": str(self.folder),
            "AUDIT_KEYS": str(key),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOG_LEVEL": "ERROR",
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env={k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def starts(self, **roles) -> subprocess.CompletedProcess:
        return self.run("-c", "import portal.wsgi", **roles)


@pytest.fixture
def house(db, tmp_path):
    if connection.vendor == "sqlite":
        yield None  # a file knows no roles
        return
    made = House(tmp_path)
    text = (settings.BASE_DIR / "docs" / "install.md").read_text()
    sql = re.search(r"```sql\n(.*?)```", text, re.S)[1]
    sql = made.name(re.sub("'.*?-secret'", "'secret'", sql))
    before, after = re.split(r"\\connect \w+\n", sql)
    for lines, database in ((before, None), (after, "xiaopiao")):
        with made.connect(database=database) as server:
            for line in filter(None, map(str.strip, lines.split(";\n"))):
                server.execute(line)
    yield made
    with made.connect() as server:
        server.execute(f"DROP DATABASE {made.name('xiaopiao')} WITH (FORCE)")
        for role in ("xiaopiao_app", "xiaopiao_owner"):
            server.execute(f"DROP ROLE {made.name(role)}")


def test_the_products_role_runs_the_product_and_can_undo_nothing(house):
    if house is None:
        return
    migrated = house.run("manage.py", "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    started = house.starts()
    assert started.returncode == 0, started.stderr
    written = house.run("-c", WRITES)
    assert (written.returncode, written.stdout.split()) == (0, ["1", "1"]), written.stderr
    with house.connect("xiaopiao_app") as app:
        for sql, why in DANGEROUS.items():
            with pytest.raises(psycopg.Error, match=why):
                app.execute(house.name(sql))
        app.execute("DELETE FROM audit_opening")  # erasing is the product's own
    assert house.starts().returncode == 0

    as_owner = house.starts(role="xiaopiao_owner")
    assert as_owner.returncode != 0
    assert "xiaopiao.E031" in as_owner.stderr
    assert "xiaopiao.E030" not in as_owner.stderr
    with house.connect("xiaopiao_owner") as owner:
        owner.execute("DROP TRIGGER audit_event_kept ON audit_event")
    assert "xiaopiao.E030" in house.starts().stderr
    renewed = house.run("manage.py", "audit_triggers", "--renew")
    assert "audit_event_kept on audit_event is missing" in renewed.stdout
    assert house.starts().returncode == 0


WRITES = """
import django
django.setup()
from django.db import transaction
from portal import audit
from portal.accounts.actor import Actor
from portal.audit import sequencer
with transaction.atomic():
    event = audit.record("case:1", "case.opened", actor=Actor.system("x"), personal={"body": "林"})
print(event.sequence, sequencer.sequence())
"""
