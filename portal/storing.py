"""Where slips and uploads lie: a folder, or a bucket where several machines share them."""

from pathlib import Path

from environ import Env


def private_files(env: Env, folder: Path) -> dict:
    """An entry of STORAGES. The bucket's keys come the usual way (AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, or the machine's own role).
    """
    if bucket := env("S3_BUCKET", default=""):
        return _bucket(env, bucket)
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "base_url": None},
    }


def watched_files(env: Env, address: str) -> dict:
    """The entry `watch` of STORAGES where settlement files are laid into `s3://bucket/prefix`."""
    if not address.startswith("s3://"):
        return {}
    name, _slash, prefix = address.removeprefix("s3://").partition("/")
    return {"watch": _bucket(env, name, location=prefix.strip("/"))}


def _bucket(env: Env, name: str, **options) -> dict:
    from botocore.config import Config  # half a second that a folder need not pay

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": env("S3_ENDPOINT_URL", default="") or None,
            "region_name": env("S3_REGION", default="") or None,
            "default_acl": None,
            "file_overwrite": False,
            # A page does not wait long for a bucket that is away: it says so and asks again.
            "client_config": Config(
                connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2}
            ),
            **options,
        },
    }
