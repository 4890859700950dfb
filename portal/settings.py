"""One file of settings, read from the environment.

The defaults are the embedded set-up that `make run` serves: SQLite, Celery on the file system,
mail and SMS to the console. PostgreSQL and Redis are two variables away (DATABASE_URL,
CELERY_BROKER_URL); `docs/settings.md` lists every variable, and `manage.py check --deploy`
names what production still lacks.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP

from portal import retention_periods, schedule, sending, storing, view_limits

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key of this installation: from the environment, else made once and kept in VAR_DIR."""
    if key := env("SECRET_KEY", default=""):
        return key
    path = VAR_DIR / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text().strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)

# Where people reach the portal. Its scheme decides what a browser is told about TLS.
PORT = env.int("PORT", default=8000)
PUBLIC_URL = (env("PUBLIC_URL", default="") or f"http://127.0.0.1:{PORT}").rstrip("/")
SERVED_OVER_TLS = urlsplit(PUBLIC_URL).scheme == "https"
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[urlsplit(PUBLIC_URL).hostname, "localhost", "127.0.0.1", "[::1]"],
)
# How many proxies of ours stand in front; only the addresses they add are believed.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "portal.accounts",
    "portal.gate",
    "portal.audit",
    "portal.outbox",
    "portal.uploads",
    "portal.viewing",
    "portal.words",
    "portal.calendar",
    "portal.erasure",
    "receipts",
    "disputes",
    "portal.site",
    "portal.api",
    "portal.accounts.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "drf_spectacular",
]

MIDDLEWARE = [
    "portal.site.room.RoomMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "portal.site.middleware.LanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.api.middleware.ApiMiddleware",
    "portal.uploads.limits.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.site.middleware.NulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.sessions.SessionLimitsMiddleware",
    "portal.accounts.second_factor.SecondFactorMiddleware",
    "portal.viewing.middleware.ViewBudgetMiddleware",
    "portal.gate.passes.PassMiddleware",
    "portal.site.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": ["portal.site.fixed_parts.Loader"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.site.context.portal",
            ],
        },
    }
]

# --- Data --------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'xiaopiao.sqlite3'}")
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "portal.sqlite3"
    # Opening the file costs as much as ten queries; a database put in its place is seen soon.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    # A writer takes its lock at BEGIN, so that nothing fails half-way on "database is locked".
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        # Prepared ones that a connection keeps; the 128 by default are fewer than the pages ask.
        cached_statements=1_000,
        # Two megabytes of cache and a checkpoint every four thrash on the indexes of a large file.
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
        "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=16384;",
    )
else:
    DATABASES["default"]["ENGINE"] = "portal.postgresql"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "pool", {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8)}
    )
# The owner of the tables, under whom `manage.py migrate` runs; the product's role owns nothing.
MIGRATE_DATABASE_URL = env("MIGRATE_DATABASE_URL", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One-time codes that were used and sign-in limits: every web process must see the same ones.
_cache = env("CELERY_BROKER_URL", default="")
CACHES = {
    "default": env.cache_url(
        "CACHE_URL",
        default=_cache if _cache.startswith("redis") else f"filecache://{VAR_DIR / 'cache'}",
    )
}
if CACHES["default"]["BACKEND"].endswith("FileBasedCache"):
    CACHES["default"].setdefault("OPTIONS", {})["MAX_ENTRIES"] = 5_000

MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    # Slips and uploads: private, only ever handed out through a view that checks who asks.
    "default": storing.private_files(env, MEDIA_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FONTS_DIR = Path(env("FONTS_DIR", default=str(BASE_DIR / ".setup" / "fonts")))

# --- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backend.PeopleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/account/home/", "/"
PASSWORD_RESET_TIMEOUT = 3600
# Minutes without a page after which one must sign in again; a shop's phone lies beside the till.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=30)
MERCHANT_IDLE_MINUTES = env.int("MERCHANT_IDLE_MINUTES", default=120)

ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Five wrong passwords or codes close an account's door for five minutes.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key", "reset_password": "5/m/ip,3/h/key"}
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be 30 s off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- What a browser may do ---------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY, SESSION_COOKIE_SAMESITE = True, "Lax"
SESSION_COOKIE_AGE = 8 * 3600  # after a working day one signs in again, busy or not
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "portal.site.errors.csrf_failure"
if SERVED_OVER_TLS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool(
        "SECURE_HSTS_WIDE", default=True
    )
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Above UPLOAD_MAX_FILES the form's own message answers; this stops what no person would choose.
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",  # where the whole form is small
    "portal.uploads.handler.CappedUploadHandler",
]

# --- Work behind the pages ---------------------------------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False  # mail and SMS on the console are no log lines
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | int]
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT = "portal.queue_folder:Transport"
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
    }
