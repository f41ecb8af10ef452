"""The command `workflow`: Snakemake with the workflow that came with the package, in any folder."""

from __future__ import annotations

import argparse
import getpass
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from repro.cli.arguments import UsageError
from repro.cli.installed.places import carried
from repro.planning.config_values import with_defaults
from repro.planning.targets import check_config_files, check_values
from repro.system.progress import Say

#: Options of Snakemake that name a profile, which the package may have brought along.
PROFILE = "--workflow-profile"
#: Executors that Snakemake has without a plug-in, and those that an extra of this package brings.
OWN_EXECUTORS = ("local", "dryrun", "touch")
EXTRAS = {"slurm": "slurm", "store": "cluster-generic"}


def run_workflow(options: argparse.Namespace, say: Say) -> int:
    """Run Snakemake with all that was typed, or print the folder of the workflow; Snakemake's own status."""
    folder = carried()
    if options.words == ["--folder"]:
        print(folder)
        return 0
    if not options.words or set(options.words) & {"-h", "--help"}:
        options.parser.print_help()
        options.parser.exit()
    check_values(options.words, keys=with_defaults({}))
    check_config_files(options.words)
    words = with_profile(options.words, folder=folder)
    check_executor(words)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(folder / "Snakefile")]
    return subprocess.run([*command, *words], env=for_anyone(os.environ)).returncode


def check_executor(words: Sequence[str]) -> None:
    """Refuse a way to submit jobs whose plug-in is not installed, which Snakemake answers by all of its options.

    Raises:
        UsageError: of an executor that is typed, or that a profile names.
    """
    profile = _value(words, PROFILE)
    settings = Path(profile or "") / "config.yaml"
    there = yaml.safe_load(settings.read_text(encoding="utf-8")) if profile and settings.is_file() else None
    name = _value(words, "--executor") or _value(words, "-e") or (there or {}).get("executor")
    if name is None or name in OWN_EXECUTORS or importlib.util.find_spec(f"snakemake_executor_plugin_{name.replace('-', '_')}"):
        return
    extra = next((extra for extra, plugin in EXTRAS.items() if plugin == name), None)
    way_out = (
        f"pip install 'repro-claims[{extra}]'" if extra else f"pip install snakemake-executor-plugin-{name}, if there is one"
    )
    raise UsageError(f"executor {name!r} is a plug-in of Snakemake that is not installed for {sys.executable}; type {way_out}")


def _value(words: Sequence[str], option: str) -> str | None:
    """The value of an option, which may stand behind `=`."""
    for word, following in zip(words, [*words[1:], None], strict=False):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def for_anyone(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a user whom the machine knows by number alone, as in a container (--user "$(id -u)").

    Snakemake and torch ask for a name, and Snakemake for a home that it can write to.
    """
    found = dict(environ)
    try:
        getpass.getuser()
    except (KeyError, OSError):
        found["USER"] = str(os.getuid())
    home = Path(found.get("HOME") or "/")
    if not os.access(home, os.W_OK):
        found["HOME"] = str(Path(tempfile.gettempdir()) / f"home-{os.getuid()}")
        Path(found["HOME"]).mkdir(mode=0o700, exist_ok=True)
    return found


def with_profile(words: Sequence[str], *, folder: Path) -> list[str]:
    """The words, with the path of a profile that is not here and came with the package: `profiles/slurm` or `slurm`."""
    found = list(words)
    for place, word in enumerate(words):
        option, equals, name = word.partition("=")
        if option != PROFILE:
            continue
        if not equals:
            name = words[place + 1] if place + 1 < len(words) else ""
        brought = folder / "profiles" / Path(name).name
        if name and not Path(name).exists() and brought.is_dir():
            found[place + (not equals)] = f"{option}={brought}" if equals else str(brought)
    return found
