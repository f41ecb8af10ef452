"""AlexNet's statements about training and testing: augmentation, dropout, decay, initial biases, ten crops, the towers' kernels.

Each has the rule by which it is judged, fixed before any run. Raw values are from the log of the released code (C). Where the
paper prints no number, the smallest effect that counts is stated with the claim.
"""

from dataclasses import replace

from repro.papers.alexnet.claims.datasets import ILSVRC2010, TEST_2010
from repro.papers.alexnet.claims.reproductions import (
    CROPS_170_TOP1,
    CROPS_170_TOP5,
    CROPS_CONVNET2_TOP1,
    CROPS_CONVNET2_TOP5,
    DROPOUT_10,
    DROPOUT_20,
    DROPOUT_30,
    DROPOUT_50,
    MISHKIN_DECAY,
)
from repro.spec.claims import AT_LEAST, Count, Direction, Effect, Ratio, Within

# The first decides. With and without dropout, training passes it before the rate is first reduced, which would else set the pace.
DROPOUT_ERRORS = (0.35, 0.5, 0.4, 0.3, 0.25, 0.2)

AUGMENTATION = Direction(
    id="A.S4.1.crop",
    where="section 4.1",
    statement="Without translations and reflections the net overfits substantially.",
    metric="top1_gap",
    protocol="center",
    arm="full",
    against="no_augment",
    smallest_effect=0.01,
    dataset=ILSVRC2010,
    note="No number printed. Measured as test error minus training error, both on centre crops.",
)
COLOR_NOISE = Effect(
    id="A.S4.1.pca.top1",
    where="section 4.1",
    statement="PCA colour noise lowers the top-1 error by more than 1 point.",
    metric="top1_error",
    protocol="ten_crop",
    arm="full",
    against="no_pca_color",
    paper_delta=0.010,
    bound=AT_LEAST,
    paper_arm=0.374727,
    paper_against=0.384727,
    dataset=TEST_2010,
    note="The sentence alone; the released code holds no such run. The log ratio takes run 145-2010 as the arm (D).",
)

DROPOUT_OVERFIT = replace(
    AUGMENTATION,
    id="A.S4.2.dropout.overfit",
    where="section 4.2",
    statement="Without dropout the net overfits substantially.",
    against="no_dropout",
    reproductions=(DROPOUT_50, DROPOUT_30, DROPOUT_20, DROPOUT_10),
)
DROPOUT_PACE = Ratio(
    id="A.S4.2.dropout.iters",
    where="section 4.2",
    statement="Dropout roughly doubles the number of iterations that training needs to converge.",
    arm="no_dropout",
    against="full",
    paper_ratio=2.0,
    thresholds=DROPOUT_ERRORS,
    dataset=ILSVRC2010,
    note="Measured as epochs to a training error that is counted while training, with dropout at work in the one arm: its "
    "error is that of thinned nets, which is part of the slowness.",
)

WEIGHT_DECAY = Direction(
    id="A.S5.wd",
    where="section 5",
    statement="Weight decay lowers the training error too.",
    metric="train_top1_error",
    protocol="center",
    arm="full",
    against="no_weight_decay",
    smallest_effect=0.005,
    dataset=ILSVRC2010,
    note="No number printed. Training images, centre crops, after training; half a point counts.",
    reproductions=(MISHKIN_DECAY,),
)
BIASES = Ratio(
    id="A.S5.biasinit",
    where="section 5",
    statement="Biases that begin at 1 accelerate the early stages of learning.",
    metric="epochs_to_leave_chance",
    arm="full",
    against="zero_bias_init",
    dataset=ILSVRC2010,
    note="No number printed. Measured as the epochs until the training error is below nine tenths of that of a guess; a tenth "
    "more epochs count.",
)

CROPS_TOP1 = Within(
    id="A.S6.crops.top1",
    where="Table 1 and the footnote of section 6",
    statement="Averaging ten crops lowers the top-1 error by 1.5 points against the centre crop.",
    metric="top1_error",
    protocol="ten_crop",
    arm="full",
    against_protocol="center",
    paper_delta=0.015,
    paper_arm=0.374727,
    paper_against=0.390247,
    dataset=TEST_2010,
    note="The same nets by two protocols. Raw values: log of the released code, run 145-2010 (C).",
    reproductions=(CROPS_CONVNET2_TOP1, CROPS_170_TOP1),
)
CROPS_TOP5 = replace(
    CROPS_TOP1,
    id="A.S6.crops.top5",
    statement="Averaging ten crops lowers the top-5 error by 1.3 points against the centre crop.",
    metric="top5_error",
    paper_delta=0.013,
    paper_arm=0.169987,
    paper_against=0.182953,
    reproductions=(CROPS_CONVNET2_TOP5, CROPS_170_TOP5),
)

KERNELS = Count(
    id="A.F3.color.split",
    where="Figure 3",
    statement="In every run, the first kernels of one tower become colour-specific and those of the other colour-agnostic.",
    metric="tower_color_split_p",
    protocol="weights",
    arm="full",
    at_most=0.05,
    chance=0.05,
    dataset=ILSVRC2010,
    note="No number printed. A run counts if the towers' mean colour selectivities differ by more than 95 % of halves of the "
    "same kernels drawn at random do.",
)

TRAINING_CLAIMS = (
    AUGMENTATION,
    COLOR_NOISE,
    DROPOUT_OVERFIT,
    DROPOUT_PACE,
    WEIGHT_DECAY,
    BIASES,
    CROPS_TOP1,
    CROPS_TOP5,
    KERNELS,
)
