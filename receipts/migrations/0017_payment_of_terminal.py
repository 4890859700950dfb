"""The newest payments of a terminal by an index: it takes the place of the foreign key's own.

That one is dropped by its name: Django's way would write the whole table anew on SQLite.
"""

import django.db.models.deletion
from django.db import migrations, models

OLD = "receipts_payment_terminal_id_e1eaf75d"  # as Django names it, on both databases


class Migration(migrations.Migration):
    dependencies = [("receipts", "0016_look_up_in_one")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["terminal", "-occurred_at"], name="payment_of_terminal"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {OLD}", f"CREATE INDEX {OLD} ON receipts_payment (terminal_id)"
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="payment",
                    name="terminal",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="receipts.terminal",
                    ),
                )
            ],
        ),
    ]