else:
    # A page never waits for a broker that is away: the outbox's sweeper finds the work. Without
    # max_retries kombu tries again for 6 seconds, whatever the caller says about retries.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "max_retries": 0,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# A gzip that unpacks to more than this, or to so many times its size, is refused as an attack.
IMPORT_UNPACKED_BYTES = env.int("IMPORT_UNPACKED_BYTES", default=20 << 30)
IMPORT_UNPACKED_RATIO = env.int("IMPORT_UNPACKED_RATIO", default=200)
# Where settlement files are laid down; without one, nothing looks.
WATCH_FOLDER = env("WATCH_FOLDER", default="")
STORAGES |= storing.watched_files(env, WATCH_FOLDER)
WATCH_SETTLED_SECONDS = env.float("WATCH_SETTLED_SECONDS", default=10)
CELERY_BEAT_SCHEDULE = schedule.beat(watch=bool(WATCH_FOLDER))

MAILERS = sending.mailers(env)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default="小票 <no-reply@localhost>")
SMS_GATEWAY = env("SMS_GATEWAY", default="portal.outbox.sms.ConsoleGateway")
SMS = sending.short_messages(env)
# How approved refunds are executed: by hand (operations enter the reference), or over HTTP.
REFUND_GATEWAY, REFUND = sending.refunds(env)

