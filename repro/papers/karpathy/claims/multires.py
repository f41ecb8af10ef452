"""What the video paper's text says about its two streams, fovea and context: what they are worth, and that they cost nothing.

Effects are differences of the printed hits (D), judged as differences of errors.
"""

from dataclasses import replace

from repro.papers.karpathy.claims.datasets import TEST
from repro.papers.karpathy.claims.fusion import MARGIN
from repro.papers.karpathy.claims.table1 import TABLE1
from repro.spec.claims import Gain, Gains, NoWorse

EFFECTS = Gains(
    id="B.S4.1.{row}.{column}",
    table=TABLE1,
    where="section 4.1, Table 1",
    statement="{arm} has {value:.1f} points more {measure} than {against}.",
    confidence="D",
    rows=(
        Gain("multires_single", "sfm", "sf", ("clip1", "vid1", "vid5")),
        Gain("context_fovea", "ctx", "fov", ("clip1", "vid1", "vid5")),
        Gain("multires_context", "sfm", "ctx", ("vid1",)),
        Gain("multires_fovea", "sfm", "fov", ("vid1",)),
    ),
)

NO_COST_SINGLE = NoWorse(
    id="B.S3.2.no_cost.single.vid1",
    where="introduction, section 3.2",
    statement="Two streams cost Single-Frame no accuracy: no less video Hit@1.",
    metric="top1_error",
    protocol="video",
    arm="single_frame_multires",
    against="single_frame",
    margin=MARGIN,
    confidence="S",
    dataset=TEST,
    note="Half of what Slow Fusion gains may be lost. The speed is B.S3.2.speed.sf.",
)
NO_COST_SLOW = replace(
    NO_COST_SINGLE,
    id="B.S3.2.no_cost.slow.vid1",
    statement="Two streams cost Slow Fusion no accuracy: no less video Hit@1.",
    arm="slow_fusion_multires",
    against="slow_fusion",
    note="Half of what Slow Fusion gains may be lost. The hits of this net are not printed; its speed is B.S3.2.speed.slow.",
)

MULTIRES_CLAIMS = EFFECTS.claims + (NO_COST_SINGLE, NO_COST_SLOW)
