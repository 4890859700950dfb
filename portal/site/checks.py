"""`manage.py check --deploy`: what the embedded defaults still lack for production.

Django's own deployment checks already name DEBUG, HSTS, weak keys and mail to a file.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils import timezone
from django.utils.module_loading import import_string

from receipts.slip import font, signing


def _embedded() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Error(
                "The database is SQLite.",
                hint="Set DATABASE_URL to a PostgreSQL database.",
                id="xiaopiao.E002",
            )
        )
    if not settings.CELERY_BROKER_URL.startswith(("redis", "rediss", "amqp")):
        found.append(
            Error(
                "The queue is a folder: one machine, one worker, no redelivery.",
                hint="Set CELERY_BROKER_URL to a Redis server.",
                id="xiaopiao.E003",
            )
        )
    if settings.SMS_GATEWAY.endswith("ConsoleGateway"):
        found.append(
            Error(
                "Text messages go to the console.",
                hint="Set SMS_GATEWAY to portal.outbox.sms.HttpGateway or a class of yours "
                "(docs/settings.md).",
                id="xiaopiao.E004",
            )
        )
    if settings.MAILERS["default"]["BACKEND"] == "portal.outbox.console.EmailBackend":
        found.append(
            Error(
                "Mail goes to the console.",
                hint="Set EMAIL_URL to a mail server (docs/settings.md).",
                id="xiaopiao.E012",
            )
        )
    if settings.CACHES["default"]["BACKEND"].endswith(("LocMemCache", "FileBasedCache")):
        found.append(
            Error(
                "The cache is each process's or machine's own: sign-in limits and used one-time "
                "codes are not shared.",
                hint="Set CACHE_URL to a Redis database.",
                id="xiaopiao.E011",
            )
        )
    return found


@register(deploy=True)
def static_files(app_configs, **_options) -> list[CheckMessage]:
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    return [
        Error(
            "The static files have not been collected: no page can be drawn.",
            hint="Run `manage.py collectstatic --noinput`.",
            id="xiaopiao.E010",
        )
    ]


@register(deploy=True)
def production(app_configs, **_options) -> list[CheckMessage]:
    found = _embedded()
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https":
        found.append(
            Error(
                "PUBLIC_URL is not https: cookies and private links travel in clear.",
                hint="Set PUBLIC_URL=https://… as people type it.",
                id="xiaopiao.E001",
            )
        )
    elif not settings.TRUSTED_PROXY_COUNT:
        found.append(
            Error(
                "PUBLIC_URL is https and no proxy is trusted: every request would be sent to "
                "https again, and every visitor would have the proxy's address.",
                hint="Set TRUSTED_PROXY_COUNT to the number of proxies in front (usually 1).",
                id="xiaopiao.E005",
            )
        )
    if public.hostname not in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS does not hold the host of PUBLIC_URL.",
                hint="Leave ALLOWED_HOSTS unset, or name that host too.",
                id="xiaopiao.E006",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS takes any host: links in mails can be made to lead elsewhere.",
                hint="Name the hosts.",
                id="xiaopiao.E007",
            )
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        found.append(
            Error(
                "Mails come from no-reply@localhost, which no server accepts.",
                hint="Set MAIL_FROM to an address of the institution.",
                id="xiaopiao.E008",
            )
        )
    return found


@register
def sms_gateway(app_configs, **_options) -> list[CheckMessage]:
    try:
        import_string(settings.SMS_GATEWAY)
    except ImportError as error:
        return [Error(f"SMS_GATEWAY leads nowhere: {error}.", id="xiaopiao.E009")]
    by_http = settings.SMS_GATEWAY.endswith(".HttpGateway")
    if by_http and not (settings.SMS["url"].startswith("https://") and settings.SMS["secret"]):
        return [
            Error(
                "The HTTP gateway has no https address or no secret.",
                hint="Set SMS_URL and SMS_SECRET (docs/settings.md).",
                id="xiaopiao.E013",
            )
        ]
    return []


@register
def slip_font(app_configs, **_options) -> list[CheckMessage]:
    if font.is_ready():
        return []
    return [
        Warning(
            "The slip's font has not been built: no PDF can be made.",
            hint="Run `manage.py build_fonts` (set-up does).",
            id="xiaopiao.W001",
        )
    ]


# A certificate's authority takes days to renew it.
RENEW_WITHIN = timedelta(days=30)


@register
def slip_key(app_configs, **_options) -> list[CheckMessage]:
    """A key that was given must sign; what the installation makes for itself is not made here."""
    if not settings.SLIP_KEY:
        return []
    try:
        ends = signing.key().certificate.not_valid_after_utc
    except signing.KeyUnusable as error:
        return [
            Error(
                f"No slip can be signed, so none is issued: {error}",
                hint="Look at SLIP_KEY, SLIP_CERTIFICATE, SLIP_KEY_PASSPHRASE (docs/settings.md).",
                id="xiaopiao.E020",
            )
        ]
    if ends - timezone.now() > RENEW_WITHIN:
        return []
    return [
        Warning(
            f"The certificate that signs slips ends on {ends:%Y-%m-%d}.",
            hint="Renew it; slips that it signed stay valid.",
            id="xiaopiao.W020",
        )
    ]


@register(deploy=True)
def slip_key_given(app_configs, **_options) -> list[CheckMessage]:
    if settings.SLIP_KEY:
        return []
    return [
        Error(
            "Slips are signed with a key that this machine made for itself: each machine has "
            "another, and no reader of PDF knows it.",
            hint="Set SLIP_KEY and SLIP_CERTIFICATE (docs/settings.md).",
            id="xiaopiao.E021",
        )
    ]
