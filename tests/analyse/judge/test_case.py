"""What a verdict is worth follows from the names of the data: those of the claim and those of the runs that decide it."""

from dataclasses import replace
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.case import evidence_for
from repro.analyse.judge.judge import judge
from repro.papers import PAPERS
from repro.spec.claims import Claim, OfClaims
from repro.spec.datasets import Printed
from repro.spec.experiment import AnyDataset, Paper, Scale
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, fabricate

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]
CLAIMS = {claim.id: claim for paper in PAPERS.values() for claim in paper.claims}
AT_PAPER = [
    pytest.param(paper, claim, id=claim.id)
    for paper in PAPERS.values()
    for claim in paper.claims
    if claim.arm and claim.dataset is not None and paper.scale("paper").has(paper.family(claim.arm))
]


def data_of(claim: Claim, *, paper: Paper, scale: Scale) -> list[AnyDataset]:
    """Return the data of the runs of the claim's arm, without the code under test."""
    rested_on = [CLAIMS[part] for part in claim.parts] if isinstance(claim, OfClaims) else [claim]
    families = {paper.family(name) for item in rested_on for name in item.arms}
    return [scale.dataset_of(family, seed=seed) for family in sorted(families) for seed in range(scale.num_seeds)]


@pytest.mark.parametrize(("paper", "claim"), AT_PAPER)
def test_evidence_at_scale_paper_is_same_data_exactly_if_the_arms_data_are_the_claims(paper: Paper, claim: Claim) -> None:
    scale = paper.scale("paper")
    assert claim.dataset is not None
    names = {dataset.of for dataset in data_of(claim, paper=paper, scale=scale)}
    printed = paper.printed_set(claim.dataset.of)
    # A declared decision says it of data that are nearly the printed ones.
    decided = {near.data: near.evidence for near in printed.near}
    same = all(name == printed.name or decided.get(name) == "same data" for name in names)
    assert evidence_for(claim, paper=paper, scale=scale) == ("same data" if same else "stand-in")
    assert names <= {printed.name, *decided}, "data that are not the claim's need a decision: PrintedSet.near"


def test_claims_on_ucf101_rest_on_the_same_data_and_those_on_ilsvrc2010_on_a_stand_in() -> None:
    at_paper = [(paper, paper.scale("paper"), claim) for paper in PAPERS.values() for claim in paper.claims]
    levels = {claim.id: evidence_for(claim, paper=paper, scale=scale) for paper, scale, claim in at_paper}
    assert {levels[name] for name in levels if name.startswith(("B.T1", "B.T2", "B.T4"))} == {"same data"}
    assert {levels[f"B.T3.{row}"] for row in ("fh", "scratch", "top", "top3", "all")} == {"same data"}
    assert {levels[f"A.T2.1cnn.{end}"] for end in ("top1val", "top5val")} == {"same data"}
    assert {levels[f"A.T1.cnn.{end}"] for end in ("top1", "top5")} == {"stand-in"}
    assert levels["A.S6.10k.top1"] == "same data"
    assert levels["A.S3.3.lrn.cifar.norm"] == "stand-in"


def retitled(paper: Paper) -> Paper:
    """Return `paper` with other words for all its data, of scales and of claims."""

    def other(dataset: AnyDataset) -> AnyDataset:
        return replace(dataset, title=f"another {dataset.title}")

    scales = tuple(
        replace(
            scale,
            dataset=other(scale.dataset),
            sizings=tuple(replace(sizing, folds=tuple(map(other, sizing.folds))) for sizing in scale.sizings),
        )
        for scale in paper.scales
    )
    return replace(paper, scales=scales, printed_sets=tuple(replace(item, title="") for item in paper.printed_sets))


@pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))
def test_a_title_changes_no_evidence_level(paper: Paper) -> None:
    other = retitled(paper)
    for scale in paper.scales:
        for claim in paper.claims:
            level = evidence_for(claim, paper=paper, scale=scale)
            assert level == evidence_for(claim, paper=other, scale=other.scale(scale.name)), (scale.name, claim.id)


