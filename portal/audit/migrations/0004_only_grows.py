"""The trail only grows from here on: what is there waits for its leaf, and triggers keep it."""

import django.db.models.deletion
from django.db import migrations, models

from portal.audit import guards


def queue(apps, schema_editor):
    event, pending = apps.get_model("audit", "Event"), apps.get_model("audit", "Pending")
    alias = schema_editor.connection.alias
    ids = event.objects.using(alias).order_by("pk").values_list("pk", flat=True)
    batch = []
    for pk in ids.iterator(chunk_size=5_000):
        batch.append(pending(event_id=pk))
        if len(batch) == 5_000:
            pending.objects.using(alias).bulk_create(batch)
            batch = []
    pending.objects.using(alias).bulk_create(batch)


def unqueue(apps, schema_editor):
    apps.get_model("audit", "Pending").objects.using(schema_editor.connection.alias).all().delete()


def remove(_apps, schema_editor):
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_reading")]

    operations = [
        migrations.AlterField(
            model_name="pending",
            name="event",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="pending",
                serialize=False,
                to="audit.event",
            ),
        ),
        migrations.RunPython(queue, unqueue),
        migrations.RunPython(guards.renew, remove),
    ]
