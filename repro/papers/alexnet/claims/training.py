"""Paper A's statements about training and testing: augmentation, dropout, decay, initial biases, ten crops, the towers' kernels.

Each has the rule by which it is judged, fixed before any run. Errors are fractions. Raw values are from the log of the released
code (C). Where the paper prints no number, the smallest effect that counts is stated with the claim.
"""

from repro.papers.alexnet.claims.datasets import ILSVRC2010, TEST_2010
from repro.spec.claims import Claim, Reproduction

MISHKIN = "Mishkin, Sergievskiy, Matas 2016 (CaffeNet, 128 px)"
OWN_LOG = "Krizhevsky, log of the released code"
CONVNET2 = "cuda-convnet2, one GPU, 90 epochs"

# The first decides. With and without dropout, training passes it before the rate is first reduced, which would else set the pace.
DROPOUT_ERRORS = (0.35, 0.5, 0.4, 0.3, 0.25, 0.2)

AUGMENTATION = (
    Claim(
        id="A.S4.1.crop",
        where="section 4.1",
        statement="Without translations and reflections the net overfits substantially.",
        kind="direction",
        metric="top1_gap",
        protocol="center",
        arm="full",
        against="no_augment",
        smallest_effect=0.01,
        dataset=ILSVRC2010,
        note="No number printed. Measured as test error minus training error, both on centre crops.",
    ),
    Claim(
        id="A.S4.1.pca.top1",
        where="section 4.1",
        statement="PCA colour noise lowers the top-1 error by more than 1 point.",
        kind="effect",
        metric="top1_error",
        protocol="ten_crop",
        arm="full",
        against="no_pca_color",
        paper_delta=0.010,
        paper_arm=0.374727,
        paper_against=0.384727,
        dataset=TEST_2010,
        note="The sentence alone; the released code holds no such run. The log ratio takes run 145-2010 as the arm (D).",
    ),
)

DROPOUT = (
    Claim(
        id="A.S4.2.dropout.overfit",
        where="section 4.2",
        statement="Without dropout the net overfits substantially.",
        kind="direction",
        metric="top1_gap",
        protocol="center",
        arm="full",
        against="no_dropout",
        smallest_effect=0.01,
        dataset=ILSVRC2010,
        note="No number printed. Measured as test error minus training error, both on centre crops.",
        reproductions=(
            Reproduction(
                who=MISHKIN,
                control=0.529,
                ablated=0.544,
                protocol="centre crop; test error, not the gap",
                confidence="V",
                note="dropout 0.5 at fc 2048 against none at fc 1433",
                same_quantity=False,
            ),
            Reproduction(
                who=MISHKIN,
                control=0.529,
                ablated=0.503,
                protocol="centre crop; test error, not the gap",
                confidence="V",
                note="dropout 0.5 against 0.3, fc 2048: better",
                same_quantity=False,
            ),
            Reproduction(
                who=MISHKIN,
                control=0.529,
                ablated=0.506,
                protocol="centre crop; test error, not the gap",
                confidence="V",
                note="dropout 0.5 against 0.2, fc 2048: better",
                same_quantity=False,
            ),
            Reproduction(
                who=MISHKIN,
                control=0.529,
                ablated=0.527,
                protocol="centre crop; test error, not the gap",
                confidence="V",
                note="dropout 0.5 against 0.1, fc 2048: the same",
                same_quantity=False,
            ),
        ),
    ),
    Claim(
        id="A.S4.2.dropout.iters",
        where="section 4.2",
        statement="Dropout roughly doubles the number of iterations that training needs to converge.",
        kind="ratio",
        metric="epochs_to_train_error",
        protocol="training",
        arm="no_dropout",
        against="full",
        paper_ratio=2.0,
        thresholds=DROPOUT_ERRORS,
        dataset=ILSVRC2010,
        note="Measured as epochs to a training error that is counted while training, with dropout at work in the one arm: its "
        "error is that of thinned nets, which is part of the slowness.",
    ),
)

