"""The files that the desk's own list of bad days names, each as small as it can be sent."""

import io
import struct
import zipfile
import zlib

import pikepdf

from tests.portal.uploads.files import document, picture

SECRET = b"SECRET-SCRIPT"


def png_of(width: int, height: int) -> bytes:
    """A whole and valid PNG of that many pixels, all blank, in a few hundred kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    pack, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    rows = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # one bit a pixel
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def drawing_with_script() -> bytes:
    return (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        b"<script>fetch('/" + SECRET + b"')</script></svg>"
    )


def document_with_script() -> bytes:
    def change(pdf):
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{SECRET.decode()}')")
        pdf.Root.OpenAction = action

    return document(change)


def packed_bomb(megabytes: int = 512) -> bytes:
    """A zip that swells to a thousand times its size."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("0.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(megabytes):
            member.write(bytes(1024 * 1024))
    return written.getvalue()


def archive_with(data: bytes = SECRET) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("run.js", data)
    return written.getvalue()


def two_at_once() -> dict[str, bytes]:
    """Each is a picture or a document to one reader and something else to another."""
    script = b"*/=1;" + SECRET + b"//"
    return {
        "图和压缩包.jpg": picture() + archive_with(),
        "图和网页.png": picture("PNG") + b"<script>" + SECRET + b"</script>",
        "图和脚本.gif": picture("GIF") + script,
        "图里的网页.jpg": picture(comment=b"<script>" + SECRET + b"</script>"),
        "文件和压缩包.pdf": document() + archive_with(),
    }


def broken_off(data: bytes) -> bytes:
    """What arrives when the line breaks in the middle of a file, and the rest is never sent."""
    return data[: len(data) // 2]
