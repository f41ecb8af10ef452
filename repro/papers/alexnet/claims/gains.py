"""What averaging nets and pre-training one gain in paper A's Table 2, and a sixth convolution with 10,184 classes.

Printed sizes are differences of two rows of the table, or of a row and the log of the released code (C).
"""

from repro.papers.alexnet.claims.datasets import FALL_2009, VALIDATION_2012
from repro.spec.claims import Claim, Reproduction

OWN_LOG = "Krizhevsky, log of the released code"

SHARED = (
    "Runs of the net are among the averaged ones, so that both sides vary together and the interval, for sides that do not, is "
    "rather too wide."
)

AVERAGING = (
    Claim(
        id="A.T2.5cnn.gain.top1",
        where="Table 2",
        statement="Five CNNs, averaged, have a top-1 error 2.6 points below that of one.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="five_cnns",
        against="full",
        paper_delta=0.026,
        paper_arm=0.381,
        paper_against=0.407,
        dataset=VALIDATION_2012,
        note=SHARED,
    ),
    Claim(
        id="A.T2.5cnn.gain.top5",
        where="Table 2",
        statement="Five CNNs, averaged, have a top-5 error 1.8 points below that of one.",
        kind="effect",
        metric="top5_error",
        protocol="ten_crop",
        arm="five_cnns",
        against="full",
        paper_delta=0.018,
        paper_arm=0.164,
        paper_against=0.182,
        dataset=VALIDATION_2012,
        note=SHARED,
    ),
    Claim(
        id="A.T2.5cnn.seeds.top1",
        where="Table 2",
        statement="Averaging five similar CNNs, here five seeds of one, lowers the top-1 error by 2.6 points.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="five_seeds",
        against="full",
        paper_delta=0.026,
        paper_arm=0.381,
        paper_against=0.407,
        dataset=VALIDATION_2012,
        note=f"The text says similar nets; the files of the competition tell that they differ in more than seeds. {SHARED}",
    ),
    Claim(
        id="A.T2.5cnn.seeds.top5",
        where="Table 2",
        statement="Averaging five similar CNNs, here five seeds of one, lowers the top-5 error by 1.8 points.",
        kind="effect",
        metric="top5_error",
        protocol="ten_crop",
        arm="five_seeds",
        against="full",
        paper_delta=0.018,
        paper_arm=0.164,
        paper_against=0.182,
        dataset=VALIDATION_2012,
        note=f"The text says similar nets; the files of the competition tell that they differ in more than seeds. {SHARED}",
    ),
    Claim(
        id="A.T2.7cnnpre.gain.top1",
        where="Table 2",
        statement="Two pre-trained CNNs beside the five lower the top-1 error by a further 1.4 points.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="seven_cnns",
        against="five_cnns",
        paper_delta=0.014,
        paper_arm=0.367,
        paper_against=0.381,
        dataset=VALIDATION_2012,
        note=SHARED,
    ),
    Claim(
        id="A.T2.7cnnpre.gain.top5",
        where="Table 2",
        statement="Two pre-trained CNNs beside the five lower the top-5 error by a further point.",
        kind="effect",
        metric="top5_error",
        protocol="ten_crop",
        arm="seven_cnns",
        against="five_cnns",
        paper_delta=0.01,
        paper_arm=0.154,
        paper_against=0.164,
        dataset=VALIDATION_2012,
        note=SHARED,
    ),
)

PRETRAINING = (
    Claim(
        id="A.T2.1cnnpre.gain.top1",
        where="Table 2",
        statement="One CNN with a sixth convolution, pre-trained, has a top-1 error 1.7 points below that of one CNN.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="cnn_pretrained",
        against="full",
        paper_delta=0.017,
        paper_arm=0.39,
        paper_against=0.407,
        dataset=VALIDATION_2012,
        note="Three changes at once: a sixth convolution, five that were trained before, and the larger set.",
        reproductions=(
            Reproduction(
                who=OWN_LOG,
                control=0.406640,
                ablated=0.391000,
                protocol="ten crops",
                confidence="C",
                note="run 145 and run 146-2012-2009, pre-trained on Fall 2009",
                same_quantity=False,
            ),
        ),
    ),
    Claim(
        id="A.T2.1cnnpre.gain.top5",
        where="Table 2",
        statement="One CNN with a sixth convolution, pre-trained, has a top-5 error 1.6 points below that of one CNN.",
        kind="effect",
        metric="top5_error",
        protocol="ten_crop",
        arm="cnn_pretrained",
        against="full",
        paper_delta=0.016,
        paper_arm=0.166,
        paper_against=0.182,
        dataset=VALIDATION_2012,
        note="Three changes at once: a sixth convolution, five that were trained before, and the larger set.",
        reproductions=(
            Reproduction(
                who=OWN_LOG,
                control=0.182100,
                ablated=0.168760,
                protocol="ten crops",
                confidence="C",
                note="run 145 and run 146-2012-2009, pre-trained on Fall 2009",
                same_quantity=False,
            ),
        ),
    ),
    Claim(
        id="A.T2.1cnnpre.alone",
        where="section 6",
        statement="Pre-training on a larger set lowers the error of the net that is fine-tuned.",
        kind="direction",
        metric="top1_error",
        protocol="ten_crop",
        arm="cnn_pretrained",
        against="conv6_begun",
        smallest_effect=0.00425,
        dataset=VALIDATION_2012,
        note=(
            "The paper has no net with a sixth convolution that is not pre-trained; the one here begins with the same five "
            "convolutions as the pre-trained one. What counts is a quarter of the printed 1.7 points."
        ),
    ),
)

# The text's number and those of the log are of one split, as far as the log tells.
TEN_THOUSAND = (
    Claim(
        id="A.log.10k.conv6.top1",
        where="section 6; released code, run 2009-101",
        statement="A sixth convolution lowers the top-1 error on 10,184 classes by 2.0 points.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="ten_thousand",
        against="ten_thousand_five_conv",
        paper_delta=0.019822,
        paper_arm=0.674,
        paper_against=0.693822,
        dataset=FALL_2009,
        confidence="C",
        note="The text prints the first value; the second is that of the log, whose split may be another.",
    ),
    Claim(
        id="A.log.10k.conv6.top5",
        where="section 6; released code, run 2009-101",
        statement="A sixth convolution lowers the top-5 error on 10,184 classes by 2.7 points.",
        kind="effect",
        metric="top5_error",
        protocol="ten_crop",
        arm="ten_thousand",
        against="ten_thousand_five_conv",
        paper_delta=0.027466,
        paper_arm=0.409,
        paper_against=0.436466,
        dataset=FALL_2009,
        confidence="C",
        note="The text prints the first value; the second is that of the log, whose split may be another.",
    ),
)

GAIN_CLAIMS = AVERAGING + PRETRAINING + TEN_THOUSAND
