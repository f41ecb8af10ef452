"""What is to be run and judged is declared before, and a declaration only grows."""

from dataclasses import replace

import pytest

from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, Plan
from repro.papers import PAPERS
from repro.planning.declare import declare, plan_of
from repro.planning.plan import planned_runs
from repro.spec.experiment import make_run
from repro.spec.scales.grid import DEFAULT_GRID, RateGrid

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


@pytest.fixture(autouse=True)
def unsynced(monkeypatch):
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def runs(*seeds, variant="full"):
    return [make_run(ALEXNET, scale="small", variant=variant, seed=seed) for seed in seeds]


def plans(folder):
    return read_ledger(folder).events(Plan)


def test_a_plan_holds_every_claim_every_table_and_the_seeds(tmp_path):
    planned = planned_runs(ALEXNET, scale="small")
    declare(plan_of([ALEXNET], planned), folder=tmp_path)
    (plan,) = plans(tmp_path)
    assert set(plan.claims) == {f"alexnet/{claim.id}" for claim in ALEXNET.claims}
    assert set(plan.tables) == {f"alexnet/{table.name}" for table in ALEXNET.tables}
    assert sum(map(len, plan.seeds.values())) == len(planned)
    assert len(set(plan.claims.values())) == len(plan.claims)


def test_what_is_declared_already_adds_nothing(tmp_path):
    for _ in range(2):
        declare(plan_of([ALEXNET], runs(0, 1, 2)), folder=tmp_path)
        declare(plan_of([ALEXNET], runs(1)), folder=tmp_path)
    assert len(plans(tmp_path)) == 1


def test_more_seeds_and_more_papers_are_a_line_each_and_nothing_is_taken_away(tmp_path):
    declare(plan_of([ALEXNET], runs(0, 1, 2)), folder=tmp_path)
    declare(plan_of([ALEXNET], runs(0, 1, 2, 3, 4)), folder=tmp_path)
    declare(plan_of([ALEXNET, KARPATHY], []), folder=tmp_path)
    _, more, papers = plans(tmp_path)
    assert more == Plan(claims={}, tables={}, seeds={"alexnet/full": (3, 4)})
    assert set(papers.claims) == {f"karpathy/{claim.id}" for claim in KARPATHY.claims}
    assert not papers.seeds


def test_a_claim_or_a_table_that_has_changed_is_declared_again(tmp_path):
    declare(plan_of([ALEXNET], runs(0)), folder=tmp_path)
    claim = next(item for item in ALEXNET.claims if item.id == "A.S3.3.lrn.top1")
    swapped = replace(claim, arm=claim.against, against=claim.arm)
    table = ALEXNET.tables[0]
    other = replace(
        ALEXNET,
        claims=tuple(swapped if item is claim else item for item in ALEXNET.claims),
        tables=(replace(table, variants=table.variants[1:]), *ALEXNET.tables[1:]),
    )
    declare(plan_of([other], runs(0)), folder=tmp_path)
    change = plans(tmp_path)[1]
    assert set(change.claims) == {f"alexnet/{claim.id}"}
    assert set(change.tables) == {f"alexnet/{table.name}"}


def test_a_word_that_is_corrected_changes_no_declaration(tmp_path):
    declare(plan_of([ALEXNET], runs(0)), folder=tmp_path)
    reworded = replace(
        ALEXNET,
        claims=tuple(replace(claim, statement="x", note="y", where="z") for claim in ALEXNET.claims),
        tables=tuple(replace(table, title="x", about="y") for table in ALEXNET.tables),
    )
    declare(plan_of([reworded], runs(0)), folder=tmp_path)
    assert len(plans(tmp_path)) == 1


def test_who_begins_anew_declares_anew(tmp_path):
    declare(plan_of([ALEXNET], runs(0)), folder=tmp_path)
    append(tmp_path, Begin(why="another disk"))
    declare(plan_of([ALEXNET], runs(0)), folder=tmp_path)
    one, other = plans(tmp_path)
    assert one == other


def test_the_grids_of_rates_are_declared_once_and_another_one_is_a_line_more(tmp_path):
    runs = planned_runs(ALEXNET, scale="smoke", table="alexnet_ablations", num_seeds=1)
    plan = plan_of([ALEXNET], runs)
    assert plan.rates["alexnet/alexnet"] == DEFAULT_GRID.words and "alexnet/ensemble" not in plan.rates
    declare(plan, folder=tmp_path)
    declare(plan, folder=tmp_path)
    assert len(read_ledger(tmp_path).events(Plan)) == 1
    other = replace(plan, rates={"alexnet/alexnet": RateGrid(factors=(0.25, 1.0)).words})
    declare(other, folder=tmp_path)
    assert read_ledger(tmp_path).events(Plan)[1] == Plan(claims={}, tables={}, seeds={}, rates=other.rates)
