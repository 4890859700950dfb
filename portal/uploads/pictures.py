"""Pictures are opened, turned upright and written anew: what is kept was drawn by us, so that
neither where it was taken nor anything hidden behind its pixels comes along.
"""

import io
from typing import NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps

from portal.uploads.refused import Refused

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 3000  # pixels
JPEG_QUALITY = 85
# Of the small view beside the words and in a case's file: 130 dots to a printed inch.
SMALL_SIDE = 375
SMALL_QUALITY = 72

# Pillow's decoders raise many kinds for a broken or hostile file; none of them is ours to tell.
_BROKEN = (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, EOFError)


class Fresh(NamedTuple):
    """A picture in our own writing, and the small view of it (JPEG)."""

    data: bytes
    content_type: str
    small: bytes


def reencode(data: bytes, name: str) -> Fresh:
    """The picture as fresh JPEG or PNG bytes. Raises Refused."""
    # WeasyPrint, once imported, has Pillow take half a picture for a whole one, process-wide.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        return _reencode(data, name)
    except Image.DecompressionBombError as bomb:
        raise _too_many_pixels(name) from bomb
    except (*_BROKEN, MemoryError, OverflowError) as broken:
        raise Refused(
            _("“%(name)s”打不开，可能没有传完整。请重新选一次，或截屏后上传。") % {"name": name}
        ) from broken


def _reencode(data: bytes, name: str) -> Fresh:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_many_pixels(name)
        photo = picture.format == "JPEG"
        if photo:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # decodes a big photo at half size
        picture.seek(0)
        picture.load()
        profile = picture.info.get("icc_profile")
        upright = ImageOps.exif_transpose(picture)
    flat = _opaque_rgb(upright, profile)
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new image holds pixels only: no EXIF, no text chunks, no colour profile.
    bare = Image.new("RGB", flat.size)
    bare.paste(flat)
    return Fresh(*_written(bare, as_photo=photo), small_of(bare))


def small_of(picture: Image.Image) -> bytes:
    """At most SMALL_SIDE pixels wide and high, as JPEG; `picture` itself becomes small. One that is
    not decoded yet is decoded at a fraction of its size where the format lets one."""
    picture.draft("RGB", (SMALL_SIDE, SMALL_SIDE))
    picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
    written = io.BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=SMALL_QUALITY)
    return written.getvalue()


def _opaque_rgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """On white where it is transparent, in sRGB where it says what its colours are."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, "white")
        white.alpha_composite(with_alpha)
        picture = white.convert("RGB")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that is none: the plain numbers will do
    return picture.convert("RGB")


def _written(picture: Image.Image, *, as_photo: bool) -> tuple[bytes, str]:
    """Screenshots stay sharp as PNG unless they are photographs in disguise."""
    if not as_photo:
        png = io.BytesIO()
        picture.save(png, "PNG", optimize=False)
        if png.tell() <= 3_000_000:
            return png.getvalue(), "image/png"
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY, progressive=True)
    return jpeg.getvalue(), "image/jpeg"


def _too_many_pixels(name: str) -> Refused:
    return Refused(
        _("“%(name)s”的尺寸太大（超过 4000 万像素）。请缩小一些，或截屏后上传。") % {"name": name}
    )
