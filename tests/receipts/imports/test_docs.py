"""docs/formats.md says what is true: its example goes in, its columns are the format's."""

import re

import pytest

from portal.accounts.actor import Actor
from receipts.imports import formats, load
from receipts.models import Payment


@pytest.fixture
def document(root) -> str:
    return (root / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_example_goes_in_as_it_stands(document, tmp_path):
    lines = [line.strip() for line in document.splitlines() if line.startswith("    ")]
    path = tmp_path / "example.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = load.load_file(path, actor=Actor.system("test"))
    assert (loaded.file.read, loaded.file.created, loaded.file.put_aside) == (1, 1, 0)
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.card_tail, payment.status) == (38650, "4821", "settled")
    assert (payment.slip_printed, payment.slip_cause) == ("no", "paper_out")


def test_every_column_of_the_format_is_explained(document):
    explained = set(re.findall(r"`([a-z_]+)`", document))
    titles = {names[0] for names in formats.get("canonical").columns.values()}
    assert titles <= explained
