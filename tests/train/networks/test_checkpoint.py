"""A checkpoint is whole and belongs to its run, or it is not used."""

import errno
import os
import pickle

import numpy as np
import pytest
import torch

from repro.artifacts.files import canonical_json, sha256_bytes
from repro.artifacts.log_jsonl import LayerSaturation
from repro.train.networks.checkpoint import (
    SCHEMA,
    TrainingProgress,
    TrainingState,
    load_checkpoint,
    previous_generation,
    remove_checkpoints,
    save_checkpoint,
    torch_bytes,
)
from repro.train.networks.optim import Plateau
from tests.artifacts.made import log_entry

IDENTITY = {"run": "small/alexnet/full/0", "spec": "a", "code": "b", "data": "c"}


def state(number):
    weights = {"w": torch.full((4,), float(number))}
    saturation = {"conv1": LayerSaturation(saturated=0.5, dead=0.1)}
    progress = TrainingProgress(
        epoch=number, loss_sum=0.5, saturation_at_start=saturation, log=[log_entry(1, 0.9, saturation=saturation)]
    )
    return TrainingState(net=weights, velocity={"w": -weights["w"]}, rate=Plateau(num_worse=2), progress=progress)


def load(path, identity=None):
    said = []
    return load_checkpoint(path, identity=identity or IDENTITY, say=said.append), said


def test_what_is_saved_is_loaded(tmp_path):
    save_checkpoint(tmp_path / "c.pt", state(3), identity=IDENTITY)
    found, said = load(tmp_path / "c.pt")
    assert torch.equal(found.net["w"], torch.full((4,), 3.0))
    assert torch.equal(found.velocity["w"], torch.full((4,), -3.0))
    assert (found.rate, found.progress) == (state(3).rate, state(3).progress)
    assert said == []


def test_without_a_checkpoint_there_is_none(tmp_path):
    assert load(tmp_path / "c.pt") == (None, [])


def test_a_thousand_flipped_bits_are_all_found_and_the_older_generation_is_used(tmp_path):
    path = tmp_path / "c.pt"
    save_checkpoint(path, state(1), identity=IDENTITY)
    save_checkpoint(path, state(2), identity=IDENTITY)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    for bit in generator.integers(0, 8 * len(whole), 1000):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(bytes(damaged))
        found, said = load(path)
        assert found.progress.epoch == 1
        assert "is not used" in said[0]


def stated(payload):
    """Return a file whose header says rightly what its payload's hash is, whatever that payload is."""
    return canonical_json({"schema": SCHEMA, "sha256": sha256_bytes(payload), "identity": IDENTITY}).encode() + b"\n" + payload


#: What a state holds.
KEYS = ("net", "velocity", "rate", "progress")
EMPTY_ZIP = b"PK\x05\x06" + 18 * b"\0"


@pytest.mark.parametrize(
    "content",
    [
        *map(stated, (b"", b"no state", EMPTY_ZIP, b"\x80\x02.", torch_bytes({"net": {}}), torch_bytes(dict.fromkeys(KEYS, 1)))),
        *(header + b"\n" for header in (200_000 * b"[", b"[]", b"1", b"\xff", b'{"schema": "checkpoint/2", "sha256": 1}')),
    ],
    ids=["empty", "text", "zip", "pickle", "missing", "numbers", "brackets", "list", "number", "bytes", "half"],
)
def test_a_hashed_file_that_holds_no_state_is_passed_over_for_the_older_generation(tmp_path, content):
    path = tmp_path / "c.pt"
    save_checkpoint(path, state(1), identity=IDENTITY)
    save_checkpoint(path, state(2), identity=IDENTITY)
    path.write_bytes(content)
    found, said = load(path)
    assert found.progress.epoch == 1
    assert said == ["checkpoint c.pt is damaged and is not used"]


class Program:
    """What a pickle makes of it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("write", [pickle.dumps, lambda value: torch_bytes({"net": value})], ids=["pickle", "torch"])
def test_a_program_in_a_hashed_file_is_not_run(tmp_path, write):
    path = tmp_path / "c.pt"
    path.write_bytes(stated(write(Program(tmp_path / "ran"))))
    found, said = load(path)
    assert found is None and said == ["checkpoint c.pt is damaged and is not used"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_checkpoint_is_found(tmp_path, share):
    path = tmp_path / "c.pt"
    save_checkpoint(path, state(1), identity=IDENTITY)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    found, said = load(path)
    assert found is None
    assert said == ["checkpoint c.pt is damaged and is not used"]


@pytest.mark.parametrize("key", list(IDENTITY))
def test_a_checkpoint_of_another_run_is_refused_with_the_differing_key(tmp_path, key):
    save_checkpoint(tmp_path / "c.pt", state(1), identity=IDENTITY)
    found, said = load(tmp_path / "c.pt", IDENTITY | {key: "other"})
    assert found is None
    assert said == [f"checkpoint c.pt is of another run (differs in: {key}) and is not used"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_failing_disk_leaves_the_last_state_loadable_and_is_not_hidden(tmp_path, monkeypatch, code):
    path = tmp_path / "c.pt"
    save_checkpoint(path, state(1), identity=IDENTITY)

    def fail(descriptor):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match=os.strerror(code)):
            save_checkpoint(path, state(2), identity=IDENTITY)
    found, _ = load(path)
    assert found.progress.epoch == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["previous-c.pt"]


def test_removal_takes_both_generations(tmp_path):
    path = tmp_path / "c.pt"
    for number in (1, 2):
        save_checkpoint(path, state(number), identity=IDENTITY)
    assert previous_generation(path).exists()
    remove_checkpoints(path)
    assert list(tmp_path.iterdir()) == []
