"""What the video paper's text says about fusion over time, and what follows from Table 1 for it.

Effects are differences of the printed hits (D), judged as differences of errors. Where no size is meant, what counts is stated.
"""

from dataclasses import replace

from repro.papers.karpathy.claims.datasets import TEST
from repro.papers.karpathy.claims.table1 import TABLE1
from repro.spec.claims import Every, Gain, Gains, NoWorse, Ranking, Spread

# Slow Fusion gains 1.6 points of video Hit@1 over Single-Frame (D). A quarter of that is the least by which one net comes
# before another, and half of it the most that a net may lose against another and still count as no worse.
STEP = 0.004
MARGIN = 0.008

EFFECTS = Gains(
    id="B.S4.1.{row}.{column}",
    table=TABLE1,
    where="section 4.1, Table 1",
    statement="{arm} has {value:.1f} points more {measure} than {against}.",
    confidence="D",
    rows=(
        Gain("slow_single", "slow", "sf", ("clip1", "vid1", "vid5")),
        Gain("early_single", "sf", "early", ("clip1", "vid1", "vid5")),
        Gain("average_slow", "avg", "slow", ("vid1",)),
    ),
)

SPREAD = Spread(
    id="B.S4.1.spread.vid1",
    where="section 4.1, Table 1",
    statement="The four nets differ by only 3.2 points of video Hit@1.",
    metric="top1_error",
    protocol="video",
    arm="slow_fusion",
    among=("slow_fusion", "late_fusion", "single_frame", "early_fusion"),
    paper_delta=0.032,
    paper_arm=0.391,
    paper_against=0.423,
    confidence="S",
    dataset=TEST,
    note="Slow Fusion and Early Fusion are the farthest apart of the four.",
)
ORDER = Ranking(
    id="B.S4.1.order.vid1",
    where="section 4.1, Table 1",
    statement="By video Hit@1, Slow Fusion comes before Single-Frame and Late Fusion, and these come before Early Fusion.",
    metric="top1_error",
    protocol="video",
    arm="slow_fusion",
    tiers=(("slow_fusion",), ("single_frame", "late_fusion"), ("early_fusion",)),
    smallest_effect=STEP,
    confidence="D",
    dataset=TEST,
    note="That Late Fusion equals Single-Frame is B.S4.1.late_single.vid1.",
)

LATE_AS_GOOD = NoWorse(
    id="B.S4.1.late_single.vid1.late",
    where="section 4.1, Table 1",
    statement="Late Fusion has no less video Hit@1 than Single-Frame.",
    metric="top1_error",
    protocol="video",
    arm="late_fusion",
    against="single_frame",
    margin=MARGIN,
    confidence="D",
    dataset=TEST,
    note="A part of B.S4.1.late_single.vid1.",
)
SINGLE_AS_GOOD = replace(
    LATE_AS_GOOD,
    id="B.S4.1.late_single.vid1.single",
    statement="Single-Frame has no less video Hit@1 than Late Fusion.",
    arm="single_frame",
    against="late_fusion",
)
EQUAL = Every(
    id="B.S4.1.late_single.vid1",
    where="section 4.1, Table 1",
    statement="Late Fusion and Single-Frame have the same video Hit@1, 59.3 %.",
    metric="top1_error",
    protocol="video",
    arm="late_fusion",
    parts=(LATE_AS_GOOD.id, SINGLE_AS_GOOD.id),
    confidence="D",
    dataset=TEST,
    note="Holds if neither of the two is worse than the other.",
)

FUSION_CLAIMS = EFFECTS.claims + (
    SPREAD,
    ORDER,
    EQUAL,
    LATE_AS_GOOD,
    SINGLE_AS_GOOD,
)
