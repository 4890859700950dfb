"""A picture drawn small, for a page or a sheet: our own pixels again, never the file itself."""

from PIL import Image

from portal.uploads import pictures
from portal.uploads.models import SmallView, Upload


def small(upload: Upload) -> bytes:
    """A JPEG at most `pictures.SMALL_SIDE` pixels wide and high: as it was drawn when the picture
    came, or drawn now. Raises OSError where the picture is lost."""
    drawn = SmallView.objects.filter(upload=upload).values_list("data", flat=True).first()
    if drawn is not None:
        return bytes(drawn)
    with upload.file.open("rb") as file, Image.open(file) as picture:
        return pictures.small_of(picture)
