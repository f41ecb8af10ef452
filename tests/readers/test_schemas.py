"""The committed JSON Schemas are those of the classes, and the files of every stage fit them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.papers import PAPERS
from repro.readers.schemas import DOCUMENTS, FOLDER, main, schema_texts
from tests.fabricate import Truth, fabricate
from tests.published import PUBLISHED
from tests.tiny import write_prepared

VARIANTS = {
    "alexnet": ["full", "no_lrn", "five_seeds", "sift_fisher"],
    "karpathy": ["single_frame", "slow_fusion", "clip_speed", "feature_histograms"],
}


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
    return results


def test_the_committed_schemas_are_those_of_the_classes(tmp_path: Path) -> None:
    main([str(tmp_path)])
    generated = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert generated == schema_texts()
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.schema.json")}
    assert committed == generated, "a class of a document has changed: python -m repro.readers.schemas"


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_document_that_the_stages_write_fits_its_schema(file: str, results: Path) -> None:
    paths = list(results.rglob(file))
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
