"""What the video paper says that its nets see: motion, colours and fine patterns; and that a moving camera disturbs them."""

from dataclasses import replace

from repro.papers.karpathy.claims.datasets import TEST
from repro.spec.claims import Direction, Within

ONLY_GENERATED = (
    "Measured as the share of videos of two classes in which the other one scores at least as high; a half is chance, and a "
    "tenth of that counts. Generated classes differ in nothing but how their shapes move, so that one frame tells nothing."
)
EARLY_DIRECTION = Direction(
    id="B.S3.1.early.direction",
    where="section 3.1",
    statement="Early Fusion detects the direction of local motion: it tells shapes that rise from shapes that fall.",
    metric="choice_error.rise_or_fall",
    protocol="video",
    arm="early_fusion",
    against="single_frame",
    smallest_effect=0.05,
    dataset=TEST,
    note=ONLY_GENERATED,
)
EARLY_SPEED = replace(
    EARLY_DIRECTION,
    id="B.S3.1.early.speed",
    statement="Early Fusion detects the speed of local motion: it tells a sweep from one twice as fast.",
    metric="choice_error.sweep_or_dash",
)

CAMERA = Direction(
    id="B.S4.1.camera",
    where="section 4.1, Contributions of motion",
    statement="Motion-aware nets are more likely to do worse where the camera moves: Slow Fusion's error rises more.",
    metric="camera_error_trend",
    protocol="video",
    arm="single_frame",
    against="slow_fusion",
    smallest_effect=0.016,
    dataset=TEST,
    note=(
        "A suspicion of the paper, of which it measures nothing. Compared is how much larger an error is at the video of most "
        "camera motion than at that of least, along a line over the videos' ranks. What counts are the 1.6 points that Slow "
        "Fusion gains on all videos together."
    ),
)

FIGURE3 = "Figure 3"
STREAM_COLORS = Within(
    id="B.F3.context.color",
    where=FIGURE3,
    statement="The context stream learns more colours: its first kernels are less grey than those of the fovea stream.",
    metric="stream_color_gap",
    protocol="weights",
    arm="single_frame_multires",
    smallest_effect=0.05,
    dataset=TEST,
    confidence="S",
    note=(
        "No number printed. Measured as the mean share of a kernel's energy that is not grey, of the context stream less that "
        "of the fovea stream; twentieths of it, from 0 to 1, count."
    ),
)
STREAM_FREQUENCIES = replace(
    STREAM_COLORS,
    id="B.F3.fovea.frequency",
    statement="The fovea stream learns finer patterns: its first kernels have higher frequencies than the context stream's.",
    metric="stream_frequency_gap",
    smallest_effect=0.01,
    note=(
        "No number printed. Measured as the mean frequency of a kernel's energy in cycles a pixel that the stream sees, of the "
        "fovea stream less that of the context stream; a hundredth counts, of 0.5 at most along a side."
    ),
)

MOTION_CLAIMS = (EARLY_DIRECTION, EARLY_SPEED, CAMERA, STREAM_COLORS, STREAM_FREQUENCIES)
