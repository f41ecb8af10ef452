"""What a module of this package imports from it, and a digest of what it does."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from repro.artifacts.files import canonical_json, sha256_bytes, write_text

#: A statement that takes something from this package, as the code is formatted: lists of several lines in parentheses. A
#: module that is imported by its name, as a kernel that only some machines can compile, counts as any other.
IMPORT = re.compile(
    r"^[ \t]*(?:from (?P<module>repro\b[\w.]*) import (?P<names>\((?:[^)#]|#[^\n]*)*\)|[^\n(]*)"
    r"|import (?P<modules>repro\b[^\n]*))"
    r"|\bimport_module\(\s*[\"'](?P<named>repro\b[\w.]*)[\"']",
    re.MULTILINE,
)
#: What only a type checker sees: the lines of `if TYPE_CHECKING:` at the margin.
FOR_TYPES = re.compile(r"^if TYPE_CHECKING:.*\n(?:[ \t]+.*\n|[ \t]*\n)*", re.MULTILINE)
COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True)
class Module:
    """What this package a module imports, and the hash of its compiled code."""

    imports: tuple[str, ...]
    sha256: str


@functools.cache
def module_at(path: str, modified_ns: int) -> Module:
    """Read a module; compiling takes most of the time, so it is done once, and kept for the next process.

    What is kept is found by the bytes of the source, whatever file they lie in.
    """
    source = Path(path).read_bytes()
    name = sha256_bytes(source)
    found = _kept().get(name)
    if found is None:
        found = _kept()[name] = Module(tuple(imported_names(source.decode())), module_digest(source))
        _NEW.append(name)
    return found


#: Sources that were compiled by this process, which the file of digests does not hold yet.
_NEW: list[str] = []


def digests_file() -> Path:
    """The file of digests, where Python keeps compiled modules."""
    return Path(importlib.util.cache_from_source(__file__)).with_name(f"digests.{sys.implementation.cache_tag}.json")


@functools.cache
def _rule() -> str:
    """What decides a digest beside the source: how it is made, and by which Python."""
    return sha256_bytes(Path(__file__).read_bytes() + sys.version.encode())


@functools.cache
def _kept() -> dict[str, Module]:
    """Digests of an earlier process by the SHA-256 of the source; nothing where the file is of another rule, or damaged."""
    try:
        found = json.loads(digests_file().read_bytes())
        if found["sha256"] != _digest_of(found["modules"]):
            return {}
        return {name: Module(tuple(imports), sha256) for name, (imports, sha256) in found["modules"].items()}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _digest_of(modules: object) -> str:
    return sha256_bytes(f"{_rule()}\n{canonical_json(modules)}".encode())


def keep_digests() -> None:
    """Keep what this process compiled, if there is anything, for the next; where that cannot be written, it compiles anew."""
    if not _NEW or sys.dont_write_bytecode:
        return
    _NEW.clear()
    modules = {name: [list(module.imports), module.sha256] for name, module in _kept().items()}
    with suppress(OSError):
        write_text(digests_file(), canonical_json({"sha256": _digest_of(modules), "modules": modules}))


def run_part(source: str) -> str:
    """A module without what only a type checker sees."""
    return FOR_TYPES.sub("if False:\n    pass\n", source)


def module_digest(source: bytes) -> str:
    """The digest of what a module does, its docstrings, assertions, types and line numbers left out."""
    code = compile(run_part(source.decode()), "", "exec", dont_inherit=True, optimize=2)
    return sha256_bytes("\n".join(_instructions(code)).encode())


def imported_names(source: str) -> Iterator[str]:
    """Give the names of what a module's import statements may take from this package: modules, or what lies in them.

    What is imported for types alone does not run and is left out. The statements are found by their form: a syntax tree
    would take as long again as compiling does.
    """
    for statement in IMPORT.finditer(run_part(source)):
        if statement["named"] is not None:
            yield statement["named"]
            continue
        if statement["module"] is None:
            yield from (name.split()[0] for name in statement["modules"].split(","))
            continue
        yield statement["module"]
        for name in COMMENT.sub("", statement["names"].strip("() \t\n")).split(","):
            yield from (f"{statement['module']}.{word}" for word in name.split()[:1])


def _instructions(code: CodeType) -> Iterator[str]:
    """Give what a compiled block does: instructions, names and constants, those of the blocks within it included."""
    yield f"{code.co_name} {code.co_flags} {code.co_argcount} {code.co_posonlyargcount} {code.co_kwonlyargcount}"
    yield f"{code.co_code.hex()} {code.co_exceptiontable.hex()}"
    yield f"{code.co_names} {code.co_varnames} {code.co_freevars} {code.co_cellvars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)
        else:
            yield _written(constant)


def _written(constant: Any) -> str:
    """A constant as text, its type included; sets in an order that does not depend on the process."""
    if isinstance(constant, frozenset):
        return f"{{{', '.join(sorted(map(_written, constant)))}}}"
    if isinstance(constant, tuple):
        return f"({', '.join(map(_written, constant))})"
    return repr(constant)
