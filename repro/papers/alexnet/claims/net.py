"""AlexNet's statements about the parts of its net: the unit, the towers, the pooling, the depth.

Each has the rule by which it is judged, fixed before any run. Raw values are from the log of the released code (C).
"""

from dataclasses import replace

from repro.papers.alexnet.claims.columns import TOP1, TOP5
from repro.papers.alexnet.claims.datasets import CIFAR10, TEST_2010, VALIDATION_2012
from repro.papers.alexnet.claims.reproductions import (
    MISHKIN_NARROW,
    MISHKIN_ONE_TOWER,
    MISHKIN_POOLING,
    MISHKIN_SCALED_TANH,
    MISHKIN_TANH,
    NEVER_CROSS_TOP1,
    NEVER_CROSS_TOP5,
    ZEILER_ALL,
    ZEILER_CONV34,
    ZEILER_FC7,
    ZEILER_FC67,
)
from repro.spec.claims import Cell, Direction, Effect, Every, Level, Pair, PrintedTable, Ratio, Row

# Training errors at which paces are compared; the first, the printed one, decides.
FIGURE1_ERRORS = (0.25, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1)

SPEEDUP = Ratio(
    id="A.F1.relu_tanh.speedup",
    where="section 3.1, Figure 1",
    statement="A four-layer net with ReLU reaches 25 % training error on CIFAR-10 six times faster than with tanh units.",
    arm="figure1_relu",
    against="figure1_tanh",
    arm_grid=("figure1_relu", "figure1_relu_slow", "figure1_relu_fast"),
    against_grid=("figure1_tanh", "figure1_tanh_slow", "figure1_tanh_fast"),
    paper_ratio=6.0,
    thresholds=FIGURE1_ERRORS,
    dataset=CIFAR10,
    note="Each unit has the best of three rates. The paper does not specify its net; ours is the 13 % net of section 3.3.",
    reproductions=(MISHKIN_TANH, MISHKIN_SCALED_TANH),
)
RELU_EPOCHS = Level(
    id="A.F1.relu.epochs",
    where="Figure 1, read off the curve",
    statement="The net with ReLU needs about 6 epochs to 25 % training error.",
    metric="epochs_to_train_error",
    protocol="training",
    arm="figure1_relu",
    paper_value=6.0,
    threshold=0.25,
    confidence="S",
    dataset=CIFAR10,
    untestable="The paper does not specify this net, so that its epochs cannot be compared with those of another; Figure 1's "
    "page shows ours, and the ratio of the two units is judged.",
)
TANH_EPOCHS = replace(
    RELU_EPOCHS,
    id="A.F1.tanh.epochs",
    statement="The net with tanh units needs about 36 epochs to 25 % training error.",
    arm="figure1_tanh",
    paper_value=36.0,
)

TOWERS = PrintedTable(
    of=Effect,
    id="A.S3.2.gpu.{column}",
    where="section 3.2",
    statement="Two towers with all kernels beat one tower with half of them by {value:.1f} points of {measure}.",
    protocol="ten_crop",
    arm="full",
    against="one_tower_half",
    dataset=TEST_2010,
    note="Raw values: log of the released code, runs 145-2010 and 145-half (C).",
    shows="errors",
    columns=(TOP1, TOP5),
    rows=(
        Row(
            "",
            (
                Cell(
                    Pair(37.4727, 39.1680, delta=1.7),
                    reproductions=(MISHKIN_NARROW, MISHKIN_ONE_TOWER, NEVER_CROSS_TOP1),
                ),
                Cell(Pair(16.9987, 18.2287, delta=1.2), reproductions=(NEVER_CROSS_TOP5,)),
            ),
        ),
    ),
)
TOWERS_TIME = Direction(
    id="A.S3.2.gpu.time",
    where="section 3.2",
    statement="The net on two GPUs trains slightly faster than the net with half the kernels on one.",
    metric="train_s",
    arm="full",
    against="one_tower_half",
    untestable="The statement compares two devices with one. Both towers on one device, as here, say nothing about it.",
)
NEVER_CROSS = PrintedTable(
    of=Effect,
    id="A.log.150.{column}",
    where="log of the released code, run 150",
    statement="Towers that never cross have a {measure} higher by {value:.1f} points.",
    protocol="ten_crop",
    arm="full",
    against="towers_never_cross",
    confidence="C",
    dataset=VALIDATION_2012,
    note="Not in the paper. Run 150 also has a conv2 of 160 kernels and wider dense layers; here only the crossing goes.",
    shows="errors",
    columns=(TOP1, TOP5),
    rows=(Row("", (Pair(40.6640, 41.8280), Pair(18.2100, 19.3300))),),
)

