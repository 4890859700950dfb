"""What operations look at first: what came, what did not, what waits, how long it takes."""

from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from django.utils import timezone

from receipts.models import FileSource, ImportFile, PutAside
from receipts.panel import operations, settling
from tests.payments import SHANGHAI
from tests.receipts.imports.conftest import REFUND, SALE

PAGE = "/desk/imports/"
NUMBERS = count(1)


@pytest.fixture
def came(db, clock):
    """A file of that name that came today, or `ago` days before."""

    def make(name: str, ago: int = 0, **values) -> ImportFile:
        values = {"format": "canonical", "state": "done", "read": 10, "created": 10} | values
        file = ImportFile.objects.create(
            name=name, sha256=f"{next(NUMBERS):064}", size=1, started_by="system:test", **values
        )
        at = timezone.now() - timedelta(days=ago)
        ImportFile.objects.filter(pk=file.pk).update(started_at=at, finished_at=at)
        return file

    return make


@pytest.fixture
def expect(db, clock):
    def make(name: str, pattern: str, due: time | None = None, **values) -> FileSource:
        values = {"watched_from": timezone.now() - timedelta(days=30)} | values
        return FileSource.objects.create(
            name=name, pattern=pattern, format="canonical", due_at=due, **values
        )

    return make


def line(name: str) -> operations.Line:
    return next(line for line in operations.overview().lines if line.key == name)


def test_files_stand_under_their_source_and_day(came, expect):
    expect("a", "a-*.csv")
    expect("b", "?-*.csv")
    came("a-1.csv", read=7, created=7)
    came("a-2.csv", ago=2, read=12, created=9, put_aside=3)
    came("b-1.csv")
    came("x.csv", ago=6)
    came("x.csv", ago=8)
    came("feed host 2026-11-23", format="feed", state="running")
    assert [cell.rows for cell in line("a").cells] == [7, 0, 12, 0, 0, 0, 0]
    assert line("a").cells[2].put_aside == 3
    assert line("b").cells[0].files == 1
    assert [cell.files for cell in line("other").cells] == [0, 0, 0, 0, 0, 0, 1]
    assert line("feed:host").name == "host"


def test_what_did_not_come_is_named_once_and_stands_in_its_cell(came, expect):
    expect("daily", "daily-*.csv", time(6, 30))
    expect("late", "late-*.csv", time(23, 30))
    expect("untimed", "untimed-*.csv")
    came("daily-1.csv", ago=2)
    overview = operations.overview()
    assert [(each.source.name, each.day) for each in overview.missing] == [
        ("late", timezone.localdate() - timedelta(days=1)),
        ("daily", timezone.localdate()),
    ]
    assert [cell.is_missing for cell in line("daily").cells] == [*[True] * 2, False, *[True] * 4]
    assert not line("late").cells[0].is_missing
    came("late-1.csv")
    assert [each.source.name for each in operations.overview().missing] == ["daily"]


def test_a_source_is_not_missed_before_anybody_waited_for_it(expect):
    expect("new", "new-*.csv", time(0, 1), watched_from=timezone.now())
    assert operations.overview().missing == []


def test_a_file_that_was_not_read_is_none_that_came(came, expect):
    expect("daily", "daily-*.csv", time(0, 1))
    came("daily-1.csv", state="failed", error="no_header", read=0, created=0)
    cell = line("daily").cells[0]
    assert (cell.failed, cell.is_missing) == (1, True)


def test_troubled_sources_come_first(came, expect):
    expect("a", "a.csv")
    expect("b", "b.csv")
    came("a.csv")
    came("b.csv", disagrees=True)
    assert [each.key for each in operations.overview().lines] == ["b", "a"]
    assert operations.overview().disagreeing == 1


def test_rows_put_aside_are_counted_by_reason_and_refunds_that_wait_apart(load_rows):
    load_rows([SALE | {"amount": "x"}, SALE | {"amount": "y"}, SALE | {"date": "z"}, REFUND])
    overview = operations.overview()
    assert [(each.code, each.rows) for each in overview.reasons] == [("amount", 2), ("date", 1)]
    assert overview.waiting.rows == 1
    assert overview.open_rows == 3
    PutAside.objects.update(state="solved")
    assert operations.overview().reasons == []


