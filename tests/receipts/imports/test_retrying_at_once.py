"""Two people at the same moment: on both databases, with real connections."""

import pytest

from portal.accounts.actor import Actor
from receipts.imports import kept
from receipts.imports.retrying import Stale, correct, retry
from receipts.models import Payment, PutAside, RowTry
from tests.receipts.imports.conftest import SALE
from tests.tools import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_two_corrections_goes_in_and_the_other_is_told(load_rows):
    load_rows([SALE | {"amount": "x"}])
    row = PutAside.objects.select_related("import_file").get()

    def deed(amount: str):
        fields = kept.fields_of(row) | {"amount": amount}
        return lambda: correct(row, fields, seen=0, actor=Actor.system("test"))

    results = together(deed("1.00"), deed("2.00"), deed("3.00"))
    assert sorted(isinstance(each, Stale) for each in results) == [False, True, True]
    assert Payment.objects.count() == RowTry.objects.count() == 1


def test_a_retry_of_all_beside_another_tries_each_row_once(load_rows):
    load_rows([SALE | {"date": "x", "voucher_no": str(n)} for n in range(1, 9)])
    ids = list(PutAside.objects.values_list("pk", flat=True))
    for row in PutAside.objects.all():
        row.row["date"] = "2026-11-20"
        row.save()
    results = together(*[lambda: retry(ids, actor=Actor.system("test"))] * 3)
    assert sorted(map(len, results)) == [0, 0, 8]
    assert Payment.objects.count() == 8
