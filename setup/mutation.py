"""What tests do not see: one small change of a module at a time, and its tests run against it.

    python -m setup.mutation disputes.clock_state --tests tests/disputes/test_clocks.py

Nothing is written to the module (setup/mutants.py says what is changed). The tests are run once as
the module stands, which shows that they pass, how long each takes and to which lines it comes. Then
each change is put into a copy of that process and tried by the tests that come to its lines, the
quickest and most successful first, up to the first that fails. What is done while the module is
imported comes last, each in a process of its own. Prints a line for each that no test saw; what was
seen is kept in .setup/mutation, so that a second run tries the rest. docs/decisions/mutation-run.md
"""

import argparse
import ast
import collections
import functools
import gc
import hashlib
import importlib.util
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
from importlib.abc import MetaPathFinder, SourceLoader
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from setup.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".setup" / "mutation"
SECONDS = 900  # of one run; a change that never ends is found too
QUICK = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
Line = tuple[str, int, bool]  # of a module; whether in a lambda, whose lines its maker comes to too
SEEN, NOT_SEEN, ALONE = 0, 1, 2  # what a copy of the process says; alone: try it in one of its own


def path_of(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class Trial:
    """A plugin of pytest: the tests as they stand, then each change in a copy of this process."""

    def __init__(self, modules: list[str], some: list[Mutant], kept: "Kept", out: int):
        self.some, self.kept, self.out = some, kept, out
        self.files = {str(path_of(module)): module for module in modules}
        self.environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}  # before the tests' own
        self.comes_to: dict[str, set[Line]] = {}  # by test
        self.takes: dict[str, float] = {}
        self.sees: collections.Counter[str] = collections.Counter()
        self.failed = ""
        self.alive: collections.Counter[str] = collections.Counter()
        self.now: set[Line] = set()  # come to since this was last set
        self.codes: list[CodeType] = []
        self._watch()

    def say(self, words: str) -> None:
        os.write(self.out, f"{words}\n".encode())

    # Which lines are come to

    def _watch(self) -> None:
        tool, on = sys.monitoring, sys.monitoring.events
        self.tool = next(number for number in (4, 5, 2, 1) if tool.get_tool(number) is None)
        tool.use_tool_id(self.tool, "mutation")
        tool.register_callback(self.tool, on.PY_START, self._start)
        tool.register_callback(self.tool, on.LINE, self._line)
        tool.set_events(self.tool, on.PY_START)

    def _start(self, code: CodeType, _offset: int):
        if code.co_filename in self.files:
            self.codes.append(code)
            sys.monitoring.set_local_events(self.tool, code, sys.monitoring.events.LINE)
        return sys.monitoring.DISABLE

    def _line(self, code: CodeType, line: int):
        self.now.add((self.files[code.co_filename], line, code.co_name == "<lambda>"))
        return sys.monitoring.DISABLE  # until the next test

    def _watch_no_more(self) -> None:
        sys.monitoring.set_events(self.tool, 0)
        for code in self.codes:
            sys.monitoring.set_local_events(self.tool, code, 0)
        sys.monitoring.free_tool_id(self.tool)

    # pytest's hooks

    def pytest_runtest_logreport(self, report) -> None:
        self.takes[report.nodeid] = self.takes.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed = f"{report.nodeid}\n{report.longreprtext}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session) -> bool:
        imported, self.now = self.now, set()
        for item in session.items:
            self._forget()
            sys.monitoring.restart_events()
            self._run(session, item)
            self.comes_to[item.nodeid], self.now = self.now, set()
            if self.failed:
                pytest.exit(f"The tests fail without any change: {self.failed}", returncode=1)
        self._watch_no_more()
        self._try_all(session, imported)
        session._setupstate.teardown_exact(None)
        return True

    def _forget(self) -> None:
        """What a module keeps of its answers (functools.cache) is asked anew."""
        for each in gc.get_objects():
            if type(each) is functools._lru_cache_wrapper:
                code = getattr(each.__wrapped__, "__code__", None)
                if code and code.co_filename in self.files:
                    each.cache_clear()

    def _run(self, session, item) -> None:
        # The session takes the place of the next test: what is made once for all of them stays.
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=session)

    # The changes

    def _try_all(self, session, imported: set[Line]) -> None:
        from django.db import connections

        items = {item.nodeid: item for item in session.items}
        functions = collections.defaultdict(list)
        for each in gc.get_objects():
            # Its own type alone: to ask a lazy object what it is would wake it.
            if type(each) is FunctionType and each.__code__.co_filename in self.files:
                functions[self.files[each.__code__.co_filename]].append(each)
        connections.close_all()  # no copy shares one
        gc.disable()  # a copy that collects writes to, and so copies, all there is
        imports = [bool(_lines(each) & imported) for each in self.some]
        in_turn = sorted(zip(self.some, imports, strict=True), key=lambda each: each[1])
        for number, (mutant, at_import) in enumerate(in_turn, 1):
            tests = list(items) if at_import else self._come_to(mutant)
            tests.sort(key=lambda each: self.takes[each] / (1 + self.sees[each]))
            result, by = NOT_SEEN if not tests else ALONE, ""
            if tests and not at_import:
                result, by = self._in_a_copy(
                    session, [items[each] for each in tests], functions[mutant.module], mutant
                )
            if tests and result == NOT_SEEN and mutant.in_lambda:
                # What it made may be kept for good, as a compiled statement is: a new process asks.
                result, tests = ALONE, list(items)
            if tests and result == ALONE:
                result = self._alone(mutant, tests)
            if result == SEEN:
                self.sees[by] += 1
                self.kept.add(mutant, by)
            else:
                self.alive[mutant.module] += 1
                self.say(f"{mutant}{'' if tests else '  (no test comes here)'}")
            print(f"# {number} of {len(self.some)}", file=sys.stderr)

    def _come_to(self, mutant: Mutant) -> list[str]:
        lines = _lines(mutant)
        return [each for each, come in self.comes_to.items() if come & lines]

    def _in_a_copy(self, session, items: list, functions: list, mutant: Mutant) -> tuple[int, str]:
        read, write = os.pipe()
        if not (child := os.fork()):
            os.close(read)
            code = ALONE
            try:
                code = self._child(session, items, functions, mutant, write)
            finally:
                os._exit(code)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            by = pipe.read().decode()
        _pid, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return (ALONE if code < 0 else code), by

    def _child(self, session, items, functions, mutant: Mutant, write: int) -> int:
        _no_longer_than(20 + 10 * int(sum(self.takes[item.nodeid] for item in items)))
        path = str(path_of(mutant.module))
        codes = list(_codes(compile(mutant.tree, path, "exec")))
        changed = {_place(code): code for code in codes}
        twice = {place for place, n in collections.Counter(map(_place, codes)).items() if n > 1}
        try:
            for each in functions:
                if (place := _place(each.__code__)) in twice:  # two lambdas in one line
                    return ALONE
                each.__code__ = changed[place]
        except (KeyError, ValueError):  # what it closes over is otherwise now
            return ALONE
        self._forget()
        for item in items:
            self._run(session, item)
            if self.failed:
                os.write(write, item.nodeid.encode())
                return SEEN
        return NOT_SEEN

    def _alone(self, mutant: Mutant, tests: list[str]) -> int:
        with tempfile.TemporaryDirectory() as folder:
            path, only = Path(folder) / "changed.py", Path(folder) / "only.txt"
            path.write_text(ast.unparse(mutant.tree), encoding="utf-8")
            only.write_text("\n".join(tests), encoding="utf-8")
            files = list(dict.fromkeys(each.partition("::")[0] for each in tests))
            run = "import sys; from setup.mutation import alone; sys.exit(alone(*sys.argv[1:]))"
            try:
                done = subprocess.run(
                    [sys.executable, "-c", run, mutant.module, str(path), str(only), *files],
                    cwd=ROOT, timeout=SECONDS, check=False, env=self.environment,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return SEEN
        return NOT_SEEN if done.returncode == 0 else SEEN


def alone(module: str, path: str, only: str, *files: str) -> int:
    """Run those tests of the files whose names stand in `only`, in that order."""
    instead(module, path)
    wanted = Path(only).read_text(encoding="utf-8").split("\n")

    class Only:
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            found = {item.nodeid: item for item in items}
            items[:] = [found[name] for name in wanted if name in found]

    return pytest.main([*QUICK, *files], plugins=[Only()])


def _no_longer_than(seconds: int) -> None:
    """Of processor time, others may work too: then the test that runs fails, and tidies up."""

    def end(*_signal) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 60, seconds + 60))
        pytest.fail("takes too long")

    signal.signal(signal.SIGXCPU, end)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))


