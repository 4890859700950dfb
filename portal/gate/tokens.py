"""Random tokens, kept as hashes only."""

import hashlib
import hmac
import secrets

from django.conf import settings


def new_token() -> str:
    """256 random bits, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, value: str) -> str:
    """HMAC-SHA-256 under this installation's key: for values with few possibilities
    (a phone number, a card tail), where a plain hash could be searched.
    """
    key = settings.SECRET_KEY.encode() + b":" + purpose.encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
