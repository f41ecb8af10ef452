"""Simonyan, Zisserman 2014, "Very Deep Convolutional Networks for Large-Scale Image Recognition": how much depth is worth.

A third paper beside the built-in ones, in a file of its own: every command takes it by `--catalogue examples/vgg_depth.py`, the
workflow by `--config catalogue=examples/vgg_depth.py`. Numbers and sentences are those of arXiv:1409.1556v6 (10 April 2015);
marks as in the built-in papers: V verbatim in the paper, D derived from it.

Deviations, beside those that comments name: images are cut to their central square before crops are taken; a mean image is
subtracted, not one mean colour; the net is scored on ten crops (section 4's scores are dense: all places of the whole image).
"""

from dataclasses import replace

from repro.papers.alexnet.data import ILSVRC2012, PROCEDURAL_SMALL, PROCEDURAL_SMOKE
from repro.spec.claims import Column, Effect, Exact, Gain, Gains, NoWorse, PrintedTable, Row
from repro.spec.claims.questions import Question
from repro.spec.datasets import Printed, PrintedSet
from repro.spec.evaluation import ImageEvaluation
from repro.spec.experiment import Paper, Scale, Sizing, Table, Variant
from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.recipe import ColorNoise, Crops, ImageRecipe, Optimizer, Schedule
from repro.spec.run import Experiment

# Section 3.1: "we found that it is possible to initialise the weights without pre-training by using the random initialisation
# procedure of Glorot & Bengio (2010)" (V), so that every net begins from chance here: deviations are the square root of
# 2 / (inputs + outputs of a kernel). The deeper nets of Table 3 began with layers of net A.
CONV = (
    Conv(name="conv1_1", num_kernels=64, kernel_px=3, padding_px=1, init_std=(2 / 603) ** 0.5, normalised=True),
    Conv(name="conv1_2", num_kernels=64, kernel_px=3, padding_px=1, init_std=(2 / 1152) ** 0.5, pooled=True, present=False),
    Conv(name="conv2_1", num_kernels=128, kernel_px=3, padding_px=1, init_std=(2 / 1728) ** 0.5),
    Conv(name="conv2_2", num_kernels=128, kernel_px=3, padding_px=1, init_std=(2 / 2304) ** 0.5, pooled=True, present=False),
    Conv(name="conv3_1", num_kernels=256, kernel_px=3, padding_px=1, init_std=(2 / 3456) ** 0.5),
    Conv(name="conv3_2", num_kernels=256, kernel_px=3, padding_px=1, init_std=(2 / 4608) ** 0.5),
    Conv(name="conv3_1x1", num_kernels=256, kernel_px=1, init_std=(2 / 512) ** 0.5, present=False),
    Conv(name="conv3_3", num_kernels=256, kernel_px=3, padding_px=1, init_std=(2 / 4608) ** 0.5, present=False),
    Conv(name="conv3_4", num_kernels=256, kernel_px=3, padding_px=1, init_std=(2 / 4608) ** 0.5, pooled=True, present=False),
    Conv(name="conv4_1", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 6912) ** 0.5),
    Conv(name="conv4_2", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5),
    Conv(name="conv4_1x1", num_kernels=512, kernel_px=1, init_std=(2 / 1024) ** 0.5, present=False),
    Conv(name="conv4_3", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5, present=False),
    Conv(name="conv4_4", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5, pooled=True, present=False),
    Conv(name="conv5_1", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5),
    Conv(name="conv5_2", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5),
    Conv(name="conv5_1x1", num_kernels=512, kernel_px=1, init_std=(2 / 1024) ** 0.5, present=False),
    Conv(name="conv5_3", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5, present=False),
    Conv(name="conv5_4", num_kernels=512, kernel_px=3, padding_px=1, init_std=(2 / 9216) ** 0.5, pooled=True, present=False),
)

