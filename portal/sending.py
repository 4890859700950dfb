"""How mail and short messages leave, as the settings say it (docs/settings.md)."""

from datetime import time
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def mailers(env) -> dict:
    """The MAILERS of Django, from one EMAIL_URL."""
    mail = env.email_url("EMAIL_URL", default="consolemail://")
    found = {"default": {"BACKEND": mail["EMAIL_BACKEND"]}}
    if mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        found["default"]["OPTIONS"] = {
            "host": mail["EMAIL_HOST"],
            "port": mail["EMAIL_PORT"] or 25,
            "username": mail["EMAIL_HOST_USER"],
            "password": mail["EMAIL_HOST_PASSWORD"],
            "use_tls": mail.get("EMAIL_USE_TLS", False),
            "use_ssl": mail.get("EMAIL_USE_SSL", False),
            "timeout": 10,
        }
    elif mail["EMAIL_BACKEND"].endswith("console.EmailBackend"):
        found["default"]["BACKEND"] = "portal.outbox.console.EmailBackend"
    elif mail["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
        found["default"]["OPTIONS"] = {"file_path": mail["EMAIL_FILE_PATH"]}
    return found


def short_messages(env) -> dict:
    """`url`, `key_id` and `secret` of the HTTP gateway; `quiet`: the hours (of TIME_ZONE) in which
    nobody is woken, as (from, to), or None. Raises ValueError for hours that are none."""
    return {
        "url": env("SMS_URL", default=""),
        "key_id": env("SMS_KEY_ID", default=""),
        "secret": env("SMS_SECRET", default=""),
        "quiet": quiet_hours(env("SMS_QUIET_HOURS", default="22:00-08:00")),
    }


def refunds(env) -> tuple[str, dict]:
    """The gateway's name, and `url`, `key_id` and `secret` of the HTTP one. Raises
    ImproperlyConfigured for a gateway that is none or cannot be called safely."""
    name = env("REFUND_GATEWAY", default="manual")
    found = {
        "url": env("REFUND_URL", default=""),
        "key_id": env("REFUND_KEY_ID", default=""),
        "secret": env("REFUND_SECRET", default=""),
    }
    if name not in {"manual", "http"}:
        raise ImproperlyConfigured(f"REFUND_GATEWAY is manual or http, not {name!r}")
    if name == "http":
        missing = [f"REFUND_{each.upper()}" for each, value in found.items() if not value]
        if missing:
            raise ImproperlyConfigured(f"REFUND_GATEWAY=http wants {', '.join(missing)} as well")
        parts = urlsplit(found["url"])
        here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme != "https" and not (parts.scheme == "http" and here):
            raise ImproperlyConfigured(
                "REFUND_URL is an https address, or an http one of this machine"
            )
    return name, found


def quiet_hours(text: str) -> tuple[time, time] | None:
    """`22:00-08:00`; empty text is none at all."""
    if not text.strip():
        return None
    start, _dash, end = text.partition("-")
    try:
        return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    except ValueError:
        raise ValueError(f"SMS_QUIET_HOURS is written 22:00-08:00, not {text!r}") from None
