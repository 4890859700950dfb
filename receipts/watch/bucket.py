"""Files in a bucket (`WATCH_FOLDER=s3://bucket/prefix`, by django-storages), as in a folder.

An object is whole once it is listed, so nothing is waited for and there is no taking/: it stays
where it was laid until it is loaded and its copy lies in done/ or broken/. A load that was killed
is begun again by the next look, which finds the bytes known or goes on behind the last chunk.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from receipts.watch import folder
from receipts.watch.away import Away

LONGEST_NAME = 200  # bytes of a file's name on this machine; an object's may have 1,024
_ONE_LOOK = 0x58_69_61_70  # an advisory lock, of whichever machine looks
NOT_THERE = {"404", "NoSuchKey", "NotFound", "412", "PreconditionFailed"}


def of_settings() -> "Bucket":
    storage: Any = storages["watch"]  # of django-storages
    return Bucket(storage.connection.meta.client, storage.bucket_name, storage.location)


@contextmanager
def reaching() -> Iterator[None]:
    """Away where the bucket does not answer, or refuses us."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Away(_said(error)) from error


def _said(error: Exception) -> str:
    """What failed, without the addresses and ids that an error's own text may hold."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__


@dataclass(frozen=True)
class Bucket:
    client: Any  # of boto3
    name: str
    location: str

    @property
    def prefix(self) -> str:
        return f"{self.location.strip('/')}/" if self.location.strip("/") else ""

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """On this machine by a file, among machines by the database that they share."""
        with folder.locked(settings.VAR_DIR / "watch.lock") as is_alone:
            if not is_alone or connection.vendor != "postgresql":
                yield is_alone
                return
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_LOOK])
                is_alone = cursor.fetchone()[0]
            try:
                yield is_alone
            finally:
                if is_alone:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_LOOK])

    def whole(self) -> list["Laid"]:
        """What lies there, oldest first; what lies in folders of it is not looked at."""
        found = []
        with reaching():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=self.prefix, Delimiter="/"
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    name = each["Key"].removeprefix(self.prefix)
                    if name and not folder.is_unfinished(name):
                        found.append((each["LastModified"], each["Key"], each["ETag"]))
        return [Laid(self, key, tag, f"{at:%Y%m%dT%H%M%S}") for at, key, tag in sorted(found)]


@dataclass(frozen=True)
class Laid:
    bucket: Bucket
    key: str
    tag: str  # of the very bytes that were listed
    at: str
    refused: str = ""

    @property
    def name(self) -> str:
        return self.key.removeprefix(self.bucket.prefix)

    def identity(self) -> str:
        return hashlib.sha256(f"{self.key} {self.tag} {self.at}".encode()).hexdigest()[:32]

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """A copy on this machine while it is read. Raises FileNotFoundError where the object is
        gone or another one by now."""
        with tempfile.TemporaryDirectory(prefix="watch-", dir=settings.VAR_DIR) as place:
            path = Path(place) / self._local_name()
            with reaching():
                try:
                    body = self._client.get_object(
                        Bucket=self.bucket.name, Key=self.key, IfMatch=self.tag
                    )["Body"]
                except ClientError as error:
                    if _said(error) in NOT_THERE:
                        raise FileNotFoundError(self.name) from error
                    raise
                with path.open("wb") as file:
                    for block in body.iter_chunks(1 << 20):
                        file.write(block)
            yield path

    def put_away(self, where: str, report: dict) -> bool:
        """Copy to done/ or broken/ of today with its report, then take it from where it lay; False
        where another load did so, or another object of that name has come meanwhile."""
        with reaching():
            if self._tag_of(self.key) != self.tag:
                return False
            target = self._free_key(f"{where}/{timezone.localdate()}/")
            source = {"Bucket": self.bucket.name, "Key": self.key}
            self._client.copy(source, self.bucket.name, target)
            self._client.put_object(
                Bucket=self.bucket.name,
                Key=target + folder.REPORT,
                Body=folder.as_text(report).encode(),
                ContentType="application/json",
            )
            if self._tag_of(self.key) != self.tag:
                return False
            self._client.delete_object(Bucket=self.bucket.name, Key=self.key)
        return True

    @property
    def _client(self):
        return self.bucket.client

    def _local_name(self) -> str:
        name = re.sub(r"[\x00-\x1f\x7f]", "_", self.name)
        if len(name.encode()) <= LONGEST_NAME:
            return name
        return f"{self.identity()}{Path(name).suffix[:10]}"

    def _tag_of(self, key: str) -> str:
        try:
            return self._client.head_object(Bucket=self.bucket.name, Key=key)["ETag"]
        except ClientError as error:
            if _said(error) in NOT_THERE:
                return ""
            raise

    def _free_key(self, place: str) -> str:
        """The name, or one with a number before its suffix; the same again where a load that was
        killed had copied these bytes there already."""
        name, number = Path(self.name), 1
        while True:
            said = self.name if number == 1 else f"{name.stem}.{number}{name.suffix}"
            key = f"{self.bucket.prefix}{place}{said}"
            if self._tag_of(key) in {"", self.tag}:
                return key
            number += 1
