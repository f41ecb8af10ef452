"""Karpathy, Toderici, Shetty, Leung, Sukthankar, Fei-Fei 2014, "Large-scale Video Classification with Convolutional Neural
Networks", as literals.

Numbers and where they were read: V verbatim in the paper, S in a detailed secondary text, D derived, M memory.
"""

from repro.papers.karpathy.claims import CLAIMS
from repro.papers.karpathy.claims.datasets import PRINTED_SETS
from repro.papers.karpathy.fusion import TWO_STREAMS, WHOLE_FRAMES
from repro.papers.karpathy.methods import METHODS
from repro.papers.karpathy.questions import QUESTIONS
from repro.papers.karpathy.scales import SCALES
from repro.papers.karpathy.tables import TABLES
from repro.spec.experiment import Paper

KARPATHY = Paper(
    name="karpathy",
    title="Large-scale Video Classification with Convolutional Neural Networks",
    authors="Karpathy, Toderici, Shetty, Leung, Sukthankar, Fei-Fei",
    year=2014,
    variants=WHOLE_FRAMES + TWO_STREAMS + METHODS,
    scales=SCALES,
    claims=CLAIMS,
    tables=TABLES,
    printed_sets=PRINTED_SETS,
    questions=QUESTIONS,
    doi="10.1109/CVPR.2014.223",
)
