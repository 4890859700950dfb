"""A log with some history, an export of it in a folder, and verify.py as a stranger runs it."""

import io
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random

from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.audit import sequencer
from portal.audit.export import make
from portal.audit.export.make import export
from portal.audit.export.selection import Selection

VERIFY = Path(make.__file__).with_name("verify.py")
ACTOR = Actor.system("test")


def write_history(events: int, *, subjects: int = 5, seed: int = 1, batch: int = 7) -> None:
    """`events` events of several subjects in turns, a checkpoint after each `batch`."""
    random = Random(seed)
    for number in range(events):
        with transaction.atomic():
            audit.record(
                f"case:2611-{random.choice(range(subjects)):04d}",
                "case.replied",
                actor=ACTOR,
                before={"stage": "merchant"},
                after={"stage": "institution", "text": '小票 ,"previous":" \u2028 \n', "n": number},
                personal={"body": f"第 {number} 条\n", "contact": "a@b.c"} if number % 3 else {},
                reason='she said "no"',
            )
        if number % batch == batch - 1:
            sequencer.sequence()
    sequencer.sequence()


def unpacked(folder: Path, selection: Selection | None = None, **options) -> Path:
    """An export, unpacked into `folder`."""
    made = export(
        selection or Selection(),
        **{"actor": ACTOR, "reason": "for a test", "content": "all"} | options,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.with_suffix(".zip")
    path.write_bytes(b"".join(made.write()))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


@dataclass(frozen=True)
class Verdict:
    code: int
    said: str


def verify(path: Path, *arguments: str) -> Verdict:
    """In this process, which is quicker."""
    module = _module()
    with redirect_stdout(io.StringIO()) as said:
        code = module.main([str(path), *arguments])
    return Verdict(code, said.getvalue())


@cache
def _module():
    spec = spec_from_file_location("verify_apart", VERIFY)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verify_apart(path: Path, *arguments: str, script: Path = VERIFY) -> Verdict:
    """By a Python that knows nothing of the portal: isolated, in another folder."""
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path), *arguments],
        cwd="/",
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        timeout=600,
        check=False,
    )
    assert done.stderr == "", done.stderr
    return Verdict(done.returncode, done.stdout)
