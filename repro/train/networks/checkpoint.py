"""Save and load the state of a training run: hashed, matched to its run, one older generation kept."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec
import torch

from repro.artifacts.files import atomic_writer, canonical_json, sha256_bytes
from repro.artifacts.log_jsonl import LogEntry, Saturation
from repro.system.filesystem import move_over, read_regular
from repro.system.progress import Say
from repro.train.networks.optim import Plateau

SCHEMA = "checkpoint/2"

#: Parameters, or what belongs to them, by name.
Tensors = dict[str, torch.Tensor]


@dataclass(kw_only=True)
class TrainingProgress:
    """Where a run stands. Sums are over the current epoch; `log` has one entry for each epoch that ended.

    saturation_at_start: what `Training.probe` gave before the first update.
    wall_s, cpu_s: time spent on the run so far, over all its restarts; cpu_s counts every thread of the process.
    """

    epoch: int = 0
    step: int = 0
    num_steps: int = 0
    num_seen: int = 0
    num_wrong: int = 0
    loss_sum: float = 0.0
    epoch_s: float = 0.0
    epoch_wait_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    num_resumes: int = 0
    diverged: str = ""
    saturation_at_start: Saturation | None = None
    log: list[LogEntry] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class TrainingState:
    """All that the next step of a training depends on."""

    net: Tensors
    velocity: Tensors
    rate: Plateau
    progress: TrainingProgress


@dataclass(frozen=True, kw_only=True)
class _Header:
    schema: str
    sha256: str
    identity: dict[str, str]


def save_checkpoint(path: Path, state: TrainingState, *, identity: Mapping[str, str]) -> None:
    """Write `state` to `path` atomically; the file that stood there becomes the previous generation.

    identity: what a run must agree on to go on from here (run id, digests of spec, code and data).
    """
    plain = {"net": state.net, "velocity": state.velocity, "rate": asdict(state.rate), "progress": asdict(state.progress)}
    payload = torch_bytes(plain)
    header = canonical_json({"schema": SCHEMA, "sha256": sha256_bytes(payload), "identity": dict(identity)}).encode()
    if path.exists():
        move_over(path, previous_generation(path))
    with atomic_writer(path) as stream:
        stream.write(header + b"\n" + payload)


def torch_bytes(value: Mapping[str, object]) -> bytes:
    """`value` in torch's file format; the bytes do not depend on where they will be written."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def load_checkpoint(path: Path, *, identity: Mapping[str, str], say: Say) -> TrainingState | None:
    """The newest state at `path` that is whole and belongs to `identity`; None if there is none.

    A damaged file and a state of another run are reported through `say` and passed over.
    """
    for candidate in (path, previous_generation(path)):
        if not candidate.exists():
            continue
        header, payload = _read(candidate)
        if header is None:
            say(f"checkpoint {candidate.name} is damaged and is not used")
            continue
        differing = sorted(key for key in {*identity, *header.identity} if header.identity.get(key) != identity.get(key))
        if differing:
            say(f"checkpoint {candidate.name} is of another run (differs in: {', '.join(differing)}) and is not used")
            continue
        state = _state(payload)
        if state is not None:
            return state
        say(f"checkpoint {candidate.name} is damaged and is not used")
    return None


def remove_checkpoints(path: Path) -> None:
    """Remove the checkpoint and its previous generation."""
    for candidate in (path, previous_generation(path)):
        candidate.unlink(missing_ok=True)


def previous_generation(path: Path) -> Path:
    """The name under which the checkpoint before the last is kept."""
    return path.with_name(f"previous-{path.name}")


def _read(path: Path) -> tuple[_Header | None, bytes]:
    """The header and the payload of a file; no header if it is damaged."""
    line, _, payload = read_regular(path).partition(b"\n")
    try:
        header = msgspec.convert(json.loads(line), _Header)
    except (ValueError, RecursionError):
        return None, b""
    whole = header.schema == SCHEMA and header.sha256 == sha256_bytes(payload)
    return (header, payload) if whole else (None, b"")


def _state(payload: bytes) -> TrainingState | None:
    """The state that a payload holds; None if it holds none."""
    try:
        with warnings.catch_warnings():  # torch has much to say of what is no file of torch
            warnings.simplefilter("ignore")
            stored = torch.load(io.BytesIO(payload), weights_only=True, map_location="cpu")
        return TrainingState(
            net=stored["net"],
            velocity=stored["velocity"],
            rate=msgspec.convert(stored["rate"], Plateau),
            progress=msgspec.convert(stored["progress"], TrainingProgress),
        )
    except Exception:  # what is no state fails in many ways: zip, pickle and end-of-file errors, missing keys
        return None
