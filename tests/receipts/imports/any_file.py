"""Files of broken rows, in every shipped format: what is generated, and what must hold of each.

Shared by the tests (few files, the same each time) and by the proof (as many as one likes).
"""

import random
import string
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from portal.accounts.actor import Actor
from receipts.imports import load, opening, reading, trial
from receipts.imports.blocks import BlockReader
from receipts.imports.columns import AT, EMPTY, STAGED
from receipts.imports.formats import Format, FormatError, get
from receipts.imports.rows import RowReader
from receipts.imports.sheet import opened
from receipts.models import ImportFile, Payment, PutAside, Reversal
from tests.receipts.imports.conftest import REFUND, SALE, as_csv
from tests.receipts.imports.samples import SAMPLES, Sample

CANONICAL = Sample(
    "canonical",
    SALE | {"rrn": "", "source_id": "", "remarks": ""},
    REFUND,
    38650,
    8650,
    "7712",
    lambda rows: as_csv(rows).encode("utf-8", "surrogatepass"),
    card="card_tail",
    number_fields=("voucher_no", "source_id", "rrn"),
)
FORMATS = [CANONICAL, *SAMPLES]
ACTOR = Actor.system("test")

odd = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-+eE￥¥$ 元/:()", max_size=16),
    st.sampled_from(["", '"', '""', "\n", "\r", "\0", "\ufeff", "\ud800", "9" * 400, "=1+1", "#"]),
    st.sampled_from(["(12.00)", "12.345", "１２", "1.234,50", "-0.01", "1e3", "`", "``", "\t"]),
    st.sampled_from(["㑇", "𠮷", "😀", "0", "000000", "签到", "总交易单数", "T", "H", "D1"]),
    st.sampled_from(["000001", "386.50", "2026-11-20", "20261120", "2025-11-20", "2099-01-01"]),
    st.sampled_from(
        ["void", "refund", "消费撤销", "退货", "REFUND", "REVOKED", "31", "04", "FAIL"]
    ),
)
# What moves no cell: rows of such values are as many as were written.
_MOVES = set(',"\n\r#`\0\ufeff\ud800\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029')
_BENT = [b'"', b"\n", b",", b"`", b"\xff", b"\x00", b"\xef\xbb\xbf", b"\r", b"#"]


@dataclass(frozen=True)
class Rows:
    rows: list[dict]
    is_tame: bool


def rows_of(sample: Sample) -> st.SearchStrategy[Rows]:
    columns = [column for column in sample.payment if column != "mark"]
    each = st.tuples(
        st.sampled_from(["payment", "payment", "refund"]),
        st.integers(1, 4),
        st.dictionaries(st.sampled_from(columns), odd, max_size=3),
        # Some of what another row is known by, or nothing: they meet in every way there is.
        st.dictionaries(
            st.sampled_from(sample.number_fields),
            st.sampled_from(["", "000001", "000002"]),
            max_size=2,
        ),
    )
    return st.lists(each, min_size=1, max_size=12).map(lambda made: _made(sample, made))


def _made(sample: Sample, made: list) -> Rows:
    rows = [
        (sample.numbered(number) if kind == "payment" else sample.refund) | names | broken
        for kind, number, broken, names in made
    ]
    tame = all(not _MOVES & set(text) for _, _, broken, _ in made for text in broken.values())
    return Rows(rows, tame)


def bent(content: bytes, times: int, seed: int) -> bytes:
    """With bytes put in, taken out and changed; and now and then cut off."""
    chance, bytes_ = random.Random(seed), bytearray(content)
    for _ in range(times):
        where = chance.randrange(len(bytes_))
        bytes_[where : where + chance.randrange(3)] = chance.choice(
            [*_BENT, bytes(chance.choices(string.printable.encode()))]
        )
    return bytes(bytes_[: chance.randrange(len(bytes_))] if times == 3 else bytes_)


