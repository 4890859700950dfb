"""The slip against its reference pictures.

    UPDATE_PICTURES=1 .venv/bin/pytest tests/receipts/slip/test_pictures.py

draws them anew; look at them before committing.
"""

import os

import pytest

from receipts.slip.papers import PAPERS
from receipts.slip.pdf import slip_pdf
from tests.receipts.slip import drawing
from tests.receipts.slip.conftest import CODE, copy_of

PICTURES = {
    "sale": {"kind": "sale", "copy": copy_of(number=2, duplicate=True)},
    "partly-refunded": {"kind": "partly_refunded"},
    "code": {"kind": "code", "name": "𠮷野家（解放碑店）"},
    "tip-merchant": {"kind": "tip", "copy": copy_of(copy="merchant")},
    "long-name": {"kind": "foreign", "name": "超长商户名称" * 8, "en": "A LONG NAME " * 8},
    "bare": {"kind": "bare"},
    "sale-code": {"kind": "sale", "copy": copy_of(code=CODE)},
    "sale-58mm": {"kind": "sale", "copy": copy_of(number=2, duplicate=True, code=CODE)},
    "partly-refunded-58mm": {"kind": "partly_refunded", "copy": copy_of(code=CODE)},
    "code-58mm": {"kind": "code", "copy": copy_of(code=CODE), "name": "𠮷野家（解放碑店）"},
    "sale-a4": {"kind": "sale", "copy": copy_of(number=2, duplicate=True, code=CODE)},
    "partly-refunded-a4": {"kind": "partly_refunded", "copy": copy_of(code=CODE)},
    "code-merchant-a4": {"kind": "code", "copy": copy_of(copy="merchant")},
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_it_was_designed(content_of, name):
    paper = name.rpartition("-")[2]
    form = paper if paper in PAPERS else "80mm"
    document = slip_pdf(content_of(**PICTURES[name]), institution="江岸支付", form=form)
    picture = drawing.raster(document)
    if os.environ.get("UPDATE_PICTURES"):
        drawing.save_reference(name, picture)
    assert drawing.worst_tile(picture, drawing.reference(name)) <= drawing.TOLERANCE


@pytest.mark.parametrize(
    "different",
    [{"amount_minor": 38660}, {"card_tail": "4827"}, {"batch_no": "000318"}, {"name": "半山茶馆"}],
)
def test_the_comparison_can_fail(content_of, different):
    copy = copy_of(number=2, duplicate=True)
    picture = drawing.raster(slip_pdf(content_of("sale", copy, **different)))
    assert drawing.worst_tile(picture, drawing.reference("sale")) > drawing.TOLERANCE
