"""E-mail addresses and telephone numbers as pages show them: enough to be recognised."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# Mainland mobile numbers, with or without spaces or hyphens, and an identity number's 18 places.
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")


def contact(text: str) -> str:
    """138****5678, l***@example.com."""
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{text[:-8]}****{text[-4:]}" if len(text) >= 11 else f"****{text[-2:]}"


def words(text: str) -> str:
    """What people wrote, with every address and number in it masked."""
    text = _EMAIL.sub(lambda match: contact(match[0]), text)
    text = _MOBILE.sub(lambda match: contact(re.sub(r"\D", "", match[0])[-11:]), text)
    return _IDENTITY.sub(lambda match: f"{match[0][:3]}***********{match[0][-4:]}", text)
