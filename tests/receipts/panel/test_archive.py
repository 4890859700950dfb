"""A merchant's day as a ZIP: one job however often it is clicked, gone on with after a kill."""

import hashlib
import io
import json
import os
import signal
import sys
import zipfile
from datetime import date, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.core.files.storage import FileSystemStorage, default_storage

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.models import DayArchive, SlipDrawing, SlipIssue
from receipts.slip import archive as archives
from receipts.slip import forms, pdf
from receipts.slip.issue import issue_slip, read
from receipts.tasks import make_archive, sweep_archives
from tests import tools
from tests.pages import assert_kept_rules

DAY = date(2026, 11, 23)
PATH = "/merchant/payments/archive/"


@pytest.fixture
def shop(make_merchant_organisation, make_merchant):
    return make_merchant("小雨文具店", organisation=make_merchant_organisation("小雨商贸"))


@pytest.fixture
def at_the_shop(client, clock, shop, sign_in):
    sign_in("clerk", shop.organisation)
    return client


@pytest.fixture
def clerk(make_actor, shop) -> Actor:
    return make_actor("clerk", shop.organisation)


@pytest.fixture
def three(shop, make_payment):
    at = datetime(2026, 11, 23, 9, 5)
    return [make_payment(shop, at=at + timedelta(hours=n)) for n in range(3)]


def ask(client, day="2026-11-23"):
    return client.post(PATH, {"day": day}, follow=True)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def packed(response) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(body(response)))


def test_from_the_click_to_the_file(at_the_shop, three):
    assert 'value="2026-11-23"' in at_the_shop.get("/merchant/payments/").text
    waiting = ask(at_the_shop)
    assert_kept_rules(waiting)
    assert '<meta http-equiv="refresh" content="3">' in waiting.text
    assert "做好了 0 张，共 3 张" in waiting.text
    archive = DayArchive.objects.get()
    make_archive(str(archive.pk))
    ready = at_the_shop.get(f"{PATH}{archive.pk}/")
    assert "http-equiv" not in ready.text
    assert "3 张商户存根" in ready.text
    answer = at_the_shop.get(f"{PATH}{archive.pk}/slips.zip")
    names = packed(answer).namelist()
    assert names == [
        "小票-小雨商贸-2026-11-23/0001 09.05 386.50 尾号7712.pdf",
        "小票-小雨商贸-2026-11-23/0002 10.05 386.50 尾号7712.pdf",
        "小票-小雨商贸-2026-11-23/0003 11.05 386.50 尾号7712.pdf",
    ]
    assert unquote(answer["Content-Disposition"]) == (
        "attachment; filename=\"slips-20261123.zip\"; filename*=UTF-8''小票-小雨商贸-2026-11-23.zip"
    )
    assert answer["Content-Type"] == "application/zip"


def test_it_holds_the_slips_as_they_were_issued(at_the_shop, clerk, three):
    first = issue_slip(three[0], actor=clerk, copy="merchant")
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    contents = packed(at_the_shop.get(f"{PATH}{archive.pk}/slips.zip"))
    assert [hashlib.sha256(contents.read(name)).hexdigest() for name in contents.namelist()] == [
        payment.slip_issues.get().sha256 for payment in three
    ]
    assert contents.read(contents.namelist()[0]) == read(first)
    assert {i.channel for i in SlipIssue.objects.exclude(pk=first.pk)} == {"archive"}
    assert all(info.flag_bits & 0x800 for info in contents.infolist()), "names said to be UTF-8"


def test_who_asked_stands_in_the_trail(clerk, three, clock):
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    asked, ready = Event.objects.filter(subject=f"archive:{archive.pk}").order_by("sequence")
    assert (asked.type, asked.actor) == ("archive.asked", clerk.id)
    told = json.loads(ready.text)
    assert (told["type"], told["on_behalf_of"]) == ("archive.ready", clerk.id)
    assert told["after"]["slips"] == 3


def test_two_clicks_make_one_job(at_the_shop, three):
    assert ask(at_the_shop).redirect_chain == ask(at_the_shop).redirect_chain
    make_archive(str(DayArchive.objects.get().pk))
    ask(at_the_shop)
    assert DayArchive.objects.count() == 1


def test_a_day_that_changed_is_packed_anew(at_the_shop, clerk, shop, three, make_payment):
    first = archives.ask(clerk, DAY)
    make_archive(str(first.pk))
    first.refresh_from_db()
    name = first.file.name
    make_payment(shop)
    second = archives.ask(clerk, DAY)
    assert (second.pk != first.pk, second.total) == (True, 4)
    first.refresh_from_db()
    assert first.state == "ended"
    assert "再打包一次" in at_the_shop.get(f"{PATH}{first.pk}/").text
    assert name


