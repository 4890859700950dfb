"""Which person asked: filled in from the accounts that asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("erasure", "0001_erasure"),
        ("accounts", "0003_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="asker_person",
            field=models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE erasure_request SET asker_person = "
            "(SELECT u.person FROM accounts_user u WHERE u.id = asked_by_id)",
            migrations.RunSQL.noop,
        ),
    ]
