"""Python and the libraries, as they are installed, beside what they should be."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import sys

import repro
from repro.artifacts.provenance import PACKAGE
from repro.cli.errors import INSTALL
from repro.cli.installed.findings import Finding, mend, note, ok

#: Versions of Python for which the tested set of versions is resolved.
OLDEST, NEWEST = (3, 11), (3, 14)
#: The two builds of DALI, of which one at a time may be installed.
DALI = ("nvidia-dali-cuda130", "nvidia-dali-cuda120")


def python_finding(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Whether this Python is one of those that are tested."""
    found = f"{platform.python_version()} at {sys.executable}, {platform.platform()}"
    if sys.platform != "linux":
        return mend("python", found, "take Linux: DALI, which decodes the images, has no wheels for macOS or Windows")
    if not OLDEST <= version <= NEWEST:
        words = " to ".join(f"{major}.{minor}" for major, minor in (OLDEST, NEWEST))
        return note("python", found, f"the tested set of versions is for {words}; take one of them if an install fails")
    return ok("python", found)


def package_finding() -> Finding:
    """Which version of this package runs, and from where."""
    return ok("repro", f"{repro.__version__} at {PACKAGE}")


def torch_finding() -> Finding:
    """Whether torch can be imported, and for what it was built."""
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:
        return mend("torch", f"cannot be imported ({_first_line(error)})", INSTALL)
    return ok("torch", f"{torch.__version__}, {'CUDA ' + torch.version.cuda if torch.version.cuda else 'for CPUs alone'}")


def dali_finding() -> Finding:
    """Whether one DALI is installed and can be imported."""
    installed = {name: version for name in DALI if (version := _version(name))}
    found = " and ".join(f"{name} {version}" for name, version in installed.items())
    if not installed:
        return mend("DALI", "is not installed", INSTALL)
    if len(installed) > 1:
        words = f"they own the same folder: pip uninstall {' '.join(DALI)}, then install the one for your driver"
        return mend("DALI", found, words)
    try:
        importlib.import_module("nvidia.dali")
    except (ImportError, OSError) as error:
        return mend(
            "DALI", f"{found} cannot be imported ({_first_line(error)})", f"pip install --force-reinstall {found.split()[0]}"
        )
    return ok("DALI", found)


def versions_finding(pins: dict[str, str]) -> Finding:
    """Which libraries have other versions than the tested ones."""
    installed = {name: _version(name) for name in pins}
    others = [
        f"{name} {version} ({pins[name]})"
        for name, version in installed.items()
        if version and version.partition("+")[0] != pins[name]
    ]
    if not pins:
        return note("versions", "the tested ones are not known here", "compare with workflow/envs/constraints.txt of a clone")
    if others:
        shown = ", ".join(others[:5]) + ", ..." * (len(others) > 5)
        words = "if numbers or tests differ, install with -c workflow/envs/constraints.txt"
        return note("versions", f"{len(others)} differ from the tested ones in brackets: {shown}", words)
    return ok("versions", "as tested")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
