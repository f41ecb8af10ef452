"""Begin a network with the weights of another run: pre-training and transfer.

Source: Krizhevsky et al. 2012, section 6; Karpathy et al. 2014, section 4.2.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.run_json import read_run
from repro.artifacts.stored_files import StoredFile
from repro.spec.run import InitialWeights, Run


@dataclass(frozen=True, kw_only=True)
class SourceWeights:
    """The weights that a finished run has left, and their SHA-256."""

    folder: Path
    stored: StoredFile

    @property
    def sha256(self) -> str:
        return self.stored.sha256

    def weights(self) -> dict[str, torch.Tensor]:
        """The weights by parameter name; raise FileFormatError if the file is missing or not the recorded one."""
        content = self.stored.read(self.folder, again="train that run again")
        state: dict[str, torch.Tensor] = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        return state


def source_of(run: Run, start: InitialWeights, *, results: Path) -> SourceWeights:
    """The weights of the run of `start.variant` with the seed of `run`.

    Raises:
        FileFormatError: that run is not finished, or it diverged.
    """
    source_id = f"{run.scale}/{run.paper}/{start.variant}/{run.seed}"
    folder = run_folder(results, source_id)
    try:
        record = read_run(results, source_id)
    except MissingFileError:
        raise FileFormatError(
            f"run {run.id} starts from the weights of run {source_id}, which is not finished in {results}; train it first: "
            f"python -m repro train --scale {run.scale} --paper {run.paper} --variant {start.variant} --seeds {run.seed}"
        ) from None
    if record.diverged:
        raise FileFormatError(f"run {run.id} starts from the weights of run {source_id}, which diverged; it cannot be run")
    if record.network is None:
        raise FileFormatError(
            f"run {run.id} starts from run {source_id}, which is {record.method} and has no weights; let it start from a network"
        )
    return SourceWeights(folder=folder, stored=record.network.weights)


def begin_with(net: nn.Module, weights: dict[str, torch.Tensor], *, start: InitialWeights, output: str) -> None:
    """Give `net` the `weights` of another network, fresh layers and `output` excepted, and fix the layers that are not trained.

    Raises:
        ValueError: a layer that `start` names is not in the network, or one that is taken over does not fit.
    """
    parameters = dict(net.named_parameters())
    layers = {name.rpartition(".")[0] for name in parameters}
    unknown = [name for name in (*start.fresh, *start.trained) if name not in layers]
    if unknown:
        raise ValueError(f"the start names layer {unknown[0]!r}, which the network lacks; allowed: {', '.join(sorted(layers))}")
    for name, parameter in parameters.items():
        layer = name.rpartition(".")[0]
        if layer not in (*start.fresh, output):
            given = weights.get(name)
            if given is None or given.shape != parameter.shape:
                shape = "none" if given is None else tuple(given.shape)
                raise ValueError(
                    f"{name} of the network has shape {tuple(parameter.shape)}, that of {start.variant} has {shape}; "
                    f"allowed: the same shape; or name {layer} among the fresh layers of the start"
                )
            with torch.no_grad():
                parameter.copy_(given)
        if start.trained and layer not in start.trained:
            parameter.requires_grad_(False)
