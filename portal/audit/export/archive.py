"""A zip that is written while it is sent: nothing of it lies on a disk, little in memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

PIECE = 256 * 1024  # bytes handed on at a time


class _Outlet(io.RawIOBase):
    """Takes what the zip writes until it is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self.pieces)
        self.pieces.clear()
        return data


def stream(members: Iterable[tuple[str, Iterable[bytes]]], now: datetime) -> Iterator[bytes]:
    """The zip of these files. Each member's lines are asked for when its turn has come."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:  # type: ignore[arg-type]
        for name, lines in members:
            info = zipfile.ZipInfo(name, now.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                held, length = [], 0
                for line in lines:
                    held.append(line)
                    length += len(line)
                    if length >= PIECE:
                        member.write(b"".join(held))
                        held, length = [], 0
                        yield outlet.take()
                member.write(b"".join(held))
            yield outlet.take()
    yield outlet.take()
