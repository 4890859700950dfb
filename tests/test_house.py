"""The rules of the house that a machine can hold."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Lowest first; a floor may import itself and those below.
FLOORS = {
    "ground": (
        "portal.settings",
        "portal.celery",
        "portal.logs",
        "portal.card_numbers",
        "portal.money",
        "portal.moments",
        "portal.http",
        "portal.queue_folder",
        "portal.guards",
        "portal.sqlite3",
        "portal.postgresql",
        "portal.composed",
        "portal.durable",
        "portal.storing",
        "portal.compiled",
        "portal.kept",
        "portal.compiled_writes",
        "portal.schedule",
        "portal.sending",
        "portal.retention_periods",
        "portal.sheets",
        "portal.view_limits",
        "portal.mail_address",
        "portal.made_once",
        "portal.one_by_one",
        "portal.accounts",
        "portal.gate",
        "portal.audit",
        "portal.outbox",
        "portal.uploads",
        "portal.viewing",
        "portal.words",
        "portal.calendar",
        "portal.erasure",
        "portal.charts",
    ),
    "receipts": ("receipts",),
    "disputes": ("disputes",),
    "roof": ("portal.site", "portal.api", "portal.urls", "portal.wsgi"),
}
ORDER = list(FLOORS)
GRAB_BAGS = {"utils.py", "helpers.py", "services.py", "managers.py", "common.py", "misc.py"}
LONGEST = 400


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def floor_of(module: str) -> str | None:
    for floor, roots in FLOORS.items():
        if any(module == root or module.startswith(f"{root}.") for root in roots):
            return floor
    return None


def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    package = path.relative_to(ROOT).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            # `from portal import audit` names a module too.
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def product_files() -> list[Path]:
    return tracked("portal/**.py", "receipts/**.py", "disputes/**.py")


def test_every_module_has_a_floor():
    homeless = [
        str(path.relative_to(ROOT))
        for path in product_files()
        if floor_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) is None
        and path != ROOT / "portal/__init__.py"
    ]
    assert homeless == []


def test_imports_go_one_way():
    wrong = []
    for path in product_files():
        here = floor_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if here is None:
            continue
        for module in imports(path):
            there = floor_of(module)
            if there is not None and ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{path.relative_to(ROOT)} ({here}) imports {module} ({there})")
    assert wrong == []


def test_no_file_is_two_rooms():
    patterns = ("*.py", "*.html", "*.css", "*.js", "*.sh")
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked(*patterns)
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_drawer_for_everything():
    assert [str(path) for path in tracked("*.py") if path.name in GRAB_BAGS] == []


def test_nothing_of_others_is_in_git():
    foreign = [
        str(path.relative_to(ROOT))
        for path in tracked("*.woff", "*.woff2", "*.ttf", "*.otf", "*.ttc", "*.min.js", "*.min.css")
    ]
    assert foreign == []
    assert tracked("static/vendor", "node_modules") == []


@pytest.mark.parametrize("name", ["package-lock.json", "requirements.txt", "requirements-dev.txt"])
def test_lock_files_name_no_registry(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if '"resolved"' in line or "index-url" in line] == []


def test_templates_have_no_inline_script_or_style():
    wrong = []
    for path in tracked("templates/**.html"):
        text = path.read_text(encoding="utf-8")
        wrong += [
            f"{path.relative_to(ROOT)}: {mark}"
            for mark in (" style=", " onclick=", " onchange=", "<style", "javascript:")
            if mark in text
        ]
    assert wrong == []
