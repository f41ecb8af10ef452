"""`claims.json`: entries are read back with the class of their kind, and whatever does not fit is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from repro.artifacts import claims_json, judged
from repro.artifacts.claims_json import CameraGap, CameraGroup, CameraTrend, ClassGain, Diverged, Judgement
from repro.artifacts.documents import DIGEST_KEY, digest_of, json_schema
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import (
    Estimated,
    JudgedClaim,
    JudgedCount,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRanking,
    JudgedRatio,
    JudgedSigns,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
    Line,
    Part,
    RankedPair,
    Reproduction,
    SignedPart,
)
from repro.artifacts.provenance import Change
from repro.artifacts.runs_csv import RunsTable
from repro.spec.claims import CLAIM_KINDS
from tests.artifacts.made import effect, entry, judgement, ratio_at

ESTIMATED = Estimated(estimate=0.015, ci90=(0.01, 0.02), ci95=None)
OTHER = Reproduction(who="x", control=0.4, ablated=0.5, protocol="", confidence="V", note="", same_quantity=True)
PAIR = RankedPair(
    arm="full", against="no_lrn", estimate=ESTIMATED, p=0.01, p_holm=0.03, verdict="DIRECTION", refutes="INCONCLUSIVE"
)
#: A claim of every kind, each with something measured.
CLAIMS: tuple[JudgedClaim, ...] = (
    entry(JudgedLevel, estimate=0.41, ci90=(0.4, 0.42), n={"full": 3}, means={"full": 0.41}, sds={"full": None}),
    *(entry(JudgedEffect, kind=kind, arms=("full", "no_lrn"), points=ESTIMATED) for kind in ("effect", "direction", "no_worse")),
    entry(JudgedWithin, log_ratio=ESTIMATED, seeds_needed=4, reproductions=(OTHER,)),
    entry(JudgedRatio, arms=("relu", "tanh"), thresholds=(ratio_at(0.25, at_least=3.0),)),
    entry(JudgedExact, estimate=60_965_224, bound="at_most"),
    entry(JudgedRanking, pairs=(PAIR,), p_trend=0.02, num_blocks=3),
    entry(JudgedSpread, points=ESTIMATED, largest="no_lrn", smallest="full", d0=0.08),
    entry(JudgedSlope, along="images", lines=(Line(points=(("full", 448.0), ("half", 224.0)), fall=ESTIMATED),), num_seeds=3),
    entry(JudgedCount, estimate=1.0, ci90=(0.37, 1.0), shown=("smoke/alexnet/full/0",), num_runs=1),
    entry(JudgedSigns, parts=(SignedPart(id="X.2", estimate=None),), num_printed=0, num_measured=0),
    entry(JudgedParts, parts=(Part(id="X.2", verdict="ABSENT"),), verdict="ABSENT", runs=("smoke/alexnet/full/0",)),
)
GAIN = ClassGain(
    paper="alexnet",
    table="t",
    control="a",
    variant="b",
    class_name="cat",
    metric="average_precision.cat",
    protocol="video",
    n={"a": 2, "b": 2},
    means={"a": 0.5, "b": 0.6},
    sds={"a": 0.1, "b": None},
    gain=ESTIMATED,
    total_ci90=None,
)
GROUP = CameraGroup(num_videos=20, least=0.0, median=0.1, most=0.2, means={"a": 0.5}, gain=ESTIMATED, total_ci90=(0.0, 0.1))
GAP = CameraGap(
    paper="alexnet",
    table="t",
    control="a",
    variant="b",
    reason="",
    source="drawn",
    num_videos=20,
    num_unseen=1,
    groups=(GROUP,),
    trend=CameraTrend(estimate=-0.1, ci90=(-0.2, 0.0), ci95=None, total_ci90=None, p=0.04),
)
WHOLE = judgement(
    *CLAIMS,
    effects=(effect(difference=(Change(key="network.lrn", base={"size": 5}, other=None),), base_value={"size": 5}),),
    gains=(GAIN,),
    camera=(GAP,),
    diverged=(Diverged(run="smoke/alexnet/full/1", reason="NaN"),),
    missing=("smoke/alexnet/full/2",),
)
TABLE = RunsTable(rows=(), sha256=WHOLE.runs_sha256)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    claims_json.write_claims_json(tmp_path / "claims.json", WHOLE)
    return tmp_path / "claims.json"


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit the stored document, with the digest that its new content has."""
    stored = json.loads(path.read_text())
    edit(stored)
    stored[DIGEST_KEY] = digest_of({key: value for key, value in stored.items() if key not in ("schema", DIGEST_KEY)})
    path.write_text(json.dumps(stored, indent=1) + "\n")


