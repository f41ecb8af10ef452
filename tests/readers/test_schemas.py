"""The committed JSON Schemas are those of the classes, and the files of every stage fit them."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.judged import Estimated
from repro.artifacts.judged.sizes_json import (
    EXAMPLE,
    EffectOverSizes,
    OthersEffect,
    PointAtSize,
    SizeFolder,
    SizesJson,
    files_in,
    write_sizes,
)
from repro.papers import PAPERS
from repro.readers.schemas import DOCUMENTS, FOLDER, main, schema_texts
from tests.fabricate import Truth, fabricate
from tests.published import PUBLISHED
from tests.tiny import write_prepared

VARIANTS = {
    "alexnet": ["full", "no_lrn", "five_seeds", "sift_fisher"],
    "karpathy": ["single_frame", "slow_fusion", "clip_speed", "feature_histograms"],
}
#: An effect at three sizes, one of which was not run.
POINT = PointAtSize(
    scale="smoke",
    share="1",
    size=384.0,
    verdict="DIRECTION",
    effect=Estimated(estimate=0.1, ci90=(0.0, 0.2), ci95=None),
    se=0.05,
    df=8.0,
    n={"full": 3, "no_lrn": 3},
    runs=("smoke/alexnet/full/0",),
)
OVER_SIZES = SizesJson(
    scale="smoke",
    along="images",
    data="generated images",
    folders=(SizeFolder(scale="smoke", share="1", claims_sha256="0" * 64),),
    effects=(
        EffectOverSizes(
            paper="alexnet",
            claim="A.S3.3.lrn.top1",
            title="",
            statement="",
            arm="full",
            against="no_lrn",
            metric="top1_error",
            protocol="ten_crop",
            points=(POINT, replace(POINT, effect=None, se=None, df=None, why="not run at this size")),
            line=None,
            drawn_on=None,
            others=(OthersEffect(who="somebody", effect=0.1, same_quantity=True, note=""),),
            reason="1 size has an effect; a line needs 3",
        ),
    ),
)


@functools.cache
def schema_of(file: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / f"{Path(file).stem}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of both papers, with every kind of run, and a prepared data set."""
    results = tmp_path_factory.mktemp("results")
    papers, truth, runs = list(PAPERS.values()), Truth(num_examples=40, diverged=["no_lrn/1"]), []
    for paper in papers:
        runs += fabricate([paper], scale="smoke", results=results, truth=truth, variants=VARIANTS[paper.name])
    collect(runs, papers=papers, results=results)
    judge(papers, scale="smoke", results=results)
    calibrate_results(papers, scale="smoke", results=results)
    write_prepared(results / "tiny")
    write_sizes(results / "smoke", OVER_SIZES)
    return results


def test_the_committed_schemas_are_those_of_the_classes(tmp_path: Path) -> None:
    main([str(tmp_path)])
    generated = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert generated == schema_texts()
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.schema.json")}
    assert committed == generated, "a class of a document has changed: python -m repro.readers.schemas"


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_document_that_the_stages_write_fits_its_schema(file: str, results: Path) -> None:
    paths = [path for path in results.rglob("*.json") if path.name == file or (file == EXAMPLE and path in files_in(path.parent))]
    assert paths
    for path in paths:
        schema_of(file).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("file", ["dataset.json", "run.json", "claims.json"])
def test_every_published_document_fits_its_schema(file: str) -> None:
    paths = list(PUBLISHED.rglob(file))
    assert paths
    for path in paths:
        schema_of(file).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("folder", ["results", "published"])
def test_every_line_of_a_log_fits_its_schema(folder: str, results: Path) -> None:
    paths = list((results if folder == "results" else PUBLISHED).rglob("log.jsonl"))
    assert paths
    for path in paths:
        for line in path.read_text().splitlines():
            schema_of("log.jsonl").validate(json.loads(line))


def changed(document: dict[str, Any], *, drop: str = "", **fields: Any) -> dict[str, Any]:
    return {key: value for key, value in {**document, **fields}.items() if key != drop}


def test_a_document_with_other_fields_fits_no_schema(results: Path) -> None:
    document = json.loads(next(results.rglob("run.json")).read_text())
    schema = schema_of("run.json")
    assert schema.is_valid(document)
    for wrong in (
        changed(document, more=1),
        changed(document, drop="scores"),
        changed(document, status="fine"),
        changed(document, seed="0"),
        changed(document, costs={**document["costs"], "wall_s": None}),
        changed(document, network={**(document["network"] or {}), "more": 1}),
    ):
        assert not schema.is_valid(wrong)
