"""What tests do not see: one small change of a module at a time, and its tests run against it.

    python setup/mutation.py disputes.clock_state tests/disputes/test_clocks.py [--most 80]

A change is a comparison's bound or sense, `and` for `or`, a `not` taken away, plus for minus, a
number one larger, a truth turned round, nothing returned, or a call left out. Nothing is written to
the module: each run imports the changed source in its place. Prints a line a survivor; those that
matter become tests (docs/decisions/mutation-run.md).
"""

import argparse
import ast
import copy
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.abc import MetaPathFinder, SourceLoader
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 900  # of one run; a change that never ends is found too
OTHERWISE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
}  # fmt: skip
RUN = (
    "import sys; from setup.mutation import instead; instead(sys.argv[1], sys.argv[2]); "
    "import pytest; sys.exit(pytest.main(sys.argv[3:]))"
)


def changed(node: ast.AST) -> ast.AST | None:
    """The node otherwise, or None where nothing is to be said of it."""
    match node:
        case ast.Compare(ops=[one]) if type(one) in OTHERWISE:
            node.ops = [OTHERWISE[type(one)]()]
        case ast.BoolOp(op=one) | ast.BinOp(op=one) if type(one) in OTHERWISE:
            node.op = OTHERWISE[type(one)]()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Return(value=value) if value is not None and not _is_none(value):
            node.value = ast.Constant(None)
        case ast.Expr(value=ast.Call()):
            return ast.Pass()
        case _:
            return None
    return node


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


class _One(ast.NodeTransformer):
    """Changes the `number`-th place that can be changed."""

    def __init__(self, number: int):
        self.left, self.line, self.was, self.now = number, 0, "", ""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        before = copy.deepcopy(node)
        if (after := changed(node)) is None:
            return node
        self.left -= 1
        if self.left == -1:
            self.line, self.was = getattr(node, "lineno", 0), ast.unparse(before)
            self.now = ast.unparse(after)
            return ast.copy_location(after, before)
        return before


def mutants(source: str) -> Iterator[tuple[int, str, str, str]]:
    """Line, what stood there, what stands there now, and the whole source of each."""
    number = 0
    while True:
        one = _One(number)
        tree = ast.fix_missing_locations(one.visit(ast.parse(source)))
        if one.left >= 0:
            return
        yield one.line, one.was, one.now, ast.unparse(tree)
        number += 1


def instead(module: str, path: str) -> None:
    """In this process, `module` is read from `path`."""

    class Loader(SourceLoader):
        def get_filename(self, fullname):
            return str(ROOT / (module.replace(".", "/") + ".py"))

        def get_data(self, _path):
            return Path(path).read_bytes()

        def path_stats(self, _path):
            raise OSError  # nothing compiled is read or kept

    class Finder(MetaPathFinder):
        def find_spec(self, fullname, _path=None, _target=None):
            if fullname == module:
                return importlib.util.spec_from_loader(module, Loader())
            return None

    sys.meta_path.insert(0, Finder())


def survives(module: str, text: str, tests: list[str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changed.py"
        path.write_text(text, encoding="utf-8")
        quick = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        try:
            done = subprocess.run(
                [sys.executable, "-c", RUN, module, str(path), *quick, *tests],
                cwd=ROOT, timeout=SECONDS, capture_output=True, check=False,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--most", type=int, default=10_000, help="so many, drawn by chance")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    source = (ROOT / (given.module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    if not survives(given.module, ast.unparse(ast.parse(source)), given.tests):
        sys.exit("The tests fail without any change.")
    found = list(mutants(source))
    some = random.Random(given.seed).sample(found, min(given.most, len(found)))
    alive = 0
    for number, (line, was, now, text) in enumerate(some, 1):
        if survives(given.module, text, given.tests):
            alive += 1
            print(f"{given.module}:{line}: {was!r} → {now!r}", flush=True)
        print(f"# {number} of {len(some)} ({len(found)}), {alive} alive", file=sys.stderr)
    print(
        f"{given.module}: {len(some)} of {len(found)} changes tried, {alive} not seen", flush=True
    )


if __name__ == "__main__":
    main()
