"""The contenders of the speed suite compute the same, and the times that it enters are those it measured. No time is judged."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import simplejpeg
import torch

from repro.artifacts.provenance import PACKAGE
from repro.models.norm.lrn import LocalResponseNorm
from repro.papers import PAPERS
from repro.report.inputs.benchmarks import read_suite
from repro.report.speed.page import render_speed
from repro.spec.experiment import make_run
from repro.spec.geometry.clips import geometry_of
from tests.bench import layers, steps, turns, work
from tests.bench.cutting import STORED_PX, cutting_contest
from tests.bench.layers import norm_contest, update_contest
from tests.bench.loading import loading_contest
from tests.bench.peers import NO_COMPILER, FormulaNorm, has_compiler
from tests.bench.steps import clip_contests, step_contest
from tests.bench.test_speed import KEEPING_LOADERS, LOADERS, printed_targets
from tests.bench.turns import Contest, Replay, measure


def experiment(variant, *, paper="alexnet"):
    return make_run(PAPERS[paper], scale="smoke", variant=variant, seed=0).trained


def without_dropout(of):
    """Return the experiment with nothing dropped: torch draws other masks than we do."""
    return dataclasses.replace(of, network=dataclasses.replace(of.network, dropout_rate=0.0))


@pytest.fixture
def not_compiled(monkeypatch):
    """What torch.compile would make code for runs as it is written: making code takes a minute."""
    monkeypatch.setattr(torch, "compile", lambda function, **options: function)
    for module in (layers, steps):
        monkeypatch.setattr(module, "has_compiler", lambda: True)


@pytest.mark.parametrize("layout", ["channels_last", "contiguous"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_norms_give_the_same_output_and_gradient(layout, dtype, not_compiled):
    contenders = norm_contest((2, 8, 5, 5), layout=layout, dtype=dtype).contenders
    assert set(layers.NORM_PEERS) <= set(contenders)
    for name in layers.NORM_PEERS:
        for found, expected in zip(contenders["ours"](), contenders[name](), strict=True):
            torch.testing.assert_close(found, expected)


@pytest.mark.skipif(not has_compiler(), reason=NO_COMPILER)
def test_compiled_code_gives_the_same_output_and_gradient():
    contenders = norm_contest((2, 8, 5, 5)).contenders
    for found, expected in zip(contenders["ours"](), contenders["compiled"](), strict=True):
        torch.testing.assert_close(found, expected)
    assert contenders["compiled"].seconds > 0


def test_a_formula_for_another_power_is_refused():
    with pytest.raises(ValueError, match=r"beta is 1\.0; allowed: 0\.75"):
        FormulaNorm(LocalResponseNorm(5, 1e-4, 1.0, 2.0))


def test_without_a_compiler_its_contenders_are_left_out_and_the_others_are_the_peers(monkeypatch):
    monkeypatch.setattr(layers, "has_compiler", lambda: False)
    contest = norm_contest((2, 8, 5, 5), at_least=1.0)
    assert not [name for name in contest.contenders if "compiled" in name]
    assert contest.targets[0].peer == ("eager", "torch", "torch_channels_last")


def test_three_steps_give_the_same_losses(not_compiled):
    full, no_lrn = (without_dropout(experiment(variant)) for variant in ("full", "no_lrn"))
    contest = step_contest(full, no_lrn, name="tiny", num_classes=10, batch_size=4, side=8)
    losses = {name: [float(contest.contenders[name]()) for _ in range(3)] for name in contest.contenders if "sgemm" not in name}
    assert set(steps.PEER_SETTINGS) <= set(losses)
    for name in steps.PEER_SETTINGS:
        np.testing.assert_allclose(losses["ours"], losses[name], rtol=1e-4)
    assert losses["ours"][2] != losses["ours"][0], "the steps change nothing"
    assert losses["no_lrn"][2] != losses["ours"][2], "the net without normalisation is the same"
    assert contest.contenders["sgemm"]().shape == contest.contenders["sgemm_numpy"]().shape == (8, 8)


def test_updates_give_the_same_weights():
    """Until the rate changes the paper's rule is torch's."""
    contenders = update_contest(experiment("full"), num_classes=10, name="tiny").contenders
    after = {name: [[weight.detach().clone() for weight in work()] for _ in range(3)] for name, work in contenders.items()}
    for name in ("torch", "torch_fused"):
        for weight, expected in zip(after["ours"][2], after[name][2], strict=True):
            torch.testing.assert_close(weight, expected)
    assert not torch.equal(after["ours"][0][0], after["ours"][2][0])


@pytest.mark.parametrize("keep", [False, True])
def test_loaders_give_the_same_batches(tmp_path, keep):
    recipe = dataclasses.replace(experiment("full").recipe, batch_size=8)
    contest = loading_contest(tmp_path / "data", recipe, num=20, stored_px=36, input_px=32, targets=(), keep=keep)
    ours = contest.contenders["ours"]()
    assert [len(batch.label_B) for batch in ours] == [8, 8, 4]
    for name in KEEPING_LOADERS[1:-1] if keep else LOADERS[1:-1]:
        for batch, (image_BCHW, label_B) in zip(ours, contest.contenders[name](), strict=True):
            assert batch.label_B.tolist() == label_B.tolist()
            # decoders may differ by a grey level or two where they smooth chroma
            torch.testing.assert_close(batch.image_BCHW, image_BCHW, rtol=0, atol=3.0)
            assert float((batch.image_BCHW - image_BCHW).abs().mean()) < 0.2
    assert len(contest.contenders["cv2"]()) == 20


def test_cutters_give_the_same_clips(tmp_path):
    contest = cutting_contest(tmp_path, codec="MPEG-4")
    ours, *others = (
        [simplejpeg.decode_jpeg(strip).astype(int) for strip in contest.contenders[name]()] for name in ("ours", "pyav", "opencv")
    )
    assert len(ours) == 20
    assert ours[0].shape == (16 * STORED_PX, STORED_PX, 3)
    # Each resizes by a filter of its own; a frame further on differs by more.
    apart = np.abs(ours[0][:STORED_PX] - ours[0][-STORED_PX:]).mean()
    for other in others:
        assert np.mean([np.abs(one - two).mean() for one, two in zip(ours, other, strict=True)]) < apart / 4
    assert contest.contenders["bare"]() == 300


def test_networks_of_clips_train_and_score():
    nets = {name: experiment(name, paper="karpathy") for name in ("single_frame", "single_frame_multires")}
    contests = clip_contests(nets, name="tiny", num_classes=4, batch_size=2)
    assert list(contests) == ["training", "test"]
    for contest in contests.values():
        for turn in contest.contenders.values():
            turn()


def test_two_streams_are_set_beside_what_the_paper_prints():
    single, slow = printed_targets()
    assert (single.contender, slow.contender) == ("single_frame_multires", "slow_fusion_multires")
    assert (single.printed, slow.printed) == (21 / 6, 10 / 5)


def test_contenders_take_turns_in_orders_drawn_anew(monkeypatch):
    ran, now = [], [0.0]
    monkeypatch.setitem(turns.CLOCKS, "processor time", lambda: now[0])

    def work(name, seconds):
        ran.append(name)
        now[0] += seconds

    contenders = {name: lambda n=name, s=seconds: work(n, s) for name, seconds in (("a", 1.0), ("b", 2.0), ("c", 4.0))}
    contest = Contest(title="", contenders=contenders, settings={}, num_rounds=5, num_warm_up=1, num_before=1)
    assert measure(contest) == {"a": [1.0] * 5, "b": [2.0] * 5, "c": [4.0] * 5}
    rounds = ["".join(ran[first : first + 6]) for first in range(0, 36, 6)]
    assert all(sorted(order) == list("aabbcc") for order in rounds)
    assert all(order[0] == order[1] and order[2] == order[3] for order in rounds), "the run before is the same one's"
    assert len(set(rounds)) > 1


def test_the_timer_tells_what_was_measured():
    timer = Replay()
    timer.load([0.5, 0.25])
    ticks = [timer() for _ in range(4)]
    assert [ticks[1] - ticks[0], ticks[3] - ticks[2]] == [0.5, 0.25]


def in_one_process(command):
    """Run the tests as if they were not those of a worker that runs this one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    return subprocess.run(command, cwd=PACKAGE.parent, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """A file of the suite, run as the README says, on one small group."""
    path = tmp_path_factory.mktemp("speed") / "suite.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/bench",
        "-m",
        "bench",
        "-k",
        "update and small",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    done = in_one_process([*command, f"--benchmark-json={path}"])
    assert done.returncode == 0, done.stdout[-3000:]
    return path


def test_the_suite_enters_each_contender_by_name_with_its_times(suite):
    document = json.loads(suite.read_text())
    assert [entry["name"] for entry in document["benchmarks"]] == ["ours", "torch_fused", "torch"]
    assert {entry["group"] for entry in document["benchmarks"]} == {"update small"}
    (group,) = read_suite(suite).groups
    assert {len(item.seconds) for item in group.contenders.values()} == {30}
    assert all(seconds > 0 for item in group.contenders.values() for seconds in item.seconds)


def test_the_suite_is_left_out_by_default():
    done = in_one_process([sys.executable, "-m", "pytest", "tests/bench/test_speed.py", "-q", "-p", "no:cacheprovider"])
    assert " passed" not in done.stdout
    assert " deselected" in done.stdout


def test_the_page_shows_what_the_file_says(suite, tmp_path):
    text = render_speed([suite], tmp_path).read_text()
    ours = read_suite(suite).groups[0].contenders["ours"]
    assert f"{ours.quartiles[0] * 1e6:.2f}" in text or f"{ours.quartiles[0] * 1e3:.2f}" in text
    assert "update small" in text and "torch.optim.SGD(foreach=True)" in text
    assert render_speed([suite], tmp_path / "again").read_text() == text


def test_a_job_of_four_has_four_times_the_work(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(work, "run_process", lambda command: asked.append(command[2:]))
    contests = {kind: work.work_contest(kind, tmp_path) for kind in work.WHAT}
    assert [command[1] for command in asked] == ["prepare"] * 3
    asked.clear()
    for contest in contests.values():
        assert contest.amounts == {"1": 1, "2": 2, "4": 4}
        contest.contenders["4"]()
    seeds, variants, examples = asked
    assert (option(seeds, "--variant"), option(seeds, "--seeds")) == ("full", "0-3")
    assert (option(variants, "--variant"), option(variants, "--seeds")) == (",".join(work.ALIKE), "0")
    assert examples[0] == "tests.bench.work" and examples[-1] == str(4 * work.EPOCHS_AT_ONCE)


def option(command, name):
    return command[command.index(name) + 1]


def test_variants_that_a_job_takes_for_alike_have_nets_of_the_same_cost():
    shapes = [geometry_of(experiment(variant).network, num_classes=10) for variant in work.ALIKE]
    assert len({(found.num_flops, found.num_parameters) for found in shapes}) == 1
    run = make_run(PAPERS["alexnet"], scale=work.SCALE, variant="full", seed=0)
    assert run.trained.recipe.schedule.num_epochs == work.EPOCHS_AT_ONCE
    assert work.longer(run, num_epochs=20).trained.recipe.schedule.num_epochs == 20
