"""setup/: each step once, again when its source changes, and plain words when it fails."""

import os
import subprocess
from pathlib import Path

import polib
import pytest

from setup import collect_messages
from tests import tools


@pytest.fixture
def shell(tmp_path):
    """`shell(script, **environment)` runs bash with the set-up's functions, in an empty folder."""
    for name in ("done", "log"):
        (tmp_path / "state" / name).mkdir(parents=True)
    sources = "".join(
        f"source {tools.ROOT}/setup/{name}.sh; " for name in ("say", "system", "python")
    )

    def run(script: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail; state=state; {sources} {script}"],
            cwd=tmp_path,
            env=os.environ | {"CI": ""} | environment,
            capture_output=True,
            text=True,
        )

    return run


STEP = "step pie 'A pie' pie apples -- bake; "
BAKE = "bake() { echo baked >>count; touch pie; }; "


def times(folder: Path) -> int:
    count = folder / "count"
    return len(count.read_text().splitlines()) if count.exists() else 0


def test_a_step_is_done_once(shell, tmp_path):
    (tmp_path / "apples").write_text("three")
    answer = shell(BAKE + STEP + STEP)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("A pie … done") == 1
    assert shell(BAKE + STEP).stdout == ""
    assert times(tmp_path) == 1


def test_a_step_is_done_again_when_its_source_changes_or_its_result_is_gone(shell, tmp_path):
    (tmp_path / "apples").write_text("three")
    shell(BAKE + STEP)
    (tmp_path / "apples").write_text("four")
    shell(BAKE + STEP)
    (tmp_path / "pie").unlink()
    shell(BAKE + STEP)
    assert times(tmp_path) == 3


def test_a_step_that_fails_says_so_and_is_tried_again(shell, tmp_path):
    answer = shell("bake() { echo 'no oven'; return 3; }; " + STEP)
    assert answer.returncode == 1
    assert "A pie … failed" in answer.stdout
    assert "no oven" in answer.stderr
    assert "Set-up stopped at this step" in answer.stderr
    assert "done" in shell(BAKE + STEP).stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [("packages", "The Python package index could not be reached"), ("npm", "The npm registry")],
)
def test_an_index_that_cannot_be_reached_is_named(shell, name, message):
    answer = shell(
        "fetch() { echo 'error: failed to lookup address information'; return 1; }; "
        f"step {name} 'Packages' nothing -- fetch"
    )
    assert answer.returncode == 1
    assert message in answer.stderr


# A machine on which nothing may be installed: neither root nor sudo.
HELPLESS = "has() { return 1; }; may_install() { return 1; }; id() { echo 1000; }; "
APT = "find_manager() { echo apt-get; }; "


def test_a_missing_library_stops_with_the_one_line_to_type(shell):
    answer = shell(HELPLESS + APT + "need pango")
    assert answer.returncode == 1
    assert (
        "sudo apt-get install -y --no-install-recommends "
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in answer.stderr
    )


def test_a_missing_tool_of_the_tests_is_named_and_does_not_stop(shell):
    answer = shell(HELPLESS + APT + "wish redis; summary")
    assert answer.returncode == 0
    assert "MISSING: redis, so the tests of the worker through Redis will be SKIPPED" in (
        answer.stdout
    )
    assert "redis-server" in answer.stdout


def test_with_ci_a_missing_tool_stops(shell):
    answer = shell(HELPLESS + APT + "wish redis", CI="true")
    assert answer.returncode == 1
    assert "nothing is skipped" in answer.stderr


def test_a_name_on_the_path_that_leads_nowhere_is_no_python(shell, tmp_path):
    shims = tmp_path / "shims"
    shims.mkdir()
    for name in ("python3.13", "uv"):
        (shims / name).write_text("#!/bin/sh\necho 'command not found' >&2; exit 127\n")
        (shims / name).chmod(0o755)
    answer = shell(
        "find_uv; echo uv=$uv; is_usable python3.13 && echo usable || echo not",
        PATH=f"{shims}:/usr/bin:/bin",
        HOME=str(tmp_path),
    )
    assert answer.stdout.split() == ["uv=", "not"]


def entry(msgid: str, msgstr: str, **more) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (entry("小票", "Slip"), ""),
        (entry("小票", ""), "no English"),
        (entry("小票", "Slip", flags=["fuzzy"]), "doubtful"),
        (entry("还有 %(n)s 件", "%(count)s left"), "placeholders differ"),
        (entry("还有 {n} 件", "{n} left"), ""),
    ],
)
def test_a_catalogue_with_a_gap_is_refused(text, fault):
    found = collect_messages.faults(text)
    assert len(found) == bool(fault)
    assert all(line.startswith(fault) for line in found)
