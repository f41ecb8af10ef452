"""The nets of Table 1: one frame, fusion over time, and two streams (sections 3.1, 3.2)."""

from repro.papers.karpathy.nets import CONTEXT, FOVEA, MULTIRES, SINGLE_FRAME, SLOW, TEN_FRAMES
from repro.spec.experiment import Variant
from repro.spec.video import Fusion, Streams, TimeWindow

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
        why="kernels over three frames or responses throughout, in the spirit of Baccouche et al.; not in the table",
        source="not in the paper",
        base="single_frame",
        key="network.fusion",
        value=Fusion(
            frames=TEN_FRAMES,
            windows=(
                TimeWindow(layer="conv1", num_frames=3, stride=2, padding=1),
                TimeWindow(layer="conv2", num_frames=3),
                TimeWindow(layer="conv3", num_frames=3, padding=1),
                TimeWindow(layer="conv4", num_frames=3, padding=1),
                TimeWindow(layer="conv5", num_frames=3),
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
