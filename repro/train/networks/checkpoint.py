"""Save and load the state of a training run: hashed, matched to its run, one older generation kept."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import torch

from repro.artifacts.files import atomic_writer, canonical_json, sha256_bytes
from repro.system.progress import Say

SCHEMA = "checkpoint/1"


def save_checkpoint(path: Path, state: dict[str, Any], *, identity: dict[str, str]) -> None:
    """Write `state` to `path` atomically; the file that stood there becomes the previous generation.

    identity: what a run must agree on to go on from here (run id, digests of spec, code and data).
    """
    payload = state_bytes(state)
    header = canonical_json({"schema": SCHEMA, "sha256": sha256_bytes(payload), "identity": identity}).encode()
    if path.exists():
        os.replace(path, previous_generation(path))
    with atomic_writer(path) as stream:
        stream.write(header + b"\n" + payload)


def state_bytes(state: dict[str, Any]) -> bytes:
    """Return `state` in torch's file format; the bytes do not depend on where they will be written."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def load_checkpoint(path: Path, *, identity: dict[str, str], say: Say) -> dict[str, Any] | None:
    """Return the newest state at `path` that is whole and belongs to `identity`; None if there is none.

    A damaged file and a state of another run are reported through `say` and passed over.
    """
    for candidate in (path, previous_generation(path)):
        if not candidate.exists():
            continue
        header, payload = _read(candidate)
        if header is None:
            say(f"checkpoint {candidate.name} is damaged and is not used")
            continue
        differing = sorted(key for key in {*identity, *header["identity"]} if header["identity"].get(key) != identity.get(key))
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
    """Return the name under which the checkpoint before the last is kept."""
    return path.with_name(f"previous-{path.name}")


def _read(path: Path) -> tuple[dict[str, Any] | None, bytes]:
    line, _, payload = path.read_bytes().partition(b"\n")
    try:
        header = json.loads(line)
        whole = header["schema"] == SCHEMA and header["sha256"] == sha256_bytes(payload) and isinstance(header["identity"], dict)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, b""
    return (header, payload) if whole else (None, b"")


def _state(payload: bytes) -> dict[str, Any] | None:
    """The state that a payload holds; None if it holds none."""
    try:
        state = torch.load(io.BytesIO(payload), weights_only=True, map_location="cpu")
    except Exception:  # what is no state fails in many ways: zip, pickle and end-of-file errors
        return None
    return state if isinstance(state, dict) else None