# Table 1, column A: 8 convolutions and 3 dense layers. Layers of the other columns are there, but not present; an absent layer
# hands its pooling on to the one before it. conv1_1 is normalised as soon as there is an `lrn`, in column A-LRN.
NETWORK = Network(
    printed_px=224,
    size=Size(input_px=224),
    num_classes=1000,
    towers=Towers(num=1),
    conv=CONV,
    dense=(
        Dense(name="fc6", num_units=4096, dropped_out=True, init_std=(2 / 29184) ** 0.5),
        Dense(name="fc7", num_units=4096, dropped_out=True, init_std=(2 / 8192) ** 0.5),
    ),
    output=Dense(name="fc8", num_units=1000, init_std=(2 / 5096) ** 0.5),
    activation="relu",
    lrn=None,
    pooling=Pooling(size_px=2, stride_px=2),
    dropout_rate=0.5,
)

# "We also compared the net B with a shallow net with five 5 x 5 conv. layers" (V, section 4.1): one for each pair of B.
FIVE_5X5 = (
    Conv(name="conv1", num_kernels=64, kernel_px=5, padding_px=2, init_std=(2 / 1675) ** 0.5, pooled=True),
    Conv(name="conv2", num_kernels=128, kernel_px=5, padding_px=2, init_std=(2 / 4800) ** 0.5, pooled=True),
    Conv(name="conv3", num_kernels=256, kernel_px=5, padding_px=2, init_std=(2 / 9600) ** 0.5, pooled=True),
    Conv(name="conv4", num_kernels=512, kernel_px=5, padding_px=2, init_std=(2 / 19200) ** 0.5, pooled=True),
    Conv(name="conv5", num_kernels=512, kernel_px=5, padding_px=2, init_std=(2 / 25600) ** 0.5, pooled=True),
)

# Section 3.1 (V): batches of 256, momentum 0.9, weight decay 5e-4, a rate of 0.01 that is divided by 10 three times, 74 epochs;
# "random RGB colour shift" as in the paper that it cites, of which the released factor is taken. When the rate was divided is
# not printed (whenever the validation accuracy stopped improving): the epochs here are ours.
RECIPE = ImageRecipe(
    batch_size=256,
    optimizer=Optimizer(learning_rate=0.01, momentum=0.9, weight_decay=5e-4),
    schedule=Schedule(rule="epochs", num_epochs=74, drops=(30, 50, 65)),
    crops=Crops(position="random", mirror=True),
    color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue"),
)

# The net with 5x5 kernels is compared "on a center crop" (V, section 4.1).
A = Experiment(
    network=NETWORK,
    recipe=RECIPE,
    evaluation=ImageEvaluation(protocols=("center", "ten_crop"), num_train_examples=50_000),
)

VARIANTS = (
    Variant(
        name="a",
        title="A: 11 layers",
        why="the shallowest net of the table",
        source="Table 1, column A",
        family="vgg",
        experiment=A,
    ),
    Variant(
        name="a_lrn",
        title="A-LRN: with response normalisation",
        why="after the first convolution, with the parameters of AlexNet",
        source="Table 1, column A-LRN; section 2.1",
        base="a",
        key="network.lrn",
        value=ResponseNorm(size=5, alpha=1e-4, beta=0.75, k=2.0),
    ),
    Variant(
        name="b",
        title="B: 13 layers",
        why="two convolutions in each of the first two blocks",
        source="Table 1, column B",
        base="a",
        key="network.conv.conv1_2.present + network.conv.conv2_2.present",
        value=True,
    ),
    Variant(
        name="c",
        title="C: 16 layers, three of them 1x1",
        why="more layers, and no larger receptive field",
        source="Table 1, column C",
        base="b",
        key="network.conv.conv3_1x1.present + network.conv.conv4_1x1.present + network.conv.conv5_1x1.present",
        value=True,
    ),
    Variant(
        name="d",
        title="D: 16 layers",
        why="three convolutions in each of the last three blocks",
        source="Table 1, column D",
        base="b",
        key="network.conv.conv3_3.present + network.conv.conv4_3.present + network.conv.conv5_3.present",
        value=True,
    ),
    Variant(
        name="e",
        title="E: 19 layers",
        why="four convolutions in each of the last three blocks",
        source="Table 1, column E",
        base="d",
        key="network.conv.conv3_4.present + network.conv.conv4_4.present + network.conv.conv5_4.present",
        value=True,
    ),
    Variant(
        name="b_5x5",
        title="B with one 5x5 kernel for each pair of 3x3",
        why="the same receptive field with fewer layers",
        source="section 4.1",
        base="b",
        key="network.conv",
        value=FIVE_5X5,
    ),
)

