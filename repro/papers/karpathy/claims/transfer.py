"""What transfer to UCF-101 is worth: differences of the rows of Table 3 and of the columns of Table 4."""

from repro.papers.karpathy.claims.datasets import UCF101
from repro.papers.karpathy.claims.reproductions import (
    RESNET_ALL_LAST,
    TWO_STREAM_ALL_SCRATCH,
    TWO_STREAM_LAST_SCRATCH,
    VGG_DENSE_ALL,
    VGG_DENSE_LAST,
)
from repro.papers.karpathy.claims.table3 import TABLE3
from repro.spec.claims import Column, Effect, Gain, Gains, Pair, PrintedTable, Row

SAME = ("",)

OF_ALL_CLASSES = Gains(
    id="B.S4.2.{row}",
    table=TABLE3,
    where="section 4.2, Table 3",
    statement='"{arm}" is right for {value:.1f} points more of the videos than "{against}".',
    confidence="S",
    rows=(
        Gain("top_scratch", "top", "scratch", SAME, reproductions=(TWO_STREAM_LAST_SCRATCH,)),
        Gain("top3_scratch", "top3", "scratch", SAME),
        Gain("all_scratch", "all", "scratch", SAME, reproductions=(TWO_STREAM_ALL_SCRATCH,)),
        Gain("top3_top", "top3", "top", SAME, reproductions=(VGG_DENSE_LAST,)),
        Gain("top3_all", "top3", "all", SAME, reproductions=(VGG_DENSE_ALL,)),
        Gain("top_all", "top", "all", SAME, reproductions=(RESNET_ALL_LAST,)),
        Gain("top_histograms", "top", "fh", SAME),
        Gain("top3_histograms", "top3", "fh", SAME),
        Gain("all_histograms", "all", "fh", SAME),
        Gain("histograms_scratch", "fh", "scratch", SAME),
    ),
)

# Of precision more is better, so that the arm is the one that has less.
OF_GROUPS = PrintedTable(
    of=Effect,
    id="B.S4.2.groups.{row}.{column}",
    where="section 4.2, Table 4",
    metric="mean_average_precision.{row_id}",
    protocol="video",
    confidence="S",
    dataset=UCF101,
    columns=(
        Column(
            "",
            "top3_scratch",
            arm="transfer_scratch",
            against="transfer_top3",
            statement="{words}: fine-tuning the top three layers has {value:.2f} more mean average precision than from scratch.",
        ),
        Column(
            "",
            "top3_top",
            arm="transfer_top",
            against="transfer_top3",
            statement="{words}: fine-tuning the top three layers has {value:.2f} more mean average precision than the top layer.",
        ),
    ),
    rows=(
        Row("", (Pair(0.26, 0.55), Pair(0.52, 0.55)), "human_object_interaction", words="Human-Object Interaction"),
        Row("", (Pair(0.32, 0.57), Pair(0.52, 0.57)), "body_motion_only", words="Body-Motion Only"),
        Row("", (Pair(0.40, 0.68), Pair(0.65, 0.68)), "human_human_interaction", words="Human-Human Interaction"),
        Row("", (Pair(0.42, 0.65), Pair(0.46, 0.65)), "playing_musical_instruments", words="Playing Musical Instruments"),
        Row("", (Pair(0.57, 0.79), None), "sports", words="Sports"),
        Row("", (Pair(0.44, 0.68), Pair(0.66, 0.68)), "all_groups", words="All groups"),
    ),
)
# In the one group of which the first set has many classes, more layers do not help.
SPORTS_TOP = Effect(
    id="B.S4.2.groups.sports.top_top3",
    where="section 4.2, Table 4",
    statement="Sports: fine-tuning the top layer has 0.01 more mean average precision than the top three layers.",
    metric="mean_average_precision.sports",
    protocol="video",
    arm="transfer_top3",
    against="transfer_top",
    paper_delta=0.01,
    paper_arm=0.79,
    paper_against=0.80,
    confidence="S",
    dataset=UCF101,
)

TRANSFER_CLAIMS = OF_ALL_CLASSES.claims + OF_GROUPS.claims + (SPORTS_TOP,)
