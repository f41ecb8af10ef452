"""What a run has computed, clocks aside; and what may not be left behind once it has ended."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from repro.artifacts.documents import fields_of, read_document
from repro.artifacts.files import run_folder, sha256_file
from repro.artifacts.log_jsonl import FILE as LOG
from repro.artifacts.run_json import STARTED_BY, Costs, RunJson
from repro.artifacts.timings_json import TimingsJson

#: What says how long an epoch took.
CLOCKS = ("images_per_s", "wall_s", "data_wait_s")
#: Files that tell times: compared by what else they hold.
OF_CLOCKS = ("run.json", "finished.json", "timings.json", LOG)
#: Folders of temporary files that torch, and Snakemake when it is killed, leave wherever they run.
NOT_OURS = ("torchinductor", "snakemake")
#: Variables of a process's environment by which those of a cycle are found.
MARK = "REPRO_SOAK_CYCLE"


def outcome(results: Path, run_id: str) -> dict[str, Any]:
    """All that a run has computed, and the names of all files in its folder."""
    folder = run_folder(results, run_id)
    record = read_document(folder / "run.json", RunJson)
    assert read_document(folder / "finished.json", RunJson) == record
    for stored in record.files:
        stored.verify(folder, again="")
    names = sorted(path.name for path in folder.iterdir())
    return {
        "names": names,
        "files": {name: sha256_file(folder / name) for name in names if name not in (*OF_CLOCKS, ".lock")},
        "record": fields_of(_timeless(record)),
        "log": _log(folder / LOG),
        "timed": _timed(folder / "timings.json"),
    }


def _timeless(record: RunJson) -> RunJson:
    """A record without what tells times, how often it was resumed, and the hashes of files that tell times."""
    costs = Costs(wall_s=0, cpu_s=0, train_s=0, peak_mib=None)
    environment = {name: text for name, text in record.environment.items() if name != STARTED_BY}
    record = replace(record, costs=costs, command="", environment=environment)
    if record.network is not None:
        log = replace(record.network.log, sha256="")
        record = replace(record, network=replace(record.network, log=log, num_resumes=0, images_per_s=0, data_wait_s=0))
    if record.fitted is not None:
        steps_s = dict.fromkeys(record.fitted.steps_s, 0.0)
        record = replace(record, fitted=replace(record.fitted, steps_s=steps_s, num_descriptions_taken=None))
    if record.timing is not None:
        record = replace(record, timing=replace(record.timing, timings=replace(record.timing.timings, sha256="")))
    return record


def _log(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in CLOCKS} for line in lines]


def _timed(path: Path) -> dict[str, int]:
    """How many rounds of each network were timed."""
    if not path.exists():
        return {}
    return {name: len(speed.train_s) for name, speed in read_document(path, TimingsJson).networks.items()}


def left_behind(results: Path, scratch: Path, *, mark: str) -> list[str]:
    """Files that nobody needs any more, in the results and in the folder of temporary files, and processes that still live."""
    found = [path for path in results.rglob("*") if path.name.endswith(".part") or "checkpoint" in path.name]
    found += list(results.rglob("fitting"))
    found += [path for path in scratch.iterdir() if not path.name.startswith(NOT_OURS)]
    return sorted([str(path) for path in found] + [f"process {number}" for number in living(mark)])


def living(mark: str) -> list[int]:
    """The processes of a cycle that have not ended."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            variables = (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # it has ended meanwhile, or is another user's
            continue
        if f"{MARK}={mark}".encode() in variables.split(b"\0") and state != "Z":
            found.append(int(folder.name))
    return found