def holds(sample: Sample, rows: Rows, times: int, seed: int, folder: Path) -> None:
    """Load the file, and the same rows once more; each row is counted once and none is lost. What
    it leaves is undone, so that a file that fails does so by itself."""
    with transaction.atomic():
        if seed % 2:  # payments that are known already, by a file that nobody broke
            path = folder / "before.csv"
            path.write_bytes(sample.write([sample.numbered(n) for n in (1, 2)] + [sample.refund]))
            assert not load.load_file(path, sample.format, actor=ACTOR).error
        _holds(sample, rows, times, seed, folder)
        transaction.set_rollback(True)


def _holds(sample: Sample, rows: Rows, times: int, seed: int, folder: Path) -> None:
    content = bent(sample.write(rows.rows), times, seed)
    path = folder / "any.csv"
    path.write_bytes(content)
    payments, reversals = Payment.objects.count(), Reversal.objects.count()
    read_both_ways(path, sample.format)
    result = load.load_file(path, sample.format, actor=ACTOR)
    if result.error:
        assert times, result  # what nobody bent is a file of its format
        return
    file = ImportFile.objects.get(pk=result.file.pk)
    _counted(file)
    if not result.already:
        assert Payment.objects.count() - payments == file.created
        if rows.is_tame and not times:
            assert file.read == len(rows.rows)
    assert load.load_file(path, sample.format, actor=ACTOR).already
    if seed % 4 < 2 and b"\n" in content:  # one line of old Mac's would become another
        _once_more(sample, path, content, file)
        trial.tried(path, get(sample.format), 20)
    assert Reversal.objects.count() >= reversals


def read_both_ways(path: Path, format_name: str, at_once: int = 5) -> None:
    """By columns and one record after another: the same payments, shops, reasons and totals."""
    format = get(format_name)
    try:
        known = reading.examine(path, format.encodings)
        one, other = (_chunk(path, format, known.encoding, n) for n in (0, at_once))
    except (reading.NotReadable, FormatError):
        return
    assert one == other


def _chunk(path: Path, format: Format, encoding: str, at_once: int) -> list:
    with opening.opened(path) as source:
        sheet = opened(source, encoding, format)
        reader = RowReader.of(sheet.placed, format, timezone.now())
        reader.tally = sheet.tally(reader)
        chunk, blocks, records = reader.start_chunk(0), BlockReader(reader), iter(sheet)
        while block := list(islice(records, at_once or 1)):
            if at_once:
                blocks.take(block)
            else:
                blocks.by_itself(block[0])
        reader.end_chunk()
    ids = [row[AT.id] for row in chunk.payments]
    assert len(ids) == len(set(ids))
    for row in chunk.payments:
        row[AT.id] = ""
    refused = [(r.line, r.column, r.reason, r.row) for r in chunk.refused]
    counted = chunk.read, chunk.no_news, chunk.totals, chunk.places
    for row in chunk.payments:  # what is not carried to the database is what it is by default
        assert all(row[n] == EMPTY[n] for n in set(range(len(STAGED))) - set(chunk.columns))
    return [chunk.payments, chunk.reversals, refused, counted]


def _counted(file: ImportFile) -> None:
    assert file.state == "done"
    assert file.read == file.created + file.updated + file.unchanged + file.put_aside
    lines = PutAside.objects.filter(import_file=file).values_list("line", flat=True)
    assert file.put_aside == len(lines) == len(set(lines))


def _once_more(sample: Sample, path: Path, content: bytes, first: ImportFile) -> None:
    """The same rows in other bytes make no payment and no reversal a second time. A row that could
    not be true when it was read may be, after what stood below it: that one goes in now, once."""
    payments, reversals = Payment.objects.count(), Reversal.objects.count()
    path.write_bytes(content + b"\n\n")
    again = load.load_file(path, sample.format, actor=ACTOR)
    if again.error or again.already:
        return
    file = ImportFile.objects.get(pk=again.file.pk)
    _counted(file)
    aside = PutAside.objects.filter(import_file__in=[first, file])
    told = [*aside.values(), *Payment.objects.filter(import_file=file).values()]
    refused = aside.filter(import_file=first, reason__in=["differs", "identity_conflict"])
    still = aside.filter(import_file=file).values("line")
    assert file.created <= refused.exclude(line__in=still).count(), told
    assert file.read == first.read, told
    assert Payment.objects.count() - payments == file.created
    if not file.created:
        assert Reversal.objects.count() == reversals