# --- The institution's own numbers -------------------------------------------------------------
# Minutes that a customer's memory of the time may be off, either way.
LOOKUP_TOLERANCE_MINUTES = env.int("LOOKUP_TOLERANCE_MINUTES", default=10)
# Above this many payments of one amount in the window, the three facts alone say nothing.
LOOKUP_CROWD_LIMIT = env.int("LOOKUP_CROWD_LIMIT", default=20)
# Failed look-ups, above which one more detail is asked: each is a setting (docs/settings.md).
LOOKUP_LIMITS = {
    "tail_hour": env.int("LOOKUP_LIMIT_TAIL_HOUR", default=10),
    "tail_day": env.int("LOOKUP_LIMIT_TAIL_DAY", default=30),
    "cell": env.int("LOOKUP_LIMIT_CELL", default=20),  # an amount and ten minutes
    "cell_day": env.int("LOOKUP_LIMIT_CELL_DAY", default=60),
    "network": env.int("LOOKUP_LIMIT_NETWORK", default=15),  # an IPv6 /64
    "address": env.int("LOOKUP_LIMIT_ADDRESS", default=30),  # an IPv4 address; many may share one
    "merchant": env.int("LOOKUP_LIMIT_MERCHANT", default=50),  # a merchant's name
    "named": env.int("LOOKUP_LIMIT_NAMED", default=30),  # a day and tail, a day and cell
    "named_global": env.int("LOOKUP_LIMIT_NAMED_GLOBAL", default=150),
    "code": env.int("LOOKUP_LIMIT_CODE", default=50),  # a day and tail: tries with a code
    "global": env.int("LOOKUP_LIMIT_GLOBAL", default=300),
    # All look-ups without proof of work, found or not: of one address, and of all
    "unproved": env.int("LOOKUP_LIMIT_UNPROVED", default=10),
    "unproved_all": env.int("LOOKUP_LIMIT_UNPROVED_ALL", default=100),
}
# One-time codes asked for in an hour, and (of an address) wrong digits.
CODE_LIMITS = {
    "address": env.int("CODE_LIMIT_ADDRESS", default=20),
    "network": env.int("CODE_LIMIT_NETWORK", default=10),
    "all": env.int("CODE_LIMIT_ALL", default=200),
}
# Tries of 5,000 PBKDF2 iterations before a look-up: about one second on a mid-range phone.
LOOKUP_WORK = env.int("LOOKUP_WORK", default=240)
# Seconds from the question to its answer, whatever it is; 0 answers at once (docs/look-up.md).
LOOKUP_FLOOR = env.int("LOOKUP_FLOOR", default=1)
# The hour (Asia/Shanghai) at which a day's payments can be found the day after.
PAYMENTS_ARRIVE_AT = env("PAYMENTS_ARRIVE_AT", default="10:00")
# Month and day of the next year, until which the yearly table is published (docs/year.md).
DISCLOSE_BY = tuple(int(part) for part in env("DISCLOSE_BY", default="01-31").split("-"))
VIEW_BUDGETS, UNMASK_MINUTES, UNMASK_BUDGET_DAY = view_limits.read(env)
VERIFY_WRONG_CODES_PER_HOUR = env.int("VERIFY_WRONG_CODES_PER_HOUR", default=30)
# Mails with a slip that customers may ask for in an hour, all together.
SLIP_MAILS_PER_HOUR = env.int("SLIP_MAILS_PER_HOUR", default=300)
# clamd, asked about every file: `unix:/path` or `host:port`. Without one, nothing is asked.
CLAMAV = env("CLAMAV", default="")
UPLOAD_MAX_BYTES, UPLOAD_MAX_FILES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024), 5
SLIP_KEY, SLIP_CERTIFICATE = env("SLIP_KEY", default=""), env("SLIP_CERTIFICATE", default="")
SLIP_KEY_PASSPHRASE = env("SLIP_KEY_PASSPHRASE", default="")
SLIP_TIME_STAMPS = env("SLIP_TIME_STAMPS", default="")  # an RFC 3161 authority's address
# Whether a slip waits for its stamp; else one is issued without, signed all the same.
SLIP_TIME_STAMPS_NEEDED = env.bool("SLIP_TIME_STAMPS_NEEDED", default=False)

# --- The audit trail ---------------------------------------------------------------------------
# Ed25519 keys that sign checkpoints, each PEM or the path of a file: the main one first.
AUDIT_KEYS = env.list("AUDIT_KEYS", default=[])
AUDIT_KEY_PASSPHRASE = env("AUDIT_KEY_PASSPHRASE", default="")
AUDIT_ORIGIN = env("AUDIT_ORIGIN", default="")  # the log's name; the host of PUBLIC_URL + /audit
AUDIT_MEMORY = env("AUDIT_MEMORY", default=str(VAR_DIR / "audit" / "signed-last.json"))
AUDIT_MAILBOX = env.list("AUDIT_MAILBOX", default=[])  # who gets a checkpoint by mail, daily
RETENTION = retention_periods.read(env)  # class of data → days (docs/privacy.md)
ERASURE_LIST = env("ERASURE_LIST", default=str(VAR_DIR / "audit" / "erased.jsonl"))

# --- Programs ----------------------------------------------------------------------------------
API_BODY_LIMIT = env.int("API_BODY_LIMIT", default=5 * 1024 * 1024)  # bytes
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)  # of one key
# Of one address (IPv6: /64) without a valid key.
API_STRANGERS_PER_MINUTE = env.int("API_STRANGERS_PER_MINUTE", default=60)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.BearerKey"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.PerKey"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsing.StrictJson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "小票 Xiaopiao",
    "DESCRIPTION": "Payments as they happen, and what came of each.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["portal.api.schema.finish"],
}

LOGGING_CONFIG = None
from portal.logs import configure  # noqa: E402  after the settings it reads

configure(env("LOG_LEVEL", default="INFO"), env("LOG_FORMAT", default="console"))
