"""Malware: clamd's own protocol on a real socket; what it finds, what waits while it is away."""

import json

import pytest

from disputes import actions
from disputes.guest import conversation
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.uploads import scanning
from portal.uploads.models import SmallView, Upload
from portal.uploads.receiving import receive
from portal.uploads.refused import Refused
from portal.uploads.tasks import check_waiting
from tests.portal.uploads.clamd import BAD, running
from tests.portal.uploads.files import document, picture, sent

pytestmark = pytest.mark.django_db

CUSTOMER = Actor.consumer("thing:1")


@pytest.fixture
def scanner(settings):
    with running() as server:
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        yield server


@pytest.fixture
def away(settings):
    settings.CLAMAV = "127.0.0.1:1"


def take(data: bytes, name: str = "点菜单.jpg", subject: str = "thing:1") -> Upload:
    return receive(sent(data, name), subject=subject, actor=CUSTOMER)


def test_without_a_scanner_nothing_is_asked():
    upload = take(picture())
    assert (upload.scan, upload.is_held) == ("", False)


def test_a_clean_file_is_looked_at_as_it_came(scanner):
    data = picture(size=(900, 900))
    upload = take(data)
    assert (upload.scan, upload.is_held) == ("clean", False)
    assert scanner.heard == [len(data)]


@pytest.mark.parametrize("data", [picture() + BAD, document() + BAD])
def test_what_is_found_is_refused_and_named(scanner, data):
    with pytest.raises(Refused, match="里有恶意程序，没有收下"):
        take(data, "账单.jpg")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("says", ["INSTREAM size limit exceeded. ERROR", "nonsense", ""])
def test_no_verdict_is_no_clean_file(scanner, settings, says):
    if says:
        scanner.says = says
    else:
        settings.CLAMAV = "unix:/nowhere/clamd.ctl"
    assert take(picture()).scan == "waits"


def test_while_it_is_away_nobody_gets_the_file_and_then_everybody_who_may(
    away, settings, case, consumer_of, client, hold
):
    upload = take(picture(), subject=case.subject)
    Upload.objects.update(uploaded_by=consumer_of(case).id)
    actions.reply(
        case,
        actor=consumer_of(case),
        body="图在这里。",
        uploads=[upload],
        submission_key=upload.public_id,
    )
    hold(case)
    address = f"/files/{upload.public_id}/"
    page = client.get(f"/case/{case.number}/").content.decode()
    assert "正在检查，过一会儿就能打开" in page
    assert address not in page
    assert client.get(address).status_code == 404
    assert check_waiting() == 0  # it is away still
    with running() as server:
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        assert (check_waiting(), check_waiting()) == (1, 0)
    assert address in client.get(f"/case/{case.number}/").content.decode()
    answer = client.get(address)
    assert answer.getvalue()[:2] == b"\xff\xd8"
    assert Event.objects.filter(type="file.checked").count() == 1


def test_staff_and_shops_read_that_it_waits(away, case, shop, client, sign_in):
    upload = take(picture(), subject=case.subject)
    actions.reply(
        case, actor=shop.clerk, body="图。", uploads=[upload], submission_key=upload.public_id
    )
    client.force_login(shop.manager.user)
    pages = [client.get(f"/merchant/cases/{case.number}/").content.decode()]
    sign_in("support")
    pages.append(client.get(f"/desk/cases/{case.number}/").content.decode())
    for page in pages:
        assert "正在检查" in page
        assert f"/files/{upload.public_id}/" not in page


def test_what_is_found_afterwards_is_deleted_and_said(away, settings, client):
    upload = take(picture())
    with upload.file.open("wb") as file:
        file.write(BAD)
    with running() as server:
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        assert check_waiting() == 1
    upload.refresh_from_db()
    assert upload.scan == "found"
    assert not SmallView.objects.exists()
    assert not upload.file.storage.exists(upload.file.name)
    assert conversation.file(upload)["size_text"] == "含有恶意程序，已删除"
    told = json.loads(Event.objects.get(type="file.infected").text)
    assert told["after"]["malware"] == "Win.Test.Bad"


def test_one_that_is_lost_or_gets_no_verdict_holds_back_no_other(away, settings):
    lost, large, good = take(picture()), take(picture(size=(900, 900))), take(picture())
    lost.file.storage.delete(lost.file.name)
    with running() as server:
        settings.CLAMAV, server.most = f"127.0.0.1:{server.server_address[1]}", good.size
        assert check_waiting() == 1
    scans = {upload.pk: upload.scan for upload in Upload.objects.all()}
    assert scans == {lost.pk: "waits", large.pk: "waits", good.pk: "clean"}


def test_one_that_answers_letter_by_letter_is_waited_for_once(scanner, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.5)
    scanner.slowly = 0.2
    assert [take(picture()).scan for _ in range(5)] == ["waits"] * 5
    assert len(scanner.heard) == 1


def test_a_scanner_that_was_turned_off_holds_nothing_back(away, settings):
    upload = take(picture())
    assert upload.is_held
    settings.CLAMAV = ""
    assert not upload.is_held
    assert check_waiting() == 0
    assert not Event.objects.filter(type="file.checked").exists()
