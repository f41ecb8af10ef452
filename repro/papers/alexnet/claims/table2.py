"""The numbers of AlexNet's Table 2.

Raw values are from the log of the released code (C). Rows on the test images cannot be measured at all. What averaging and
pre-training gain are differences of two of the table's rows: gains.py.
"""

from dataclasses import replace

from repro.papers.alexnet.claims.columns import TOP1, TOP5
from repro.papers.alexnet.claims.datasets import TEST_2012, VALIDATION_2012
from repro.papers.alexnet.claims.reproductions import (
    ONE_CNN_TOP1,
    ONE_CNN_TOP5,
    PRETRAINED_2009_TOP1,
    PRETRAINED_2009_TOP5,
)
from repro.spec.claims import Cell, PrintedTable, Row

SECRET_LABELS = "The organisers keep the labels of these test images, so that nothing here can be scored on them."
SECOND_BASE = "The same row of Table 2, answered by the second base."

TABLE2 = PrintedTable(
    id="A.T2.{row}.{column}",
    where="Table 2",
    protocol="ten_crop",
    shows="errors",
    statement="{words} a {measure} of {value:.1f} %.",
    columns=(
        replace(TOP1, name="Top-1 (val)", id="top1val", dataset=VALIDATION_2012),
        replace(TOP5, name="Top-5 (val)", id="top5val", dataset=VALIDATION_2012),
        replace(
            TOP5,
            name="Top-5 (test)",
            id="top5test",
            dataset=TEST_2012,
            untestable=SECRET_LABELS,
            statement="{words} a {measure} of {value:.1f} % on the test images.",
        ),
    ),
    rows=(
        Row(
            "SIFT + FVs",
            (
                None,
                None,
                Cell(
                    26.2,
                    statement="SIFT and Fisher vectors with other features have a top-5 error of {value:.1f} %.",
                    note="Not the method of Table 1 alone: ISI's entry in the competition, .26172 (V).",
                ),
            ),
            "siftfv",
            arm="four_fisher",
            protocol="center",
        ),
        Row(
            "1 CNN",
            (
                Cell(
                    40.7,
                    note="Raw value: .406640 (log of the released code, run 145, C).",
                    reproductions=ONE_CNN_TOP1,
                ),
                Cell(
                    18.2,
                    note="Raw value: .182100 (log of the released code, run 145, C).",
                    reproductions=ONE_CNN_TOP5,
                ),
                None,
            ),
            "1cnn",
            words="One CNN has",
            arm="full",
        ),
        Row(
            "1 CNN, released code",
            (40.664, 18.21, None),
            "1cnn.released",
            where="Table 2; released code, run 145",
            statement="The net of the released code has a {measure} of {value:.2f} %.",
            arm="as_released",
            confidence="C",
            note=SECOND_BASE,
        ),
        Row(
            "5 CNNs",
            (38.1, 16.4, Cell(16.4, arm="", note="Official result: .16422 (V).")),
            "5cnn",
            words="Five CNNs, averaged, have",
            arm="five_cnns",
        ),
        Row(
            "1 CNN*",
            (
                Cell(
                    39.0,
                    note="Raw value: .389900 (log of the released code, run 146-2012-2011, C).",
                    reproductions=(PRETRAINED_2009_TOP1,),
                ),
                Cell(
                    16.6,
                    note="Raw value: .166220 (log of the released code, run 146-2012-2011, C).",
                    reproductions=(PRETRAINED_2009_TOP5,),
                ),
                None,
            ),
            "1cnnpre",
            words="One CNN, pre-trained on Fall 2011, has",
            arm="cnn_pretrained",
        ),
        Row(
            "7 CNNs*",
            (
                36.7,
                15.4,
                Cell(
                    15.3,
                    arm="",
                    note="Official result: .15315 (V). By the files' names three of the seven are pre-trained.",
                ),
            ),
            "7cnnpre",
            words="Seven CNNs, two of them pre-trained, have",
            arm="seven_cnns",
        ),
    ),
)

TABLE2_CLAIMS = TABLE2.claims
