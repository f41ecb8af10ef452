"""Fabricated results, judged and rendered once for all tests of the report."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.render import render
from repro.spec.claims import Effect, Level
from repro.spec.experiment import Paper
from tests.fabricate import Truth, fabricate
from tests.once import made_once
from tests.report.made import Made

TABLE = Path("alexnet/alexnet_ablations.html")

TRUTH = Truth(
    errors={"full": 0.30, "no_lrn": 0.315, "tanh": 0.42, "no_pca_color": 0.28},
    gaps={"no_dropout": 0.2},
    num_examples=2000,
)


@dataclass(frozen=True)
class Rendered:
    """A rendered scale: its results, its pages, and the papers behind them."""

    papers: tuple[Paper, ...]
    scale: str
    results: Path
    reports: Path

    @property
    def folder(self) -> Path:
        return self.reports / self.scale

    @property
    def claims_file(self) -> Path:
        return self.results / self.scale / "claims.json"


def smaller(variants: Sequence[str] = ("full", "no_lrn"), *, name: str = "alexnet") -> Paper:
    """Return the paper with fewer variants, and with the claims about errors, and about sizes, that these decide."""
    claims = tuple(
        claim
        for claim in ALEXNET.claims
        if set(claim.arms) <= set(variants)
        and (claim.id == "A.abs.params" or isinstance(claim, Effect | Level))
        and not (claim.row or claim.untestable or claim.not_run)
    )
    table = replace(ALEXNET.tables[0], variants=tuple(variants), claims=tuple(claim.id for claim in claims))
    chosen = tuple(variant for variant in ALEXNET.variants if variant.name in variants)
    return replace(ALEXNET, name=name, variants=chosen, claims=claims, tables=(table,))


def judged(papers: Sequence[Paper], folder: Path, *, truth: Truth, seeds: Sequence[int] | None = None) -> Rendered:
    """Fabricate, collect and judge at scale smoke; nothing is rendered yet."""
    results = folder / "results"
    runs = fabricate(papers, scale="smoke", results=results, truth=truth, seeds=seeds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        collect(runs, papers=papers, results=results)
        judge(papers, scale="smoke", results=results)
    return Rendered(papers=tuple(papers), scale="smoke", results=results, reports=folder / "reports")


def rerendered(made: Rendered) -> Rendered:
    """Render what was judged."""
    render(made.papers, scale=made.scale, results=made.results, reports=made.reports)
    return made


def report_made_once(factory: pytest.TempPathFactory, name: str, paper: Paper, *, truth: Truth) -> Rendered:
    """Fabricate, judge and render once for all processes of the session."""
    folder = made_once(factory, name, lambda folder: rerendered(judged([paper], folder, truth=truth)))
    return Rendered(papers=(paper,), scale="smoke", results=folder / "results", reports=folder / "reports")


@pytest.fixture(scope="session")
def full_report(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """All variants of the paper at scale smoke, two seeds each, 2,000 test images: claims of every kind."""
    return report_made_once(tmp_path_factory, "full", ALEXNET, truth=TRUTH)


@pytest.fixture
def small_judged(tmp_path: Path) -> Rendered:
    """Two variants, judged but not rendered."""
    return judged([smaller()], tmp_path, truth=Truth(num_examples=100))


@pytest.fixture(scope="session")
def video_report(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """All that Karpathy et al. run at scale smoke, two seeds each, 80 test videos."""
    truth = Truth(errors={"single_frame": 0.40, "slow_fusion": 0.35, "fovea_only": 0.50, "cnn_average": 0.30}, num_examples=80)
    return report_made_once(tmp_path_factory, "videos", KARPATHY, truth=truth)


def csv_rows(made: Rendered, table: Path = TABLE) -> list[dict[str, str]]:
    with open((made.folder / table).with_suffix(".csv"), newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(folder=tmp_path)
