"""What only grows: every way of changing it is refused by the database itself."""
# ruff: noqa: S608  tables and columns are our own names

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from portal import audit
from portal.audit import checks, guards, outside, owner, sequencer
from portal.audit.models import Chain, Event, Leaf, Opening, Pending
from tests.audit import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(actor) -> Event:
    """Two events with leaves, a checkpoint, a copy of it outside, and an event that waits."""
    for _ in range(2):
        event = audit.record("case:1", "case.replied", actor=actor, personal={"body": "林"})
    sequencer.sequence()
    outside.outside_copy("mail", "letter-1")
    audit.record("case:1", "case.replied", actor=actor)
    return event


@contextmanager
def refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


def run(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [
            connection.ops.quote_name(each.name)
            for each in connection.introspection.get_table_description(cursor, table)
        ]


@pytest.mark.parametrize("table", guards.SWORN)
def test_no_row_is_changed_or_taken_away(trail, table):
    name = columns(table)[0]
    with refused():
        run(f"UPDATE {table} SET {name} = {name}")
    with refused():
        run(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*guards.SWORN, "audit_opening", "audit_pending"])
def test_no_row_is_replaced(trail, table):
    """`INSERT OR REPLACE` deletes first, and no DELETE trigger hears of it."""
    names = ", ".join(columns(table))
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1"
    else:
        first = 'level, "index"' if table == "audit_subtree" else columns(table)[0]
        last = columns(table)[-1]
        sql = (
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1 "
            f"ON CONFLICT ({first}) DO UPDATE SET {last} = excluded.{last}"
        )
    with pytest.raises(Exception, match=r"refused|next|news|conflict|parts"), transaction.atomic():
        run(sql)


@pytest.mark.parametrize("table", guards.TABLES)
def test_nothing_is_emptied_at_once(trail, table):
    if connection.vendor == "sqlite":  # which knows DELETE alone
        sql = f"DELETE FROM {table}"
        if table == "audit_opening":
            sql = f"UPDATE {table} SET value = ''"
    else:
        sql = f"TRUNCATE {table} CASCADE"
        run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused():
        run(sql)


class TestWhatMayGo:
    def test_an_opening_may_be_erased_and_not_be_changed(self, trail):
        with refused():
            Opening.objects.update(value="张")
        assert Opening.objects.filter(event=trail).delete()[0] == 1

    def test_an_event_leaves_the_queue_with_its_leaf_only(self, trail):
        with refused():
            Pending.objects.all().delete()
        with refused():
            run("INSERT INTO audit_pending (event_id) VALUES (%s)", trail.pk)

    def test_the_head_of_a_chain_follows_its_events_only(self, trail):
        with refused():
            Chain.objects.filter(subject="case:1").update(sequence=1)
        with refused():
            Chain.objects.filter(subject="case:1").update(hash="0" * 64)
        with refused():
            Chain.objects.all().delete()


class TestPlaces:
    def test_a_leaf_takes_the_next_number(self, trail):
        waiting = Pending.objects.get().event
        with refused():
            Leaf.objects.create(number=7, event=waiting, hash=b"\0" * 32)
        with refused():
            Leaf.objects.create(number=2, event=trail, hash=b"\0" * 32)

    def test_an_event_cannot_choose_its_place(self, trail):
        """PostgreSQL sets it, whatever the row says; SQLite refuses another."""
        values = ("case:1", 1, "case.replied", "x", trail.at, "{}\x1f{}\x1f{}", "0" * 64, "0" * 64)
        names = "subject, sequence, type, actor, at, text, previous_hash, hash"
        sql = f"INSERT INTO audit_event ({names}) VALUES ({', '.join(['%s'] * 8)})"
        if connection.vendor == "sqlite":
            with refused():
                run(sql, *values)
        else:
            run(sql, *values)
            last = Event.objects.order_by("-pk").first()
            assert (last.sequence, last.previous_hash) == (4, Event.objects.get(sequence=3).hash)


