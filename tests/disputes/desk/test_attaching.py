"""Pictures and PDFs that staff and merchants send with their words."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.guest import drafts
from disputes.models import Message
from portal.uploads.models import Upload
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.usefixtures("clock")

WITH_WORDS = {
    "reply:all": {},
    "reply:merchant": {},
    "add_note": {},
    "ask_consumer": {},
    "offer_refund": {"amount_offer_refund": "1"},
    "resolve": {"reason_resolve": "other", "cause_resolve": "none_found"},
    "reject": {"reason_reject": "other", "cause_reject": "none_found"},
}


def photo(name="账单.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture("PNG"), "image/png")


def bad(name="程序.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"MZ" + bytes(99), "image/jpeg")


@pytest.fixture
def at_the_shop(client, shop):
    client.force_login(shop.manager.user)
    return client


@pytest.fixture
def send(client, case):
    """Send the composer's form; whoever is signed in decides under which address."""

    def do(verb="reply:all", body="请看图。", files=(), at="merchant", **values):
        place = (
            f"/merchant/cases/{case.number}" if at == "merchant" else f"/desk/cases/{case.number}"
        )
        form = {"verb": verb, "body": body, "submission_key": str(uuid.uuid4()), "files": files}
        return client.post(f"{place}/act/", form | values)

    return do


def got(browser, upload) -> int:
    answer = browser.get(f"/files/{upload.public_id}/")
    if answer.streaming:
        answer.getvalue()  # read to its end, the file is closed
    return answer.status_code


def last() -> Message:
    return Message.objects.exclude(author_kind="system").latest("pk")


@pytest.mark.parametrize("verb", WITH_WORDS)
def test_it_goes_with_whatever_is_said(at_the_shop, send, verb):
    answer = send(verb, files=[photo("账单.png"), photo("桌子.png")], **WITH_WORDS[verb])
    assert answer.status_code == 302, answer.context["errors"]
    assert [upload.name for upload in last().uploads.order_by("pk")] == ["账单.png", "桌子.png"]


def test_the_customer_reads_it_and_downloads_it(at_the_shop, send, case, hold, other_browser):
    send(files=[photo()])
    hold(case, other_browser)
    page = other_browser.get(f"/case/{case.number}/").content.decode()
    assert "账单.png" in page
    upload = last().uploads.get()
    assert got(other_browser, upload) == 200


@pytest.mark.parametrize("verb", ["reply:merchant", "add_note"])
def test_what_is_not_for_the_customer_is_not(at_the_shop, send, case, hold, other_browser, verb):
    send(verb, files=[photo()])
    hold(case, other_browser)
    assert "账单.png" not in other_browser.get(f"/case/{case.number}/").content.decode()
    upload = last().uploads.get()
    assert got(other_browser, upload) == 404


def test_a_note_of_the_shop_is_not_the_institutions(at_the_shop, send, client, sign_in):
    send("add_note", files=[photo()])
    upload = last().uploads.get()
    assert got(client, upload) == 200
    sign_in("supervisor")
    assert got(client, upload) == 404


def test_the_desk_sends_them_too(client, sign_in, send):
    sign_in("support")
    assert send(files=[photo()], at="desk").status_code == 302
    assert last().uploads.get().name == "账单.png"


def test_a_bad_file_is_named_and_neither_words_nor_good_files_are_lost(at_the_shop, send):
    answer = send(files=[photo(), bad()], body="两张图。")
    assert answer.status_code == 422
    assert "“程序.jpg”不是图片或 PDF" in answer.text
    assert "两张图。</textarea>" in answer.text
    kept = Upload.objects.get()
    assert f'name="kept" value="{kept.public_id}"' in answer.text
    assert send(kept=str(kept.public_id)).status_code == 302
    assert last().uploads.get() == kept


def test_words_that_are_refused_keep_the_files(at_the_shop, send):
    answer = send("resolve", files=[photo()])
    assert answer.status_code == 422
    assert f'value="{Upload.objects.get().public_id}"' in answer.text


def test_one_can_be_taken_away_again_and_the_words_stay(at_the_shop, send):
    send(files=[photo(), bad()])
    kept = str(Upload.objects.get().public_id)
    answer = send(body="还没写完", kept=kept, remove=kept)
    assert answer.status_code == 200
    assert "还没写完</textarea>" in answer.text
    assert not Upload.objects.exists()
    assert not Message.objects.exclude(author_kind__in=["system", "consumer"]).exists()


def test_a_form_sent_twice_has_its_files_once(at_the_shop, send):
    key = str(uuid.uuid4())
    for _ in range(2):
        assert send(files=[photo()], submission_key=key).status_code == 302
    assert (Upload.objects.count(), last().uploads.count()) == (1, 1)


def test_more_than_five_are_too_many(at_the_shop, send):
    answer = send(files=[photo(f"{n}.png") for n in range(6)])
    assert answer.status_code == 422
    assert "一共最多 5 个文件" in answer.text


def test_a_file_of_somebody_else_cannot_be_slipped_in(at_the_shop, send, client, sign_in, case):
    send(files=[photo(), bad()])
    kept = str(Upload.objects.get().public_id)
    sign_in("support")
    assert send(at="desk", kept=kept).status_code == 302
    assert last().uploads.count() == 0


def test_a_canned_reply_loses_no_file(at_the_shop, send):
    answer = send(files=[photo()], canned="0")
    assert f'name="kept" value="{Upload.objects.get().public_id}"' in answer.text


def test_what_nobody_sent_is_erased_after_a_week(at_the_shop, send, pass_time):
    send(files=[photo(), bad()])
    Upload.objects.update(created_at="2020-01-01T00:00:00Z")
    assert drafts.erase_unsent_files() == 1
