"""Seeds are added where a decision is cheapest, through the declared looks, within the budget; stopped, it goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts.claims_json import Judgement
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Look
from repro.artifacts.published.published_json import PublishedRun
from repro.planning.deciding import decide as deciding
from repro.planning.deciding.chance import chance_of, share_of_variance
from repro.planning.deciding.choice import Candidate, chosen
from repro.planning.deciding.decide import Task, decide
from repro.planning.deciding.train import Place, command, jobs_of
from repro.spec.experiment import Paper, make_run
from repro.spec.run import Run
from tests.analyse.declaring import ARMS, LOOKS, LRN, judged, plan, run
from tests.analyse.judging import ALEXNET, claim

#: One page with one claim, so that nothing else wants seeds.
ONE = replace(
    ALEXNET,
    claims=tuple(item for item in ALEXNET.claims if item.id == LRN),
    tables=tuple(replace(item, claims=(LRN,)) for item in ALEXNET.tables if LRN in item.claims),
)
#: What a fabricated run took.
CPU_S = 40.0


def task(results: Path, *, budget_s: float | None = None, looks: tuple[int, ...] = LOOKS) -> Task:
    place = Place(results=results, options=("--device", "cpu"), threads=2)
    return Task(papers=(ONE,), scale="small", looks=looks, budget_s=budget_s, place=place)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs are fabricated instead of trained: their names, in order."""
    names: list[str] = []

    def fabricated(paper: Paper, runs: list[Run], place: Place, *, say: Any) -> None:
        for variant in dict.fromkeys(one.variant for one in runs):
            run(place.results, [one.seed for one in runs if one.variant == variant], variants=[variant])
        names.extend(one.id for one in runs)

    monkeypatch.setattr(deciding, "train", fabricated)
    plan(tmp_path, looks=LOOKS, paper=ONE)
    run(tmp_path, range(3))
    return names


def entry(judgement: Judgement) -> Any:
    return claim(judgement, LRN)


def test_a_claim_goes_through_its_looks_until_it_is_decided_and_then_there_is_nothing_to_do(
    made: list[str], tmp_path: Path
) -> None:
    said: list[str] = []
    found = entry(decide(task(tmp_path), say=said.append))
    assert found.verdict != "INCONCLUSIVE" or found.look.number == 3
    n = LOOKS[found.look.number - 1]
    assert sorted(made) == sorted(f"small/alexnet/{arm}/{seed}" for arm in ARMS for seed in range(3, n))
    assert found.n == dict.fromkeys(ARMS, n)
    before = len(made)
    looks = read_ledger(tmp_path / "small").events(Look)
    assert [look.n["alexnet/no_lrn"] for look in looks] == list(LOOKS[: found.look.number])
    decide(task(tmp_path), say=said.append)
    assert len(made) == before and read_ledger(tmp_path / "small").events(Look) == looks


def test_the_budget_is_of_the_folder_and_what_it_cannot_pay_is_not_begun(made: list[str], tmp_path: Path) -> None:
    decide(task(tmp_path, budget_s=4 * CPU_S - 1), say=lambda line: None)
    assert made == []
    decide(task(tmp_path, budget_s=4 * CPU_S), say=lambda line: None)
    assert len(made) == 4
    decide(task(tmp_path, budget_s=4 * CPU_S), say=lambda line: None)
    assert len(made) == 4


def test_stopped_in_the_middle_of_a_look_it_goes_on_with_what_is_lacking(made: list[str], tmp_path: Path) -> None:
    run(tmp_path, [3], variants=["no_lrn"])
    decide(task(tmp_path, budget_s=4 * CPU_S), say=lambda line: None)
    assert sorted(made) == [f"small/alexnet/{name}" for name in ("full/3", "full/4", "no_lrn/4")]


