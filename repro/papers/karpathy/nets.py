"""The nets of the video paper, whole frames and two streams, and how they are trained and scored, at the printed size.

Numbers and where they were read: V verbatim in the paper, S in a detailed secondary text, D derived, M memory.
"""

from dataclasses import replace

from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.recipe import Crops, Optimizer, Schedule
from repro.spec.run import Experiment
from repro.spec.video import ClipEvaluation, ClipNetwork, ClipRecipe, Fusion, Stream, Streams, TimeWindow

# Beta is the one parameter of AlexNet's normalisation that differs, although the text calls them the same (S).
LRN = ResponseNorm(size=5, alpha=1e-4, beta=0.5, k=2.0)

# C(96,11,3)-N-P-C(256,5,1)-N-P-C(384,3,1)-C(384,3,1)-C(256,3,1)-P-FC(4096)-FC(4096), 487 classes (V); 170 px (S).
# Chosen so that the last maps are the 7 x 7 of the text (D): convolutions 2 to 5 keep the size of their maps, and poolings count
# windows that hang over the edge. The unit, dropout and initial values are those of AlexNet: none are read for this net.
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
# How often the rate was lowered is not known: three times, as in AlexNet. Frames of 200 px, one random crop and mirroring for all
# frames of a clip, and the constant 117 subtracted (V).
RECIPE = ClipRecipe(
    batch_size=32,
    optimizer=Optimizer(learning_rate=1e-3, momentum=0.9, weight_decay=5e-4),
    schedule=Schedule(rule="plateau", num_epochs=10, patience=1, num_drops=3),
    crops=Crops(position="random", mirror=True),
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
