"""Makes the slip's font from its pinned, openly licensed packages. No network.

Why merge: the npm package comes as about a hundred web-font subsets a weight. Handed to WeasyPrint
with the unicode ranges of the package's own style sheet, they draw the wrong glyphs while the text
layer stays right, so nothing but a look at the picture finds it. One file per weight draws right.
Tables that only serve other scripts or vertical setting are dropped; the digits are as wide as one
another by themselves (555 units), so no feature is needed for tabular figures.
"""

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from fontTools import merge, subset
from fontTools.ttLib import TTFont

from receipts.slip import font
from receipts.slip.rare_font import make_rare

# Raise it when the recipe below changes, so that installed fonts are made anew.
RECIPE = 4
PACKAGE = "@fontsource/noto-sans-sc"
UNUSED_TABLES = ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG"]


class Command(BaseCommand):
    help = "Build the slip's own font (regular and bold) into FONTS_DIR; skips when unchanged."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument(
            "--packages",
            type=Path,
            default=settings.BASE_DIR / "node_modules",
            help="where npm put its packages (default: node_modules)",
        )
        parser.add_argument("--force", action="store_true", help="build even when unchanged")

    def handle(self, *, packages: Path, force: bool, **_options):
        sources = Sources.find(packages)
        inputs = sources.digest()
        if not force and self.is_current(inputs):
            self.stdout.write("The slip's font is up to date.")
            return
        target = Path(settings.FONTS_DIR)
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=".building-") as folder:
            made = build(sources, Path(folder))
            manifest = describe(made, Path(folder), inputs)
            (Path(folder) / font.MANIFEST).write_text(json.dumps(manifest), "utf-8")
            # The manifest goes last: it is what says that the rest is there.
            names = sorted(os.listdir(folder), key=lambda name: (name == font.MANIFEST, name))
            for name in names:
                os.replace(Path(folder) / name, target / name)
        common, everything = (
            sum(end - start + 1 for start, end in manifest[key]) for key in ("common", "characters")
        )
        self.stdout.write(
            f"The slip's font is built: {everything:,} characters, "
            f"{common:,} of them in the first file of each weight."
        )

    @staticmethod
    def is_current(inputs: str) -> bool:
        try:
            return font.manifest().get("inputs") == inputs and font.is_ready()
        except font.FontsMissing:
            return False


class Sources:
    """The packages' files that the font is made from."""

    def __init__(self, web: Path, collection: Path, collection_licence: Path):
        self.web, self.collection, self.collection_licence = (
            web,
            collection,
            collection_licence,
        )

    @classmethod
    def find(cls, packages: Path) -> "Sources":
        web = packages / PACKAGE
        if not (web / "files").is_dir():
            raise CommandError(f"{PACKAGE} is not in {packages}: run `npm ci --ignore-scripts`.")
        spec = importlib.util.find_spec("noto_cjk_sans_otc")
        if spec is None or spec.origin is None:
            raise CommandError("noto-cjk-sans-otc is not installed: install requirements.txt.")
        home = Path(spec.origin).parent
        licences = sorted(home.parent.glob("noto_cjk_sans_otc-*.dist-info/licenses/LICENSE"))
        if not licences:
            raise CommandError("noto-cjk-sans-otc came without its licence; not used.")
        return cls(web, home / "NotoSansCJK-Regular.ttc", licences[0])

    def subsets(self, weight: int) -> list[Path]:
        """Latin first (its digits and signs win), then the numbered ones, the highest number first,
        which has the most frequent characters; the rest last.

        A subset in a PDF keeps the numbers of its glyphs: what stands far back in the font would
        bring thousands of empty places into every slip.
        """

        def rank(path: Path) -> tuple[int, int, str]:
            name = path.name.removeprefix("noto-sans-sc-").removesuffix(f"-{weight}-normal.woff2")
            if name.isdigit():
                return 1, -int(name), name
            return (2 if name == "chinese-simplified" else 0), 0, name

        found = sorted((self.web / "files").glob(f"*-{weight}-normal.woff2"), key=rank)
        if not found:
            raise CommandError(f"{PACKAGE} has no files of weight {weight}.")
        return found

    def characters(self, weight: int) -> set[int]:
        found: set[int] = set()
        for path in self.subsets(weight):
            found |= set(TTFont(BytesIO(path.read_bytes()), lazy=True).getBestCmap())
        return found

    def digest(self) -> str:
        """One hash over everything the result depends on."""
        whole = hashlib.sha256(f"recipe {RECIPE}".encode())
        for path in [
            *(p for w in font.WEIGHTS for p in self.subsets(w)),
            self.collection,
        ]:
            whole.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()


