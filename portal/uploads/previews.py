"""A picture drawn small, for a page or a sheet: our own pixels again, never the file itself."""

import io

from PIL import Image

from portal.uploads.models import Upload

ON_PAGES = 288  # pixels of the longer side: 144 on a page, for screens of two pixels each


def small(upload: Upload, side: int = ON_PAGES, quality: int = 80) -> bytes:
    """A JPEG at most `side` pixels wide and high. Decoded at a fraction of its size where the
    format lets one, so that ten photos need no more room than one."""
    with upload.file.open("rb") as file, Image.open(file) as picture:
        picture.draft("RGB", (side, side))
        picture.thumbnail((side, side))
        written = io.BytesIO()
        picture.convert("RGB").save(written, "JPEG", quality=quality)
    return written.getvalue()
