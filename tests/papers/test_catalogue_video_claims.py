"""The claims of the video paper are those of the facts, with what each kind of judgement needs."""

import re
from fractions import Fraction

import pytest

from repro.papers.karpathy import KARPATHY
from repro.spec.claims import Claim, Effect, Every, Level, NoWorse, Signs, Within
from repro.spec.terms.metrics import KERNELS, SCORES, STATED, TIMINGS, metric_named
from tests.facts import stated_claims

CLAIMS = {claim.id: claim for claim in KARPATHY.claims}
VARIANTS = [variant.name for variant in KARPATHY.variants]
#: Places in Table 1, by the end of a claim's id.
COLUMNS = {
    "clip1": ("Clip Hit@1", "top1_error", "clip"),
    "vid1": ("Video Hit@1", "top1_error", "video"),
    "vid5": ("Video Hit@5", "top5_error", "video"),
}


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    return stated_claims("B")


def error(percent: str) -> float:
    """Return the error that goes with a hit or an accuracy in percent."""
    return float(1 - Fraction(percent) / 100)


def test_every_claim_of_the_facts_is_registered(facts):
    assert set(facts) <= set(CLAIMS)


def printed(claim: Claim) -> str:
    """Return the number of a claim as the facts write it."""
    if isinstance(claim, Effect):
        return f"{claim.paper_delta if claim.against == 'slow_fusion' else -claim.paper_delta:g}"
    assert isinstance(claim, Level)
    if claim.metric in ("top1_error", "top5_error"):
        return f"{100 * (1 - claim.paper_value):.1f}"
    return f"{claim.paper_value:g}"


def test_a_numbered_claim_has_the_value_unit_and_confidence_of_the_facts(facts):
    units = {"top1_error": "%", "top5_error": "%", "average_precision": "AP", "mean_average_precision": "mAP"}
    for name, row in facts.items():
        claim = CLAIMS[name]
        assert claim.confidence == row["confidence"], name
        if isinstance(claim, Within):
            continue
        if row["unit"] in ("%", "AP", "mAP"):
            assert units[claim.metric.partition(".")[0]] == row["unit"], name
            assert float(printed(claim)) == float(row["value"]), name
        else:
            assert (name, row["unit"]) in (("B.S4.1.clips_ps", "clips/s"), ("B.S3.dup", "of 1e6"))
            assert printed(claim) in row["value"]


def test_speeds_are_ratios_of_the_printed_clips_a_second(facts):
    for name in ("B.S3.2.speed.sf", "B.S3.2.speed.slow"):
        slower, faster = (float(value) for value in facts[name]["value"].split("->"))
        assert CLAIMS[name].paper_ratio == faster / slower == float(facts[name]["unit"].removesuffix("x"))
        assert f"from {slower:g} to {faster:g} clips a second" in CLAIMS[name].statement
    low, high = (float(value) for value in facts["B.S3.2.speed.range"]["value"].split("-"))
    assert (CLAIMS["B.S3.2.speed.range"].paper_ratio, CLAIMS["B.S3.2.speed.range"].paper_most) == (low, high)
    assert f"{low:g} to {high:g} times" in CLAIMS["B.S3.2.speed.range"].statement
    whole, halves = re.findall(r"\d+", facts["B.S4.1.clips_ps"]["value"])
    assert [CLAIMS[name].paper_value for name in ("B.S4.1.clips_ps", "B.S4.1.clips_ps.multires")] == [float(whole), float(halves)]


def test_tables_1_3_and_4_stand_in_the_papers_own_words(facts):
    for name, row in facts.items():
        claim = CLAIMS[name]
        if name.startswith("B.T1."):
            column, metric, protocol = COLUMNS[name.rpartition(".")[2]]
            assert (claim.row, claim.column, claim.metric, claim.protocol) == (row["compared"], column, metric, protocol)
            assert column.lower() == row["metric"].lower()
            assert (claim.where, KARPATHY.data_words(claim.dataset)) == (row["where"], "Sports-1M test")
        if name.startswith("B.T3."):
            assert (claim.row, claim.column.lower()) == (row["compared"], row["metric"])
            assert KARPATHY.data_words(claim.dataset) == "UCF-101"
        if name.startswith("B.T4."):
            assert claim.row == row["compared"].rpartition(", ")[0]
            assert claim.metric == f"mean_average_precision.{name.split('.')[2]}"
        if name.startswith("B.T2."):
            assert claim.metric == f"average_precision.{name.removeprefix('B.T2.')}"
            assert claim.statement.startswith(claim.row + ":")
            assert (claim.row, claim.column) == (row["compared"].partition(":")[0], "Δ AP")
            assert ("higher" in claim.statement) == (float(row["value"]) > 0)


