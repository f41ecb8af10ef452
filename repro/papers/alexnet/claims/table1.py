"""The numbers of AlexNet's Table 1, of its footnote and of section 6, and the time that training took.

Raw values are from the log of the released code (C).
"""

from dataclasses import replace

from repro.papers.alexnet.claims.columns import TOP1, TOP5
from repro.papers.alexnet.claims.datasets import FALL_2009, ILSVRC2010, TEST_2010
from repro.papers.alexnet.claims.reproductions import RUN_101_TOP1, RUN_101_TOP5, RUN_131_TOP1, RUN_131_TOP5
from repro.spec.claims import Cell, Level, PrintedTable, Row

MENSINK = "A number of another paper, by another method and on another split of these images; no run of this suite speaks to it."
SECOND_BASE = "The same row of Table 1, answered by the second base."

TABLE1 = PrintedTable(
    id="A.T1.{row}.{column}",
    where="Table 1",
    protocol="ten_crop",
    dataset=TEST_2010,
    shows="errors",
    statement="{words} a {measure} of {value:.1f} %.",
    columns=(replace(TOP1, name="Top-1"), replace(TOP5, name="Top-5")),
    rows=(
        Row(
            "Sparse coding",
            (47.1, 28.2),
            "sparse",
            words="Sparse coding has",
            arm="sparse_coding",
            protocol="center",
            note="A method of others.",
        ),
        Row(
            "SIFT + FVs",
            (45.7, 25.7),
            "siftfv",
            words="SIFT and Fisher vectors have",
            arm="sift_fisher",
            protocol="center",
            note="A method of others.",
        ),
        Row(
            "CNN",
            (
                Cell(37.5, note="Raw value: .374727 (log of the released code, run 145-2010, C)."),
                Cell(17.0, note="Raw value: .169987 (log of the released code, run 145-2010, C)."),
            ),
            "cnn",
            words="The CNN has",
            arm="full",
        ),
        Row(
            "CNN, released code",
            (37.4727, 16.9987),
            "cnn.released",
            where="Table 1; released code, run 145-2010",
            statement="The net of the released code has a {measure} of {value:.2f} %.",
            arm="as_released",
            confidence="C",
            note=SECOND_BASE,
        ),
    ),
)
FOOTNOTE = PrintedTable(
    id="A.S6.cnn1crop.{column}",
    where="section 6, footnote",
    statement="The CNN has a {measure} of {value:.1f} % on the centre crop alone.",
    protocol="center",
    arm="full",
    dataset=TEST_2010,
    shows="errors",
    columns=(TOP1, TOP5),
    rows=(
        Row(
            "",
            (
                Cell(39.0, note="Raw value: .390247 (log of the released code, run 145-2010, C)."),
                Cell(18.3, note="Raw value: .182953 (log of the released code, run 145-2010, C)."),
            ),
        ),
    ),
)

SECTION6 = PrintedTable(
    id="A.S6.{row}.{column}",
    where="section 6",
    dataset=FALL_2009,
    shows="errors",
    columns=(TOP1, TOP5),
    rows=(
        Row(
            "",
            (Cell(67.4, reproductions=(RUN_131_TOP1, RUN_101_TOP1)), Cell(40.9, reproductions=(RUN_131_TOP5, RUN_101_TOP5))),
            "10k",
            statement="A CNN with a sixth convolution has a {measure} of {value:.1f} % on 10,184 classes.",
            arm="ten_thousand",
            protocol="ten_crop",
            note="The run behind the printed value is not in the log; ten crops, the paper's protocol, are assumed.",
        ),
        Row(
            "",
            (78.1, 60.9),
            "10k.prev",
            statement="The best published {measure} on these classes before was {value:.1f} %.",
            untestable=MENSINK,
        ),
    ),
)

# Hardware of 2012.
TIME = Level(
    id="A.S1.time",
    where="sections 1 and 5",
    statement="Training takes five to six days on two GTX 580 GPUs with 3 GB.",
    metric="train_days",
    arm="full",
    paper_value=5.5,
    dataset=ILSVRC2010,
    untestable="It needs that hardware. About 227 images a second follow from it (D); the pages state our own rates.",
    note="Printed: 5-6 days, for about 90 epochs; the middle stands here.",
)

TABLE1_CLAIMS = TABLE1.claims + FOOTNOTE.claims + SECTION6.claims + (TIME,)