def test_runs_that_would_start_from_published_ones_are_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published runs have no weights, and no scores that an average of nets is made of."""
    average = Candidate(
        paper=ONE, claim="A", chance=0.5, num_seeds=5, runs=(make_run(ALEXNET, scale="small", variant="five_cnns", seed=0),)
    )
    alone = replace(candidate("B", 0.5, "full"), paper=ONE)
    published = PublishedRun(record="", answers=None, left_out=("weights.pt",))
    monkeypatch.setattr(deciding, "_open", lambda *_: [average, alone])
    monkeypatch.setattr(deciding, "published_run", lambda results, run_id: published)
    begun: list[str] = []

    def trained(paper: Paper, runs: list[Run], place: Place, *, say: Any) -> None:
        begun.extend(one.id for one in runs)
        monkeypatch.setattr(deciding, "_open", lambda *_: [average])

    monkeypatch.setattr(deciding, "train", trained)
    plan(tmp_path, looks=LOOKS, paper=ONE)
    run(tmp_path, range(3))
    said: list[str] = []
    decide(task(tmp_path), say=said.append)
    assert begun == ["small/alexnet/full/7"]
    assert [line for line in said if line.startswith("A gets no further seeds here: they start from small/alexnet/")]
    assert not any(line.startswith("B gets") for line in said)


def candidate(name: str, chance: float, *runs: str) -> Candidate:
    made = tuple(make_run(ALEXNET, scale="small", variant=one, seed=7) for one in runs)
    return Candidate(paper=ALEXNET, claim=name, chance=chance, num_seeds=8, runs=made)


def test_the_best_chance_for_a_second_comes_first_and_shared_runs_are_paid_once() -> None:
    items = [candidate("dear", 0.9, "full", "no_lrn"), candidate("cheap", 0.6, "tanh"), candidate("shared", 0.5, "full", "tanh")]
    cost = {"full": 10.0, "no_lrn": 100.0, "tanh": 10.0}

    def names(budget_s: float, round_s: float = 1e9) -> list[str]:
        found = chosen(items, cost=lambda run: cost[run.variant], budget_s=budget_s, round_s=round_s)
        return [item.claim for item in found]

    assert names(1e9) == ["cheap", "shared", "dear"]
    assert names(20.0) == ["cheap", "shared"]
    assert names(9.0) == []
    assert names(1e9, round_s=5.0) == ["cheap"]
    assert chosen([candidate("hopeless", 0.0, "tanh")], cost=lambda run: 1.0, budget_s=9.0, round_s=9.0) == []


def test_the_chance_grows_with_the_seeds_and_with_the_effect(tmp_path: Path) -> None:
    plan(tmp_path, looks=LOOKS)
    run(tmp_path, range(3))
    found = judged(tmp_path)
    printed = next(item for item in ALEXNET.claims if item.id == LRN)
    chances = [chance_of(printed, found, num_seeds=num) for num in (3, 5, 10, 30)]
    assert chances == sorted(chances)
    larger = replace(found, estimate=found.estimate + 20 * (found.ci90[1] - found.ci90[0]))
    assert chance_of(printed, larger, num_seeds=5) == 1.0
    assert share_of_variance({"a": 3, "b": 3}, num_seeds=6) == pytest.approx(0.5)
    assert share_of_variance({"a": 15, "b": 3}, num_seeds=6) > 0.5


def test_jobs_are_runs_apart_where_threads_would_idle_and_variants_else() -> None:
    runs = [make_run(ALEXNET, scale="small", variant=name, seed=seed) for name in ARMS for seed in (3, 4)]
    assert [(job.label, job.seeds) for job in jobs_of(ALEXNET, runs, num=2)] == [("full", (3, 4)), ("no_lrn", (3, 4))]
    assert len(jobs_of(ALEXNET, runs, num=4)) == 4
    (job, _) = jobs_of(ALEXNET, runs, num=2)
    words = command(job, Place(results=Path("there"), options=("--device", "cpu"), threads=2))
    assert words[1:4] == ["-m", "repro", "train"]
    assert words[words.index("--seeds") + 1] == "3,4"
