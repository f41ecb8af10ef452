"""Fork a process for each call of Snakemake that tests make.

Snakemake and what it imports from other packages is imported once. This package is not: each call imports that of the checkout
in which it is made.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys

from repro.system.forkserver.child import become, run
from repro.system.forkserver.likeness import likeness, package_digest
from repro.system.forkserver.server import Server

#: What a process must have in common with the server; its folder, its environment and where it finds modules are its own.
COMMON = ("package", "limits", "user", "schedule", "system")
#: What Snakemake and the rules import only as they go, of packages that lie beside this one.
LATER = ("smart_open", "jsonschema", "msgspec", "numpy")


def in_common() -> dict[str, object]:
    """What this process has in common with those that can take its place."""
    found = likeness({})
    return {name: found[name] for name in COMMON}


def import_beforehand() -> None:
    """Import Snakemake with its plug-ins, and forget this package, of which each call imports its own."""
    from snakemake.cli import get_argument_parser

    get_argument_parser()
    for name in LATER:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("repro", "tests")]:
        del sys.modules[name]


def find_modules_as_typed() -> None:
    """Look for modules where Python does that begins with the environment which this process has taken."""
    named = [os.path.abspath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    sys.path[1:] = dict.fromkeys([*named, *sys.path[1:]])


def main(listener: int, owner: int, digest: str) -> None:
    """Serve until the owner of the pipe ends; in a process that was forked, be the call."""
    if package_digest() != digest:
        sys.exit("the package was edited as the server began; each call starts by itself")
    for descriptor in (listener, owner):
        os.set_inheritable(descriptor, False)
    process, common = os.getpid(), in_common()
    import_beforehand()
    listening = socket.socket(fileno=listener)
    request = Server(listener=listening, owner=owner, import_for=lambda words: None, like=common).serve()
    if request is not None:
        become(request, server=process)
        find_modules_as_typed()
        run("snakemake")
