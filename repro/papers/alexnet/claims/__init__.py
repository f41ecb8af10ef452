"""All of AlexNet's claims, in the order of the files that hold them."""

from repro.papers.alexnet.claims.beats import BEATS_CLAIMS
from repro.papers.alexnet.claims.exact import EXACT_CLAIMS
from repro.papers.alexnet.claims.gains import GAIN_CLAIMS
from repro.papers.alexnet.claims.net import NET_CLAIMS
from repro.papers.alexnet.claims.norm import NORM_CLAIMS
from repro.papers.alexnet.claims.scaling import SCALING_CLAIMS
from repro.papers.alexnet.claims.table1 import TABLE1_CLAIMS
from repro.papers.alexnet.claims.table2 import TABLE2_CLAIMS
from repro.papers.alexnet.claims.training import TRAINING_CLAIMS
from repro.papers.alexnet.claims.units import UNIT_CLAIMS

CLAIMS = (
    NET_CLAIMS
    + UNIT_CLAIMS
    + NORM_CLAIMS
    + TRAINING_CLAIMS
    + SCALING_CLAIMS
    + TABLE1_CLAIMS
    + BEATS_CLAIMS
    + TABLE2_CLAIMS
    + GAIN_CLAIMS
    + EXACT_CLAIMS
)
