"""Krizhevsky, Sutskever, Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks", as literals.

Numbers and where they were read: V verbatim in the paper, C in the code released later, D derived, S secondary, M memory.
"""

from repro.papers.alexnet.ablations import VARIANTS
from repro.papers.alexnet.cifar import CIFAR_NETS, FIGURE1_NETS
from repro.papers.alexnet.claims import CLAIMS
from repro.papers.alexnet.claims.datasets import PRINTED_SETS
from repro.papers.alexnet.classical import CLASSICAL
from repro.papers.alexnet.ensembles import METHODS
from repro.papers.alexnet.planted import PLANTED, PLANTED_PAGE
from repro.papers.alexnet.questions import QUESTIONS
from repro.papers.alexnet.released import RELEASED, WHAT_IF
from repro.papers.alexnet.scales import SCALES
from repro.papers.alexnet.scaling import SCALING
from repro.papers.alexnet.sizes import SIZES
from repro.papers.alexnet.tables import TABLES
from repro.spec.experiment import Paper

ALEXNET = Paper(
    name="alexnet",
    title="ImageNet Classification with Deep Convolutional Neural Networks",
    authors="Krizhevsky, Sutskever, Hinton",
    year=2012,
    variants=VARIANTS + SCALING + RELEASED + WHAT_IF + FIGURE1_NETS + CIFAR_NETS + METHODS + CLASSICAL + PLANTED,
    scales=SCALES,
    claims=CLAIMS,
    tables=(*TABLES, PLANTED_PAGE),
    printed_sets=PRINTED_SETS,
    questions=QUESTIONS,
    sizes=SIZES,
    doi="10.1145/3065386",
)
