"""The papers: literals only. `repro.papers.PAPERS` is the catalogue."""

from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.spec.experiment import Paper

PAPERS: dict[str, Paper] = {ALEXNET.name: ALEXNET, KARPATHY.name: KARPATHY}
