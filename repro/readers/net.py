"""The net of a finished run, with its weights."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import nn

from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.provenance import plain
from repro.artifacts.run_json import RunJson, TrainedNetwork, read_run
from repro.catalogue.known import catalogue
from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.spec.experiment import make_run
from repro.spec.names import nearest
from repro.spec.network import Network
from repro.spec.run import Experiment
from repro.spec.video import ClipNetwork


class NoNetError(ValueError):
    """There is no net of such a run, or none that can be built here."""


def read_net(run_id: str, *, results: Path) -> nn.Module:
    """The net of the run called `scale/paper/variant/seed`, with its weights, on the CPU and in evaluation mode.

    Raises:
        NoNetError: the name is none, the run is not finished, has no net of its own or diverged, or its net cannot be built.
        FileFormatError: a file of the run is missing or damaged.
    """
    record = _record(run_id, results=results)
    network = _network_part(record)
    folder = run_folder(results, run_id)
    if not (folder / network.weights.file).exists():
        raise FileFormatError(
            f"{folder / network.weights.file} is not there (published results are without weights); train run {run_id} again"
        )
    content = network.weights.read(folder, again=f"train run {run_id} again")
    net = _built(record)
    try:
        net.load_state_dict(torch.load(io.BytesIO(content), weights_only=True, map_location="cpu"))
    except Exception as error:  # another file than weights fails in many ways, weights of other shapes in one
        problem = " ".join(str(error).split())[:300]
        raise NoNetError(f"the weights of run {run_id} do not fit its net ({problem}); train it again") from None
    return net.eval()


def _record(run_id: str, *, results: Path) -> RunJson:
    scale, paper, variant, seed = _parts(run_id)
    try:
        return read_run(results, run_id)
    except MissingFileError:
        if results.name == scale and (results / "runs").is_dir():
            raise NoNetError(f"{results} is the folder of a scale; give the one above, of all scales: {results.parent}") from None
        folder = results / scale / "runs" / paper
        there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        close = nearest(variant, there) if variant not in there else None
        if close:
            raise NoNetError(f"run {run_id} is not in {results}; did you mean {scale}/{paper}/{close}/{seed}?") from None
        raise NoNetError(
            f"run {run_id} is not finished in {results}; give another folder of results, or train it: "
            f"python -m repro train --scale {scale} --paper {paper} --variant {variant} --seeds {seed} --results {results}"
        ) from None


def _network_part(record: RunJson) -> TrainedNetwork:
    """What the training of a net left; only such a run that did not diverge has weights of use."""
    if record.ensemble is not None:
        members = ", ".join(member.run for member in record.ensemble.members)
        raise NoNetError(f"run {record.id} averages the scores of others and has no net of its own; load its members: {members}")
    if record.network is None:
        raise NoNetError(f"run {record.id} is made by the method {record.method!r} and has no net; load a run of a network")
    if record.diverged:
        raise NoNetError(f"run {record.id} diverged: {record.reason}; its weights are of no use; load another seed")
    return record.network


def _built(record: RunJson) -> nn.Module:
    """The net that the run's own specification describes, with other weights."""
    commit = record.environment.get("commit", "unknown")
    return built_from(f"{record.id} (commit {commit})", record.spec, num_classes=record.num_classes)


def built_from(name: str, spec: Mapping[str, Any], *, num_classes: int) -> nn.Module:
    """The net that the specification of the run `name` describes, with other weights.

    Raises:
        NoNetError: it is described in words that this version does not know.
    """
    network = _described(spec.get("network"))
    if network is None:
        raise NoNetError(
            f"run {name} was trained by another version of this package, whose nets are described otherwise; use that version, "
            "or train the run again"
        )
    return _with_weights(network, num_classes=num_classes, key=0)


def build_net(run_id: str, *, num_classes: int, catalogue_files: Sequence[Path] = ()) -> nn.Module:
    """The net of the run called `scale/paper/variant/seed` as it is before training, with the initial weights of its seed.

    Raises:
        NoNetError: the name is none, or is that of no network, or no number of classes is given.
        UnknownName: no such paper, scale or variant.
    """
    scale, paper, variant, seed = _parts(run_id)
    if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
        raise NoNetError(f"num_classes={num_classes!r}; allowed: a whole number from 1, such as 1000")
    run = make_run(catalogue(catalogue_files).paper(paper), scale=scale, variant=variant, seed=int(seed))
    if not isinstance(run.experiment, Experiment):
        raise NoNetError(f"{run_id} is made by a method that trains no net; give a run of a network (python -m repro list)")
    return _with_weights(run.trained.network, num_classes=num_classes, key=run.key_for("init"))


def _with_weights(network: Network | ClipNetwork, *, num_classes: int, key: int) -> nn.Module:
    if isinstance(network, ClipNetwork):
        return build_clip_network(network, num_classes=num_classes, key=key)
    return build_network(network, num_classes=num_classes, key=key)


def _parts(run_id: str) -> list[str]:
    parts = run_id.split("/") if isinstance(run_id, str) else []
    if len(parts) != 4 or not parts[3].isdecimal() or {"", ".", ".."} & set(parts):
        raise NoNetError(f"got run {run_id!r}; allowed: scale/paper/variant/seed, such as small/alexnet/full/0")
    return parts


def _described(stored: object) -> Network | ClipNetwork | None:
    """The specification of a net in a run's record; None if it has other fields than nets have now."""
    of_clips = isinstance(stored, dict) and "frame" in stored
    try:
        network = msgspec.convert(stored, ClipNetwork) if of_clips else msgspec.convert(stored, Network)
    except msgspec.ValidationError:
        return None
    return network if plain(network) == stored else None
