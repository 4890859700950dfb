from django.db import migrations, models

# The limits as they stood when the product began; disputes/policy/limits.py says what they are.
LIMITS = {
    "acknowledge": {"amount": 0, "unit": "hours"},
    "slip": {"amount": 1, "unit": "hours"},
    "merchant_first_reply": {"amount": 24, "unit": "hours"},
    "merchant_settles": {"amount": 72, "unit": "hours"},
    "institution_answer": {"amount": 15, "unit": "calendar_days"},
}


def begin(apps, schema_editor):
    apps.get_model("disputes", "PolicyVersion").objects.get_or_create(
        number=1, defaults={"limits": LIMITS, "note": "首版：默认时限"}
    )


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_initial")]

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("month", models.CharField(max_length=4, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
