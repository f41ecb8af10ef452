"""Read a file that describes papers: literals, as the built-in papers are written."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from repro.catalogue import fields as field_types
from repro.catalogue.literals import IMPORTED, faults
from repro.spec.experiment import Extension, Paper
from repro.system.filesystem import read_regular

NEXT = 'put it right there (docs/adding.md, "Another paper")'
LITERALS = (
    "allowed: imports from repro.spec and repro.papers, `replace`, and names for literals, calls of what is imported, sums and "
    "quotients"
)
LACKING = re.compile(r"(\w+)\.__init__\(\) missing \d+ required keyword-only arguments?: (.*)")
UNKNOWN = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")


class CatalogueError(ValueError):
    """A file or an installed package that was to add papers cannot be taken as it is."""


@dataclass(frozen=True, kw_only=True)
class Additions:
    """What a file adds. source: how messages call the file."""

    source: str
    papers: tuple[Paper, ...]
    extensions: tuple[Extension, ...]


def read_file(path: Path, *, source: str = "", package: str = "") -> Additions:
    """Read the papers and extensions that a file assigns to names.

    Args:
        source: how messages call the file; default: its path as given.
        package: the top package to which the file belongs, if any: its modules may be imported, and are held to the same.

    Raises:
        CatalogueError: it is not there, is not Python, holds anything but literals, or cannot be evaluated.
    """
    source = source or str(path)
    tree = ast.parse(_checked(path, source=source, package=package, passed=set()))
    names = {"__builtins__": {"__import__": __import__}, "__name__": path.stem, "__package__": package}
    try:
        exec(compile(tree, str(path), "exec", dont_inherit=True), names)
    except Exception as error:
        line = _line_in(error.__traceback__, str(path))
        raise CatalogueError(f"{source}, line {line}: {_explained(error, names)}; {NEXT}") from None
    assigned = [names[name] for name in _assigned(tree)]
    papers = tuple(item for item in assigned if isinstance(item, Paper))
    extensions = tuple(item for item in assigned if isinstance(item, Extension))
    if not papers and not extensions:
        raise CatalogueError(
            f"{source} assigns no Paper and no Extension to a name; allowed: one or several; write VGG = Paper(...) or "
            'PHOTOS = Extension(...) (docs/adding.md, "Another paper")'
        )
    return Additions(source=source, papers=papers, extensions=extensions)


def _checked(path: Path, *, source: str, package: str, passed: set[Path]) -> str:
    """The text of a file once it, and all of its own package that it imports, is found to be literals."""
    passed.add(path)
    try:
        text = read_regular(path).decode("utf-8-sig")  # some editors of Windows begin a file with a mark of its encoding
        found = [(line, f"{what}; {LITERALS}") for line, what in faults(text, package=package)]
        for line, what in sorted([*found, *_lacking_names(text)]):
            raise CatalogueError(f"{source}, line {line}: {what}; {NEXT}")
    except OSError as error:
        raise CatalogueError(
            f"{source} cannot be read ({error.strerror}, looked from {Path.cwd()}); give a file: --config catalogue=FILE"
        ) from None
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{source} is not UTF-8 text ({error.reason} at byte {error.start}); {NEXT}") from None
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise CatalogueError(f"{source}{where}: {error.msg}; allowed: Python; {NEXT}") from None
    except ValueError as error:
        if isinstance(error, CatalogueError):
            raise
        raise CatalogueError(f"{source}: {error}; allowed: Python; {NEXT}") from None
    for other in _modules_of(text, package=package):
        if other not in passed:
            _checked(other, source=str(other), package=package, passed=passed)
    return text


def _lacking_names(text: str) -> Iterator[tuple[int, str]]:
    """Give the line and the description of what a file imports of this package, and is not there."""
    for node in ast.parse(text).body:
        module = node.module or "" if isinstance(node, ast.ImportFrom) and not node.level else ""
        if not isinstance(node, ast.ImportFrom) or not module.startswith(tuple(f"{name}." for name in IMPORTED)):
            continue
        try:
            there = [*vars(importlib.import_module(module)), *_modules_below(module)]
        except ModuleNotFoundError:
            parent = module.rpartition(".")[0]
            yield node.lineno, f"no module {_guessed(module, [f'{parent}.{other}' for other in _modules_below(parent)])}"
            continue
        for item in node.names:
            if item.name not in (*there, "*"):
                yield node.lineno, f"{module} has no {_guessed(item.name, _public(there))}"


def _modules_below(package: str) -> list[str]:
    """The modules of a package; none of one that is not there."""
    try:
        found = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return []
    places = found.submodule_search_locations if found is not None else None
    return [item.name for item in pkgutil.iter_modules(places)] if places else []


def module_file(name: str) -> Path | None:
    """The source of the module called `name`; None if there is no such module, or none in Python."""
    try:
        found = importlib.util.find_spec(name)
    except ImportError:
        return None
    return Path(found.origin) if found is not None and found.origin is not None and found.origin.endswith(".py") else None


def _modules_of(text: str, *, package: str) -> Iterator[Path]:
    """Give the files of the package's own modules that a file imports from."""
    for node in ast.parse(text).body:
        if package and isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}."):
            for name in (f"{node.module}", *(f"{node.module}.{item.name}" for item in node.names)):
                if found := module_file(name):
                    yield found


def _assigned(tree: ast.Module) -> Iterator[str]:
    """Give the names to which a file assigns values, each once."""
    seen: dict[str, None] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            seen.update((part.id, None) for part in ast.walk(target) if isinstance(part, ast.Name))
    yield from seen


def _line_in(trace: TracebackType | None, path: str) -> int:
    """The line of `path` that was being evaluated."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _explained(error: Exception, names: dict[str, Any]) -> str:
    """Say what Python's own message means for whoever wrote the file: what, got, allowed."""
    text = str(error)
    for fault in _of_fields(error.__traceback__):
        return fault
    if found := LACKING.match(text):
        return f"{found[1]} lacks {found[2]}; allowed: all of {', '.join(_fields_of(found[1], needed=True))}"
    if found := UNKNOWN.match(text):
        return f"{found[1]} has no {_guessed(found[2], _fields_of(found[1]))}"
    if isinstance(error, NameError) and error.name:
        return f"no name {_guessed(error.name, _public(names))}"
    return text if isinstance(error, ValueError) else f"{type(error).__name__}: {text}"


def _of_fields(trace: TracebackType | None) -> Iterator[str]:
    """Give what is wrong with the fields of a spec that refused to be built: a type of its own may be all that is."""
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "__post_init__":
            built = trace.tb_frame.f_locals["self"]
            yield from field_types.faults(
                built, type(built), where=getattr(built, "name", getattr(built, "id", type(built).__name__))
            )
        trace = trace.tb_next


def _public(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]


def _guessed(name: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(name, allowed, n=1)
    return f"{name!r}; did you mean {close[0]!r}?" if close else f"{name!r}; allowed: {', '.join(allowed) or 'what it imports'}"


def _fields_of(kind: str, *, needed: bool = False) -> list[str]:
    """The fields of the spec called `kind`, or those alone that have no default."""
    modules = [module for name, module in sys.modules.items() if name.startswith("repro.spec.")]
    found = next((vars(module)[kind] for module in modules if is_dataclass(vars(module).get(kind))), None)
    listed = fields(found) if found is not None else ()
    return [field.name for field in listed if not needed or field.default is field.default_factory is MISSING]