def _codes(code: CodeType):
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _lines(mutant: Mutant) -> set[Line]:
    within = (True,) if mutant.in_lambda else (True, False)
    return {(mutant.module, line, each) for line in mutant.lines for each in within}


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def instead(module: str, path: str) -> None:
    """In this process, `module` is read from `path`."""
    package = path_of(module).name == "__init__.py"

    class Loader(SourceLoader):
        def get_filename(self, fullname):
            return str(path_of(module))

        def get_data(self, _path):
            return Path(path).read_bytes()

        def path_stats(self, _path):
            raise OSError  # nothing compiled is read or kept

    class Finder(MetaPathFinder):
        def find_spec(self, fullname, _path=None, _target=None):
            if fullname != module:
                return None
            spec = importlib.util.spec_from_loader(module, Loader(), is_package=package)
            if spec and package:
                spec.submodule_search_locations = [str(path_of(module).parent)]
            return spec

    sys.meta_path.insert(0, Finder())


class Kept:
    """Which changes a test has seen, one a line, with the test that saw it."""

    def __init__(self):
        self.seen = {
            line.partition(" ")[0]
            for path in KEPT.glob("*.txt")
            for line in path.read_text("utf-8").splitlines()
        }

    def has(self, mutant: Mutant) -> bool:
        return self._name(mutant) in self.seen

    def add(self, mutant: Mutant, by: str) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        with (KEPT / f"{mutant.module}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{self._name(mutant)} {mutant.line} {by}\n")

    def _name(self, mutant: Mutant) -> str:
        """By the changed function or class alone: what is written elsewhere does not matter."""
        body = mutant.tree.body
        at = next((each for each in body if mutant.line <= (each.end_lineno or 0)), body[-1])
        text = f"{mutant.module}\n{ast.unparse(at)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--tests", nargs="+", required=True)
    parser.add_argument("--most", type=int, default=10_000, help="so many, drawn by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--anew", action="store_true", help="try what was seen before again")
    given = parser.parse_args()
    kept = Kept()
    found = [
        each
        for module in given.modules
        for each in mutants(module, path_of(module).read_text(encoding="utf-8"))
    ]
    some = random.Random(given.seed).sample(found, min(given.most, len(found)))
    left = [each for each in some if given.anew or not kept.has(each)]
    out = os.dup(1)
    trial = Trial(given.modules, sorted(left, key=lambda each: (each.module, each.line)), kept, out)
    with tempfile.TemporaryFile("w+") as printed:
        os.dup2(printed.fileno(), 1)
        if pytest.main([*QUICK, *given.tests], plugins=[trial]):
            printed.seek(0)
            sys.exit(printed.read())
    for module in given.modules:
        there, tried = (sum(each.module == module for each in those) for those in (found, some))
        trial.say(f"{module}: {tried} of {there} tried, {trial.alive[module]} not seen")


if __name__ == "__main__":
    main()
