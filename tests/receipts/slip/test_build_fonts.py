"""Making the slip's font, on small packages cut for the purpose from the font itself."""

import hashlib
import shutil
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from receipts.management.commands import build_fonts
from receipts.management.commands.build_fonts import Sources
from receipts.slip import font
from receipts.slip.rare_font import outwards

LATIN = "0123456789ABC¥.,"
PARTS = {"latin": LATIN, "1": "小票茶", "2": "茶餐厅", "chinese-simplified": "9小酒"}
RARE = "㼆𠮷㑇"


def opened(path: Path) -> TTFont:
    return TTFont(BytesIO(path.read_bytes()))


def cut(path: Path, characters: str, target: Path, flavor: str | None = None) -> None:
    made = opened(path)
    tool = subset.Subsetter(subset.Options(notdef_outline=True, glyph_names=False))
    tool.populate(text=characters)
    tool.subset(made)
    made.flavor = flavor
    saved = BytesIO()
    made.save(saved)
    target.write_bytes(saved.getvalue())


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """A folder like node_modules, and a collection whose third face is the Chinese one."""
    home = tmp_path_factory.mktemp("packages")
    files = home / build_fonts.PACKAGE / "files"
    files.mkdir(parents=True)
    (files.parent / "LICENSE").write_text("the licence")
    for weight in font.WEIGHTS:
        source = font.Face(font.FAMILY, weight).path
        for name, characters in PARTS.items():
            target = files / f"noto-sans-sc-{name}-{weight}-normal.woff2"
            cut(source, characters, target, "woff2")
    face = home / "face.ttf"
    cut(font.Face(font.RARE_FAMILY, 400).path, RARE, face)
    collection = TTCollection()
    collection.fonts = [opened(face) for _ in range(5)]
    collection.save(home / "collection.ttc")
    return home


def sources_in(packages: Path) -> Sources:
    web = packages / build_fonts.PACKAGE
    return Sources(web, packages / "collection.ttc", web / "LICENSE")


@pytest.fixture
def sources(packages, monkeypatch) -> Sources:
    found = sources_in(packages)
    monkeypatch.setattr(Sources, "find", classmethod(lambda cls, _packages: found))
    return found


@pytest.fixture(scope="module")
def once(packages, tmp_path_factory) -> Path:
    """What one run made; building starts processes, so the tests share it."""
    made = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch, override_settings(FONTS_DIR=made):
        patch.setattr(Sources, "find", classmethod(lambda cls, _: sources_in(packages)))
        run()
    return made


@pytest.fixture
def folder(settings, tmp_path, once) -> Path:
    """A copy of it, as the machine's FONTS_DIR."""
    settings.FONTS_DIR = tmp_path / "fonts"
    shutil.copytree(once, settings.FONTS_DIR)
    return settings.FONTS_DIR


class Built(Exception):
    """In place of building."""


@pytest.fixture
def would_build(monkeypatch):
    def build(*_args):
        raise Built

    monkeypatch.setattr(build_fonts, "build", build)


def run(**options) -> str:
    out = StringIO()
    call_command("build_fonts", stdout=out, **options)
    return out.getvalue()


def test_it_makes_one_file_a_weight_of_all_parts_and_one_of_the_rest(sources, folder):
    every = set().union(*PARTS.values())
    for face in font.FACES:
        have = {chr(point) for point in opened(face.path).getBestCmap()}
        assert have == (set(RARE) if face.family == font.RARE_FAMILY else every)
        assert opened(face.path)["OS/2"].usWeightClass == face.weight
    assert font.is_ready()
    assert sum(end - start + 1 for start, end in font.manifest()["characters"]) == len(
        every | set(RARE)
    )
    assert (folder / "LICENCE-noto-sans-sc.txt").read_text() == "the licence"
    assert (folder / "LICENCE-noto-sans-cjk.txt").is_file()


def test_a_merged_glyph_is_the_parts_own(sources, folder):
    for weight in font.WEIGHTS:
        merged = opened(font.Face(font.FAMILY, weight).path)
        original = opened(sources.web / "files" / part_of("酒", weight))
        name, other = (made.getBestCmap()[ord("酒")] for made in (merged, original))
        assert merged["glyf"][name].coordinates == original["glyf"][other].coordinates


def part_of(character: str, weight: int) -> str:
    (name,) = [name for name, characters in PARTS.items() if character in characters]
    return f"noto-sans-sc-{name}-{weight}-normal.woff2"


def test_the_latin_part_comes_first_then_what_is_most_frequent(sources):
    names = [path.name.split("-400")[0].split("sc-")[1] for path in sources.subsets(400)]
    assert names == ["latin", "2", "1", "chinese-simplified"]


def test_a_second_run_does_nothing(sources, folder, would_build):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert "up to date" in run()
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_the_same_packages_make_the_same_bytes(sources, folder):
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    assert "is built" in run(force=True)
    assert before == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@pytest.mark.parametrize("harm", ["a file lost", "a file cut short", "the recipe changed"])
def test_what_is_not_whole_is_made_anew(sources, folder, would_build, monkeypatch, harm):
    path = font.FACES[0].path
    if harm == "a file lost":
        path.unlink()
    elif harm == "a file cut short":
        path.write_bytes(path.read_bytes()[:-10])
    else:
        monkeypatch.setattr(build_fonts, "RECIPE", build_fonts.RECIPE + 1)
    assert font.is_ready() == (harm == "the recipe changed")
    with pytest.raises(Built):
        run()


def test_a_build_that_stops_half_way_leaves_the_old_font_whole(sources, folder, would_build):
    before = font.manifest()
    with pytest.raises(Built):
        run(force=True)
    assert font.is_ready()
    assert font.manifest() == before
    assert not list(folder.glob(".building-*"))


def test_without_the_packages_it_says_what_to_run(tmp_path):
    with pytest.raises(CommandError, match="npm ci"):
        Sources.find(tmp_path)


def test_the_manifest_tells_common_from_rare(folder):
    manifest = font.manifest()
    common = font.Coverage.of(manifest["common"])
    every = font.Coverage.of(manifest["characters"])
    assert ("茶" in common, "茶" in every) == (True, True)
    assert ("㼆" in common, "㼆" in every) == (False, True)
    assert "龘" not in every


def test_what_set_up_built_draws_the_names_that_must_print():
    """The real font of this machine: rare names, punctuation, digits all of one width."""
    for character in "骉㼆𠮷㑇䶮喆堃龑犇昇，。（）·¥￥…—“”〓":
        assert character in font.coverage(), character
    for weight in font.WEIGHTS:
        real = opened(font.Face(font.FAMILY, weight).path)
        names = real.getBestCmap()
        assert len({real["hmtx"][names[ord(digit)]][0] for digit in "0123456789"}) == 1
        assert not {"GSUB", "GPOS", "GDEF"} & set(real.keys())


def test_a_square_grows_on_every_side():
    """Clockwise, as TrueType's outer contours run."""
    square = [(0, 0), (0, 100), (100, 100), (100, 0)]
    assert outwards(square, 10) == [(-10, -10), (-10, 110), (110, 110), (110, -10)]


def test_a_hole_shrinks():
    hole = [(0, 0), (100, 0), (100, 100), (0, 100)]
    assert outwards(hole, 10) == [(10, 10), (90, 10), (90, 90), (10, 90)]


def test_a_contour_without_length_is_left_alone():
    assert outwards([(5, 5), (5, 5)], 10) == [(5, 5), (5, 5)]