def refused(path: Path) -> str:
    with pytest.raises(FileFormatError) as caught:
        claims_json.read_claims_json(path, table=TABLE)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


def test_every_entry_is_read_back_as_it_was_with_the_class_of_its_kind(path: Path) -> None:
    found = claims_json.read_claims_json(path, table=TABLE)
    assert found == WHOLE
    assert [type(claim) for claim in found.claims] == [type(claim) for claim in CLAIMS]


def test_every_kind_of_claim_has_one_class() -> None:
    kinds = [kind for member in get_args(JudgedClaim) for kind in get_args(get_type_hints(member)["kind"])]
    assert sorted(kinds) == sorted(CLAIM_KINDS)
    assert {claim.kind for claim in CLAIMS} == set(CLAIM_KINDS)


def test_writing_what_was_read_gives_the_same_bytes(path: Path) -> None:
    first = path.read_bytes()
    claims_json.write_claims_json(path, claims_json.read_claims_json(path, table=TABLE))
    assert path.read_bytes() == first


def test_what_a_reader_finds_in_an_entry_stands_flat_in_it(path: Path) -> None:
    entries = {item["kind"]: item for item in json.loads(path.read_text())["claims"]}
    always = {"id", "paper", "where", "kind", "metric", "arms", "evidence", "verdict", "reason", "runs"}
    assert all(always <= set(item) for item in entries.values())
    assert entries["level"]["paper_value"] == 0.4
    measured = {"estimate", "ci90", "ci95", "n", "means", "sds", "paper_delta"}
    assert measured <= set(entries["effect"]) == set(entries["no_worse"])
    assert entries["effect"]["arms"] == ["full", "no_lrn"]
    assert "paper_delta" not in entries["level"]
    assert "thresholds" not in entries["effect"]


def test_a_flipped_bit_is_found(path: Path) -> None:
    path.write_text(path.read_text().replace("0.41", "0.42", 1))
    assert "changed since it was written" in refused(path)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda d: d["claims"][0].update(kind="levels"), "kind is 'levels', allowed: level, effect"),
        (lambda d: d["claims"][0].pop("kind"), "kind is None, allowed: level, effect"),
        (lambda d: d["claims"][2].update(estimate="0.3"), "at `$.claims[2].estimate`"),
        (lambda d: d["claims"][0].pop("paper_value"), "`paper_value` - at `$.claims[0]`"),
        (lambda d: d["claims"][5]["thresholds"][0].update(ratio=[1]), "at `$.claims[5].thresholds[0].ratio`"),
        (lambda d: d["claims"].append(3), f"at `$.claims[{len(CLAIMS)}]`"),
        (lambda d: d["gains"][0].update(gain=None), "at `$.gains[0].gain`"),
        (lambda d: d["claims"][0].update(ci90=[1, 2, 3]), "at `$.claims[0].ci90`"),
        (lambda d: d.pop("effects"), "`effects`"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(path: Path, edit: Callable[[dict[str, Any]], None], says: str) -> None:
    change(path, edit)
    assert says in refused(path)


def test_a_judgement_of_another_runs_csv_is_refused(path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"judged from another runs\.csv than the one beside it; run the stage judge again"):
        claims_json.read_claims_json(path, table=RunsTable(rows=(), sha256="1" * 64))


def test_a_file_of_before_is_refused_by_its_schema(path: Path) -> None:
    path.write_text(json.dumps({"schema": "claims/1", "claims": []}))
    assert "schema 'claims/1', this version reads 'claims/7'" in refused(path)


def test_the_json_schema_takes_what_is_written_and_refuses_a_field_of_another_kind(path: Path) -> None:
    schema = json_schema(Judgement)
    jsonschema.Draft202012Validator.check_schema(schema)
    stored = json.loads(path.read_text())
    jsonschema.validate(stored, schema)
    kinds = schema["$defs"]["Judgement"]["properties"] if "Judgement" in schema["$defs"] else schema["properties"]
    assert len(kinds["claims"]["items"]["oneOf"]) == len(get_args(JudgedClaim))
    stored["claims"][0]["paper_value"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(stored, schema)


def test_every_class_of_the_file_is_frozen() -> None:
    classes = [kind for module in (claims_json, judged) for kind in vars(module).values() if is_dataclass(kind)]
    assert len(classes) > 15
    assert all(kind.__dataclass_params__.frozen for kind in classes)
    assert all(len(fields(kind)) for kind in classes)
