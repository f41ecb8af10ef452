"""The parts of the suite for a GPU: `python -m tests.gpu.parts NAME FILE` does one and writes what it found as it finds it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Report:
    """What a part has found so far; every entry is written at once, so that nothing is lost if the part is ended.

    ends_at: when the part should be done, on the clock of time.monotonic. folder: for its files.
    """

    path: Path
    folder: Path
    device: str
    ends_at: float
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def dry(self) -> bool:
        return self.device == "cpu"

    @property
    def left_s(self) -> float:
        return self.ends_at - time.monotonic()

    def put(self, name: str, value: Any) -> None:
        """Enter a number, a text or a table."""
        self.content[name] = value
        self.path.write_text(json.dumps(self.content))

    def add(self, name: str, value: list[Any]) -> None:
        """Lengthen a list."""
        self.put(name, [*self.content.get(name, []), *value])

    def fail(self, name: str, why: str) -> None:
        """Name a piece that failed; the others go on."""
        self.put("failed", {**self.content.get("failed", {}), name: why})


def machine(report: Report) -> None:
    """Enter what the machine is."""
    import platform

    import torch

    versions = {"torch": torch.__version__, "cuda": str(torch.version.cuda or "none")}
    for name in ("numpy", "numba", "triton", "nvidia.dali"):
        try:
            versions[name] = __import__(name, fromlist=["__version__"]).__version__
        except ImportError:
            versions[name] = "missing"
    cores = len(os.sched_getaffinity(0))
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    told = {"versions": versions, "libc": " ".join(platform.libc_ver()), "gpu": gpu, "cpu": {"count": cores, "brand_raw": cpu()}}
    report.put("machine_info", told)
    if not report.dry:
        asked = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        report.put("nvidia_smi", subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())


def cpu() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def tests(report: Report) -> None:
    """Run the tests marked gpu, and enter how each ended."""
    files = marked_files(ROOT / "tests")
    results = report.folder / "tests.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "gpu", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, f"--junitxml={results}", *map(str, files)], cwd=ROOT, check=False)
    report.put("exit_status", done.returncode)
    outcomes = outcomes_in(results)
    report.put("outcomes", outcomes)
    for name, outcome in outcomes.items():
        if outcome.startswith(("failure", "error")):
            report.fail(name, outcome)
    if done.returncode not in (0, 5) and not report.content.get("failed"):
        report.fail("pytest", f"exit status {done.returncode}")


def marked_files(folder: Path) -> list[Path]:
    """The files with tests marked gpu, but for the contests, which are parts of their own."""
    found = (path for path in folder.rglob("test_*.py") if "pytest.mark.gpu" in path.read_text())
    return sorted(path for path in found if path.parent.name not in ("bench", "gpu"))


def outcomes_in(path: Path) -> dict[str, str]:
    """How each test ended, by name, from pytest's XML: `passed`, or another word with its message."""
    outcomes = {}
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        ends = [child for child in case if child.tag in ("failure", "error", "skipped")]
        outcomes[name] = f"{ends[0].tag}: {ends[0].get('message', '')}"[:300] if ends else "passed"
    return outcomes


def vp9(report: Report) -> None:
    """Decode a video on the GPU."""
    from tests.gpu.video import decode_vp9

    report.put("vp9", decode_vp9(report.folder, device=report.device))


def step(report: Report) -> None:
    """Hold the contests of the training step."""
    from tests.gpu.contests import step_contests

    step_contests(report)


def lrn(report: Report) -> None:
    """Hold the contests of response normalisation."""
    from tests.gpu.contests import norm_contests

    norm_contests(report)


def loading(report: Report) -> None:
    """Hold the contest of loading."""
    from tests.gpu.contests import loading_contests

    loading_contests(report)


def data_path(report: Report) -> None:
    """Measure the whole data path in 1, 2 and 4 processes."""
    from tests.gpu.crowd import measure_data_path

    measure_data_path(report)


def sharing(report: Report) -> None:
    """Measure runs that share the GPU."""
    from tests.gpu.crowd import measure_sharing

    measure_sharing(report)


DOES: dict[str, Callable[[Report], None]] = {
    "machine": machine,
    "tests": tests,
    "vp9": vp9,
    "step": step,
    "lrn": lrn,
    "loading": loading,
    "data_path": data_path,
    "sharing": sharing,
}


def main(arguments: list[str]) -> None:
    """Do one part."""
    parser = argparse.ArgumentParser(prog="python -m tests.gpu.parts")
    parser.add_argument("name", choices=DOES)
    parser.add_argument("file", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args(arguments)
    # A part has something to write at its end, which the deadline would cut off.
    ends_at = time.monotonic() + 0.85 * options.seconds
    if options.dry:
        as_it_is_written()
    report = Report(options.file, options.folder, "cpu" if options.dry else "cuda", ends_at)
    report.put("device", report.device)
    DOES[options.name](report)


def as_it_is_written() -> None:
    """Let torch.compile leave functions as they are: making code takes a minute, and a dry run measures nothing."""
    import torch

    torch.compile = lambda function, **options: function  # type: ignore[assignment]


if __name__ == "__main__":
    main(sys.argv[1:])
