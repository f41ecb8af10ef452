"""The command `doctor`: what a report of a bug should begin with."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import repro
from repro.cli.installed.cluster import slurm_finding
from repro.cli.installed.findings import Finding
from repro.cli.installed.hardware import (
    cores_finding,
    disk_finding,
    driver_finding,
    driver_version,
    gpus_finding,
    locks_finding,
    memory_finding,
)
from repro.cli.installed.packages import dali_finding, package_finding, python_finding, torch_finding, versions_finding
from repro.cli.installed.places import carried
from repro.planning.plan import DRIVER_NODE
from repro.system.progress import Say

PIN = re.compile(r"^([a-z0-9-]+)==(\S+)$", re.MULTILINE)


def examine(options: argparse.Namespace, say: Say) -> int:
    """Print what was found, part by part; 1 if something will fail."""
    found = []
    for finding in findings(options.results):
        found.append(finding)
        if not options.json:
            print(finding.line, flush=True)
    if options.json:
        print(json.dumps({"repro": repro.__version__, "findings": [asdict(finding) for finding in found]}, indent=1))
    return int(any(finding.state == "mend" for finding in found))


def findings(results: Path) -> Iterator[Finding]:
    """All parts, in the order in which one needs the other."""
    yield python_finding()
    yield package_finding()
    torch = torch_finding()
    yield torch
    yield dali_finding()
    yield versions_finding(tested_versions())
    there, cuda = DRIVER_NODE.exists(), "CUDA" in torch.found
    yield driver_finding(node_is_there=there, driver=driver_version() if there else None, torch_cuda="" if cuda else None)
    yield gpus_finding(os.environ)
    yield cores_finding()
    yield memory_finding()
    yield disk_finding(results)
    yield locks_finding(results)
    yield slurm_finding()


def tested_versions() -> dict[str, str]:
    """The tested set of versions by name of the library; empty where it does not come along."""
    try:
        text = (carried() / "workflow" / "envs" / "constraints.txt").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    return dict(PIN.findall(text))
