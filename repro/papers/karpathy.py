"""Karpathy, Toderici, Shetty, Leung, Sukthankar, Fei-Fei 2014, "Large-scale Video Classification with Convolutional Neural
Networks".

Here: the nets of Table 1, how they are trained and scored, and the paper as a whole. The rest of it, by file: karpathy_scales,
karpathy_claims and the files it lists, karpathy_tables.

Numbers and where they were read: V verbatim in the paper, S in a detailed secondary text, D derived, M memory.
"""

from dataclasses import replace

from repro.papers.karpathy_claims import CLAIMS
from repro.papers.karpathy_scales import SCALES
from repro.papers.karpathy_tables import TABLES
from repro.spec.experiment import Paper, Variant
from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.recipe import Crops, Optimizer, Schedule
from repro.spec.run import Experiment
from repro.spec.video import ClipEvaluation, ClipNetwork, ClipRecipe, Fusion, Stream, Streams, TimeWindow

# Beta is the one parameter of paper A's normalisation that differs, although the text calls them the same (S).
LRN = ResponseNorm(size=5, alpha=1e-4, beta=0.5, k=2.0)

# C(96,11,3)-N-P-C(256,5,1)-N-P-C(384,3,1)-C(384,3,1)-C(256,3,1)-P-FC(4096)-FC(4096), 487 classes (V); 170 px (S).
# Chosen so that the last maps are the 7 x 7 of the text (D): convolutions 2 to 5 keep the size of their maps, and poolings count
# windows that hang over the edge. The unit, dropout and initial values are those of paper A: none are read for this net.
FRAME = Network(
    printed_px=170,
    size=Size(input_px=170),
    num_classes=487,
    towers=Towers(num=1),
    conv=(
        Conv(name="conv1", num_kernels=96, kernel_px=11, stride_px=3, normalised=True, pooled=True),
        Conv(name="conv2", num_kernels=256, kernel_px=5, padding_px=2, bias=1.0, normalised=True, pooled=True),
        Conv(name="conv3", num_kernels=384, kernel_px=3, padding_px=1),
        Conv(name="conv4", num_kernels=384, kernel_px=3, padding_px=1, bias=1.0),
        Conv(name="conv5", num_kernels=256, kernel_px=3, padding_px=1, bias=1.0, pooled=True),
    ),
    dense=(
        Dense(name="fc6", num_units=4096, dropped_out=True, bias=1.0),
        Dense(name="fc7", num_units=4096, dropped_out=True, bias=1.0),
    ),
    output=Dense(name="fc8", num_units=487),
    activation="relu",
    lrn=LRN,
    pooling=Pooling(size_px=2, stride_px=2),
    dropout_rate=0.5,
    edge="keep",
    dropout_scaling="test",
)
# The nets with two streams see frames of 178 px; the paper does not say why the others see 170 (S).
LARGER_FRAME = replace(FRAME, printed_px=178, size=Size(input_px=178))

# A stored clip has 16 frames, which is what towers 15 frames apart need. One frame is taken from its middle, and so are ten.
ONE_FRAME = Fusion(frames=(7,))
TEN_FRAMES = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
SLOW = Fusion(
    frames=TEN_FRAMES,
    windows=(
        TimeWindow(layer="conv1", num_frames=4, stride=2),
        TimeWindow(layer="conv2", num_frames=2, stride=2),
        TimeWindow(layer="conv3", num_frames=2, stride=2),
    ),
)

CONTEXT = Stream(name="context", region="whole", divide_by=2)
FOVEA = Stream(name="fovea", region="center", divide_by=2)

# Minibatches of 32, momentum .9, decay 5e-4, a rate of 1e-3 that was lowered by hand when the validation error stood still (S).
# About ten epochs in a month (S) on many machines that update without waiting for each other; here, one update after the other.
# How often the rate was lowered is not known: three times, as in paper A. Frames of 200 px, one random crop and mirroring for all
# frames of a clip, and the constant 117 subtracted (V).
RECIPE = ClipRecipe(
    batch_size=32,
    optimizer=Optimizer(learning_rate=1e-3, momentum=0.9, weight_decay=5e-4),
    schedule=Schedule(rule="plateau", num_epochs=10, patience=1, num_drops=3),
    crops=Crops(position="random", mirror=True),
    color_noise=None,
    pixel_mean=117.0,
)

