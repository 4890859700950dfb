"""Files as people and attackers send them, made here: nothing binary lies in the repository."""

import io

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational


def picture(format: str = "JPEG", size=(60, 40), colour="red", **options) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, format, **options)
    return written.getvalue()


def photo_with_place(size=(60, 40)) -> bytes:
    """Lying on its side, and telling where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90°
    exif[0x013B] = "SECRET-AUTHOR"
    exif[0x8825] = {1: "N", 2: (IFDRational(30), IFDRational(35), IFDRational(0))}
    return picture(size=size, exif=exif.tobytes(), comment=b"SECRET-COMMENT")


def document(change=None, **options) -> bytes:
    """A PDF of one page; `change(pdf)` may put something into it."""
    written = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 300))
        if change:
            change(pdf)
        pdf.save(written, **options)
    return written.getvalue()


def sent(data: bytes, name: str, content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)