def test_only_own_payments_of_that_day_that_were_not_declined(
    clerk, shop, three, make_payment, clock
):
    make_payment()
    make_payment(shop, at=datetime(2026, 11, 22, 23, 59))
    make_payment(shop, status="declined")
    assert archives.ask(clerk, DAY).total == 3


def test_several_shops_have_a_folder_each(at_the_shop, clerk, shop, make_merchant, make_payment):
    other = make_merchant('../小雨/"二"店', organisation=shop.organisation)
    make_payment(shop), make_payment(other)
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    names = packed(at_the_shop.get(f"{PATH}{archive.pk}/slips.zip")).namelist()
    assert [name.split("/")[1] for name in names] == ["小雨文具店", "小雨二店"]


def test_a_large_day_is_bounded_and_says_so(at_the_shop, clerk, three, monkeypatch):
    monkeypatch.setattr(archives, "LIMIT", 2)
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    page = at_the_shop.get(f"{PATH}{archive.pk}/")
    assert "这一天有 3 笔，一个压缩包最多 2 张" in page.text
    assert len(packed(at_the_shop.get(f"{PATH}{archive.pk}/slips.zip")).namelist()) == 2


def test_a_turn_that_is_over_goes_on_where_it_was(clerk, three, clock):
    archive = archives.ask(clerk, DAY)
    archives.work(str(archive.pk), seconds=-1)
    archive.refresh_from_db()
    assert (archive.state, archive.holder, archive.done) == ("waiting", "", 0)
    issue_slip(three[0], actor=clerk, copy="merchant")
    DayArchive.objects.update(done=1)
    make_archive(str(archive.pk))
    archive.refresh_from_db()
    assert (archive.state, archive.done) == ("ready", 3)
    assert SlipIssue.objects.count() == 3


def test_a_worker_that_fell_silent_is_replaced_and_ends_nothing(clerk, three, clock, monkeypatch):
    archive = archives.ask(clerk, DAY)
    draw = archives._draw

    def meanwhile(mine, end):
        done = draw(mine, end)
        DayArchive.objects.update(holder="another")
        return done

    monkeypatch.setattr(archives, "_draw", meanwhile)
    make_archive(str(archive.pk))
    archive.refresh_from_db()
    assert (archive.state, archive.file.name) == ("waiting", "")
    monkeypatch.undo()
    clock.shift(archives.HELD)
    sweep_archives()
    archive.refresh_from_db()
    assert archive.state == "ready"


def test_while_one_works_another_does_nothing(clerk, three, clock):
    archive = archives.ask(clerk, DAY)
    DayArchive.objects.update(holder="another", due_at=archive.due_at + archives.HELD)
    make_archive(str(archive.pk))
    assert not SlipIssue.objects.exists()


def test_a_slip_that_cannot_be_made_is_tried_again(at_the_shop, clerk, three, monkeypatch, clock):
    archive = archives.ask(clerk, DAY)

    def fails(*args, **kwargs):
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(pdf, "slip_pdf", fails)
        make_archive(str(archive.pk))
    assert "过一会儿会自己再试" in at_the_shop.get(f"{PATH}{archive.pk}/").text
    sweep_archives()
    assert DayArchive.objects.get().state == "waiting"
    clock.shift(timedelta(seconds=20))
    sweep_archives()
    assert DayArchive.objects.get().state == "ready"


def test_a_full_disk_is_told_and_after_many_tries_the_page_says_so(
    at_the_shop, clerk, three, monkeypatch, make_member, clock
):
    make_member("operations")
    archive = archives.ask(clerk, DAY)
    save = FileSystemStorage.save

    def full(self, name, *args, **kwargs):
        if name.endswith(".zip"):
            raise OSError(28, "No space left on device")
        return save(self, name, *args, **kwargs)

    monkeypatch.setattr(FileSystemStorage, "save", full)
    for _ in range(archives.ATTEMPTS):
        make_archive(str(archive.pk))
        clock.shift(timedelta(hours=1))
    assert "磁盘满了" in Entry.objects.filter(kind="mail").first().payload["body"]
    at_the_shop.force_login(clerk.user)  # hours later
    assert "没有做成" in at_the_shop.get(f"{PATH}{archive.pk}/").text


@pytest.mark.django_db(transaction=True)
def test_it_ends_after_a_day_and_its_file_goes(at_the_shop, clerk, three, clock):
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    archive.refresh_from_db()
    name = archive.file.name
    assert default_storage.exists(name)
    clock.shift(archives.KEPT)
    sweep_archives()
    assert not default_storage.exists(name)
    archive.refresh_from_db()
    assert (archive.state, archive.file.name) == ("ended", "")
    at_the_shop.force_login(clerk.user)  # a day later
    page = at_the_shop.get(f"{PATH}{archive.pk}/slips.zip", follow=True)
    assert "再打包一次" in page.text


