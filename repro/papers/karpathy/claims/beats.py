"""What the video paper concludes from its Table 1: its nets beat feature histograms, and Slow Fusion the other nets.

Effects are differences of the printed hits (D), judged as differences of errors.
"""

from repro.papers.karpathy.claims.table1 import TABLE1
from repro.spec.claims import Gain, Gains

CONCLUSION = "abstract, section 5, Table 1"

OVER_HISTOGRAMS = Gains(
    id="B.S5.{row}.{column}",
    table=TABLE1,
    where=CONCLUSION,
    statement="{arm} has {value:.1f} points more {measure} than feature histograms.",
    confidence="D",
    rows=(
        Gain(
            "average_histograms",
            "avg",
            "fh",
            ("vid1",),
            note="The abstract's own comparison: 55.3 % to 63.9 %. The average here is of whole frames, as on its row.",
        ),
        Gain("slow_histograms", "slow", "fh", ("vid1",)),
        Gain("single_histograms", "sf", "fh", ("vid1",)),
        Gain("early_histograms", "early", "fh", ("vid1",)),
        Gain("late_histograms", "late", "fh", ("vid1",)),
    ),
)

BETWEEN_NETS = Gains(
    id="B.S4.1.{row}.{column}",
    table=TABLE1,
    where="section 4.1, section 5, Table 1",
    statement="{arm} has {value:.1f} points more {measure} than {against}.",
    confidence="D",
    rows=(
        Gain("slow_early", "slow", "early", ("clip1", "vid1", "vid5")),
        Gain("slow_late", "slow", "late", ("clip1", "vid1", "vid5")),
        Gain("average_single", "avg", "sf", ("vid1",)),
    ),
)

BEATS_CLAIMS = OVER_HISTOGRAMS.claims + BETWEEN_NETS.claims
