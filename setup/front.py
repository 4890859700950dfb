"""Copy what pages use of the npm packages into static/vendor, unmodified, and make the icon sprite.

    python setup/front.py [TARGET]

Which icons: icons.txt beside this file, one name a line.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
# The source map is never sent to a browser that has no developer tools open, but the manifest
# storage follows the comment at the foot of the style sheet and must find it.
FILES = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
    # What a browser works off before a look-up, in a thread of its own.
    "altcha-pbkdf2.js": "altcha/dist/workers/pbkdf2.js",
}


def symbol(name: str) -> str:
    """One icon as a `<symbol>`, drawn in the colour of the text around it."""
    source = PACKAGES / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not source.exists():
        sys.exit(f"setup/icons.txt names {name}, which the icon set does not have.")
    match = re.fullmatch(r"<svg[^>]*>(.*)</svg>\s*", source.read_text(encoding="utf-8"), re.S)
    if match is None:
        sys.exit(f"{source.name} of the icon set is not a single <svg>.")
    paths = re.sub(r"\s*\n\s*", "", match[1])
    return f'<symbol id="{name}" viewBox="0 0 16 16">{paths}</symbol>'


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(PACKAGES / source, target / name)
    names = (ROOT / "setup" / "icons.txt").read_text(encoding="utf-8").split()
    sprite = "\n".join(symbol(name) for name in names)
    (target / "icons.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n{sprite}\n</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "static" / "vendor")