def build(sources: Sources, folder: Path) -> dict[str, set[int]]:
    """Writes the four files and the licences; returns the characters of each file."""

    def file(family: str, weight: int) -> Path:
        return folder / font.Face(family, weight).file

    have = set.intersection(*(sources.characters(weight) for weight in font.WEIGHTS))
    rare_files = {weight: file(font.RARE_FAMILY, weight) for weight in font.WEIGHTS}
    workers = min(3, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        # The longest first.
        rare = pool.submit(make_rare, sources.collection, have, rare_files, font.RARE_FAMILY)
        merged = {
            weight: pool.submit(merge_weight, sources.subsets(weight), file(font.FAMILY, weight))
            for weight in font.WEIGHTS
        }
        made = {path.name: rare.result() for path in rare_files.values()}
        made |= {file(font.FAMILY, weight).name: task.result() for weight, task in merged.items()}
    shutil.copy(sources.web / "LICENSE", folder / "LICENCE-noto-sans-sc.txt")
    shutil.copy(sources.collection_licence, folder / "LICENCE-noto-sans-cjk.txt")
    return made


def merge_weight(paths: list[Path], target: Path) -> set[int]:
    """One TTF of all subsets; each character is taken from the first subset that has it."""
    quiet()
    seen: set[int] = set()
    parts, moment = [], 0
    for path in paths:
        part = TTFont(BytesIO(path.read_bytes()), recalcTimestamp=False)
        moment = max(moment, part["head"].modified)
        wanted = set(part.getBestCmap()) - seen
        seen |= wanted
        if wanted:
            cut(part, wanted)
            parts.append(in_memory(part))
    merged = merge.Merger().merge(parts)
    merged["head"].created = merged["head"].modified = moment  # not now: same inputs, same bytes
    finish(merged, font.FAMILY, target)
    return seen


def cut(source: TTFont, wanted: set[int]) -> None:
    """Leaves in the font the glyphs of the wanted characters, and no table we have no use for."""
    options = subset.Options(
        layout_features=[],
        drop_tables=[*subset.Options._drop_tables_default, *UNUSED_TABLES],
        glyph_names=False,
        notdef_outline=True,
        recommended_glyphs=False,
        name_IDs=[0, 1, 2, 13, 14],
        recalc_timestamp=False,
    )
    tool = subset.Subsetter(options)
    tool.populate(unicodes=wanted)
    tool.subset(source)
    source.flavor = None


def in_memory(part: TTFont) -> BytesIO:
    out = BytesIO()
    part.save(out)
    out.seek(0)
    return out


def finish(made: TTFont, family: str, target: Path) -> None:
    """Names the font as ours (the licence reserves no name) and writes it."""
    for record in list(made["name"].names):
        if record.nameID in (1, 3, 4, 6, 16, 17):
            made["name"].removeNames(nameID=record.nameID)
    weight = made["OS/2"].usWeightClass
    style = "Bold" if weight >= 700 else "Regular"
    full = f"{family} {style}"
    texts = {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", "")}
    for number, text in texts.items():
        made["name"].setName(text, number, 3, 1, 0x409)
    made.recalcTimestamp = False
    made.save(target)


def describe(made: dict[str, set[int]], folder: Path, inputs: str) -> dict:
    """The manifest: what went in, the files with their hashes, the characters they draw."""
    common, rare = (
        set.intersection(*(made[font.Face(family, w).file] for w in font.WEIGHTS))
        for family in (font.FAMILY, font.RARE_FAMILY)
    )
    files = {
        face.file: {
            "bytes": (folder / face.file).stat().st_size,
            "sha256": hashlib.sha256((folder / face.file).read_bytes()).hexdigest(),
        }
        for face in font.FACES
    }
    return {
        "inputs": inputs,
        "files": files,
        "common": font.ranges(common),
        "characters": font.ranges(common | rare),
    }


def quiet() -> None:
    """fontTools tells every table it drops; that is the recipe, not news."""
    for name in ("fontTools.merge", "fontTools.subset", "fontTools.ttLib"):
        logging.getLogger(name).setLevel(logging.ERROR)
