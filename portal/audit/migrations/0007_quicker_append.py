"""On SQLite an event moves its subject's head by one statement, and each trigger looks once."""

from django.db import migrations

from portal.audit import guards


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_lighter_append")]

    operations = [
        migrations.RunPython(guards.renew, migrations.RunPython.noop),
    ]