class TestFaults:
    def test_as_installed_there_is_none(self, db):
        assert guards.faults(connection) == []

    def test_a_missing_trigger_is_named_and_put_back(self, capsys):
        on = " ON audit_event" if connection.vendor == "postgresql" else ""
        name = "audit_event_kept" if connection.vendor == "postgresql" else "audit_event_no_update"
        run(f"DROP TRIGGER {name}{on}")
        assert [name in fault for fault in guards.faults(connection)] == [True]
        assert [each.id for each in checks.append_only() if "E030" in each.id]
        with pytest.raises(SystemExit):
            call_command("audit_triggers")
        assert guards.faults(connection)
        call_command("audit_triggers", renew=True)
        assert guards.faults(connection) == []
        assert name in Event.objects.get(type="audit.triggers_renewed").text

    def test_a_trigger_of_somebody_else_is_named(self):
        if connection.vendor == "sqlite":
            run("CREATE TRIGGER other AFTER INSERT ON audit_leaf BEGIN SELECT 1; END")
        else:
            run(
                "CREATE TRIGGER other BEFORE INSERT ON audit_leaf "
                "EXECUTE FUNCTION audit_refuse_outside_triggers()"
            )
        assert guards.faults(connection) == ["the trigger other on audit_leaf is not one of ours"]

    @pytest.mark.parametrize(
        "sql",
        [
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_kept",
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END'",
            "CREATE RULE other AS ON UPDATE TO audit_leaf DO INSTEAD NOTHING",
            "ALTER TABLE audit_checkpoint ENABLE ROW LEVEL SECURITY",
        ],
    )
    def test_what_silences_one_is_named(self, sql):
        if connection.vendor == "postgresql":
            run(sql)
        else:  # the one way that SQLite has
            run("DROP TRIGGER audit_event_no_delete")
            run(
                "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event WHEN 0 "
                "BEGIN SELECT 1; END"
            )
        assert len(guards.faults(connection)) >= 1

    def test_the_tests_own_way_around_leaves_all_in_place(self, trail):
        with unguarded():
            Event.objects.filter(pk=trail.pk).update(type="x")
        assert guards.faults(connection) == []


ROLES = """
CREATE ROLE trial_owner; CREATE ROLE trial_app;
GRANT USAGE ON SCHEMA public TO trial_app, trial_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO trial_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO trial_app
"""


class TestTheRole:
    """On PostgreSQL; on SQLite whoever opens the file may do everything."""

    @pytest.fixture
    def as_app(self, actor):
        """The tables belong to another role than the one that acts."""
        if connection.vendor == "sqlite":
            yield
            return
        for line in ROLES.split(";"):
            run(line)
        for table in guards.TABLES:
            run(f"ALTER TABLE {table} OWNER TO trial_owner")
        for name in guards.postgresql.FUNCTIONS:
            run(f"ALTER FUNCTION {name}() OWNER TO trial_owner")
        guards.install(connection)
        run("SET LOCAL ROLE trial_app")
        yield
        run("RESET ROLE")

    def powers(self) -> list[str]:
        with connection.cursor() as cursor:
            return owner.powers(cursor)

    def test_the_products_own_writes_and_numbers_and_changes_nothing(self, as_app, actor):
        audit.record("case:1", "case.opened", actor=actor, personal={"body": "林"})
        assert sequencer.sequence() == 1
        Opening.objects.all().delete()
        if connection.vendor == "postgresql":
            assert self.powers() == []
            for table in guards.SWORN:
                name = columns(table)[0]
                for sql in (f"UPDATE {table} SET {name} = {name}", f"DROP TABLE {table} CASCADE"):
                    denied = pytest.raises(Exception, match=r"permission denied|must be owner")
                    with denied, transaction.atomic():
                        run(sql)
        assert checks.append_only() == []

    @pytest.mark.parametrize(
        ("given", "word"),
        [
            ("GRANT trial_owner TO trial_app", "owns tables"),
            ("ALTER ROLE trial_app CREATEROLE", "may make roles"),
            ("ALTER ROLE trial_app SUPERUSER", "superuser"),
            ("ALTER SCHEMA public OWNER TO trial_app", "owns the schema"),
            ("GRANT SET ON PARAMETER session_replication_role TO trial_app", "silences"),
        ],
    )
    def test_one_that_could_undo_it_is_told_how(self, as_app, given, word):
        if connection.vendor == "sqlite":
            assert checks.append_only() == []  # nothing of a file can be asked
            return
        run("RESET ROLE")
        run(given)
        run("SET LOCAL ROLE trial_app")
        assert [power for power in self.powers() if word in power]
        assert "xiaopiao.E031" in {each.id for each in checks.append_only()}


def test_production_does_not_start_without_its_triggers(settings):
    settings.SERVED_OVER_TLS = True
    with unguarded_for_good(), pytest.raises(checks.ImproperlyConfigured, match="E030"):
        checks.refuse_to_start()
    settings.SERVED_OVER_TLS = False
    checks.refuse_to_start()  # `make run`


@contextmanager
def unguarded_for_good():
    """The check closes the connection; inside a test it must not."""
    guards.remove(connection)
    kept, connection.close = connection.close, lambda: None
    try:
        yield
    finally:
        connection.close = kept
        guards.install(connection)
