"""An e-mail address as somebody types it."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def read(text: str) -> str:
    """In one written form: full-width characters taken, the host in small letters. Raises
    ValueError for what is no address."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError from None
    if len(text) > 254:
        raise ValueError
    name, _at, host = text.rpartition("@")
    return f"{name}@{host.lower()}"
