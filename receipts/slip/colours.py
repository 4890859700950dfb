"""What the colours of a slip mean: sRGB, as the output intent that PDF/A asks for.

The profile is LittleCMS's own: five numbers for the curve where the usual file has a table, a
fifth of its size. ISO 19005-3 6.2.3 takes profiles up to the version that PDF 1.7 names, ICC 4.2.
"""

from PIL import ImageCms

HEADER = 128
VERSION, CREATED = slice(8, 12), slice(24, 36)


class Srgb:
    """A colour profile as WeasyPrint puts it into a document."""

    NAME = "slip-srgb"
    name = "sRGB IEC61966-2.1"
    components = ("r", "g", "b")

    def __init__(self) -> None:
        made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        header = bytearray(made[:HEADER])
        # It uses nothing that is newer than 4.2, and says 4.4 and the time of its making.
        header[VERSION] = bytes((4, 0x20, 0, 0))
        header[CREATED] = bytes((7, 0xD4, 0, 10, 0, 1)) + bytes(6)
        self.content = bytes(header) + made[HEADER:]
        self.pdf_reference = None