POOLING = PrintedTable(
    of=Effect,
    id="A.S3.4.pool.{column}",
    where="section 3.4",
    statement="Overlapping pooling lowers the {measure} by {value:.1f} points against non-overlapping with equal maps.",
    protocol="ten_crop",
    arm="full",
    against="pool_2x2",
    dataset=VALIDATION_2012,
    note="Raw values: log of the released code, runs 145 and 147 (C).",
    shows="errors",
    columns=(TOP1, TOP5),
    rows=(
        Row(
            "",
            (
                Cell(Pair(40.6640, 41.0580, delta=0.4), reproductions=(MISHKIN_POOLING,)),
                Pair(18.2100, 18.5100, delta=0.3),
            ),
        ),
    ),
)
POOLING_OVERFIT = Direction(
    id="A.S3.4.pool.overfit",
    where="section 3.4",
    statement="Nets with overlapping pooling are slightly harder to overfit.",
    metric="top1_gap",
    protocol="center",
    arm="full",
    against="pool_2x2",
    smallest_effect=0.005,
    dataset=VALIDATION_2012,
    note="No number printed. Measured as test error minus training error, both on centre crops; half a point counts.",
)

# No run in the released log stands behind this statement. The log ratio takes run 145-2010 as the arm (C), and 2 points more (D).
MINUS_CONV3 = Effect(
    id="A.S7.depth.top1.conv3",
    where="section 7",
    statement="Removing conv3 costs about 2 points of top-1 error.",
    metric="top1_error",
    protocol="ten_crop",
    arm="full",
    against="minus_conv3",
    paper_delta=0.02,
    paper_arm=0.374727,
    paper_against=0.394727,
    dataset=TEST_2010,
    note="A part of A.S7.depth.top1. Without conv3 the towers first meet in the dense layers.",
    reproductions=(ZEILER_CONV34,),
)
MINUS_CONV4 = replace(
    MINUS_CONV3,
    id="A.S7.depth.top1.conv4",
    statement="Removing conv4 costs about 2 points of top-1 error.",
    against="minus_conv4",
    note="A part of A.S7.depth.top1.",
)
MINUS_CONV5 = replace(
    MINUS_CONV3,
    id="A.S7.depth.top1.conv5",
    statement="Removing conv5 costs about 2 points of top-1 error.",
    against="minus_conv5",
    note="A part of A.S7.depth.top1. Without conv5 the last maps are more, since conv4 has more kernels.",
    reproductions=(),
)
DEPTH = Every(
    id="A.S7.depth.top1",
    where="section 7",
    statement="Removing any one of the middle convolutions costs about 2 points of top-1 error.",
    metric="top1_error",
    protocol="ten_crop",
    arm="full",
    paper_delta=0.02,
    parts=(MINUS_CONV3.id, MINUS_CONV4.id, MINUS_CONV5.id),
    dataset=TEST_2010,
    note="Holds if it holds for conv3, conv4 and conv5, each a claim of its own. The released code has no such run.",
    reproductions=(ZEILER_FC7, ZEILER_FC67, ZEILER_ALL),
)

NET_CLAIMS = (
    (SPEEDUP, RELU_EPOCHS, TANH_EPOCHS)
    + TOWERS.claims
    + (TOWERS_TIME,)
    + NEVER_CROSS.claims
    + POOLING.claims
    + (POOLING_OVERFIT, DEPTH, MINUS_CONV3, MINUS_CONV4, MINUS_CONV5)
)
