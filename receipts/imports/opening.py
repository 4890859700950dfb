"""The bytes of a file, unpacked where it is a gzip: as a stream, and never more than it may be."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

GZIP = b"\x1f\x8b"
# Settlement files shrink to a tenth or so. Below this much nobody asks how well a file was packed.
UNASKED = 16 << 20


class NotReadable(Exception):
    """The file as a whole cannot be read; `code` is one of receipts.imports.reasons."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def tell(self) -> int:
        """How far into the file as it lies on the disk."""
        ...


class Unpacked:
    """A gzip's content. What unpacks to too much is no file of payments but an attack on the disk
    and the clock: it ends at the bound, whatever its own header says."""

    def __init__(self, file: BinaryIO):
        self.file, self.unpacked = file, gzip.GzipFile(fileobj=file)
        self.size = 0

    def read(self, size: int, /) -> bytes:
        try:
            block = self.unpacked.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise NotReadable("gzip_broken") from None
        self.size += len(block)
        if self.size > settings.IMPORT_UNPACKED_BYTES or (
            self.size > UNASKED and self.size > settings.IMPORT_UNPACKED_RATIO * self.file.tell()
        ):
            raise NotReadable("gzip_bomb")
        return block

    def tell(self) -> int:
        return self.file.tell()


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0)
        yield Unpacked(file) if start == GZIP else file
