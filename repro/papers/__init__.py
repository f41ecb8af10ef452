"""The papers: literals only. `repro.papers.PAPERS` is the catalogue."""

from repro.papers.alexnet.ablations import ALEXNET
from repro.papers.karpathy.fusion import KARPATHY
from repro.spec.experiment import Paper

PAPERS: dict[str, Paper] = {ALEXNET.name: ALEXNET, KARPATHY.name: KARPATHY}
