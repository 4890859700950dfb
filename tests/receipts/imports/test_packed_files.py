"""A gzip is read as what it holds; what unpacks to too much, or ends too early, is refused."""

import gzip

import pytest

from portal.accounts.actor import Actor
from receipts.imports import load, opening, reasons
from receipts.models import ImportFile, Merchant
from tests.receipts.imports.conftest import SALE, as_csv, counts
from tests.receipts.imports.samples import SAMPLES


@pytest.fixture
def try_load(db, clock):
    return lambda path: load.load_file(path, actor=Actor.system("test"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)
def test_a_packed_file_is_read(load_rows, sample):
    content = sample.write([sample.payment, sample.refund])
    assert counts(load_rows(gzip.compress(content), sample.format)) == (1, 1, 0, 0)


def test_the_same_rows_packed_are_the_same_file(load_rows, try_load, write):
    content = as_csv([SALE]).encode()
    load_rows(content)
    assert try_load(write(gzip.compress(content))).already
    assert ImportFile.objects.count() == 1


def test_encodings_are_found_out_inside(load_rows):
    row = {"商户名称" if name == "merchant_name" else name: v for name, v in SALE.items()}
    file = load_rows(gzip.compress(as_csv([row]).encode("gbk")))
    assert file.encoding == "gb18030"
    assert Merchant.objects.get().name == "小雨文具店"


def test_a_file_of_two_packed_parts(load_rows):
    header, row = as_csv([SALE]).splitlines()
    more = as_csv([SALE | {"voucher_no": "000002"}]).splitlines()[1]
    parts = [gzip.compress(f"{header}\n{row}\n".encode()), gzip.compress(f"{more}\n".encode())]
    assert counts(load_rows(b"".join(parts))) == (2, 0, 0, 0)


def test_a_bomb_is_refused_by_how_well_it_is_packed(try_load, write, monkeypatch):
    monkeypatch.setattr(opening, "UNASKED", 1 << 20)
    content = as_csv([SALE]).encode() + b"\n" * (4 << 20)
    assert try_load(write(gzip.compress(content))).error == "gzip_bomb"
    assert not ImportFile.objects.exists()


def test_a_file_may_not_unpack_to_more_than_is_allowed(try_load, write, settings):
    settings.IMPORT_UNPACKED_BYTES = 1_000
    rows = [SALE | {"voucher_no": f"{n:06}"} for n in range(20)]
    assert try_load(write(gzip.compress(as_csv(rows).encode()))).error == "gzip_bomb"


def test_an_honest_file_packed_well_is_read(load_rows, monkeypatch):
    monkeypatch.setattr(opening, "UNASKED", 1)
    rows = [SALE | {"voucher_no": f"{n:06}"} for n in range(1, 2_001)]
    assert load_rows(gzip.compress(as_csv(rows).encode())).created == 2_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (gzip.compress(b"a,b\n" * 1_000)[:-9], "gzip_broken"),
        (gzip.compress(b"a,b\n") + b"more", "gzip_broken"),
        (b"\x1f\x8b", "gzip_broken"),
        (b"\x1f\x8bnothing of the kind", "gzip_broken"),
        (gzip.compress(b""), "empty_file"),
        (gzip.compress(gzip.compress(b"a,b\n")), "gzip_twice"),
        (gzip.compress(b"PK\x03\x04 and so on"), "zip_file"),
        (b"PK\x03\x04" + bytes(100), "zip_file"),
    ],
    # Packed bytes hold the second of their packing: as names they would differ between the two
    # processes that collect the tests.
    ids=["cut", "more", "head", "nothing", "empty", "twice", "zip_inside", "zip"],
)
def test_what_is_no_packed_file_of_payments(try_load, write, content, code):
    assert try_load(write(content)).error == code
    assert reasons.of_file(code) != code


def test_a_packed_file_that_changes_while_it_is_read(try_load, write, monkeypatch):
    from receipts.imports import reading

    path, examined = write(gzip.compress(as_csv([SALE]).encode())), reading.examine

    def changes(*arguments):
        known = examined(*arguments)
        path.write_bytes(gzip.compress(as_csv([SALE, SALE | {"voucher_no": "2"}]).encode()))
        return known

    monkeypatch.setattr(reading, "examine", changes)
    assert try_load(path).error == "changed_while_read"