SCALES = (
    Scale(
        name="smoke",
        title="every variant, in half a minute",
        dataset=PROCEDURAL_SMOKE,
        evidence="demonstration",
        num_seeds=2,
        variants_per_job=7,
        sizings=(
            Sizing(
                family="vgg",
                size=Size(input_px=24, width=1 / 16),
                batch_size=16,
                schedule=Schedule(rule="epochs", num_epochs=5, drops=(4, 4.5)),
                learning_rate=0.01,
                num_train_examples=128,
            ),
        ),
    ),
    Scale(
        name="small",
        title="generated images, the whole machinery",
        dataset=PROCEDURAL_SMALL,
        evidence="demonstration",
        num_seeds=3,
        variants_per_job=4,
        sizings=(
            Sizing(
                family="vgg",
                size=Size(input_px=32, width=1 / 8),
                batch_size=32,
                schedule=Schedule(rule="epochs", num_epochs=20, drops=(16, 19)),
                learning_rate=0.01,
                num_train_examples=640,
            ),
        ),
    ),
    Scale(
        name="paper",
        title="ILSVRC-2012 at the printed size",
        dataset=ILSVRC2012,
        evidence="same data",
        num_seeds=3,
        sizings=(
            Sizing(
                family="vgg",
                size=Size(input_px=224),
                batch_size=256,
                schedule=Schedule(rule="epochs", num_epochs=74, drops=(30, 50, 65)),
                learning_rate=0.01,
                num_train_examples=50_000,
            ),
        ),
    ),
)

VALIDATION = Printed(of="ilsvrc2012", split="validation")
DENSE = "Printed of a dense evaluation of whole images, smaller side 256 px in training and test; here ten crops are scored."

# Table 3, the rows with 256 px (V).
TABLE3_LEVELS = PrintedTable(
    id="VGG.T3.{row}.{column}",
    where="Table 3",
    dataset=VALIDATION,
    protocol="ten_crop",
    shows="errors",
    statement="Net {words} has a {measure} of {value} %.",
    note=DENSE,
    columns=(
        Column("top-1 val. error (%)", "top1", measure="top-1 error", metric="top1_error"),
        Column("top-5 val. error (%)", "top5", measure="top-5 error", metric="top5_error"),
    ),
    rows=(
        Row("A", (29.6, 10.4), "a", arm="a"),
        Row("A-LRN", (29.7, 10.5), "a_lrn", arm="a_lrn"),
        Row("B", (28.7, 9.9), "b", arm="b"),
        Row("C", (28.1, 9.4), "c", arm="c"),
        Row("D", (27.0, 8.8), "d", arm="d"),
        Row("E", (27.3, 9.0), "e", arm="e"),
    ),
)

# Section 4.1 (V): "the classification error decreases with the increased ConvNet depth: from 11 layers in A to 19 layers in E",
# "the additional non-linearity does help (C is better than B)", "it is also important to capture spatial context ... (D is better
# than C)". How much better follows from Table 3 (D).
DEPTH = Gains(
    id="VGG.S4.1.{row}.{column}",
    where="section 4.1, Table 3",
    table=TABLE3_LEVELS,
    statement="Net {arm} has a {measure} that is {value} points lower than that of net {against}.",
    confidence="D",
    rows=(
        Gain("b_a", "b", "a", ("top1", "top5")),
        Gain("c_b", "c", "b", ("top1", "top5")),
        Gain("d_c", "d", "c", ("top1", "top5")),
        Gain("e_a", "e", "a", ("top1", "top5")),
    ),
)

