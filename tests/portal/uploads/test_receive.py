"""What is taken from outside, what is refused, and in which words."""

import hashlib
import io
import zlib

import pikepdf
import pytest
from django.utils import translation
from PIL import Image, ImageFile

from disputes.actions import reply
from portal.accounts.actor import Actor
from portal.uploads.handler import TooLarge
from portal.uploads.models import SmallView, Upload
from portal.uploads.receiving import discard, receive
from portal.uploads.refused import Refused
from tests.portal.uploads.files import document, photo_with_place, picture, sent

pytestmark = pytest.mark.django_db
SENDER = Actor.consumer("draft:1")


def take(data: bytes, name="图.jpg", **options) -> Upload:
    return receive(sent(data, name, **options), subject="draft:1", actor=SENDER)


def refusal(data: bytes, name="图.jpg") -> str:
    with pytest.raises(Refused) as refused:
        take(data, name)
    assert not Upload.objects.exists()
    return refused.value.message


def kept(upload: Upload) -> bytes:
    with upload.file.open("rb") as file:
        return file.read()


def test_it_keeps_a_picture_under_a_name_of_its_own():
    data = picture()
    upload = take(data, "点菜单.jpg")
    assert upload.name == "点菜单.jpg"
    assert upload.content_type == "image/jpeg"
    assert upload.file.name == f"uploads/{upload.public_id.hex[:2]}/{upload.public_id.hex}"
    assert upload.sha256 == hashlib.sha256(kept(upload)).hexdigest()
    assert upload.received_sha256 == hashlib.sha256(data).hexdigest()
    assert upload.size == len(kept(upload))
    assert upload.uploaded_by == "consumer:draft:1"


def test_a_small_view_is_kept_with_it_and_goes_with_it():
    upload = take(photo_with_place(size=(4000, 3000)))
    small = bytes(upload.small_view.data)
    assert b"SECRET" not in small
    with Image.open(io.BytesIO(small)) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (281, 375))
    discard(upload, actor=SENDER)
    assert not SmallView.objects.exists()


def test_what_was_sent_meanwhile_is_not_taken_away(case, consumer_of):
    """Removed in one window while it is sent in another: the message keeps it."""
    sender = consumer_of(case)
    upload = receive(sent(picture(), "图.jpg"), subject=case.subject, actor=sender)
    reply(case, actor=sender, body="图。", uploads=[upload], submission_key=upload.public_id)
    assert discard(upload, actor=sender) is False
    assert kept(Upload.objects.get(message__case=case))
    alone = take(picture())
    assert [discard(alone, actor=SENDER), discard(alone, actor=SENDER)] == [True, False]


def test_it_forgets_where_and_by_whom_a_photo_was_taken_and_stands_it_upright():
    data = photo_with_place(size=(60, 40))
    assert b"SECRET-AUTHOR" in data
    assert b"SECRET-COMMENT" in data
    content = kept(take(data))
    assert b"SECRET" not in content
    with Image.open(io.BytesIO(content)) as photo:
        assert photo.size == (40, 60)
        assert not photo.getexif()
        assert "comment" not in photo.info


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF"])
def test_it_takes_screenshots_and_draws_them_as_png(format):
    upload = take(picture(format), f"截屏.{format.lower()}")
    assert upload.content_type == "image/png"
    assert upload.name == "截屏.png"


def test_of_a_moving_picture_the_first_frame_stays():
    written = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(
        written, "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "blue")]
    )
    with Image.open(io.BytesIO(kept(take(written.getvalue(), "a.gif")))) as still:
        assert getattr(still, "n_frames", 1) == 1
        assert still.getpixel((4, 4))[0] > 200


