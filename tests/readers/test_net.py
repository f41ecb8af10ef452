"""`repro.load_run`: the net that was trained, or one line that says why there is none."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import repro
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.provenance import plain
from repro.artifacts.run_json import AveragedRuns, FittedModel, Member, MemberData, write_run
from repro.artifacts.stored_files import stored_file
from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.papers import PAPERS
from repro.readers.net import NoNetError
from repro.spec.experiment import make_run
from repro.spec.network import Network
from repro.spec.run import Run
from tests.artifacts.made import recorded
from tests.described import NO_DIGEST
from tests.fabricate import change_run


def finished(results: Path, *, paper: str = "alexnet", variant: str = "full", num_classes: int = 10) -> tuple[Run, nn.Module]:
    """Write a run of a net that was built, not trained."""
    run = make_run(PAPERS[paper], scale="smoke", variant=variant, seed=0)
    network = run.trained.network
    build: Any = build_network if isinstance(network, Network) else build_clip_network
    net = build(network, num_classes=num_classes, key=7)
    folder = run_folder(results, run.id)
    folder.mkdir(parents=True)
    torch.save(net.state_dict(), folder / "weights.pt")
    record = recorded(variant, 0, paper=paper, spec=plain(run.experiment), num_classes=num_classes)
    assert record.network is not None
    write_run(folder, replace(record, network=replace(record.network, weights=stored_file(folder / "weights.pt"))))
    return run, net


@pytest.mark.parametrize("variant", ["full", "no_lrn", "one_tower_half", "cifar_11pct", "minus_fc6_fc7"])
def test_a_net_of_images_is_the_one_that_was_stored(variant: str, tmp_path: Path) -> None:
    run, net = finished(tmp_path, variant=variant)
    loaded = repro.load_run(run.id, results=tmp_path)
    assert not loaded.training
    px = run.trained.network.size.input_px
    x_BCHW = torch.randn(2, 3, px, px)
    with torch.inference_mode():
        assert torch.equal(loaded(x_BCHW), net.eval()(x_BCHW))


@pytest.mark.parametrize("variant", ["single_frame", "slow_fusion", "single_frame_multires"])
def test_a_net_of_clips_is_the_one_that_was_stored(variant: str, tmp_path: Path) -> None:
    run, net = finished(tmp_path, paper="karpathy", variant=variant)
    loaded = repro.load_run(run.id, results=str(tmp_path))
    network = run.trained.network
    px = network.frame.size.input_px
    x_BCTHW = torch.randn(2, 3, len(network.frames), px, px)
    with torch.inference_mode():
        assert torch.equal(loaded(x_BCTHW), net.eval()(x_BCTHW))


NO_NAMES = ("full", "small/alexnet/full", "small/alexnet/full/x", "small/alexnet/full/0/1", "../a/b/0", "//./0", "")
#: Specifications of nets in words that this version does not know.
OTHER_WORDS = (
    lambda spec: spec.pop("network"),
    lambda spec: spec.update(network=3),
    lambda spec: spec["network"].update(more=1),
    lambda spec: spec["network"].pop("conv"),
)


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_of_a_run_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NoNetError, match="allowed: scale/paper/variant/seed, such as small/alexnet/full/0"):
        repro.load_run(name, results=tmp_path)


def test_a_run_that_is_not_there_is_an_error_that_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(NoNetError, match=r"is not finished in .*--variant full --seeds 3 --results"):
        repro.load_run("smoke/alexnet/full/3", results=tmp_path)


def test_a_name_that_is_misspelt_and_a_folder_too_deep_are_said(tmp_path: Path) -> None:
    """Neither is mended by training."""
    for name in ("full", "no_lrn"):
        (tmp_path / "smoke" / "runs" / "alexnet" / name).mkdir(parents=True)
    with pytest.raises(NoNetError, match=r"did you mean smoke/alexnet/no_lrn/1\?$"):
        repro.load_run("smoke/alexnet/no_lnr/1", results=tmp_path)
    with pytest.raises(NoNetError, match=f"the folder of a scale; give the one above, of all scales: {tmp_path}$"):
        repro.load_run("smoke/alexnet/full/0", results=tmp_path / "smoke")
    with pytest.raises(NoNetError, match="or train it"):
        repro.load_run("smoke/alexnet/one_tower_half/0", results=tmp_path)


@pytest.mark.parametrize("num_classes", [0, -1, "a", 2.5, True, None])
def test_a_net_of_no_number_of_classes_is_not_built(num_classes: Any) -> None:
    with pytest.raises(NoNetError, match="allowed: a whole number from 1"):
        repro.build_net("smoke/alexnet/full/0", num_classes=num_classes)


def test_a_changed_record_or_changed_or_missing_weights_are_refused(tmp_path: Path) -> None:
    run, _ = finished(tmp_path)
    weights = run_folder(tmp_path, run.id) / "weights.pt"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"weights\.pt was changed.*train run smoke/alexnet/full/0 again"):
        repro.load_run(run.id, results=tmp_path)
    weights.unlink()
    with pytest.raises(FileFormatError, match=r"weights\.pt is not there \(published results are without weights\)"):
        repro.load_run(run.id, results=tmp_path)
    record = run_folder(tmp_path, run.id) / "run.json"
    record.write_text(record.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(FileFormatError, match="changed since it was written"):
        repro.load_run(run.id, results=tmp_path)


def test_weights_that_are_none_or_of_another_net_do_not_fit(tmp_path: Path) -> None:
    run, _ = finished(tmp_path)
    folder = run_folder(tmp_path, run.id)
    network = recorded("full", 0).network
    assert network is not None
    buffer = io.BytesIO()
    torch.save({"conv1.weight": torch.zeros(1)}, buffer)
    for content in (b"no weights", buffer.getvalue()):
        (folder / "weights.pt").write_bytes(content)
        change_run(tmp_path, run.id, network=replace(network, weights=stored_file(folder / "weights.pt")))
        with pytest.raises(NoNetError, match="do not fit its net") as caught:
            repro.load_run(run.id, results=tmp_path)
        assert "\n" not in str(caught.value)


def without_net(results: Path, **changes: Any) -> str:
    run, _ = finished(results)
    change_run(results, run.id, **changes)
    return run.id


def test_an_average_names_its_members(tmp_path: Path) -> None:
    member = Member(run="smoke/alexnet/tanh/0", weight=1.0, test_errors={}, dataset=MemberData(name="x", digest=NO_DIGEST))
    name = without_net(tmp_path, network=None, ensemble=AveragedRuns(members=(member,), num_parameters=1))
    with pytest.raises(NoNetError, match="has no net of its own; load its members: smoke/alexnet/tanh/0"):
        repro.load_run(name, results=tmp_path)


def test_a_classical_model_has_no_net(tmp_path: Path) -> None:
    model = FittedModel(num_features=1, steps_s={}, model=stored_file(Path(__file__)))
    name = without_net(tmp_path, network=None, fitted=model)
    with pytest.raises(NoNetError, match="is made by the method 'fitted' and has no net"):
        repro.load_run(name, results=tmp_path)


def test_the_weights_of_a_run_that_diverged_are_of_no_use(tmp_path: Path) -> None:
    name = without_net(tmp_path, status="diverged", reason="the training loss was not finite in epoch 1")
    with pytest.raises(NoNetError, match=r"diverged: the training loss was not finite in epoch 1; .*load another seed"):
        repro.load_run(name, results=tmp_path)


@pytest.mark.parametrize("change_spec", OTHER_WORDS)
def test_a_net_that_is_described_in_other_words_is_refused(change_spec: Any, tmp_path: Path) -> None:
    run = make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=0)
    spec = plain(run.experiment)
    change_spec(spec)
    with pytest.raises(NoNetError, match="was trained by another version of this package"):
        repro.load_run(without_net(tmp_path, spec=spec), results=tmp_path)
