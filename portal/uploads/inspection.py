"""Is this file what we take? Its content decides; its name and the sender's word count nothing."""

import hashlib
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from portal.uploads import names
from portal.uploads.handler import TooLarge
from portal.uploads.refused import Refused

# What a file chooser offers. Leaving HEIC out lets an iPhone send its photos as JPEG.
ACCEPT = "image/jpeg,image/png,image/webp,image/gif,application/pdf"

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True)
class Inspected:
    """A file fit to be kept: `data` is our own writing of it."""

    name: str
    content_type: str
    data: bytes
    received_sha256: str
    small: bytes = b""  # of a picture: its small view
    scan: str = ""

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def inspect(file) -> Inspected:
    """Check an uploaded file by really opening it. Raises Refused."""
    name = names.plain(file.name or "") or _("文件")
    if isinstance(file, TooLarge) or file.size > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            _("“%(name)s”有 %(size)s，超过了 %(most)s。请压缩一下，或截屏后上传。")
            % {
                "name": name,
                "size": filesizeformat(file.size),
                "most": filesizeformat(settings.UPLOAD_MAX_BYTES),
            }
        )
    file.seek(0)
    data = file.read()
    if not data:
        raise Refused(_("“%(name)s”是空的。请重新选一次。") % {"name": name})
    cleaned, content_type, small = _opened(data, name)
    scan = _scanned(data, name)
    return Inspected(
        name=names.clean(file.name or "", content_type),
        content_type=content_type,
        data=cleaned,
        received_sha256=hashlib.sha256(data).hexdigest(),
        small=small,
        scan=scan,
    )


def _scanned(data: bytes, name: str) -> str:
    """What the scanner says of the bytes as they came; Scan.WAITS while it is away."""
    from portal.uploads import scanning
    from portal.uploads.models import Upload

    if not scanning.is_on():
        return Upload.Scan.NOT_ASKED
    try:
        found = scanning.asked(data)
    except scanning.Away as away:
        scanning.log.warning("scanner_away", error=str(away))
        return Upload.Scan.WAITS
    if found:
        raise Refused(
            _("“%(name)s”里有恶意程序，没有收下。请换一个文件，或截屏后上传。") % {"name": name}
        )
    return Upload.Scan.CLEAN


def _opened(data: bytes, name: str) -> tuple[bytes, str, bytes]:
    """Our own writing of it, its type, and of a picture the small view."""
    # Imported here: the decoders are heavy, and most requests never meet a file.
    from portal.uploads import documents, pictures

    kind = kind_of(data)
    if kind == "picture":
        return pictures.reencode(data, name)
    if kind == "document":
        return documents.clean(data, name), "application/pdf", b""
    if kind == "heic":
        raise Refused(
            _(
                "“%(name)s”是 HEIC 照片，这里还打不开。"
                "请在相册里截一张屏再上传，或在相机设置里选“兼容性最佳”后重拍。"
            )
            % {"name": name}
        )
    raise Refused(
        _("“%(name)s”不是图片或 PDF。请换成 JPG、PNG、WebP、GIF 图片，或 PDF。") % {"name": name}
    )


def kind_of(data: bytes) -> str:
    """picture, document, heic or other, by the bytes alone."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"
    try:
        best = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return "other"
    endings = {match.extension.lower() for match in best if match.confidence >= best[0].confidence}
    if endings & {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif"}:
        return "picture"
    return "document" if ".pdf" in endings else "other"