def test_what_shone_through_becomes_white_and_not_black():
    written = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(written, "PNG")
    with Image.open(io.BytesIO(kept(take(written.getvalue())))) as flat:
        assert flat.getpixel((4, 4)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller():
    with Image.open(io.BytesIO(kept(take(picture(size=(4000, 1000)))))) as small:
        assert small.size == (3000, 750)


def test_it_refuses_a_picture_that_swells():
    assert "4000 万像素" in refusal(picture("PNG", size=(9000, 5000)), "大.png")


def test_it_refuses_a_picture_that_claims_more_than_it_has():
    bomb = bytearray(picture("PNG", size=(10, 10)))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    assert "4000 万像素" in refusal(bytes(bomb), "炸弹.png")


def test_it_refuses_a_program_that_calls_itself_a_picture():
    message = refusal(b"MZ\x90\x00\x03" + bytes(400), "照片.jpg")
    assert message.startswith("“照片.jpg”不是图片或 PDF")


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"#!/bin/sh\nrm -rf ~\n",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"PK\x03\x04" + bytes(100),
        "写在文本里的话".encode(),
        bytes(1000),
    ],
)
def test_it_refuses_everything_that_is_neither_picture_nor_document(data):
    assert "不是图片或 PDF" in refusal(data)


def test_it_refuses_a_picture_that_breaks_off():
    assert "打不开" in refusal(picture(size=(800, 800))[:600])


def test_it_does_so_too_where_a_slip_was_drawn_before():
    """WeasyPrint lets Pillow take half a picture for a whole one, in the whole process."""
    import weasyprint.images  # noqa: F401  as the first slip of a process does

    ImageFile.LOAD_TRUNCATED_IMAGES = True  # imported long ago, it does so no more
    assert "没有传完整" in refusal(picture(size=(900, 700))[:2000])


def test_it_refuses_a_picture_in_name_only():
    assert "打不开" in refusal(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"MZ" * 300)


def test_nothing_behind_the_pixels_comes_along():
    upload = take(picture() + b"PK\x03\x04<script>alert(1)</script>")
    assert b"<script>" not in kept(upload)


def test_it_says_what_to_do_with_heic():
    message = refusal(b"\x00\x00\x00\x18ftypheic" + bytes(100), "IMG_0001.HEIC")
    assert "HEIC" in message
    assert "截一张屏" in message


def test_it_refuses_an_empty_file():
    assert "是空的" in refusal(b"")


def test_it_refuses_what_is_above_the_limit(settings):
    settings.UPLOAD_MAX_BYTES = 200
    assert "超过了" in refusal(picture("PNG", size=(300, 300)) + bytes(200))


def test_it_refuses_what_the_door_has_already_dropped():
    with pytest.raises(Refused, match=r"30\.0"):
        receive(
            TooLarge(name="录像.jpg", size=30 * 1024 * 1024, content_type="image/jpeg"),
            subject="draft:1",
            actor=SENDER,
        )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\me\\小票.JPG", "小票.jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie x=1.jpg"),
        ("..", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("<img src=x>.png", "img src=x.jpg"),
        ("长" * 300 + ".jpg", "长" * 76 + ".jpg"),
        ("photo.jpeg", "photo.jpg"),
        ("", "file.jpg"),
    ],
)
def test_a_name_is_one_visible_line_and_ends_as_what_it_is(given, shown):
    from portal.uploads import names

    assert names.clean(given, "image/jpeg") == shown


def test_it_keeps_a_document():
    upload = take(document(), "账单.pdf")
    assert (upload.name, upload.content_type) == ("账单.pdf", "application/pdf")
    with pikepdf.open(io.BytesIO(kept(upload))) as pdf:
        assert len(pdf.pages) == 1


def test_a_document_that_calls_itself_a_picture_is_a_document():
    assert take(document(), "账单.jpg").name == "账单.pdf"


def test_it_refuses_a_locked_document():
    locked = document(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert "加了密码" in refusal(locked, "账单.pdf")


def test_it_refuses_a_document_that_opens_but_is_encrypted():
    locked = document(encryption=pikepdf.Encryption(owner="o", user=""))
    assert "加了密码" in refusal(locked, "账单.pdf")


def script(pdf):
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('SECRET')")


def launch(pdf):
    return pikepdf.Dictionary(S=pikepdf.Name.Launch, F="SECRET.exe")


def opens_with(action):
    def change(pdf):
        pdf.Root.OpenAction = action(pdf)

    return change


def names_a_script(pdf):
    pdf.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=["SECRET", pdf.make_indirect(script(pdf))])
    )


