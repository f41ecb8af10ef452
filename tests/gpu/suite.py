"""Run everything that waits for a GPU within eight minutes, and write one JSON file; it needs no network.

    tests/gpu/run FILE.json          # on a machine with a GPU
    tests/gpu/run FILE.json --dry    # the same code at tiny sizes on a processor: says that it works, measures nothing

Each part is a process of its own with a deadline. One that fails or is late is named in the file with the end of what it said,
keeps what it had measured, and ends no other. The file is written anew after each part. Its contests have the form of
pytest-benchmark: `python -m repro speed FILE.json` makes their page.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "repro.gpu.v1"
#: Seconds for all parts together; the rest of eight minutes is for starting and ending processes.
LIMIT_S = 465.0
#: Characters of what a part said that are kept where it failed.
SAID = 2000


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part, done by `python -m tests.gpu.parts NAME`. deadline_s: wall time, after which it is ended."""

    name: str
    what: str
    deadline_s: float


PARTS = (
    Part(name="machine", what="versions, driver, memory", deadline_s=20),
    Part(name="tests", what="the tests marked gpu", deadline_s=90),
    Part(name="vp9", what="a VP9 video of 128 px, decoded on the GPU and by a processor", deadline_s=25),
    Part(name="step", what="a training step against torch.compile, channels-last, TF32, bfloat16", deadline_s=110),
    Part(name="lrn", what="response normalisation against torch.compile and torch's layer", deadline_s=50),
    Part(name="loading", what="loading to the GPU against libjpeg-turbo", deadline_s=45),
    Part(name="data_path", what="images a second of the whole data path, by processes", deadline_s=45),
    Part(name="sharing", what="runs of `full` at scale cifar10 an hour, by how many share the GPU", deadline_s=75),
)


def main(arguments: Sequence[str]) -> int:
    """Run all parts or those that are named; 0 if all ended well, 1 if one did not, 2 if the command is wrong."""
    parser = argparse.ArgumentParser(prog="tests/gpu/run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path, help="where the JSON goes")
    parser.add_argument("--dry", action="store_true", help="at tiny sizes on a processor, to see that the code runs")
    parser.add_argument("--parts", default=",".join(part.name for part in PARTS), help="names, with commas between them")
    options = parser.parse_args(arguments)
    wanted = options.parts.split(",")
    unknown = [name for name in wanted if name not in {part.name for part in PARTS}]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; allowed: {', '.join(part.name for part in PARTS)}")
    document = run_parts([part for part in PARTS if part.name in wanted], options.file, dry=options.dry)
    ended = {name: part["status"] for name, part in document["parts"].items()}
    print(f"{options.file}: {', '.join(f'{name} {status}' for name, status in ended.items())}", flush=True)
    return int(any(status != "ok" for status in ended.values()))


def run_parts(parts: Sequence[Part], path: Path, *, dry: bool, limit_s: float = LIMIT_S) -> dict[str, Any]:
    """Run `parts` one after the other, none beyond `limit_s` for all, and write the document to `path` after each."""
    began = time.monotonic()
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "dry": dry,
        "datetime": datetime.datetime.now(datetime.UTC).replace(tzinfo=None).isoformat(),
        "commit_info": commit(),
        "machine_info": {"system": platform.system(), "release": platform.release(), "python_version": platform.python_version()},
        "parts": {},
        "benchmarks": [],
    }
    for part in parts:
        left_s = limit_s - (time.monotonic() - began)
        print(f"{part.name}: {part.what}", flush=True)
        found = run_part(part, dry=dry, deadline_s=min(part.deadline_s, left_s)) if left_s > 0 else not_begun(limit_s)
        document["machine_info"] |= found.pop("machine_info", {})
        document["benchmarks"] += found.pop("benchmarks", [])
        document["parts"][part.name] = {"what": part.what, **found}
        document["wall_s"] = round(time.monotonic() - began, 1)
        write(path, document)
    return document


def not_begun(limit_s: float) -> dict[str, Any]:
    return {"status": "not begun", "why": f"the {limit_s:.0f} s for all parts were over"}


def run_part(part: Part, *, dry: bool, deadline_s: float) -> dict[str, Any]:
    """Run one part and give what it has written, with how it ended: `ok`, `failed` or `late`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        written, log = Path(folder) / "part.json", Path(folder) / "log"
        command = [sys.executable, "-m", "tests.gpu.parts", part.name, str(written), "--folder", folder]
        command += ["--seconds", str(deadline_s), *(["--dry"] if dry else [])]
        status, code = wait(command, log, deadline_s=deadline_s)
        found: dict[str, Any] = json.loads(written.read_text()) if written.exists() else {}
        if status == "ok" and found.get("failed"):
            status = "failed"
        if status != "ok":
            said = log.read_text(errors="replace")[-SAID:]
            found["why"] = f"ended after {deadline_s:.0f} s" if status == "late" else f"exit status {code}"
            found["said"] = said
    return {"status": status, "wall_s": round(time.monotonic() - began, 1), **found}


def wait(command: list[str], log: Path, *, deadline_s: float) -> tuple[str, int]:
    """Run a command with all that it starts; end them all at the deadline."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(timeout=deadline_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return "late", process.wait()
        with contextlib.suppress(ProcessLookupError):  # what it started and left behind
            os.killpg(process.pid, signal.SIGKILL)
    return ("ok" if code == 0 else "failed"), code


def environment() -> dict[str, str]:
    """The environment of a part: this checkout comes before an installed package."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def commit() -> dict[str, Any]:
    """The commit of the checkout, if git knows one."""
    try:
        answers = [
            subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain"))
        ]
    except (OSError, subprocess.CalledProcessError):
        return {"id": None, "dirty": False}
    return {"id": answers[0], "dirty": bool(answers[1])}


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the document whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(document, indent=1) + "\n")
    part.replace(path)
