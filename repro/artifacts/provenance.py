"""Say what made a result: digests of specs and of code, the environment, the command."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from repro.artifacts.code.modules import keep_digests, module_at
from repro.artifacts.files import canonical_json, sha256_bytes

PACKAGE = Path(__file__).resolve().parent.parent

#: By kind of data set, the module that reads or makes its examples; and what prepares images and videos of any kind.
IMAGE_SOURCES = {
    "procedural": "repro.data.generated.images",
    "cifar10": "repro.data.sources.cifar10",
    "folders": "repro.data.sources.folders",
    "unsplit_folders": "repro.data.sources.unsplit_folders",
    "ilsvrc2010": "repro.data.sources.ilsvrc2010",
    "ilsvrc2012": "repro.data.sources.ilsvrc",
}
VIDEO_SOURCES = {
    "procedural_videos": "repro.data.generated.videos",
    "video_folders": "repro.data.sources.video_folders",
    "ucf101": "repro.data.sources.ucf101",
    "sports1m": "repro.data.sources.sports1m",
}
PREPARE_IMAGES = ("repro.data.prepare.preparation", "repro.data.prepare.image_packer")
PREPARE_VIDEOS = ("repro.data.prepare.preparation", "repro.data.prepare.video_packer")
#: What chooses a share of the training examples, where a scale has a share alone.
PART = "repro.data.sources.part"

#: The modules from which each stage starts; `code_digest` follows their imports.
STAGE_ROOTS = {
    **{f"prepare_{kind}": (*PREPARE_IMAGES, source) for kind, source in IMAGE_SOURCES.items()},
    **{f"prepare_{kind}": (*PREPARE_VIDEOS, source) for kind, source in VIDEO_SOURCES.items()},
    **{f"prepare_{kind}_part": (*PREPARE_IMAGES, source, PART) for kind, source in IMAGE_SOURCES.items()},
    **{f"prepare_{kind}_part": (*PREPARE_VIDEOS, source, PART) for kind, source in VIDEO_SOURCES.items()},
    "camera_motion": ("repro.data.prepare.camera_motion",),
    "train_images": ("repro.train.networks.run", "repro.train.networks.images"),
    "train_clips": ("repro.train.networks.run", "repro.train.networks.clips"),
    "fit_images": ("repro.train.methods.fit", "repro.train.methods.fit_images"),
    "fit_videos": ("repro.train.methods.fit", "repro.train.methods.fit_videos"),
    "average": ("repro.train.methods.average",),
    "time": ("repro.train.methods.timing",),
    "collect": ("repro.analyse.collect.collect",),
    "judge": ("repro.analyse.evidence.verdict", "repro.analyse.judge.judge"),
    "calibrate": ("repro.analyse.calibrate.own.calibration",),
    "render": ("repro.report.render",),
}

#: The libraries that compute what a run of a stage is: of other versions, its numbers may be others.
STAGE_LIBRARIES = {
    "train_images": ("torch", "nvidia-dali-cuda130", "numba", "numpy"),
    "train_clips": ("torch", "nvidia-dali-cuda130", "numba", "numpy"),
    "fit_images": ("numpy", "opencv-python-headless", "scikit-learn", "scipy"),
    "fit_videos": ("numpy", "opencv-python-headless", "scikit-learn", "scipy", "torch"),
    "average": ("numpy",),
    "time": ("torch", "numba", "numpy"),
}

#: Stages whose results are words and numbers about runs: all that they reach decides them.
DESCRIBING = ("collect", "judge", "calibrate", "render")
#: For all other stages these modules decide nothing: they say what made a result, how far it is and how long it takes, and
#: store what is checked to the byte when it is read. A field more in a record trains nothing again.
DECIDE_NOTHING = (
    "repro.artifacts.code.modules",
    "repro.artifacts.dataset_json",
    "repro.artifacts.documents",
    "repro.artifacts.failed_json",
    "repro.artifacts.files",
    "repro.artifacts.ledger.append",
    "repro.artifacts.ledger.chain",
    "repro.artifacts.ledger.events",
    "repro.artifacts.ledger.receipts",
    "repro.artifacts.ledger.standing",
    "repro.artifacts.log_jsonl",
    "repro.artifacts.provenance",
    "repro.artifacts.run_json",
    "repro.artifacts.stored_files",
    "repro.artifacts.timings_json",
    "repro.system.durations",
    "repro.system.filesystem",
    "repro.system.progress",
    "repro.system.some",
    "repro.system.startup",
    "repro.system.stopping",
    "repro.train.runs.witness",
)


#: Types whose values are JSON as they are; most of a spec is of these, so that asking first takes half the calls away.
SCALARS = frozenset({str, int, float, bool, type(None)})


#: The fields of each dataclass that was seen; None of another type.
_NAMES: dict[type[Any], tuple[str, ...] | None] = {}


def _field_names(kind: type[Any]) -> tuple[str, ...] | None:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None
    return _NAMES[kind]


def plain(value: Any) -> Any:
    """`value` (a spec object or a container of them) as JSON-ready dicts, lists and scalars."""
    kind = type(value)
    if kind in SCALARS:
        return value
    names = _field_names(kind)
    if names is not None:
        return {name: item if type(item := getattr(value, name)) in SCALARS else plain(item) for name in names}
    if isinstance(value, dict):
        return {str(key): item if type(item) in SCALARS else plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [item if type(item) in SCALARS else plain(item) for item in value]
    if isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a spec holds {kind.__name__}; allowed: dataclasses, dict, tuple, list, str, int, float, bool, None")


def flatten(value: Any) -> dict[str, Any]:
    """The leaves of `plain(value)` by dotted path; list items are keyed by their `name` or position."""
    leaves: dict[str, Any] = {}
    _add_leaves(leaves, plain(value), prefix="")
    return leaves


def _add_leaves(leaves: dict[str, Any], value: Any, *, prefix: str) -> None:
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = [(item.get("name", str(i)) if isinstance(item, dict) else str(i), item) for i, item in enumerate(value)]
    else:
        leaves[prefix] = value
        return
    for key, item in items:
        _add_leaves(leaves, item, prefix=f"{prefix}.{key}" if prefix else str(key))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """A leaf in which a specification differs from another, which is its base."""

    key: str
    base: Any
    other: Any


def spec_difference(base: Any, other: Any) -> tuple[Change, ...]:
    """The leaves in which two specs differ, in the order of the keys.

    A leaf that one side lacks, because the part that holds it is None there, counts as None.
    """
    left, right = flatten(base), flatten(other)
    keys = sorted(set(left) | set(right))
    pairs = ((key, left.get(key), right.get(key)) for key in keys)
    return tuple(Change(key=key, base=one, other=another) for key, one, another in pairs if one != another)


def spec_digest(value: Any) -> str:
    """The SHA-256 of the canonical JSON of a spec."""
    return sha256_bytes(canonical_json(plain(value)).encode())


def prepare_stage(kind: str, *, part: bool = False) -> str:
    """The stage whose code prepares data sets of this kind. part: with a share of the training examples alone."""
    return f"prepare_{kind}{'_part' * part}"


@functools.cache
def code_digest(stage: str) -> str:
    """The digest of the code that `stage` uses: its root modules and all they import from this package.

    Compiled code is hashed, without docstrings and assertions, neither of which changes a result, and without line numbers:
    a comment or the words of a docstring change nothing. Another minor version of Python compiles otherwise and gives another.
    A process has one digest of a stage, that of the code which was there when it first asked.

    Raises:
        ValueError: there is no such stage.
    """
    modules = sorted(stage_modules(stage).items())
    lines = [f"{name} {module_at(str(path), path.stat().st_mtime_ns).sha256}" for name, path in modules]
    keep_digests()
    return sha256_bytes("\n".join(lines).encode())


def stage_modules(stage: str) -> dict[str, Path]:
    """Name and file of every module that decides what `stage` makes.

    Raises:
        ValueError: there is no such stage.
    """
    if stage not in STAGE_ROOTS:
        raise ValueError(f"unknown stage {stage!r}; allowed: {', '.join(STAGE_ROOTS)}")
    return imported_modules(STAGE_ROOTS[stage], without=() if stage in DESCRIBING else DECIDE_NOTHING)


def imported_modules(roots: tuple[str, ...], *, without: tuple[str, ...] = ()) -> dict[str, Path]:
    """Name and file of every module of this package reached from `roots` by import statements, those of `without` left out."""
    found: dict[str, Path] = {}
    seen, waiting = set(without), list(roots)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = _module_file(name)
        if path:
            found[name] = Path(path)
            waiting += module_at(path, os.stat(path).st_mtime_ns).imports
    return found


def _module_file(name: str) -> str:
    """The file of a module of this package; "" where `name` is no such module."""
    package, *parts = name.split(".")
    if package != "repro":
        return ""
    place = os.path.join(PACKAGE, *parts)
    file, init = f"{place}.py", os.path.join(place, "__init__.py")
    return file if parts and os.path.isfile(file) else init if os.path.isfile(init) else ""


def library_versions(stage: str) -> dict[str, str]:
    """The version of each library that computes what a run of `stage` is."""
    return {name: _version(name) for name in STAGE_LIBRARIES[stage]}


def environment() -> dict[str, str]:
    """What a reader needs to judge a number: versions, processor, operating system, commit."""
    versions = {name: _version(name) for name in ("torch", "nvidia-dali-cuda130", "numpy", "numba", "pandas", "snakemake")}
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "commit": _commit(),
        **versions,
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


@functools.cache
def processor() -> str:
    """The model of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    """The commit of the checkout that holds this package, marked `+changes` if files differ from it."""
    if not (PACKAGE.parent / ".git").exists():
        return f"release {_version('repro-claims')}"
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changes = _git("status", "--porcelain", "--", "repro")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return commit + ("+changes" if changes else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def command() -> str:
    """The command line of this process, with the interpreter's folder left out."""
    return " ".join([Path(sys.executable).name, "-m", "repro", *sys.argv[1:]])