def carries_a_file(pdf):
    pdf.attachments["SECRET.exe"] = b"MZ SECRET"


def has_a_form_that_acts(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"SECRET"), Fields=[])


def acts_on_a_page(pdf):
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=script(pdf))


def clicked_it_acts(pdf):
    pdf.pages[0].obj.Annots = pdf.make_indirect(
        pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[0, 0, 9, 9],
                    A=launch(pdf),
                )
            ]
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        opens_with(script),
        opens_with(launch),
        names_a_script,
        carries_a_file,
        has_a_form_that_acts,
        acts_on_a_page,
        clicked_it_acts,
    ],
)
def test_a_document_is_relieved_of_everything_that_acts(change):
    data = document(change)
    content = kept(take(data, "账单.pdf"))
    with pikepdf.open(io.BytesIO(content)) as pdf:
        everything = b"".join(
            thing.read_bytes() if isinstance(thing, pikepdf.Stream) else thing.unparse()
            for thing in pdf.objects
            if isinstance(thing, (pikepdf.Stream, pikepdf.Dictionary, pikepdf.Array))
        )
    assert b"SECRET" not in everything


def test_it_refuses_a_document_that_acts_where_no_cleaning_looks():
    def hide(pdf):
        pdf.Root.PieceInfo = pikepdf.Dictionary(Odd=pikepdf.Dictionary(Deep=script(pdf)))

    assert "脚本或附件" in refusal(document(hide), "账单.pdf")


def test_it_refuses_a_document_that_is_none():
    assert "打不开" in refusal(b"%PDF-1.7\nnothing of the kind", "账单.pdf")


def test_it_refuses_a_document_of_too_many_pages():
    def grow(pdf):
        for _page in range(250):
            pdf.add_blank_page(page_size=(10, 10))

    assert "页数太多" in refusal(document(grow), "账单.pdf")


def document_with_packed_objects(megabytes: int) -> bytes:
    """A whole PDF whose catalogue lies in an object stream, followed by so many blanks."""
    pack = zlib.compressobj(9)
    packed = pack.compress(
        b"9 0 <</Type/Catalog/Pages<</Type/Pages/Count 1/Kids[<</Type/Page/MediaBox[0 0 9 9]>>]>>>>"
    )
    packed += b"".join(pack.compress(b" " * 1_000_000) for _ in range(megabytes)) + pack.flush()
    start = b"%PDF-1.5\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length "
    body = start + b"%d>>\nstream\n%s\nendstream\nendobj\n" % (len(packed), packed)

    def entry(kind: int, where: int, index: int = 0) -> bytes:
        return bytes([kind]) + where.to_bytes(4, "big") + bytes([index])

    table = [entry(0, 0), entry(1, 9), entry(1, len(body)), *[entry(0, 0)] * 6, entry(2, 1)]
    return body + (
        b"2 0 obj\n<</Type/XRef/Size 10/W[1 4 1]/Root 9 0 R/Length 60>>\nstream\n%s\n"
        b"endstream\nendobj\nstartxref\n%d\n%%%%EOF" % (b"".join(table), len(body))
    )


def test_a_document_whose_objects_swell_is_refused():
    assert take(document_with_packed_objects(1), "账单.pdf").content_type == "application/pdf"
    Upload.objects.all().delete()
    assert "打不开" in refusal(document_with_packed_objects(300), "账单.pdf")


def test_messages_come_in_english_too():
    with translation.override("en"):
        assert "is not a picture or a PDF" in refusal(b"#!/bin/sh", "x.jpg")


def test_nothing_is_left_in_the_store_when_the_row_cannot_be_written(monkeypatch, own_files):
    def fail(*args, **kwargs):
        raise RuntimeError("no disk")

    monkeypatch.setattr(Upload, "save", fail)
    with pytest.raises(RuntimeError):
        take(picture())
    assert not [path for path in own_files.rglob("*") if path.is_file()]
