from django.db import migrations

SEARCHED = (("name", 8), ("name_en", 6), ("merchant_no", 3), ("city", 1))


def index_merchants(apps, schema_editor) -> None:
    """Merchants from before there was an index; `manage.py rebuild_words` does the same later."""
    from portal.words import index

    merchants = apps.get_model("receipts", "Merchant").objects.order_by("pk")
    index.write(
        "merchant",
        (
            (merchant.pk, [(getattr(merchant, name), weight) for name, weight in SEARCHED])
            for merchant in merchants.iterator(chunk_size=1_000)
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("receipts", "0011_signing_certificates"), ("words", "0001_grams")]

    operations = [migrations.RunPython(index_merchants, migrations.RunPython.noop)]