SIZED = [item for item in KARPATHY.claims if isinstance(item, Effect) and item.paper_arm]


@pytest.mark.parametrize("claim", [item for item in SIZED if not item.id.startswith("B.S4.2.")], ids=lambda c: c.id)
def test_effects_are_differences_of_table_1(claim):
    """An effect's id ends in its column; the two errors behind it are printed there."""
    column = COLUMNS[claim.id.rpartition(".")[2]]
    assert (claim.metric, claim.protocol) == column[1:]
    level = {item.arm: item.paper_value for item in KARPATHY.claims if item.id.startswith("B.T1.") and item.column == column[0]}
    assert (claim.paper_arm, claim.paper_against) == (level[claim.arm], level[claim.against])
    assert claim.paper_delta == pytest.approx(claim.paper_against - claim.paper_arm, abs=1e-12)
    assert claim.paper_delta > 0
    assert f"{100 * claim.paper_delta:.1f} points" in claim.statement


@pytest.mark.parametrize("claim", [item for item in SIZED if item.id.startswith("B.S4.2.")], ids=lambda c: c.id)
def test_effects_of_transfer_are_differences_of_tables_3_and_4(claim):
    printed_in = [item for item in KARPATHY.claims if isinstance(item, Level) and item.id.startswith(("B.T3.", "B.T4."))]
    level = {item.arm: item.paper_value for item in printed_in if item.metric == claim.metric}
    assert (claim.paper_arm, claim.paper_against) == (level[claim.arm], level[claim.against])
    assert claim.paper_delta == pytest.approx(claim.paper_against - claim.paper_arm, abs=1e-12)
    size = f"{100 * claim.paper_delta:.1f} points" if claim.metric == "top1_error" else f"{claim.paper_delta:.2f} more"
    assert size in claim.statement


def test_every_net_and_the_average_are_compared_with_feature_histograms():
    against = {item.arm: item.paper_delta for item in SIZED if item.against == "feature_histograms"}
    assert set(against) == {"cnn_average", "slow_fusion", "single_frame", "early_fusion", "late_fusion"}
    assert against["cnn_average"] == pytest.approx(0.639 - 0.553)


def test_every_way_of_transfer_is_compared_with_training_from_scratch_and_with_histograms():
    pairs = {(item.arm, item.against) for item in SIZED if item.metric == "top1_error"}
    for way in ("transfer_top", "transfer_top3", "transfer_all"):
        assert {(way, "transfer_scratch"), (way, "transfer_histograms")} <= pairs
    assert {("transfer_top3", "transfer_top"), ("transfer_top3", "transfer_all")} <= pairs


def test_sizes_that_the_text_names():
    size = {claim.id: claim.paper_delta for claim in KARPATHY.claims if isinstance(claim, Effect)}
    assert size["B.S4.1.slow_single.vid1"] == 0.016
    assert CLAIMS["B.S4.1.spread.vid1"].paper_delta == 0.032
    assert size["B.S4.1.average_slow.vid1"] == 0.03
    assert CLAIMS["B.T1.late.vid1"].paper_value == CLAIMS["B.T1.sf.vid1"].paper_value
    assert CLAIMS["B.S4.1.order.vid1"].smallest_effect == 0.016 / 4
    margins = {claim.margin for claim in KARPATHY.claims if isinstance(claim, NoWorse)}
    assert margins == {0.016 / 2}


def test_the_abstract_and_table_3_disagree_as_the_facts_say(facts):
    slip, best = CLAIMS["B.abs.ucf"], CLAIMS["B.T3.top3"]
    assert (slip.paper_value, best.paper_value) == (error(facts["B.abs.ucf"]["value"]), error(facts["B.T3.top3"]["value"]))
    assert slip.paper_value != best.paper_value
    assert facts["B.T3.top3"]["value"] in slip.note
    assert facts["B.abs.ucf"]["value"] in best.note


