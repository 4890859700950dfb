"""What setup/mutation.py changes of a module, one place at a time.

A comparison's bound or sense, `and` for `or`, a `not` taken away or put in, plus for minus, `min`
for `max`, a number one larger, a truth turned round, nothing returned; a call, an exception or the
setting of an attribute left out.
"""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

OTHERWISE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
}  # fmt: skip
# What says already what it asks: these are changed in themselves, a bare name is turned round.
ASKS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)


class Mutant(NamedTuple):
    module: str
    line: int
    lines: range  # of the statement or lambda that is changed, without what is indented under it
    in_lambda: bool  # done when that is called, whenever the statement around it was
    was: str
    now: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.was!r} → {self.now!r}"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """The node otherwise, in each way there is."""
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                if type(op) in OTHERWISE:
                    yield _with(node, ops=[*ops[:i], OTHERWISE[type(op)](), *ops[i + 1 :]])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OTHERWISE:
            yield _with(node, op=OTHERWISE[type(op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not isinstance(test, ASKS):
                yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=ifs):
            for i, test in enumerate(ifs):
                if not isinstance(test, ASKS):
                    other = ast.UnaryOp(ast.Not(), test)
                    yield _with(node, ifs=[*ifs[:i], other, *ifs[i + 1 :]])
        case ast.Name(id="min" | "max" as name, ctx=ast.Load()):
            yield _with(node, id="max" if name == "min" else "min")
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value)):
            yield _with(node, value=value + 1)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Assign(targets=[ast.Attribute()]):
            yield ast.Pass()


def mutants(module: str, source: str) -> Iterator[Mutant]:
    number = 0
    while True:
        tree, one = ast.parse(source), _One(number)
        one.visit(tree)
        if one.found is None:
            return
        yield Mutant(module, *one.found, ast.fix_missing_locations(tree))
        number += 1


def _with(node, **fields):
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


class _One(ast.NodeTransformer):
    """Makes the `number`-th change there is."""

    def __init__(self, number: int):
        self.left = number
        self.within: list[ast.stmt | ast.Lambda] = []
        self.found: tuple[int, range, bool, str, str] | None = None

    def visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, ast.stmt | ast.Lambda):
            return self._changed(self.generic_visit(node))
        self.within.append(node)
        try:
            return self._changed(self.generic_visit(node))
        finally:
            self.within.pop()

    def _changed(self, node: ast.AST) -> ast.AST:
        if self.found is not None or not self.within:
            return node
        for other in changes(node):
            if self.left == 0:
                around = self.within[-1]
                lines, in_lambda = _lines(around), isinstance(around, ast.Lambda)
                line = getattr(node, "lineno", lines.start)
                self.found = (line, lines, in_lambda, _words(node), _words(other))
                return ast.copy_location(other, node) if hasattr(node, "lineno") else other
            self.left -= 1
        return node


def _words(node: ast.AST) -> str:
    """Of a statement with others under it, the first line alone."""
    return ast.unparse(node).strip().partition("\n")[0]


def _lines(statement: ast.stmt | ast.Lambda) -> range:
    if isinstance(statement, ast.Lambda):
        return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    under = getattr(statement, "body", [])
    last = max(under[0].lineno - 1, first) if under else statement.end_lineno or first
    return range(first, last + 1)
