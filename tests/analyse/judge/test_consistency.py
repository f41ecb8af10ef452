"""Claims about one pair of arms and the same runs do not contradict each other, whatever the runs say."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.evidence.sizes import about, unsized
from repro.analyse.evidence.statistics import difference
from repro.analyse.evidence.verdict import decide
from repro.analyse.judge.judge import judge
from repro.artifacts.judged import JudgedEffect
from repro.papers import PAPERS
from repro.spec.claims import Direction, Effect, NoWorse
from repro.spec.datasets import Printed
from repro.spec.experiment import Paper, make_run
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, fabricate

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]
FOR, AGAINST = ("REPRODUCED", "DIRECTION"), ("REVERSED",)
SHARED: dict[str, Any] = {
    "where": "section 3",
    "statement": "It helps.",
    "metric": "top1_error",
    "protocol": "ten_crop",
    "dataset": Printed(of="ilsvrc2012", split="validation"),
}
#: One statement of each kind about the same two arms, and the opposite.
EFFECT = Effect(
    id="X.effect", arm="full", against="no_lrn", paper_delta=0.014, paper_arm=0.40664, paper_against=0.42034, **SHARED
)
DIRECTION = Direction(id="X.direction", arm="full", against="no_lrn", smallest_effect=0.0035, **SHARED)
NO_WORSE = NoWorse(id="X.no_worse", arm="full", against="no_lrn", margin=0.0035, **SHARED)
OPPOSITE = replace(DIRECTION, id="X.opposite", arm="no_lrn", against="full")


def contradictions(claims: dict[str, Any]) -> list[str]:
    """Pairs of claims about one difference of which one has it and the other has the opposite."""
    sided = [item for item in claims.values() if isinstance(item, JudgedEffect) and len(item.chosen) == 2]
    found = []
    for one, other in itertools.combinations(sided, 2):
        if (one.metric, one.protocol, set(one.chosen)) != (other.metric, other.protocol, set(other.chosen)):
            continue
        turned = one.chosen != other.chosen
        losing = {item.id for item in (one, other) if item.kind == "no_worse"}
        sides = []
        for item, flip in ((one, False), (other, turned)):
            holds, refuted = item.verdict in FOR and item.id not in losing, item.verdict in AGAINST
            sides.append({(True, False): 1, (False, True): -1}.get((holds, refuted), 0) * (-1 if flip else 1))
        if sides[0] * sides[1] < 0:
            found.append(f"{one.id} {one.verdict} and {other.id} {other.verdict}")
        # A loss beyond a margin is a difference of that sign, which a bare direction sees too.
        for item, with_direction in ((one, other), (other, one)):
            beyond = item.kind == "no_worse" and item.verdict == "REVERSED"
            if beyond and with_direction.kind in ("effect", "direction") and with_direction.verdict == "INCONCLUSIVE":
                found.append(f"{item.id} {item.verdict} and {with_direction.id} {with_direction.verdict}")
    return found


def judged(results: Path, paper: Paper, *, variants: list[str], **truth: Any) -> dict[str, Any]:
    fabricate([paper], scale="small", results=results, truth=Truth(**truth), variants=variants)
    runs = [make_run(paper, scale="small", variant=name, seed=seed) for name in variants for seed in range(3)]
    collect(runs, papers=[paper], results=results)
    judge([paper], scale="small", results=results)
    return {item.id: item for item in judgement_in(results, scale="small").claims}


@pytest.mark.parametrize("error", [0.28, 0.29, 0.295, 0.30, 0.305, 0.31, 0.32, 0.36])
def test_claims_of_every_kind_about_one_pair_agree(error: float, tmp_path: Path) -> None:
    paper = replace(ALEXNET, claims=(EFFECT, DIRECTION, NO_WORSE, OPPOSITE), tables=())
    for number, noise in enumerate((0.002, 0.008, 0.02)):
        found = judged(
            tmp_path / str(number),
            paper,
            variants=["full", "no_lrn"],
            errors={"no_lrn": error},
            seed_noise=noise,
            num_examples=300,
        )
        assert contradictions(found) == []
        sign = {FOR[1]: "REVERSED", "REVERSED": FOR[1]}
        if found["X.direction"].verdict in sign:
            assert found["X.opposite"].verdict == sign[found["X.direction"].verdict]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_papers_own_claims_agree_on_invented_results(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    names = ["single_frame", "early_fusion", "late_fusion", "slow_fusion", "single_frame_multires", "slow_fusion_multires"]
    names = [name for name in names if any(variant.name == name for variant in KARPATHY.variants)]
    errors = {name: float(rng.uniform(0.1, 0.75)) for name in names}
    found = judged(tmp_path, KARPATHY, variants=names, errors=errors, seed_noise=0.03, num_examples=200)
    assert contradictions(found) == []
    assert sum(item.verdict in (*FOR, *AGAINST) for item in found.values()) > 3


def test_the_sign_is_one_question_whatever_the_scale_of_the_size() -> None:
    """Where errors differ much, an interval may hold zero on logs and not in points, or the other way."""
    rng = np.random.default_rng(14)
    apart = 0
    for _ in range(600):
        against, sd = rng.uniform(0.1, 0.6), rng.uniform(0.02, 0.12)
        arms = {"arm": 0.3 + sd * rng.standard_normal(3), "against": against + sd * rng.standard_normal(3)}
        values = {name: np.clip(found, 0.01, 0.99).tolist() for name, found in arms.items()}
        points, logs = (difference(values, arm="arm", against="against", log=log).ci90 for log in (False, True))
        assert points is not None and logs is not None
        direction, size = decide(points, unsized(1e-6)), about(0.033)
        effect, by_logs = decide(logs, size, sides=points), decide(logs, size)
        assert effect == "ABSENT" or (effect in FOR) == (direction in FOR)
        assert effect == "ABSENT" or (effect in AGAINST) == (direction in AGAINST)
        apart += by_logs != effect
    assert apart > 10
