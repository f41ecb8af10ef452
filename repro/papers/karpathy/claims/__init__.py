"""All of the video paper's claims, in the order of the files that hold them."""

from repro.papers.karpathy.claims.beats import BEATS_CLAIMS
from repro.papers.karpathy.claims.fusion import FUSION_CLAIMS
from repro.papers.karpathy.claims.motion import MOTION_CLAIMS
from repro.papers.karpathy.claims.multires import MULTIRES_CLAIMS
from repro.papers.karpathy.claims.speed import SPEED_CLAIMS
from repro.papers.karpathy.claims.table1 import TABLE1_CLAIMS
from repro.papers.karpathy.claims.table2 import TABLE2_CLAIMS
from repro.papers.karpathy.claims.table3 import TABLE3_CLAIMS
from repro.papers.karpathy.claims.table4 import TABLE4_CLAIMS
from repro.papers.karpathy.claims.transfer import TRANSFER_CLAIMS

CLAIMS = (
    TABLE1_CLAIMS
    + BEATS_CLAIMS
    + FUSION_CLAIMS
    + MOTION_CLAIMS
    + MULTIRES_CLAIMS
    + TABLE2_CLAIMS
    + TABLE3_CLAIMS
    + TRANSFER_CLAIMS
    + TABLE4_CLAIMS
    + SPEED_CLAIMS
)
