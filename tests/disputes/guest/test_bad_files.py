"""Files that do harm, sent where a customer sends them: each is refused beside its field in the
reader's language, or made harmless; the words stay."""

import io
import os
import resource

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.uploads.models import Upload
from tests.portal.uploads import hostile
from tests.portal.uploads.files import picture

REFUSED = {
    "三万见方.png": (hostile.png_of(30_000, 30_000), "尺寸太大", "too large"),
    "带脚本.svg": (hostile.drawing_with_script(), "不是图片或 PDF", "not a picture or a PDF"),
    "假装照片.jpg": (hostile.drawing_with_script(), "不是图片或 PDF", "not a picture or a PDF"),
    "炸弹.zip": (hostile.packed_bomb(), "不是图片或 PDF", "not a picture or a PDF"),
    "炸弹.pdf": (hostile.packed_bomb(), "不是图片或 PDF", "not a picture or a PDF"),
    "一半.jpg": (
        hostile.broken_off(picture(size=(900, 700))),
        "没有传完整",
        "incomplete",
    ),
}
MADE_HARMLESS = {"带脚本.pdf": hostile.document_with_script(), **hostile.two_at_once()}
WORDS = "三道菜没有上，图在下面。"


def a_file(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


def in_english(client) -> None:
    client.cookies["language"] = "en"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", REFUSED)
def test_while_a_case_is_opened(filled, answer, client, name, language):
    data, chinese, english = REFUSED[name]
    if language == "en":
        in_english(client)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = answer(filled, "words", body=WORDS, files=[a_file(name, data)]).content.decode()
    field = page.partition('id="id_files_error"')[2].partition("</p>")[0]
    assert (english if language == "en" else chinese) in field, field
    assert WORDS in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert not Upload.objects.exists()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200 * 1024, f"{grown} KB for {len(data)} bytes"


@pytest.mark.parametrize("name", REFUSED)
def test_in_the_conversation(case, hold, client, name):
    hold(case)
    data, chinese, _english = REFUSED[name]
    answered = client.post(f"/case/{case.number}/", {"body": WORDS, "files": [a_file(name, data)]})
    page = answered.content.decode()
    assert chinese in page.partition('id="id_files_error"')[2].partition("</p>")[0]
    assert WORDS in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert not case.messages.filter(body=WORDS).exists()


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("at", ["merchant", "desk"])
def test_of_staff_and_of_a_shop(case, client, shop, sign_in, name, at):
    if at == "desk":
        sign_in("support")
        place = f"/desk/cases/{case.number}/act/"
    else:
        client.force_login(shop.manager.user)
        place = f"/merchant/cases/{case.number}/act/"
    data, chinese, _english = REFUSED[name]
    answered = client.post(
        place, {"verb": "reply:all", "body": WORDS, "files": [a_file(name, data)]}
    )
    assert answered.status_code == 422
    assert chinese in answered.text.partition('id="composer-errors"')[2].partition("</div>")[0]
    assert f"{WORDS}</textarea>" in answered.text


@pytest.mark.parametrize("name", MADE_HARMLESS)
def test_what_is_two_things_at_once_is_written_anew_as_one(filled, answer, client, name):
    answer(filled, "words", body=WORDS, files=[a_file(name, MADE_HARMLESS[name])])
    upload = Upload.objects.get()
    with upload.file.open("rb") as file:
        kept = file.read()
    assert hostile.SECRET not in kept
    assert b"PK\x03\x04" not in kept
    assert upload.content_type in {"image/jpeg", "image/png", "application/pdf"}
    if upload.is_picture:
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.size == (60, 40)
    served = client.get(f"/files/{upload.public_id}/")
    b"".join(served.streaming_content)
    assert served["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served["Content-Security-Policy"]


def big_photo() -> bytes:
    """Close to ten megabytes, as a phone makes them."""
    with Image.frombytes("RGB", (2500, 1800), os.urandom(2500 * 1800 * 3)) as noise:
        written = io.BytesIO()
        noise.save(written, "JPEG", quality=93, subsampling=0)
    data = written.getvalue()
    assert 6_000_000 < len(data) < 10 * 1024 * 1024, len(data)
    return data


def test_five_of_ten_megabytes_one_of_them_half(filled, answer):
    """Four are kept with the words; the fifth is named, and sent alone afterwards."""
    photo = big_photo()
    files = [a_file(f"{n}.jpg", photo) for n in range(4)]
    files.insert(2, a_file("断了.jpg", hostile.broken_off(photo)))
    page = answer(filled, "words", body=WORDS, files=files).content.decode()
    assert "“断了.jpg”打不开，可能没有传完整" in page
    assert WORDS in page
    assert Upload.objects.count() == 4
    answered = answer(filled, "words", body=WORDS, files=[a_file("断了.jpg", photo)])
    assert answered.status_code == 302
    assert Upload.objects.count() == 5
