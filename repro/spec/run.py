"""An experiment and the run of it that a name stands for: all that training and scoring know of a paper."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from repro.spec.datasets import Dataset
from repro.spec.evaluation import Evaluation
from repro.spec.network import Network
from repro.spec.recipe import Recipe
from repro.spec.video import ClipNetwork, VideoDataset


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A network, of images or of clips, how it is trained and how it is scored."""

    network: Network | ClipNetwork
    recipe: Recipe
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a name `scale/paper/variant/seed` stands for, in full."""

    scale: str
    paper: str
    variant: str
    seed: int
    evidence: str
    dataset: Dataset | VideoDataset
    experiment: Experiment

    @property
    def id(self) -> str:
        return f"{self.scale}/{self.paper}/{self.variant}/{self.seed}"

    def key_for(self, purpose: str) -> int:
        """Return the 64-bit key of all randomness that this run uses for `purpose`."""
        return derived_key(self.id, purpose)


def derived_key(run_id: str, purpose: str) -> int:
    """Return 64 bits that depend on `run_id` and `purpose` alone."""
    return int.from_bytes(hashlib.sha256(f"{run_id}\n{purpose}".encode()).digest()[:8], "little")
