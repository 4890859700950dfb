"""Sealing the secrets that sign-ins depend on: a stolen table alone yields no codes.

The key is derived from SECRET_KEY; SECRET_KEY_FALLBACKS still open what older keys sealed.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(
                base64.urlsafe_b64encode(
                    hashlib.sha256(b"portal.accounts.sealing:" + key.encode()).digest()
                )
            )
            for key in keys
        ]
    )


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` when no key of this installation sealed it."""
    return _box().decrypt(sealed.encode()).decode()