def test_a_lost_file_says_so(at_the_shop, clerk, three, own_files):
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    archive.refresh_from_db()
    (own_files / archive.file.name).unlink()
    page = at_the_shop.get(f"{PATH}{archive.pk}/slips.zip", follow=True)
    assert "现在取不到" in page.text


def test_a_download_that_broke_off_goes_on(at_the_shop, clerk, three):
    archive = archives.ask(clerk, DAY)
    make_archive(str(archive.pk))
    path = f"{PATH}{archive.pk}/slips.zip"
    whole = at_the_shop.get(path)
    content = body(whole)
    size = len(content)
    assert (int(whole["Content-Length"]), whole["Accept-Ranges"]) == (size, "bytes")
    for wanted, part, stated in (
        ("bytes=100-", content[100:], f"bytes 100-{size - 1}/{size}"),
        ("bytes=0-9", content[:10], f"bytes 0-9/{size}"),
        ("bytes=-7", content[-7:], f"bytes {size - 7}-{size - 1}/{size}"),
        ("bytes=5-999999999", content[5:], f"bytes 5-{size - 1}/{size}"),
    ):
        answer = at_the_shop.get(path, headers={"Range": wanted, "If-Range": whole["ETag"]})
        assert (answer.status_code, body(answer)) == (206, part)
        assert answer["Content-Range"] == stated
    for wanted in (f"bytes={size}-", "bytes=-0", "bytes=9-3"):
        assert at_the_shop.get(path, headers={"Range": wanted}).status_code == 416
    for headers in ({"Range": "bytes=1-2,4-5"}, {"Range": "bytes=1-2", "If-Range": '"other"'}):
        assert body(at_the_shop.get(path, headers=headers)) == content
    held = at_the_shop.get(path, headers={"If-None-Match": whole["ETag"]})
    assert held.status_code == 304


@pytest.mark.parametrize("day", ["", "x", "2026-02-31", "2025-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_without_slips_is_said_kindly(at_the_shop, three, day):
    answer = ask(at_the_shop, day)
    assert answer.redirect_chain == [("/merchant/payments/", 302)]
    assert "这一天没有可以打包的小票" in answer.text
    assert not DayArchive.objects.exists()


def test_another_merchants_archive_is_not_there(at_the_shop, make_actor, make_payment):
    other = make_actor("manager")
    payment = make_payment()
    payment.merchant.organisation = other.organisation
    payment.merchant.save()
    archive = archives.ask(other, DAY)
    make_archive(str(archive.pk))
    for path in ("", "slips.zip"):
        assert at_the_shop.get(f"{PATH}{archive.pk}/{path}").status_code == 404


def test_strangers_and_staff_are_kept_out(client, clerk, three, sign_in, clock):
    archive = archives.ask(clerk, DAY)
    paths = (f"{PATH}{archive.pk}/", f"{PATH}{archive.pk}/slips.zip")
    assert {client.get(path).status_code for path in paths} == {302}
    assert client.post(PATH, {"day": "2026-11-23"}).status_code == 302
    sign_in("support")
    assert {client.get(path).status_code for path in paths} == {403}
    assert client.post(PATH, {"day": "2026-11-23"}).status_code == 403
    assert client.get(PATH).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_job(clerk, three):
    made, failed = tools.at_once(*[lambda: archives.ask(clerk, DAY).pk] * 3)
    assert failed == []
    assert (len(made), len(set(made))) == (3, 1)
    assert DayArchive.objects.count() == 1


SLOW = """
import sys, time, django
django.setup()
from receipts.slip import archive, pdf
draw = pdf.slip_pdf
def slow(*args, **kwargs):
    time.sleep(0.3)
    return draw(*args, **kwargs)
pdf.slip_pdf = slow
archive.work(sys.argv[1])
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_gone_on_from(clerk, shop, make_payment, own_files, tmp_path):
    """SIGKILL in the middle: what was drawn is not drawn again, what was not is."""
    for _ in range(5):
        make_payment(shop)
    archive = archives.ask(clerk, DAY)
    environment = {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": tools.database_url(),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    command = [sys.executable, "-c", SLOW, str(archive.pk)]
    with tools.running(command, tmp_path / "log", **environment) as worker:
        tools.wait_until(lambda: SlipIssue.objects.count() >= 2, 40, "two slips")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    before = set(SlipIssue.objects.values_list("pk", flat=True))
    make_archive(str(archive.pk))
    assert DayArchive.objects.get().state == "waiting", "still the killed worker's"
    DayArchive.objects.update(due_at=archive.requested_at)
    SlipDrawing.objects.update(held_until=archive.requested_at)
    sweep_archives()
    assert DayArchive.objects.get().state == "ready"
    assert before <= set(SlipIssue.objects.values_list("pk", flat=True))
    assert SlipIssue.objects.filter(repeat=0).count() == 5


def test_every_form_has_its_maker():
    assert set(forms.FORMS) == set(SlipIssue.Form.values)
