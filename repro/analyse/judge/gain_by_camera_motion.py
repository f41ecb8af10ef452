"""Measure how what one net of clips gains over another depends on how the camera moves.

Source: Karpathy et al. 2014, section 4.1: the motion-aware net is suspected to do worse where the camera moves; nothing is
measured there.

Shape suffixes: N test videos, S runs.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.average_precisions import PROTOCOL
from repro.analyse.evidence.comparison import estimated, means
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.statistics import difference, example_se, total_interval
from repro.artifacts.claims_json import CameraGap, CameraGroup, CameraTrend
from repro.artifacts.files import data_folder
from repro.spec.experiment import Table
from repro.spec.terms.figures import GAIN_BY_CAMERA_MOTION
from repro.spec.video_datasets import CAMERA_FILE

#: Groups of test videos, from the stillest camera to the one that moves most; and the fewest videos of a group.
NUM_GROUPS, FEWEST_VIDEOS = 4, 10


def gain_by_camera_motion(table: Table, population: Population) -> list[CameraGap]:
    """For the page's other variant its gain over the control by how the camera moves; nothing where it is not asked for.

    The gain is the video top-1 error of the control less that of the other. `groups`: in groups of equal size, by motion.
    `trend`: how much larger it is at the video of most motion than at that of least, along a line over the videos' ranks.
    """
    if GAIN_BY_CAMERA_MOTION not in table.measures:
        return []
    control, other = table.control, next(name for name in table.variants if name != table.control)
    motion_N, reason = _motion_N(population, control, other)
    source = _source(population, control)
    if motion_N is not None and np.isnan(motion_N).all():
        motion_N, reason = None, "The motion of the camera could be estimated in none of the test videos."
    gap = CameraGap(
        paper=population.paper.name,
        table=table.name,
        control=control,
        variant=other,
        reason=reason,
        source="",
        num_videos=0,
        num_unseen=0,
        groups=(),
        trend=None,
    )
    if motion_N is None:
        return [gap]
    known_N = ~np.isnan(motion_N)
    right = {name: population.correct_SN(name, split="test", protocol=PROTOCOL, k=1)[:, known_N] for name in (control, other)}
    motion_N = motion_N[known_N]
    order_N = np.argsort(motion_N, kind="stable")
    num_groups = max(1, min(NUM_GROUPS, len(order_N) // FEWEST_VIDEOS))
    measured = replace(
        gap,
        source=source,
        num_videos=len(order_N),
        num_unseen=int((~known_N).sum()),
        groups=tuple(_group(right, part_N, motion_N, control, other) for part_N in np.array_split(order_N, num_groups)),
        trend=_trend(right, order_N, control, other),
    )
    return [measured]


def _motion_N(population: Population, control: str, other: str) -> tuple[NDArray[np.float64] | None, str]:
    """The motion of each video in the order of the scores, or None and why there is none."""
    runs = [record for name in (control, other) for record in population.finished(name)]
    lacking = [name for name in (control, other) if not population.finished(name)]
    if lacking:
        return None, f"No finished run of {' and '.join(lacking)}."
    if not population.same_examples((control, other), split="test", protocol=PROTOCOL):
        return None, "The runs were scored on different videos."
    path = data_folder(population.results, population.scale.name, runs[0].dataset.name) / CAMERA_FILE
    motion_of = _read(path)
    if motion_of is None:
        return None, f"{path.name} is not beside the test split in this results folder; run the stage prepare again."
    scores = population.scores(runs[0], split="test", protocol=PROTOCOL)
    return np.array([motion_of.get(bytes(key), math.nan) for key in scores.example_N]), ""


def _source(population: Population, control: str) -> str:
    """Whether motions were drawn by a generator or estimated; "" without them."""
    for record in population.finished(control)[:1]:
        path = data_folder(population.results, population.scale.name, record.dataset.name) / CAMERA_FILE
        if path.is_file():
            with np.load(path, allow_pickle=False) as stored:
                return str(stored["source"]) if "source" in stored.files else "estimated"
    return ""


def _read(path: Path) -> dict[bytes, float] | None:
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return dict(zip(map(bytes, stored["key_V"]), map(float, stored["motion_V"]), strict=True))


def _group(
    right: dict[str, NDArray[np.float64]], part_N: NDArray[np.int64], motion_N: NDArray[np.float64], control: str, other: str
) -> CameraGroup:
    """The gain on some videos, and by how much the camera moves in them."""
    arms = {name: (1 - of_SN[:, part_N].mean(axis=1)).tolist() for name, of_SN in right.items()}
    estimate = difference(arms, arm=other, against=control)
    se = example_se(right[other][:, part_N], right[control][:, part_N], log_ratio=False)
    return CameraGroup(
        num_videos=len(part_N),
        least=float(motion_N[part_N].min()),
        median=float(np.median(motion_N[part_N])),
        most=float(motion_N[part_N].max()),
        means=means(arms),
        gain=estimated(estimate),
        total_ci90=total_interval(estimate, example_se=se),
    )


def _trend(right: dict[str, NDArray[np.float64]], order_N: NDArray[np.int64], control: str, other: str) -> CameraTrend | None:
    """The slope of the gain over the videos' ranks by motion, 0 to 1; None with fewer than three videos."""
    num = len(order_N)
    if num < 3:
        return None
    rank_N = np.empty(num)
    rank_N[order_N] = np.linspace(-0.5, 0.5, num)
    weight_N = rank_N / np.sum(rank_N**2)
    arms = {name: (of_SN @ weight_N).tolist() for name, of_SN in right.items()}
    estimate = difference(arms, arm=control, against=other)
    gain_N = right[other].mean(axis=0) - right[control].mean(axis=0)
    left_N = gain_N - gain_N.mean() - estimate.value * rank_N
    # Each video's own deviation counts, so that the error may grow with the motion (White's estimate).
    se = float(np.sqrt(np.sum((weight_N * left_N) ** 2)))
    return CameraTrend(
        estimate=estimate.value,
        ci90=estimate.ci90,
        ci95=estimate.ci95,
        total_ci90=total_interval(estimate, example_se=se),
        p=estimate.p,
    )
