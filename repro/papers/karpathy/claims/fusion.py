"""What the video paper's text says about fusion over time, and what follows from Table 1 for it.

Effects are differences of the printed hits (D), judged as differences of errors. Where no size is meant, what counts is stated.
"""

from dataclasses import replace

from repro.papers.karpathy.claims.datasets import TEST
from repro.papers.karpathy.claims.table1 import TABLE1
from repro.spec.claims import Direction, Every, Gain, Gains, NoWorse

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
        Gain(
            "spread",
            "slow",
            "early",
            ("vid1",),
            confidence="S",
            note="The text: the nets differ by only 3.2 points. These two are the farthest apart of the four.",
        ),
        Gain("average_slow", "avg", "slow", ("vid1",)),
    ),
)

# Which of two nets comes first, in each pair that the table tells apart.
SLOW_SINGLE = Direction(
    id="B.S4.1.order.vid1.slow_single",
    where="section 4.1, Table 1",
    statement="Slow Fusion has more video Hit@1 than Single-Frame.",
    metric="top1_error",
    protocol="video",
    arm="slow_fusion",
    against="single_frame",
    smallest_effect=STEP,
    confidence="D",
    dataset=TEST,
    note="A part of B.S4.1.order.vid1.",
)
SLOW_LATE = replace(
    SLOW_SINGLE,
    id="B.S4.1.order.vid1.slow_late",
    statement="Slow Fusion has more video Hit@1 than Late Fusion.",
    against="late_fusion",
)
SLOW_EARLY = replace(
    SLOW_SINGLE,
    id="B.S4.1.order.vid1.slow_early",
    statement="Slow Fusion has more video Hit@1 than Early Fusion.",
    against="early_fusion",
)
SINGLE_EARLY = replace(
    SLOW_EARLY,
    id="B.S4.1.order.vid1.single_early",
    statement="Single-Frame has more video Hit@1 than Early Fusion.",
    arm="single_frame",
)
LATE_EARLY = replace(
    SLOW_EARLY,
    id="B.S4.1.order.vid1.late_early",
    statement="Late Fusion has more video Hit@1 than Early Fusion.",
    arm="late_fusion",
)
ORDER = Every(
    id="B.S4.1.order.vid1",
    where="section 4.1, Table 1",
    statement="By video Hit@1, Slow Fusion comes before Single-Frame and Late Fusion, and these come before Early Fusion.",
    metric="top1_error",
    protocol="video",
    arm="slow_fusion",
    parts=(SLOW_SINGLE.id, SLOW_LATE.id, SLOW_EARLY.id, SINGLE_EARLY.id, LATE_EARLY.id),
    confidence="D",
    dataset=TEST,
    note="Holds if it holds for each pair. That Late Fusion equals Single-Frame is B.S4.1.late_single.vid1.",
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
    ORDER,
    SLOW_SINGLE,
    SLOW_LATE,
    SLOW_EARLY,
    SINGLE_EARLY,
    LATE_EARLY,
    EQUAL,
    LATE_AS_GOOD,
    SINGLE_AS_GOOD,
)
