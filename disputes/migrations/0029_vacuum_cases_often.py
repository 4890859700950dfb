from django.db import migrations

# The queue's figures are read off indexes alone as long as VACUUM has seen the pages of the cases.
# By PostgreSQL's own measure that is after a fifth of all cases has changed: with a million, never
# for those that are open. From a hundredth on a figure costs a tenth (docs/decisions/desk-speed.md).
OFTEN = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


def vacuum_often(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        settings = ", ".join(f"{name} = 0.01" for name in OFTEN)
        schema_editor.execute(f"ALTER TABLE disputes_case SET ({settings})")


def as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE disputes_case RESET ({', '.join(OFTEN)})")


class Migration(migrations.Migration):
    dependencies = [("disputes", "0028_indexes_without_empties")]
    operations = [migrations.RunPython(vacuum_often, as_before)]
