"""What may stand in a file that describes a paper: names and the literals they stand for. Nothing is computed there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

#: Packages from which such a file may import; of `dataclasses` it may import `replace` alone.
IMPORTED = ("repro.spec", "repro.papers")
COPY = ("dataclasses", "replace")

#: What a file is made of: assignments, and in them literals, names, calls, and sums, quotients and powers of numbers.
ALLOWED = (
    ast.Module,
    ast.Import,
    ast.ImportFrom,
    ast.alias,
    ast.Expr,
    ast.Assign,
    ast.AnnAssign,
    ast.Constant,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Starred,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
    ast.keyword,
    ast.BinOp,
    ast.UnaryOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.unaryop,
    ast.expr_context,
)
#: The largest exponent of a power: of a larger one Python would compute for hours.
MAX_EXPONENT = 64
#: How a reader calls what is not allowed.
WORDS: dict[type[ast.AST], str] = {
    ast.If: "an if",
    ast.IfExp: "a conditional value",
    ast.For: "a for loop",
    ast.While: "a while loop",
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "a function",
    ast.Lambda: "a lambda",
    ast.ClassDef: "a class",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.With: "a with block",
    ast.Try: "a try block",
    ast.AugAssign: "an assignment that changes a value",
    ast.NamedExpr: "an assignment inside an expression",
    ast.BoolOp: "an `and` or `or`",
    ast.Compare: "a comparison",
    ast.Raise: "a raise",
    ast.LShift: "a shift",
    ast.RShift: "a shift",
}


def faults(source: str, *, package: str = "") -> Iterator[tuple[int, str]]:
    """Give the line and the description of everything in `source` that is no literal.

    package: the top package to which the file belongs, from whose modules it may import too.

    Raises:
        SyntaxError: the source is not Python.
    """
    tree = ast.parse(source)
    imported = {name for node in tree.body for name in _taken(node)}
    nodes: list[tuple[ast.AST, int]] = [(tree, 1)]
    while nodes:  # no recursion: a sum may have thousands of parts
        node, line = nodes.pop()
        line = getattr(node, "lineno", line)
        fault = _fault(node, imported=imported, package=package)
        if fault:
            yield line, fault
        if isinstance(node, ALLOWED):  # of what may not stand there, its parts are no further faults
            nodes += [(part, line) for part in ast.iter_child_nodes(node)]


def _taken(node: ast.stmt) -> Iterator[str]:
    """Give the names that an import statement brings."""
    if isinstance(node, ast.ImportFrom):
        yield from (item.asname or item.name for item in node.names)


def _fault(node: ast.AST, *, imported: Collection[str], package: str) -> str:
    if not isinstance(node, ALLOWED):
        return WORDS.get(type(node), f"a `{type(node).__name__}`")
    if isinstance(node, ast.Expr):
        return "" if isinstance(node.value, ast.Constant) else "an expression whose value has no name"
    if isinstance(node, ast.Import):
        return f"`{ast.unparse(node)}`"
    if isinstance(node, ast.ImportFrom):
        return "" if _may_be_imported(node, package=package) else f"`{ast.unparse(node)}`"
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return "" if isinstance(node.func, ast.Name) and called in imported else f"a call of `{called}`, which is not imported"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _is_small(node.right):
        return f"a power whose exponent is no number up to {MAX_EXPONENT}"
    if isinstance(node, ast.keyword) and node.arg is None:
        return "arguments unpacked by `**`"
    return ""


def _is_small(exponent: ast.expr) -> bool:
    number = exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent
    value = number.value if isinstance(number, ast.Constant) else None
    return isinstance(value, int | float) and abs(value) <= MAX_EXPONENT


def _may_be_imported(node: ast.ImportFrom, *, package: str) -> bool:
    module = node.module or ""
    if node.level:
        return False
    if module == COPY[0]:
        return {item.name for item in node.names} == {COPY[1]}
    allowed = (*IMPORTED, *([package] if package else []))
    return module == "__future__" or any(module == name or module.startswith(f"{name}.") for name in allowed)