@pytest.fixture
def settled(make_payment, merchant):
    def make(*days: int | None, source: str = "host"):
        for number in days:
            paid = datetime(2026, 11, 10, 14, 5, tzinfo=SHANGHAI)
            make_payment(
                merchant,
                at=paid,
                source=source,
                status="authorised" if number is None else "settled",
                settled_on=None if number is None else date(2026, 11, 10) + timedelta(days=number),
            )

    return make


@pytest.fixture
def auditor(make_member):
    from portal.accounts.actor import Actor

    return Actor.member(make_member("auditor"))


def test_settlement_is_told_by_source_with_median_and_ninth_tenth(settled, auditor):
    settled(*[0] * 5, *[1] * 4, 4, None, None)
    settled(-1, source="wallet")
    delays = settling.delays(auditor)
    host, wallet = delays.rows
    assert (host.source, host.settled, host.half, host.most, host.not_yet) == ("host", 10, 0, 1, 2)
    assert (wallet.settled, wallet.half, wallet.most) == (1, 0, 0)
    assert delays.looked_at == 13
    assert delays.since is not None


def test_only_the_newest_are_looked_at(settled, auditor, monkeypatch):
    settled(9, 9, 9, 1, 1)
    monkeypatch.setattr(settling, "NEWEST", 2)
    delays = settling.delays(auditor)
    assert (delays.looked_at, delays.rows[0].most) == (2, 1)


def test_each_figure_of_settlement_opens_its_payments(client, sign_in, settled):
    settled(0, 3, 5, None)
    sign_in("auditor")

    def shown(query: str) -> list:
        rows = client.get(f"{PAGE}settlement/?source=host{query}").context["rows"]
        return [number for _payment, number in rows]

    assert shown("&days=0") == [5, 3, 0]
    assert shown("&days=3") == [5, 3]
    assert shown("") == [None]
    assert shown("&days=x") == [None]
    assert client.get(f"{PAGE}settlement/?source=nobody").status_code == 200


def test_the_page_says_it_in_a_sentence_and_every_figure_opens_its_rows(
    client, sign_in, came, expect, load_rows
):
    sign_in("supervisor")
    expect("daily", "daily-*.csv", time(0, 1))
    file = came("x.csv", disagrees=True)
    load_rows([SALE | {"amount": "x"}, REFUND])
    text = client.get(PAGE).text
    assert "今天到了 <b>2 个文件</b>。" in text
    assert "个没有来</b>" in text
    assert 'href="/desk/imports/rows/?reason=amount"' in text
    assert 'href="/desk/imports/rows/?state=waiting"' in text
    day = timezone.localdate().isoformat()
    listed = client.get(f"{PAGE}files/?source=other&day={day}&only=disagrees")
    assert [each.pk for each in listed.context["page"].rows] == [file.pk]
    assert client.get(f"{PAGE}files/?source=daily").context["page"].rows == []
    assert len(client.get(f"{PAGE}files/?day=nonsense&only=x").context["page"].rows) == 2


def test_a_calm_day_says_so(client, sign_in, clock):
    sign_in("operations")
    assert "没有要处理的。" in client.get(PAGE).text


@pytest.mark.parametrize("role", ["support", "clerk", "administrator"])
def test_nobody_else_gets_in(client, sign_in, role):
    sign_in(role)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}settlement/").status_code == 403


def test_the_page_costs_a_fixed_number_of_queries(
    client, sign_in, came, expect, load_rows, django_assert_max_num_queries
):
    sign_in("operations")
    for number in range(12):
        expect(f"s{number}", f"s{number}-*.csv", time(0, 1))
        came(f"s{number}-1.csv", ago=number)
    load_rows([SALE | {"amount": "x"}, SALE | {"date": "x"}, REFUND])
    client.get(PAGE)
    with django_assert_max_num_queries(9):
        client.get(PAGE)


def test_it_speaks_english(client, sign_in, came, load_rows):
    sign_in("operations")
    load_rows([SALE | {"amount": "x"}])
    client.cookies["language"] = "en"
    text = client.get(PAGE).text
    assert "<b>1 file</b> came today." in text
    assert "From payment to settlement" in text
