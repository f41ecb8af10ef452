"""How fast the video paper's nets are, and what it says about its videos."""

from dataclasses import replace

from repro.papers.karpathy.claims.datasets import SPORTS1M
from repro.spec.claims import Level, Within

MACHINES = (
    "It needs the authors' machines: a replica of the net is spread over several, about 20 times slower than a GPU (S). The "
    "ratios of two nets carry over: B.S3.2.speed.sf and B.S3.2.speed.slow."
)
VIDEOS = "It is a property of the authors' videos, many of which can no longer be had; no run of a net speaks to it."

SINGLE = Within(
    id="B.S3.2.speed.sf",
    where="sections 3.2 and 4.1",
    statement="Two streams take Single-Frame from 6 to 21 clips a second, 3.5 times as many.",
    metric="train_s_per_clip",
    arm="clip_speed",
    protocol="single_frame_multires",
    against_protocol="single_frame",
    paper_ratio=3.5,
    confidence="S",
    dataset=SPORTS1M,
    note="One replica, on machines about 20 times slower than a GPU: only the ratio carries over.",
)
SLOW = replace(
    SINGLE,
    id="B.S3.2.speed.slow",
    statement="Two streams take Slow Fusion from 5 to 10 clips a second, 2 times as many.",
    protocol="slow_fusion_multires",
    against_protocol="slow_fusion",
    paper_ratio=2.0,
)
RANGE = replace(
    SINGLE,
    id="B.S3.2.speed.range",
    where="introduction",
    statement="Two streams make the nets 2 to 4 times as fast.",
    paper_ratio=2.0,
    paper_most=4.0,
    note="At no cost in accuracy: B.S3.2.no_cost.single.vid1 and .slow.vid1.",
)

WHOLE_FRAMES = Level(
    id="B.S4.1.clips_ps",
    where="section 4.1",
    statement="A replica of a net that sees whole frames trains on about 5 clips a second.",
    metric="clips_per_s",
    protocol="training",
    paper_value=5.0,
    confidence="S",
    dataset=SPORTS1M,
    untestable=MACHINES,
    note="With two streams up to 20: B.S4.1.clips_ps.multires.",
)
TWO_STREAMS = replace(
    WHOLE_FRAMES,
    id="B.S4.1.clips_ps.multires",
    statement="A replica of a net with two streams trains on up to 20 clips a second.",
    paper_value=20.0,
    note="The other half of B.S4.1.clips_ps.",
)
DUPLICATES = Level(
    id="B.S3.dup",
    where="section 4.1",
    statement="Of a million videos, 1,755 are near-duplicates of another.",
    metric="num_near_duplicates",
    paper_value=1755.0,
    confidence="S",
    dataset=SPORTS1M,
    untestable=VIDEOS,
)

SPEED_CLAIMS = (SINGLE, SLOW, RANGE, WHOLE_FRAMES, TWO_STREAMS, DUPLICATES)
