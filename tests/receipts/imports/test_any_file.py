"""Whatever stands in a file: no traceback, and no row counted twice or lost."""

import os
import random
import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.actor import Actor
from receipts.imports import load
from receipts.models import ImportFile, PutAside
from tests.receipts.imports.conftest import REFUND, SALE, as_csv

FILES = int(os.environ.get("FILES", "60"))
odd = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-+eE￥¥ 元/:", max_size=16),
    st.sampled_from(["", '"', '""', "\n", "\r", "\0", "\ufeff", "\ud800", "9" * 400, "=1+1", "#"]),
    st.sampled_from(["000001", "386.50", "2026-11-20", "void", "refund", "settled", "declined"]),
)
rows = st.lists(
    st.tuples(
        st.sampled_from([SALE, SALE, REFUND]),
        st.dictionaries(st.sampled_from([*REFUND, "rrn", "source_id", "remarks"]), odd, max_size=3),
    ).map(lambda pair: pair[0] | pair[1]),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=FILES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=rows, seed=st.integers(0, 10**6), bent=st.integers(0, 3))
def test_any_file_is_counted_to_the_last_row(db, tmp_path, rows, seed, bent):
    content = bytearray(as_csv(rows).encode("utf-8", "surrogatepass"))
    chance = random.Random(seed)
    for _ in range(bent):
        where = chance.randrange(len(content))
        content[where : where + chance.randrange(3)] = chance.choice(
            [b'"', b"\n", b",", b"\xff", b"\x00", bytes(chance.choices(string.printable.encode()))]
        )
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    result = load.load_file(path, actor=Actor.system("test"))
    if result.error:
        return
    file = ImportFile.objects.get(pk=result.file.pk)
    assert file.state == "done"
    assert file.read == file.created + file.updated + file.unchanged + file.put_aside
    assert file.put_aside == PutAside.objects.filter(import_file=file).count()
