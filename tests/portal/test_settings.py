"""The settings: embedded defaults that work, production settings that the documents name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from portal import sending
from receipts.slip.signing import make_own
from tests import tools

INSTALL = (tools.ROOT / "docs/install.md").read_text(encoding="utf-8")
SETTINGS = (tools.ROOT / "docs/settings.md").read_text(encoding="utf-8")
OURS = re.compile(r"\(xiaopiao\.(\w\d+)\)")


class Gateway:
    """Stands for the class that an installation writes for its own provider."""

    def send(self, number: str, body: str, *, idempotency_key: str) -> None:
        raise AssertionError("never called by a check")


def documented() -> dict[str, str]:
    """The production settings as docs/install.md prints them."""
    block = re.search(r"```sh\n(PUBLIC_URL=.*?)```", INSTALL, re.S)
    assert block
    return dict(line.split("=", 1) for line in block[1].splitlines())


def check(var: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """`manage.py check` in a fresh process that knows nothing but these variables."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "manage.py",
            "check",
            "--fail-level",
            "WARNING",
            *arguments,
        ],
        cwd=tools.ROOT,
        env=keep | environment | {"VAR_DIR": str(var), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def collected(tmp_path) -> Path:
    """A VAR_DIR in which collectstatic has been."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    return tmp_path


def audit_key(path: Path) -> Path:
    private = Ed25519PrivateKey.generate()
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def production(collected):
    """`production(NAME=value)` checks the documented settings, with these differing."""
    key = collected / "slip.pem"
    key.write_bytes(make_own())
    own = {
        "SMS_GATEWAY": "tests.portal.test_settings.Gateway",
        "SLIP_KEY": str(key),
        "SLIP_CERTIFICATE": str(key),
        "AUDIT_KEYS": str(audit_key(collected / "audit.pem")),
    }
    return lambda **differing: check(collected, "--deploy", **documented() | own | differing)


def test_the_documented_production_settings_pass_the_deployment_check(production):
    answer = production()
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stderr


def test_the_embedded_defaults_pass_the_plain_check(collected):
    answer = check(collected)
    assert answer.returncode == 0, answer.stderr


def test_the_deployment_check_names_each_embedded_default(tmp_path):
    answer = check(tmp_path, "--deploy")
    assert answer.returncode == 1
    named = set(OURS.findall(answer.stderr))
    assert named >= {"E001", "E002", "E003", "E004", "E008", "E010", "E011", "E012", "E021", "E032"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PUBLIC_URL", "http://xiaopiao.example.com", "E001"),
        ("DATABASE_URL", "sqlite:////tmp/x.sqlite3", "E002"),
        ("CELERY_BROKER_URL", "filesystem://", "E003"),
        ("SMS_GATEWAY", "portal.outbox.sms.ConsoleGateway", "E004"),
        ("TRUSTED_PROXY_COUNT", "0", "E005"),
        ("AUDIT_KEYS", "", "E032"),
        ("AUDIT_KEYS", "/nowhere/audit-key.pem", "E033"),
        ("ALLOWED_HOSTS", "elsewhere.example.com", "E006"),
        ("ALLOWED_HOSTS", "xiaopiao.example.com,*", "E007"),
        ("MAIL_FROM", "小票 <no-reply@localhost>", "E008"),
        ("SMS_GATEWAY", "nowhere.Gateway", "E009"),
        ("CACHE_URL", "locmemcache://", "E011"),
        ("CACHE_URL", "filecache:///tmp/cache", "E011"),
        ("EMAIL_URL", "consolemail://", "E012"),
        ("SLIP_KEY", "", "E021"),
        ("SLIP_CERTIFICATE", "/nowhere/chain.pem", "E020"),
    ],
)
def test_the_deployment_check_names_one_wrong_setting(production, name, value, code):
    answer = production(**{name: value})
    assert answer.returncode == 1
    assert set(OURS.findall(answer.stderr)) == {code}


def test_every_variable_is_documented_and_every_documented_one_is_read():
    # settings.py, and the rooms beside it that it lends its `env`.
    files = (tools.ROOT / "portal").glob("*.py")
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    assert read == set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS, re.M))


def test_the_address_follows_the_port(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", "from portal import settings; print(settings.PUBLIC_URL)"],
        cwd=tools.ROOT,
        env=os.environ | {"VAR_DIR": str(tmp_path), "PORT": "8123", "PUBLIC_URL": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "http://127.0.0.1:8123"


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    keys = set()
    for _ in range(2):
        answer = subprocess.run(
            [sys.executable, "-c", "from portal import settings; print(settings.SECRET_KEY)"],
            cwd=tools.ROOT,
            env=os.environ | {"VAR_DIR": str(tmp_path), "SECRET_KEY": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        keys.add(answer.stdout.strip())
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


HTTP = {
    "REFUND_GATEWAY": "http",
    "REFUND_URL": "https://acquirer.example/refunds",
    "REFUND_KEY_ID": "portal",
    "REFUND_SECRET": "secret",
}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"REFUND_GATEWAY": "https"}, "REFUND_GATEWAY is manual or http, not 'https'"),
        ({"REFUND_GATEWAY": "http"}, "wants REFUND_URL, REFUND_KEY_ID, REFUND_SECRET as well"),
        (HTTP | {"REFUND_SECRET": ""}, "wants REFUND_SECRET as well"),
        (HTTP | {"REFUND_URL": "http://acquirer.example/"}, "REFUND_URL is an https address"),
    ],
)
def test_a_refund_gateway_that_cannot_be_called_safely_is_refused(monkeypatch, values, told):
    for name in HTTP:
        monkeypatch.setenv(name, values.get(name, ""))
    with pytest.raises(ImproperlyConfigured, match=told):
        sending.refunds(Env())


@pytest.mark.parametrize("url", [HTTP["REFUND_URL"], "http://127.0.0.1:8193/refunds"])
def test_one_that_can_is_taken(monkeypatch, url):
    for name, value in (HTTP | {"REFUND_URL": url}).items():
        monkeypatch.setenv(name, value)
    assert sending.refunds(Env()) == (
        "http",
        {"url": url, "key_id": "portal", "secret": "secret"},
    )
