"""The queue's key is SQLite's own row number, one tree less to write for each event; the triggers
look once where they looked twice."""

from django.db import migrations

from portal.audit import guards


def rebuild_queue(_apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    guards.remove(schema_editor.connection)  # they name the table that is to go
    for sql in (
        'CREATE TABLE "audit_pending_new" ("event_id" integer NOT NULL PRIMARY KEY)',
        'INSERT INTO "audit_pending_new" SELECT "event_id" FROM "audit_pending"',
        'DROP TABLE "audit_pending"',
        'ALTER TABLE "audit_pending_new" RENAME TO "audit_pending"',
    ):
        schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_event_name")]

    operations = [
        migrations.RunPython(rebuild_queue, migrations.RunPython.noop),
        migrations.RunPython(guards.renew, migrations.RunPython.noop),
    ]
