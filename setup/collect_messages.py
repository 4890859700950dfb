"""Collect the texts of the source into locale/, or (--check) say what would change.

Chinese is what the source says, so only English has a catalogue. Sorted by text: two people who
add texts at the same time then seldom touch the same lines.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
# What a translation must carry over: %(name)s, %s, {name}.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def collect(root: Path) -> polib.POFile:
    """Run makemessages in `root`; the catalogue as it is afterwards, sorted."""
    (root / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    arguments = ["-l", "en", "--no-location", "--no-wrap", "--no-obsolete"]
    for folder in (".venv", "node_modules", "var", "tests", "bench", "setup", "static"):
        arguments += ["-i", folder]
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", *arguments],
        cwd=root,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    catalogue = polib.pofile(str(root / CATALOGUE), wrapwidth=0)
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return catalogue


def copy_of_sources(folder: Path) -> None:
    """Only what git knows or would take: neither packages nor data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("static/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


def key(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgid, entry.msgctxt or "")


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def faults(entry: polib.POEntry) -> list[str]:
    text = entry.msgid.replace("\n", "⏎")
    if entry.fuzzy:
        return [f"doubtful (fuzzy): {text}"]
    if not all(translations(entry)):
        return [f"no English: {text}"]
    wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    if any(set(PLACEHOLDER.findall(each)) - wanted for each in translations(entry)):
        return [f"placeholders differ: {text}"]
    return []


def check() -> list[str]:
    have = polib.pofile(str(ROOT / CATALOGUE), wrapwidth=0)
    with tempfile.TemporaryDirectory(prefix="messages-") as folder:
        copy_of_sources(Path(folder))
        wanted = collect(Path(folder))
    known = {key(entry) for entry in have if not entry.obsolete}
    used = {key(entry) for entry in wanted}
    found = [f"not in the catalogue: {text}" for text, _context in sorted(used - known)]
    found += [f"used nowhere: {text}" for text, _context in sorted(known - used)]
    for entry in have:
        found += faults(entry)
    return found


def main() -> None:
    if "--check" in sys.argv:
        if found := check():
            sys.exit("\n".join(found) + "\n`make messages`, then fill in the English.")
        return
    catalogue = collect(ROOT)
    catalogue.save()
    empty = sum(1 for entry in catalogue if faults(entry))
    print(f"{CATALOGUE}: {len(catalogue)} texts, {empty} to fill in.")


if __name__ == "__main__":
    main()