# No size is printed of what counts as no improvement: half of the smallest step that the paper calls one, C over B (0.6 points).
MARGIN = 0.003

LRN = NoWorse(
    id="VGG.S4.1.lrn",
    where="section 4.1, Table 3",
    statement="Using local response normalisation (A-LRN) does not improve on the net A without it.",
    metric="top1_error",
    protocol="ten_crop",
    arm="a",
    against="a_lrn",
    margin=MARGIN,
    dataset=VALIDATION,
    note="The table has 29.6 % without and 29.7 % with it.",
)
SATURATION = NoWorse(
    id="VGG.S4.1.saturates",
    where="section 4.1, Table 3",
    statement="The error saturates when the depth reaches 19 layers: D, of 16, is no worse than E.",
    metric="top1_error",
    protocol="ten_crop",
    arm="d",
    against="e",
    margin=MARGIN,
    dataset=VALIDATION,
    note="The table has 27.0 % for D and 27.3 % for E.",
)
FIVE_BY_FIVE = Effect(
    id="VGG.S4.1.5x5",
    where="section 4.1",
    statement="With one 5x5 kernel for each pair of 3x3 the top-1 error is 7 % higher than that of B.",
    metric="top1_error",
    protocol="center",
    arm="b",
    against="b_5x5",
    paper_delta=0.07,
    unpaired="The paper prints neither of the two errors of a centre crop.",
    dataset=VALIDATION,
    note="Read as 7 points of error; the sentence does not say of what the 7 % are.",
)

# Table 2, in millions (V): half a million is what its rounding allows.
PARAMETERS_A = Exact(
    id="VGG.T2.a",
    where="Table 2",
    statement="Nets A and A-LRN have 133 million parameters.",
    metric="num_parameters",
    arm="a",
    paper_value=133e6,
    tolerance=0.5 / 133,
    note="132,863,336 by the layers of Table 1 (D).",
)
PARAMETERS_B = replace(
    PARAMETERS_A,
    id="VGG.T2.b",
    statement="Net B has 133 million parameters.",
    arm="b",
    note="133,047,848 by the layers of Table 1 (D).",
)
PARAMETERS_C = replace(
    PARAMETERS_A,
    id="VGG.T2.c",
    statement="Net C has 134 million parameters.",
    arm="c",
    paper_value=134e6,
    tolerance=0.5 / 134,
    note="133,638,952 by the layers of Table 1 (D).",
)
PARAMETERS_D = replace(
    PARAMETERS_A,
    id="VGG.T2.d",
    statement="Net D has 138 million parameters.",
    arm="d",
    paper_value=138e6,
    tolerance=0.5 / 138,
    note="138,357,544 by the layers of Table 1 (D).",
)
PARAMETERS_E = replace(
    PARAMETERS_A,
    id="VGG.T2.e",
    statement="Net E has 144 million parameters.",
    arm="e",
    paper_value=144e6,
    tolerance=0.5 / 144,
    note="143,667,240 by the layers of Table 1 (D).",
)

CLAIMS = (
    *TABLE3_LEVELS.claims,
    *DEPTH.claims,
    LRN,
    SATURATION,
    FIVE_BY_FIVE,
    PARAMETERS_A,
    PARAMETERS_B,
    PARAMETERS_C,
    PARAMETERS_D,
    PARAMETERS_E,
)

