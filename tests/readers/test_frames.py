"""`repro.load_results`: the frames hold what the files hold."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import repro
from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.claims_json import read_claims_json
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import PACKAGE
from repro.artifacts.runs_csv import COLUMNS, read_runs_csv, write_runs_csv
from repro.papers import PAPERS
from repro.readers.frames import CLAIM_COLUMNS
from tests.artifacts.made import measurement
from tests.fabricate import Truth, fabricate
from tests.published import PUBLISHED

ALEXNET = PAPERS["alexnet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    truth = Truth(errors={"full": 0.3, "no_lrn": 0.4}, seed_noise=0.002, num_examples=200)
    runs = fabricate([ALEXNET], scale="small", results=results, truth=truth, variants=["full", "no_lrn"])
    collect(runs, papers=[ALEXNET], results=results)
    judge([ALEXNET], scale="small", results=results)
    return results / "small"


def test_every_row_of_runs_csv_is_a_row_with_numbers_as_numbers(folder: Path) -> None:
    runs, _ = repro.load_results(folder)
    assert tuple(runs.columns) == COLUMNS
    table = read_runs_csv(folder / "runs.csv")
    assert [tuple(row) for row in runs.itertuples(index=False)] == [tuple(vars(row).values()) for row in table.rows]
    assert runs["value"].dtype == float and runs["seed"].dtype == int
    errors = runs[(runs.metric == "top1_error") & (runs.protocol == "ten_crop")].groupby("variant").value.mean()
    assert errors["full"] == pytest.approx(0.3, abs=0.02) and errors["no_lrn"] == pytest.approx(0.4, abs=0.02)


def test_every_claim_is_a_row_with_its_verdict_and_its_arms(folder: Path) -> None:
    runs, claims = repro.load_results(str(folder))
    assert tuple(claims.columns) == CLAIM_COLUMNS
    judgement = read_claims_json(folder / "claims.json", table=read_runs_csv(folder / "runs.csv"))
    assert list(claims["id"]) == [claim.id for claim in judgement.claims]
    lrn = claims.set_index("id").loc["A.S3.3.lrn.top1"]
    assert (lrn.arm, lrn.against, lrn.n_arm, lrn.n_against) == ("full", "no_lrn", 3, 3)
    assert lrn.mean_against - lrn.mean_arm == pytest.approx(0.1, abs=0.02)
    assert lrn.ci95_low < lrn.ci90_low < lrn.estimate < lrn.ci90_high < lrn.ci95_high
    assert lrn.verdict and lrn.evidence == "demonstration"
    assert set(lrn.runs) <= set(runs["run"])
    waiting = claims.set_index("id").loc["A.S4.2.dropout.overfit"]
    assert waiting.verdict == "INCOMPLETE" and pd.isna(waiting.estimate)


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*/*/runs.csv")), ids=lambda path: path.parts[-3])
def test_published_results_are_read(path: Path) -> None:
    runs, claims = repro.load_results(path.parent)
    assert len(runs) and len(claims)
    assert set(claims["paper"]) == set(runs["paper"])


def test_the_folder_above_is_refused_with_the_scales_that_it_has(folder: Path) -> None:
    with pytest.raises(FileFormatError, match=r"runs\.csv does not exist; give the folder of one scale: .*/small$"):
        repro.load_results(folder.parent)


@pytest.mark.parametrize("where", ["nowhere", "."])
def test_a_folder_without_results_is_refused(where: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"runs\.csv does not exist; run python -m repro report"):
        repro.load_results(tmp_path / where)


def test_results_that_were_not_judged_or_were_judged_from_other_runs_are_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "small", ignore=shutil.ignore_patterns("runs", "data"))
    write_runs_csv(copy / "runs.csv", [measurement("full", 0, 0.5)])
    with pytest.raises(FileFormatError, match=r"claims\.json was judged from another runs\.csv"):
        repro.load_results(copy)
    (copy / "claims.json").unlink()
    with pytest.raises(FileFormatError, match=r"claims\.json does not exist; make it with python -m repro judge"):
        repro.load_results(copy)


def test_importing_the_package_loads_no_library() -> None:
    check = "import sys, repro; print({'torch', 'pandas', 'numpy', 'msgspec', 'nvidia'} & set(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "none"


def test_reading_frames_needs_no_torch(folder: Path) -> None:
    check = f"import sys, repro; repro.load_results({str(folder)!r}); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "False"