def test_generated_data_are_a_demonstration_whatever_the_claim_is_about() -> None:
    for paper in PAPERS.values():
        levels = {evidence_for(claim, paper=paper, scale=paper.scale("smoke")) for claim in paper.claims}
        assert levels <= {"demonstration"}


def test_a_claim_about_the_very_data_of_a_scale_rests_on_the_same_data() -> None:
    about_cifar = CLAIMS["A.S3.3.lrn.cifar.norm"]
    levels = {scale.name: evidence_for(about_cifar, paper=ALEXNET, scale=scale) for scale in ALEXNET.scales}
    expected = {
        "smoke": "demonstration",
        "small": "demonstration",
        "cifar10": "same data",
        "folders": "stand-in",
        "paper": "stand-in",
    }
    assert {name: levels[name] for name in expected} == expected


def test_one_fold_of_other_data_makes_a_verdict_a_stand_in() -> None:
    scale = KARPATHY.scale("paper")
    first, *others = scale.sizing("transfer").folds
    folds = (replace(first, of=""), *others)
    sizings = tuple(replace(item, folds=folds) if item.family == "transfer" else item for item in scale.sizings)
    other = replace(KARPATHY, scales=(replace(scale, sizings=sizings),))
    assert evidence_for(CLAIMS["B.T3.top"], paper=other, scale=other.scale("paper")) == "stand-in"
    assert evidence_for(CLAIMS["B.T3.fh"], paper=other, scale=other.scale("paper")) == "same data"


def test_a_name_of_data_that_the_paper_does_not_know_is_refused() -> None:
    scale = KARPATHY.scale("paper")
    with pytest.raises(ValueError, match=r"unknown printed data set 'sports1n' of karpathy.*did you mean 'sports1m'"):
        replace(KARPATHY, scales=(replace(scale, dataset=replace(scale.dataset, of="sports1n")),))
    claim = replace(CLAIMS["B.T3.top"], dataset=Printed(of="ucf_101"))
    with pytest.raises(ValueError, match=r"unknown printed data set 'ucf_101' of karpathy.*did you mean 'ucf101'"):
        replace(KARPATHY, claims=(claim,))


def test_table_3_is_judged_on_its_own_data(tmp_path: Path) -> None:
    errors = {"transfer_scratch": 0.587, "transfer_top": 0.359, "transfer_top3": 0.346, "transfer_all": 0.378}
    truth = Truth(errors=errors, seed_noise=0.0005)
    runs = fabricate([KARPATHY], scale="paper", results=tmp_path, truth=truth, variants=list(errors))
    collect(runs, papers=[KARPATHY], results=tmp_path)
    judge([KARPATHY], scale="paper", results=tmp_path)
    found = judgement_in(tmp_path, scale="paper")
    judged = {claim.id: claim for claim in found.claims if claim.id.startswith("B.T3") and claim.n}
    assert list(judged) == ["B.T3.scratch", "B.T3.top", "B.T3.top3", "B.T3.all"]
    for claim in judged.values():
        assert claim.dataset == "UCF-101"
        assert claim.evidence == "same data"
        assert claim.verdict in ("REPRODUCED", "NOT-REPRODUCED", "INCONCLUSIVE"), claim.reason


def test_claims_json_says_of_each_paper_what_its_scale_is_worth(tmp_path: Path) -> None:
    runs = fabricate([ALEXNET], scale="small", results=tmp_path, truth=Truth(), variants=["full"])
    collect(runs, papers=[ALEXNET], results=tmp_path)
    other = replace(KARPATHY, scales=tuple(replace(scale, evidence="stand-in") for scale in KARPATHY.scales))
    judge([ALEXNET, other], scale="small", results=tmp_path)
    found = judgement_in(tmp_path, scale="small")
    assert found.evidence == {"alexnet": "demonstration", "karpathy": "stand-in"}
