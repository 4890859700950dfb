"""Which person asked: filled in from the accounts that asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0025_notices_to_gather"),
        ("accounts", "0003_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="extension",
            name="asker_person",
            field=models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE disputes_extension SET asker_person = "
            "(SELECT u.person FROM accounts_user u WHERE u.id = asked_by_id)",
            migrations.RunSQL.noop,
        ),
    ]
