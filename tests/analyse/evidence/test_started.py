"""The population of a verdict is what was started: deleting, repeating and leaving out are noticed."""

import shutil
from dataclasses import replace

import pytest

from repro.artifacts.documents import write_document
from repro.artifacts.files import run_folder, sha256_file
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, Look
from repro.artifacts.run_json import FILE, read_run
from repro.cli import main
from repro.planning.collected import collected_runs
from tests.analyse.judging import ALEXNET, claim, judged, judgement_in, truth
from tests.fabricate import fabricate
from tests.witnessed import start_of, witness

ARMS = ("full", "no_lrn")


@pytest.fixture(autouse=True)
def unsynced(monkeypatch):
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def fabricated(tmp_path_factory):
    """Four seeds of two arms, of which three are planned."""
    results = tmp_path_factory.mktemp("results")
    found = truth(num_examples=60, errors={"full": 0.3, "no_lrn": 0.5})
    fabricate([ALEXNET], scale="small", results=results, truth=found, variants=ARMS, seeds=range(4))
    return results


@pytest.fixture
def results(fabricated, tmp_path):
    shutil.copytree(fabricated, tmp_path / "results")
    return tmp_path / "results"


def name(arm, seed):
    return f"small/alexnet/{arm}/{seed}"


def witness_all(results, seeds=range(4)):
    append(results / "small", Begin(why="test"))
    for seed in range(4):
        for arm in ARMS:
            if seed in seeds:
                witness(results, [name(arm, seed)])
            else:
                shutil.rmtree(run_folder(results, name(arm, seed)))


def diverge(results, run):
    record = replace(read_run(results, run), status="diverged", reason="infinite in epoch 2", scores=())
    write_document(run_folder(results, run) / FILE, record)


def judge(results):
    judgement = judged(results, num_seeds=5)
    return claim(judgement), judgement


def test_whole_runs_give_the_verdict_that_they_give_without_a_ledger(results):
    without, judgement = judge(results)
    assert judgement.ledger is None
    assert without.verdict not in ("INCOMPLETE", "INVALID")
    witness_all(results)
    entry, judgement = judge(results)
    assert entry == without
    assert (judgement.ledger.started, judgement.ledger.ended) == (8, 8)


@pytest.mark.parametrize("seed", [2, 7])
def test_a_run_that_was_killed_is_missed_planned_or_not(results, seed):
    witness_all(results, seeds=range(3))
    append(results / "small", start_of(name("no_lrn", seed), {"run": "x"}))
    entry, judgement = judge(results)
    assert entry.verdict == "INCOMPLETE"
    assert entry.reason.startswith(f"1 run does not count: {name('no_lrn', seed)} (")
    assert name("no_lrn", seed) in judgement.why_missing


def test_seeds_that_are_left_out_of_all_arms_are_missed(results):
    witness_all(results)
    for arm in ARMS:
        shutil.rmtree(run_folder(results, name(arm, 3)))
    entry, _ = judge(results)
    assert entry.verdict == "INCOMPLETE"
    assert "2 runs do not count" in entry.reason and "its files are gone" in entry.reason


@pytest.mark.parametrize(("seed", "then"), [(1, "stays"), (3, "is deleted"), (1, "is made again"), (3, "is made again")])
def test_a_diverged_run_makes_its_arm_invalid_whatever_is_done_about_it(results, seed, then):
    run = name("no_lrn", seed)
    kept = read_run(results, run)
    diverge(results, run)
    witness_all(results)
    if then == "is deleted":
        shutil.rmtree(run_folder(results, run))
    if then == "is made again":
        write_document(run_folder(results, run) / FILE, kept)
        witness(results, [run])
    entry, judgement = judge(results)
    assert entry.verdict == "INVALID"
    assert f" runs diverged and has no error: {run} (infinite in epoch 2" in entry.reason
    assert [item.run for item in judgement.diverged] == [run]