def test_what_top_3_layers_gain_is_quoted_from_table_4(facts):
    for group in {name.split(".")[2] for name in facts if name.startswith("B.T4.")} - {"all_groups"}:
        top, top3 = (float(facts[f"B.T4.{group}.{how}"]["value"]) for how in ("top", "top3"))
        title = facts[f"B.T4.{group}.top"]["compared"].rpartition(", ")[0]
        assert f"{top:.2f} to {top3:.2f} ({title})" in CLAIMS["B.S4.2.top3_gain"].note
        assert (top3 - top > 0.01) == (group != "sports")


@pytest.mark.parametrize("claim", KARPATHY.claims, ids=lambda claim: claim.id)
def test_a_claim_names_existing_things_and_has_what_its_kind_needs(claim):
    assert claim.confidence in {"V", "C", "S", "D", "M"}
    assert set(claim.variants) <= set(VARIANTS)
    assert (claim.row != "") == (claim.column != "")
    assert claim.row or not claim.id.startswith("B.T") or isinstance(claim, Signs), (
        "a number of a table stands in its row and column"
    )
    assert claim.where
    assert claim.dataset
    assert claim.statement.endswith(".")
    assert all(text == "" or text.endswith(".") for text in (claim.note, claim.not_run, claim.untestable))


@pytest.mark.parametrize("claim", KARPATHY.claims, ids=lambda claim: claim.id)
def test_a_claim_without_an_engine_says_so_and_any_other_is_measured_by_its_runs(claim):
    if claim.arm == "clip_speed":
        assert metric_named(claim.metric).of == TIMINGS
        assert {claim.protocol, claim.against_protocol} <= set(KARPATHY.experiment(claim.arm).variants)
        return
    if metric_named(claim.metric).of == STATED or not claim.arm:
        assert claim.not_run or claim.untestable
        return
    if metric_named(claim.metric).of == KERNELS:
        assert claim.protocol == "weights"
        return
    assert metric_named(claim.metric).of == SCORES
    assert claim.protocol in KARPATHY.experiment(claim.arm).evaluation.protocols
    assert not claim.not_run
    assert not claim.untestable


@pytest.mark.parametrize("claim", [item for item in KARPATHY.claims if isinstance(item, Every)], ids=lambda claim: claim.id)
def test_the_parts_of_a_claim_are_claims_on_its_page(claim):
    parts = [CLAIMS[name] for name in claim.parts]
    assert all(part.id.startswith(f"{claim.id}.") for part in parts)
    assert {(part.metric, part.protocol) for part in parts} == {(claim.metric, claim.protocol)}
    (page,) = [table for table in KARPATHY.tables if claim.id in table.claims]
    assert set(claim.parts) <= set(page.claims)


def test_the_order_of_the_fusions_is_that_of_the_printed_hits():
    level = {
        claim.arm: claim.paper_value for claim in KARPATHY.claims if claim.id.startswith("B.T1.") and claim.id.endswith("vid1")
    }
    names = ("slow_fusion", "single_frame", "late_fusion", "early_fusion")
    spread, order = CLAIMS["B.S4.1.spread.vid1"], CLAIMS["B.S4.1.order.vid1"]
    assert set(spread.among) == set(names)
    ends = (min(level[name] for name in names), max(level[name] for name in names))
    assert (spread.paper_arm, spread.paper_against) == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    assert spread.paper_delta == pytest.approx(ends[1] - ends[0])
    assert set(order.pairs) == {(one, other) for one in names for other in names if level[one] < level[other]}


@pytest.mark.parametrize("claim", KARPATHY.claims, ids=lambda claim: claim.id)
def test_measurements_of_others_are_errors_with_protocol_and_confidence(claim):
    for item in claim.reproductions:
        assert item.who
        assert item.protocol
        assert item.note
        assert item.confidence in {"V", "M"}
        assert (item.ablated is None) == isinstance(claim, Level), "one value beside a level, two beside a difference"
        assert 0 < item.control < 1
        assert not item.same_quantity, "nobody has trained the paper's own nets again"


def test_measurements_of_others_stand_beside_the_rows_they_speak_to():
    found = {claim.id: len(claim.reproductions) for claim in KARPATHY.claims if claim.reproductions}
    assert found
    assert all(CLAIMS[name].row or name.startswith("B.S4.2.") for name in found), (
        "rows of printed tables, and differences of them"
    )


@pytest.mark.parametrize("claim", KARPATHY.claims, ids=lambda claim: claim.id)
def test_a_claim_is_decided_within_a_table_that_trains_its_variants(claim):
    (page,) = [table for table in KARPATHY.tables if claim.id in table.claims]
    assert set(claim.variants) <= set(page.variants)
