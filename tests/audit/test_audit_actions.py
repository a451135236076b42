"""Every action that the program records is in the one table that tells reads from writes.

What may be given to `audit.record` as its action is found in the source: a text, a choice of
texts, or a parameter of the function around it, whose callers are then looked at in turn.
"""

import ast
from pathlib import Path
from typing import NamedTuple

import ccu
from ccu.audit import review as audit_actions

SOURCE = Path(ccu.__file__).parent
ELSEWHERE = ("care", "wellness")  # files of their own, with an audit of their own or none


class Sink(NamedTuple):
    """A function one of whose arguments is an action."""

    module: Path
    name: str
    parameter: str
    position: int


def trees() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))
    }


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def argument(call: ast.Call, sink: Sink, path: Path, tree: ast.Module) -> ast.expr | None:
    function = call.func
    if isinstance(function, ast.Attribute):
        known = function.attr == sink.name and (
            ast.unparse(function) == f"{sink.module.stem}.{sink.name}"
            or (path == sink.module and ast.unparse(function) == f"self.{sink.name}")
        )
    else:
        known = getattr(function, "id", "") == sink.name and (
            path == sink.module or sink.name in imported(tree, sink.module.stem)
        )
    if not known:
        return None
    for keyword in call.keywords:
        if keyword.arg == sink.parameter:
            return keyword.value
    return call.args[sink.position] if len(call.args) > sink.position else None


def imported(tree: ast.Module, module: str) -> set[str]:
    return {
        each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(f".{module}")
        for each in node.names
    }


def texts(
    value: ast.expr, function: ast.FunctionDef, path: Path
) -> tuple[set[str], set[Sink], list[str]]:
    """What the argument may be; the sinks it makes; what cannot be determined."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}, set(), []
    if isinstance(value, ast.IfExp):
        found = [texts(part, function, path) for part in (value.body, value.orelse)]
        return found[0][0] | found[1][0], found[0][1] | found[1][1], found[0][2] + found[1][2]
    if isinstance(value, ast.Attribute) and value.attr.isupper():
        return set(), set(), []  # a constant of another module: below
    if isinstance(value, ast.Name):
        positional = [each.arg for each in function.args.args]
        if value.id in positional or value.id in [each.arg for each in function.args.kwonlyargs]:
            where = positional.index(value.id) if value.id in positional else 99
            where -= positional[:1] == ["self"]  # a caller does not write it
            return set(), {Sink(path, function.name, value.id, where)}, []
        if value.id.isupper():
            return set(), set(), []  # a constant of the module: below
        assigned = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(each, ast.Name) and each.id == value.id for each in node.targets)
        ]
        if assigned:
            parts = [texts(each, function, path) for each in assigned]
            return (
                set().union(*(part[0] for part in parts)),
                set().union(*(part[1] for part in parts)),
                [text for part in parts for text in part[2]],
            )
    return set(), set(), [f"{function.name}, line {value.lineno}: {ast.unparse(value)}"]


def recorded() -> tuple[dict[str, str], list[str]]:
    """Each action with a file it is in, and the calls that this cannot read."""
    parsed = {path: tree for path, tree in trees().items() if path.parent.name not in ELSEWHERE}
    done: set[Sink] = set()
    waiting = {Sink(SOURCE / "records" / "audit.py", "record", "action", 2)}
    actions: dict[str, str] = {}
    unclear: list[str] = []
    calls = [
        (path, tree, function, node)
        for path, tree in parsed.items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    ]
    while waiting:
        sink = waiting.pop()
        done.add(sink)
        for path, tree, function, call in calls:
            value = argument(call, sink, path, tree)
            if value is None:
                continue
            found, sinks, lost = texts(value, function, path)
            actions |= dict.fromkeys(found, path.name)
            waiting |= sinks - done
            unclear += [f"{path.relative_to(SOURCE)}: {each}" for each in lost]
    return actions, unclear


def test_every_action_is_a_read_write_denial_export_or_override() -> None:
    actions, unclear = recorded()
    assert unclear == []
    assert len(actions) > 60, "the search of the source finds nothing any more"
    assert {name: path for name, path in actions.items() if name not in audit_actions.KINDS} == {}


def test_the_types_are_those_the_review_knows() -> None:
    assert set(audit_actions.KINDS.values()) <= set(audit_actions.ALL)