# A clip goes through the net four times, with different crops and mirrorings; of a video the mean over its clips counts (S).
EVALUATION = ClipEvaluation(protocols=("clip", "video"), num_train_examples=50_000, num_views=4, num_gallery=12)

SINGLE_FRAME = Experiment(network=ClipNetwork(frame=FRAME, fusion=ONE_FRAME), recipe=RECIPE, evaluation=EVALUATION)
MULTIRES = Experiment(
    network=ClipNetwork(
        frame=LARGER_FRAME,
        fusion=ONE_FRAME,
        streams=Streams(streams=(CONTEXT, FOVEA), unpooled=("conv5",)),
    ),
    recipe=RECIPE,
    evaluation=EVALUATION,
)

WHOLE_FRAMES = (
    Variant(
        name="single_frame",
        title="Single-Frame",
        why="what a still image tells: the baseline of every statement about motion",
        source="section 3.1, Table 1",
        family="clip",
        experiment=SINGLE_FRAME,
    ),
    Variant(
        name="early_fusion",
        title="Early Fusion",
        why="kernels of the first layer reach over all ten frames, a third of a second",
        source="section 3.1, Table 1",
        base="single_frame",
        key="network.fusion",
        value=Fusion(frames=TEN_FRAMES, windows=(TimeWindow(layer="conv1", num_frames=10),)),
    ),
    Variant(
        name="late_fusion",
        title="Late Fusion",
        why="two frames, 15 apart, go through the same kernels and meet in the first dense layer",
        source="section 3.1, Table 1",
        base="single_frame",
        key="network.fusion",
        value=Fusion(frames=(0, 15)),
    ),
    Variant(
        name="slow_fusion",
        title="Slow Fusion",
        why="ten frames are brought together little by little in the first three layers: the paper's best net",
        source="section 3.1, Table 1",
        base="single_frame",
        key="network.fusion",
        value=SLOW,
    ),
    Variant(
        name="conv3d",
        title="convolutions over time in every layer",
        why="kernels over time throughout, in the spirit of Baccouche et al.; not in the table",
        source="not in the paper",
        base="single_frame",
        key="network.fusion",
        value=Fusion(
            frames=TEN_FRAMES,
            windows=(
                TimeWindow(layer="conv1", num_frames=3),
                TimeWindow(layer="conv2", num_frames=3),
                TimeWindow(layer="conv3", num_frames=3),
                TimeWindow(layer="conv4", num_frames=3),
                TimeWindow(layer="conv5", num_frames=2),
            ),
        ),
    ),
)

TWO_STREAMS = (
    Variant(
        name="single_frame_multires",
        title="Single-Frame + Multires",
        why="the whole frame at half the resolution and its central half at full resolution: half the pixels",
        source="section 3.2, Table 1",
        family="clip_multires",
        experiment=MULTIRES,
    ),
    Variant(
        name="fovea_only",
        title="Single-Frame Fovea Only",
        why="the central half of the frame alone, at full resolution",
        source="section 3.2, Table 1",
        base="single_frame_multires",
        key="network.streams",
        value=Streams(streams=(FOVEA,), unpooled=("conv5",)),
    ),
    Variant(
        name="context_only",
        title="Single-Frame Context Only",
        why="the whole frame alone, at half the resolution",
        source="section 3.2, Table 1",
        base="single_frame_multires",
        key="network.streams",
        value=Streams(streams=(CONTEXT,), unpooled=("conv5",)),
    ),
    Variant(
        name="slow_fusion_multires",
        title="Slow Fusion + Multires",
        why="the other net whose speed with two streams is printed; its hits are not",
        source="section 3.2",
        base="single_frame_multires",
        key="network.fusion",
        value=SLOW,
    ),
)

KARPATHY = Paper(
    name="karpathy",
    title="Large-scale Video Classification with Convolutional Neural Networks",
    authors="Karpathy, Toderici, Shetty, Leung, Sukthankar, Fei-Fei",
    year=2014,
    variants=WHOLE_FRAMES + TWO_STREAMS,
    scales=SCALES,
    claims=CLAIMS,
    tables=TABLES,
)
