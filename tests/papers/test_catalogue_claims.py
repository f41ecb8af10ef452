"""The catalogue's claims are the papers' statements, with what each kind of judgement needs."""

from typing import get_args

import pytest

from repro.artifacts.provenance import spec_difference
from repro.report.text import wording
from repro.spec.claims import Claim, Direction, Effect, Every, Exact, Level, NoWorse, Ratio, Signs, Within
from repro.spec.geometry.image import geometry
from repro.spec.terms.metrics import TIMINGS, parameter
from repro.spec.terms.protocols import scores_examples
from tests.facts import stated_claims
from tests.known import ALL, KNOWN

ALEXNET = KNOWN.paper("alexnet")
CLAIMS = [pytest.param(paper, claim, id=claim.id) for paper in ALL for claim in paper.claims]
#: Numbers are printed to a tenth of a percent; two roundings of a half each, and a little for the binary fraction.
ROUNDING = 0.0006


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    return stated_claims("A")


def test_every_claim_of_the_facts_is_registered(facts):
    assert set(facts) <= {claim.id for claim in ALEXNET.claims}


@pytest.mark.parametrize("claim", ALEXNET.claims, ids=lambda claim: claim.id)
def test_a_numbered_claim_has_the_value_and_confidence_of_the_facts(claim, facts):
    if claim.id not in facts:
        return
    row = facts[claim.id]
    assert claim.confidence == row["confidence"]
    if row["unit"] == "%":
        assert claim.paper_value == pytest.approx(float(row["value"]) / 100)
    elif row["unit"].startswith("points"):
        assert claim.paper_delta == pytest.approx(float(row["value"]) / 100)
    elif row["unit"].startswith("x"):
        ends = [float(end) for end in row["value"].split("-")]
        assert (claim.paper_ratio, claim.paper_most) == (ends[0], ends[1] if len(ends) > 1 else None)
    elif row["unit"] == "days":
        low, high = row["value"].split("-")
        assert float(low) <= claim.paper_value <= float(high)
    elif row["metric"] in ("count", "epochs"):
        assert claim.paper_value == float(row["value"])
    elif row["metric"] == "direction":
        # What is faster is a ratio without a printed size.
        assert isinstance(claim, Direction) or (isinstance(claim, Ratio) and claim.printed_size is None)
    else:
        assert (row["metric"], claim.paper_value, claim.bound) == ("bool", 0.01, "at_most")


def of_kind(*kinds: type):
    """Return the catalogue's claims of these kinds, each with its paper, as parameters of a test."""
    return [item for item in CLAIMS if isinstance(item.values[1], kinds)]


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_a_claim_names_existing_things_and_has_what_every_claim_needs(paper, claim):
    assert isinstance(claim, get_args(Claim))
    assert claim.confidence in wording.CONFIDENCE
    assert set(claim.variants) <= {variant.name for variant in paper.variants}
    assert claim.where
    assert claim.statement.endswith(".")
    assert isinstance(claim, Exact) or claim.dataset or claim.untestable


@pytest.mark.parametrize(("paper", "claim"), of_kind(Exact))
def test_an_exact_number_is_of_a_layer_that_there_is(paper, claim):
    layers = [item.name for item in geometry(paper.experiment(claim.arm).network).layers]
    assert parameter(claim.metric) in ["", "input", *layers]


@pytest.mark.parametrize(("paper", "claim"), [item for item in CLAIMS if item not in of_kind(Exact)])
def test_a_claim_is_measured_by_a_protocol_that_its_runs_have(paper, claim):
    of_one = claim.measured.parameter in ("class", "group", "pair") and not isinstance(claim, Signs)
    assert bool(parameter(claim.metric)) == of_one
    protocols = {claim.protocol} | ({claim.against_protocol or claim.protocol} if isinstance(claim, Within) else set())
    if claim.measured.of == TIMINGS and claim.arm:
        assert protocols <= set(paper.experiment(claim.arm).variants)
        return
    assert claim.protocol in claim.measured.protocols or not claim.arm
    if claim.arm and scores_examples(claim.protocol):
        assert protocols <= set(paper.experiment(claim.arm).evaluation.protocols)