def test_without_a_ledger_too_a_diverged_seed_beyond_the_plan_is_seen(results):
    diverge(results, name("no_lrn", 3))
    assert judge(results)[0].verdict == "INVALID"


def made_again(results, run, error):
    """Have a run be made again with another error."""
    _, _, arm, seed = run.split("/")
    shutil.rmtree(run_folder(results, run))
    found = truth(num_examples=60, errors={arm: error})
    fabricate([ALEXNET], scale="small", results=results, truth=found, variants=[arm], seeds=[int(seed)])
    witness(results, [run])


def test_of_several_results_of_one_run_the_first_counts(results):
    witness_all(results)
    for error in (0.6, 0.7):
        made_again(results, name("no_lrn", 1), error)
    entry, judgement = judge(results)
    assert entry.verdict == "INCOMPLETE"
    assert "ended 3 times with different results; the first counts" in entry.reason
    assert judgement.ledger.made_again == 1


def test_a_ledger_that_is_deleted_is_missed(results):
    witness_all(results)
    for file in ("ledger.jsonl", "ledger.tip"):
        (results / "small" / file).unlink()
    entry, judgement = judge(results)
    assert entry.verdict == "INCOMPLETE"
    assert "the ledger is gone" in entry.reason
    assert judgement.ledger is None


def test_a_run_that_is_copied_under_another_seed_is_none(results):
    witness_all(results, seeds=range(3))
    for arm in ARMS:
        shutil.copytree(run_folder(results, name(arm, 0)), run_folder(results, name(arm, 4)))
        record = read_run(results, name(arm, 0))
        write_document(run_folder(results, name(arm, 4)) / FILE, replace(record, id=name(arm, 4), seed=4, scores=()))
    judgement = main_judged(results)
    entry = claim(judgement)
    assert entry.verdict == "INCOMPLETE"
    assert "no line of the ledger starts it" in entry.reason


def main_judged(results):
    """Judge without what is not collected."""
    return judged(results, num_seeds=3)


def test_a_run_that_is_not_collected_does_not_vanish(results):
    witness_all(results)
    entry = claim(main_judged(results))
    assert entry.verdict == "INCOMPLETE"
    assert "it is not in runs.csv; run python -m repro collect again" in entry.reason
    assert {(run.variant, run.seed) for run in collected_runs(ALEXNET, scale="small", results=results)} >= {
        ("full", 3),
        ("no_lrn", 3),
    }


def test_the_commands_take_in_every_run_look_once_and_say_what_was_started(results, capsys):
    witness_all(results)
    where = ["--scale", "small", "--results", str(results)]
    for stage in ("collect", "judge", "judge"):
        assert main([stage, *where, "--papers", "alexnet"]) == 0
    path = results / "small" / "claims.json"
    first = path.read_bytes()
    looks = read_ledger(results / "small").events(Look)
    assert [look.n for look in looks] == [{"alexnet/full": 4, "alexnet/no_lrn": 4}]
    assert looks[0].claims_sha256 == sha256_file(path)
    assert main(["judge", *where, "--papers", "alexnet"]) == 0
    assert path.read_bytes() == first
    capsys.readouterr()
    assert main(["ledger", *where]) == 0
    assert "started 8: ended 8, diverged 0, failed 0, stopped 0, without an end 0; made again 0" in capsys.readouterr().out
    assert main(["ledger", *where, "--begin-anew", "a new disk"]) == 0
    assert "(a new disk), with 8 runs that were there" in capsys.readouterr().out
    assert main(["judge", *where, "--papers", "alexnet"]) == 0
    begun = claim(judgement_in(results, scale="small"))
    assert begun.verdict not in ("INCOMPLETE", "INVALID")


@pytest.mark.parametrize("arguments", [["--begin-anew", " "], ["--scale", "none"]])
def test_what_the_command_cannot_do_is_one_line(results, capsys, arguments):
    assert main(["ledger", "--scale", "small", "--results", str(results), *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