TABLE3 = Table(
    name="vgg_table3",
    title="Depth, at a single test scale",
    where="Tables 2 and 3, section 4.1",
    control="a",
    variants=("a", "a_lrn", "b", "c", "d", "e", "b_5x5"),
    claims=(
        "VGG.T3.a.top1",
        "VGG.T3.a.top5",
        "VGG.T3.a_lrn.top1",
        "VGG.T3.a_lrn.top5",
        "VGG.T3.b.top1",
        "VGG.T3.b.top5",
        "VGG.T3.c.top1",
        "VGG.T3.c.top5",
        "VGG.T3.d.top1",
        "VGG.T3.d.top5",
        "VGG.T3.e.top1",
        "VGG.T3.e.top5",
        "VGG.S4.1.lrn",
        "VGG.S4.1.b_a.top1",
        "VGG.S4.1.b_a.top5",
        "VGG.S4.1.c_b.top1",
        "VGG.S4.1.c_b.top5",
        "VGG.S4.1.d_c.top1",
        "VGG.S4.1.d_c.top5",
        "VGG.S4.1.e_a.top1",
        "VGG.S4.1.e_a.top5",
        "VGG.S4.1.saturates",
        "VGG.S4.1.5x5",
        "VGG.T2.a",
        "VGG.T2.b",
        "VGG.T2.c",
        "VGG.T2.d",
        "VGG.T2.e",
    ),
    controls=(("c", "b"), ("d", "b"), ("b_5x5", "b")),
    about=(
        "The nets differ in depth alone, from 11 to 19 layers, and in one normalisation layer. The printed errors are "
        "those of nets trained and tested on images whose smaller side has 256 px. At scale smoke the deepest net has too "
        "few steps to begin to learn."
    ),
)

QUESTIONS = (
    Question(
        name="depth",
        title="Is a deeper net better, up to 19 layers?",
        headline="VGG.S4.1.e_a.top1",
        claims=(
            "VGG.S4.1.e_a.top1",
            "VGG.S4.1.e_a.top5",
            "VGG.S4.1.b_a.top1",
            "VGG.S4.1.b_a.top5",
            "VGG.S4.1.c_b.top1",
            "VGG.S4.1.c_b.top5",
            "VGG.S4.1.d_c.top1",
            "VGG.S4.1.d_c.top5",
            "VGG.S4.1.saturates",
            "VGG.S4.1.5x5",
        ),
    ),
    Question(
        name="response_normalisation",
        title="Does local response normalisation help a deep net?",
        headline="VGG.S4.1.lrn",
        claims=("VGG.S4.1.lrn",),
    ),
    Question(
        name="parameters",
        title="Do the printed numbers of parameters follow from the printed layers?",
        headline="VGG.T2.a",
        claims=("VGG.T2.a", "VGG.T2.b", "VGG.T2.c", "VGG.T2.d", "VGG.T2.e"),
    ),
    Question(
        name="printed_errors",
        title="Are the printed error rates reached?",
        headline="VGG.T3.d.top1",
        claims=(
            "VGG.T3.a.top1",
            "VGG.T3.a.top5",
            "VGG.T3.a_lrn.top1",
            "VGG.T3.a_lrn.top5",
            "VGG.T3.b.top1",
            "VGG.T3.b.top5",
            "VGG.T3.c.top1",
            "VGG.T3.c.top5",
            "VGG.T3.d.top1",
            "VGG.T3.d.top5",
            "VGG.T3.e.top1",
            "VGG.T3.e.top5",
        ),
    ),
)

VGG = Paper(
    name="vgg",
    title="Very Deep Convolutional Networks for Large-Scale Image Recognition",
    authors="Simonyan, Zisserman",
    year=2014,
    variants=VARIANTS,
    scales=SCALES,
    claims=CLAIMS,
    tables=(TABLE3,),
    printed_sets=(PrintedSet(name="ilsvrc2012", title="ILSVRC-2012"),),
    questions=QUESTIONS,
    doi="10.48550/arXiv.1409.1556",
)
