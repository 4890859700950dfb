"""The product's own settings, with everything they write kept in a folder that goes afterwards.

Which database: SQLite, unless DATABASE_URL names a PostgreSQL server or TEST_DATABASE=postgres asks
for one to be started (see postgres.py). TEST_DATABASE=sqlite wins over DATABASE_URL.
"""

import os
import tempfile
from pathlib import Path

from setup import messages

if "TEST_FOLDER" not in os.environ:  # the parallel workers inherit it
    os.environ["TEST_FOLDER"] = tempfile.mkdtemp(prefix="xiaopiao-test-")
    messages.main()  # a text that was added a minute ago has its English
VAR_DIR = Path(os.environ["TEST_FOLDER"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")

_given = os.environ.get("DATABASE_URL", "")
_wanted = os.environ.get("TEST_DATABASE") or (
    "postgres" if _given.startswith(("postgres", "psql")) else "sqlite"
)
if _wanted == "sqlite":
    _given = f"sqlite:///{VAR_DIR / 'xiaopiao.sqlite3'}"
elif not _given.startswith(("postgres", "psql")):
    from tests import migrated, postgres

    _folder = Path(os.environ["TEST_FOLDER"]) / "postgres"
    migrated.postgres(_folder)
    _given = postgres.start(_folder)
    os.environ["TEST_TEMPLATE"] = migrated.NAME

# A developer's own environment or .env must not decide what tests see.
os.environ |= {
    "VAR_DIR": str(VAR_DIR),
    "DATABASE_URL": _given,
    "SECRET_KEY": "only-for-tests-" + "k" * 50,
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "CELERY_BROKER_URL": "memory://",
    "EMAIL_URL": "memorymail://",
    "CACHE_URL": "locmemcache://",
    "SMS_GATEWAY": "portal.outbox.sms.ConsoleGateway",
    "SMS_QUIET_HOURS": "",  # tests run at any hour
    "MAIL_FROM": "小票 <no-reply@example.org>",
    "WATCH_FOLDER": "",
    "DEBUG": "false",
    "TRUSTED_PROXY_COUNT": "0",
    "LOG_LEVEL": "WARNING",
    "LOOKUP_FLOOR": "0",  # tests of the floor set it
}

from portal.settings import *  # noqa: E402, F403  after the environment it reads
from portal.settings import DATABASES, STORAGES  # noqa: E402

if _wanted == "sqlite":
    # A file, not memory: the live server and a real worker open the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Connections held in a pool keep a test database from being dropped.
    DATABASES["default"]["OPTIONS"].pop("pool", None)
    if "TEST_TEMPLATE" in os.environ:  # a server of our own, not one that was given
        DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TEST_TEMPLATE"]}

# What costs time in production on purpose, or needs collectstatic first.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