OPTIMISATION = (
    Claim(
        id="A.S5.wd",
        where="section 5",
        statement="Weight decay lowers the training error too.",
        kind="direction",
        metric="train_top1_error",
        protocol="center",
        arm="full",
        against="no_weight_decay",
        smallest_effect=0.005,
        dataset=ILSVRC2010,
        note="No number printed. Training images, centre crops, after training; half a point counts.",
        reproductions=(
            Reproduction(
                who=MISHKIN,
                control=0.529,
                ablated=0.550,
                protocol="centre crop; test error, not training error",
                confidence="V",
                note="decay 5e-4 against 1e-4, not none (loss 2.36 and 2.48): less is worse",
                same_quantity=False,
            ),
        ),
    ),
    Claim(
        id="A.S5.biasinit",
        where="section 5",
        statement="Biases that begin at 1 accelerate the early stages of learning.",
        kind="direction",
        metric="early_train_error",
        protocol="training",
        arm="full",
        against="zero_bias_init",
        smallest_effect=0.01,
        dataset=ILSVRC2010,
        note="No number printed. Measured as the mean training error over the first fifth of the epochs.",
    ),
)

CROPS = (
    Claim(
        id="A.S6.crops.top1",
        where="Table 1 and the footnote of section 6",
        statement="Averaging ten crops lowers the top-1 error by 1.5 points against the centre crop.",
        kind="within",
        metric="top1_error",
        protocol="ten_crop",
        arm="full",
        against_protocol="center",
        paper_delta=0.015,
        paper_arm=0.374727,
        paper_against=0.390247,
        dataset=TEST_2010,
        note="The same nets by two protocols. Raw values: log of the released code, run 145-2010 (C).",
        reproductions=(
            Reproduction(
                who=CONVNET2,
                control=0.4042,
                ablated=0.4255,
                protocol="ten crops and centre crop, ILSVRC-2012 validation",
                confidence="V",
                note="one tower",
            ),
            Reproduction(
                who=OWN_LOG,
                control=0.405280,
                ablated=0.423407,
                protocol="ten crops and centre crop, ILSVRC-2012 validation",
                confidence="C",
                note="run 170: the same net, another schedule",
            ),
        ),
    ),
    Claim(
        id="A.S6.crops.top5",
        where="Table 1 and the footnote of section 6",
        statement="Averaging ten crops lowers the top-5 error by 1.3 points against the centre crop.",
        kind="within",
        metric="top5_error",
        protocol="ten_crop",
        arm="full",
        against_protocol="center",
        paper_delta=0.013,
        paper_arm=0.169987,
        paper_against=0.182953,
        dataset=TEST_2010,
        note="The same nets by two protocols. Raw values: log of the released code, run 145-2010 (C).",
        reproductions=(
            Reproduction(
                who=CONVNET2,
                control=0.1815,
                ablated=0.1981,
                protocol="ten crops and centre crop, ILSVRC-2012 validation",
                confidence="V",
                note="one tower",
            ),
            Reproduction(
                who=OWN_LOG,
                control=0.180480,
                ablated=0.195827,
                protocol="ten crops and centre crop, ILSVRC-2012 validation",
                confidence="C",
                note="run 170: the same net, another schedule",
            ),
        ),
    ),
)

KERNELS = (
    Claim(
        id="A.F3.color.split",
        where="Figure 3",
        statement="In every run, the first kernels of one tower become colour-specific and those of the other colour-agnostic.",
        kind="within",
        metric="tower_color_split",
        protocol="weights",
        arm="full",
        smallest_effect=0.05,
        dataset=ILSVRC2010,
        note="No number printed. Measured as the difference of the towers' mean colour selectivity, less what halves of the same "
        "kernels drawn at random differ by; twentieths of the index, from 0 to 1, count.",
    ),
)

TRAINING_CLAIMS = AUGMENTATION + DROPOUT + OPTIMISATION + CROPS + KERNELS
