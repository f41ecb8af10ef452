"""What the server imports beforehand is what the command would import itself."""

import importlib.util
from pathlib import Path

import pytest
from numba.core.registry import cpu_target

from repro.cli.serving import needed
from repro.cli.serving.needed import BESIDE_A_GPU, OF_COMMAND, OF_EVERY_STAGE, OF_STAGE, import_for, modules_for
from repro.papers import PAPERS
from repro.planning.plan import STAGES, stage_of
from repro.spec.experiment import make_run
from repro.system.forkserver.likeness import LIMITING, OTHERS


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    monkeypatch.setattr(needed, "DRIVER_NODE", Path("/nowhere"))


def test_every_module_is_there():
    named = [*OF_EVERY_STAGE, *(name for names in (*OF_COMMAND.values(), *OF_STAGE.values()) for name in names)]
    assert all(importlib.util.find_spec(name) for name in named)


def test_every_stage_and_no_other_command_is_known():
    assert set(OF_STAGE) == {stage for pair in STAGES.values() for stage in pair}
    assert set(OF_COMMAND) <= set(LIMITING + OTHERS)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_the_stage_of_every_variant_is_seen_from_what_is_typed(paper):
    for variant in paper.variants:
        typed = [
            "train",
            "--scale",
            "mine",
            "--paper",
            paper.name,
            "--log",
            "x",
            "--variant",
            f"{variant.name},x",
            "--seeds",
            "0",
        ]
        family = paper.family(variant.name)
        scales = [scale.name for scale in paper.scales if family in {sizing.family for sizing in scale.sizings}]
        stages = {stage_of(make_run(paper, scale=scale, variant=variant.name, seed=0)) for scale in scales}
        assert [modules_for(typed)] == [(*OF_EVERY_STAGE, *OF_STAGE[stage]) for stage in stages]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "train",
        "train --paper",
        "train --paper vgg --variant a",
        "train --paper alexnet --variant no_lnr",
        "train --variants full",
        "train --paper=alexnet",
        "collect --scale smoke",
        "list",
    ],
)
def test_where_it_is_not_to_be_seen_the_command_imports_itself(words):
    assert modules_for(words.split()) == ()


def test_what_judge_and_calibrate_share_is_imported_once():
    assert modules_for(["judge", "--scale", "smoke"]) == ("repro.analyse.judge.judge",)
    assert modules_for(["calibrate", "--scale", "smoke"]) == ("repro.analyse.calibrate.own.calibration",)


def test_beside_a_gpu_nothing_is_imported_that_may_speak_to_it(monkeypatch, tmp_path):
    monkeypatch.setattr(needed, "DRIVER_NODE", tmp_path)
    assert modules_for(["train", "--paper", "alexnet", "--variant", "full"]) == modules_for(["prepare"]) == BESIDE_A_GPU
    assert modules_for(["report"]) == ()


def test_what_numba_loads_at_the_first_call_is_loaded_beforehand(monkeypatch):
    loaded = []
    monkeypatch.setattr(cpu_target.target_context, "refresh", lambda: loaded.append("registries"))
    import_for(["train", "--paper", "alexnet", "--variant", "full"])
    assert loaded[-1:] == ["registries"]
