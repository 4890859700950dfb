"""Which types of event the code can write, read off the code: the second argument of each
`audit.record(…)`. A name is followed to the texts that are assigned to it in the same module, and
through functions of the module to those that call them. What cannot be followed is told.
"""

import ast
from collections.abc import Iterator

from disputes import policy
from disputes.policy import network, refunding
from portal.viewing import pattern, sweep
from tests.portal.audit.watching import ROOT

STEPS = "case.{step.event}"  # of the table of the policy
NETWORK = "network.{rule.event}"  # of the table of the card network's steps
RULES = "{UNUSUAL}.{unusual.rule}"  # of the table of unusual days


def types_written() -> tuple[set[str], list[str]]:
    """The types, and the places that could not be understood."""
    found: set[str] = set()
    doubts: list[str] = []
    for folder in ("portal", "receipts", "disputes"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = _Module(ast.parse(path.read_text(encoding="utf-8")))
            for call in module.records():
                types = module.texts(call.args[1])
                found |= types
                if not types:
                    doubts.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    return found, doubts


class _Module:
    def __init__(self, tree: ast.Module):
        self.tree = tree
        self.functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    def records(self) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield node

    def texts(self, value: ast.expr, depth: int = 3) -> set[str]:
        if isinstance(value, ast.Constant):
            return {value.value}
        if isinstance(value, ast.IfExp):
            return self.texts(value.body) | self.texts(value.orelse)
        if isinstance(value, ast.JoinedStr):
            return self._formatted(value, depth)
        if isinstance(value, ast.Name) and depth:
            return self._named(value, depth - 1)
        return set()

    def _formatted(self, value: ast.JoinedStr, depth: int) -> set[str]:
        if ast.unparse(value) == f"f'{STEPS}'":
            steps = [step for kind in policy.KINDS for step in policy.steps_of(kind)]
            return {f"case.{step.event}" for step in (*steps, *refunding.OF_THE_TRACK)}
        if ast.unparse(value) == f"f'{NETWORK}'":
            return {f"network.{rule.event}" for rule in network.STEPS.values()}
        if ast.unparse(value) == f"f'{RULES}'":
            return {f"{sweep.UNUSUAL}.{rule}" for rule in pattern.LEAST}
        texts = {""}
        for part in value.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            texts = {text + more for text in texts for more in self.texts(inner, depth)}
        return texts

    def _named(self, name: ast.Name, depth: int) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found |= self._assigned(target, node.value, name.id, depth)
            elif isinstance(node, ast.Call):
                found |= self._given(node, name.id, depth)
        return found

    def _assigned(self, target, value, name: str, depth: int) -> set[str]:
        if isinstance(target, ast.Name) and target.id == name:
            return self.texts(value, depth)
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = zip(target.elts, value.elts, strict=True)
            return set().union(*(self._assigned(t, v, name, depth) for t, v in pairs))
        return set()

    def _given(self, call: ast.Call, name: str, depth: int) -> set[str]:
        """What is given for the parameter `name` of a function of this module that records."""
        for function in self.functions:
            if ast.unparse(call.func) != function.name:
                continue
            named = [argument.arg for argument in function.args.args]
            if name in named and any(
                ast.unparse(node.args[1]).find(name) >= 0
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
            ):
                place = named.index(name)
                if place < len(call.args):
                    return self.texts(call.args[place], depth)
        return set()