@pytest.mark.parametrize(("paper", "claim"), of_kind(Every))
def test_the_parts_of_a_claim_are_claims_on_the_same_page_of_one_kind_and_with_its_size(paper, claim):
    parts = [item for item in paper.claims if item.id in claim.parts]
    assert len(parts) == len(claim.parts)
    (kind,) = {type(part) for part in parts}
    assert kind in ((Effect,) if claim.paper_delta is not None else (Direction, NoWorse))
    for part in parts:
        assert part.id.startswith(f"{claim.id}.")
        assert (part.metric, part.protocol) == (claim.metric, claim.protocol)
        assert not isinstance(part, Effect) or part.paper_delta == claim.paper_delta
    for table in paper.tables:
        assert claim.id not in table.claims or set(claim.parts) <= set(table.claims)


@pytest.mark.parametrize(("paper", "claim"), of_kind(Ratio))
def test_a_ratio_of_paces_has_thresholds_and_grids_that_differ_in_the_rate_alone(paper, claim):
    assert len(claim.thresholds) > 1 or claim.metric == "epochs_to_leave_chance"
    assert all(0 < threshold < 1 for threshold in claim.thresholds)
    for arm, grid in ((claim.arm, claim.arm_grid), (claim.against, claim.against_grid)):
        assert len(grid) == len(set(grid))
        for name in grid:
            changed = [item.key for item in spec_difference(paper.experiment(arm), paper.experiment(name))]
            assert changed == ([] if name == arm else ["recipe.optimizer.rate_factor"])


@pytest.mark.parametrize(("paper", "claim"), of_kind(Effect, Within))
def test_printed_effects_agree_with_the_two_values_behind_them(paper, claim):
    if claim.paper_arm is not None:
        assert abs(claim.paper_against - claim.paper_arm - claim.paper_delta) <= ROUNDING


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_independent_measurements_are_errors_with_protocol_and_confidence(paper, claim):
    for item in claim.reproductions:
        assert item.who
        assert item.protocol
        assert item.confidence in wording.CONFIDENCE
        assert all(value is None or 0 < value < 1 for value in (item.control, item.ablated)), "errors are fractions"
        assert item.control is not None or item.note, "what has no number has words"
        if item.same_quantity and isinstance(claim, Effect | Within):
            assert item.control is not None
            assert item.ablated is not None
        if isinstance(claim, Level):
            assert item.ablated is None


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_a_claim_is_decided_within_a_table_that_trains_its_variants(paper, claim):
    for table in paper.tables:
        if claim.id in table.claims:
            assert set(claim.variants) <= set(table.variants)


def test_the_papers_own_slips_are_slips():
    shapes = geometry(ALEXNET.experiment("full").network)
    printed = {claim.id: claim.paper_value for claim in ALEXNET.claims if isinstance(claim, Exact)}
    assert printed["A.F2.neurons.conv1"] == 253_440 == 55 * 48 * 96 != shapes.conv[0].num_neurons
    assert shapes.conv[2].num_parameters / shapes.num_parameters == pytest.approx(0.0145, abs=5e-5)
    assert shapes.conv[3].num_parameters / shapes.num_parameters == pytest.approx(0.0109, abs=5e-5)
    assert printed["A.S1.convshare"] == 0.01
    assert printed["A.S4.1.x2048"] == 2 * 32**2 != 2 * (256 - 224 + 1) ** 2 == 2178


def test_the_net_is_compared_with_the_methods_of_others_by_the_differences_of_their_rows():
    claims = {claim.id: claim for claim in ALEXNET.claims}
    for other in ("sparse", "siftfv"):
        for column in ("top1", "top5"):
            gain = claims[f"A.T1.cnn_{other}.{column}"]
            assert (gain.paper_arm, gain.paper_against) == (
                claims[f"A.T1.cnn.{column}"].paper_value,
                claims[f"A.T1.{other}.{column}"].paper_value,
            )
            assert f"{100 * (gain.paper_against - gain.paper_arm):.1f} points" in gain.statement
    four = claims["A.T2.cnn_siftfv.top5"]
    printed = claims["A.T2.1cnn.top5val"].paper_value, claims["A.T2.siftfv.top5test"].paper_value
    assert (four.paper_arm, four.paper_against) == printed
