"""What is exported of a run is its net to the bit, with a card that says what its numbers are worth."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml

import repro
from repro import cli
from repro.artifacts.dataset_json import SplitFiles
from repro.artifacts.run_json import read_run
from repro.artifacts.runs_csv import write_runs_csv
from repro.artifacts.stored_files import StoredFile
from repro.readers.export import CARD, DESCRIPTION, WEIGHTS, ExportError, data_card, export_data, load_net, model_card
from repro.readers.net import NoNetError
from tests.artifacts.made import measurement
from tests.described import NO_DIGEST, dataset_of_images
from tests.readers.test_net import finished

HAS_LIBRARY = importlib.util.find_spec("safetensors") is not None
needs_library = pytest.mark.skipif(not HAS_LIBRARY, reason="safetensors is not installed")


def head_of(text: str) -> dict[str, object]:
    return yaml.safe_load(text.split("---\n")[1])


@needs_library
@pytest.mark.parametrize(
    ("paper", "variant"),
    [("alexnet", "full"), ("alexnet", "one_tower_half"), ("alexnet", "cifar_11pct"), ("karpathy", "slow_fusion")],
)
def test_the_net_that_comes_back_is_the_one_that_was_exported(
    paper: str, variant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, net = finished(tmp_path / "results", paper=paper, variant=variant)
    out = tmp_path / "given" / "away"
    assert cli.main(["export", run.id, "--to", str(out), "--results", str(tmp_path / "results")]) == 0
    assert {path.name for path in out.iterdir()} == {WEIGHTS, DESCRIPTION, CARD}
    loaded = repro.load_exported(out)
    assert not loaded.training
    assert {name: value.tolist() for name, value in loaded.state_dict().items()} == {
        name: value.tolist() for name, value in net.state_dict().items()
    }
    head = head_of((out / CARD).read_text())
    assert (head["license"], head["library_name"]) == ("mit", "repro")
    assert head["tags"][-1] == ("video-classification" if paper == "karpathy" else "image-classification")


def test_the_card_has_every_number_of_the_run_and_no_other(tmp_path: Path) -> None:
    run, _ = finished(tmp_path)
    record = read_run(tmp_path, run.id)
    rows = [measurement("full", 0, 0.4321), measurement("full", 0, 0.2, metric="top5_error")]
    text = model_card(record, rows=rows)
    assert "| top1_error | ten_crop | 0.4321 | 5,000 |" in text
    results = head_of(text)["model-index"][0]["results"]
    assert [result["metrics"][0]["value"] for result in results] == [rows[0].value, rows[1].value]
    assert "**demonstration**. It was trained on generated data and knows no natural images." in text
    assert "not collected yet" in model_card(record, rows=[])


@needs_library
def test_rows_of_other_runs_stay_out_of_the_card(tmp_path: Path) -> None:
    run, _ = finished(tmp_path)
    write_runs_csv(tmp_path / "smoke" / "runs.csv", [measurement("full", 0, 0.111), measurement("full", 1, 0.999)])
    assert cli.main(["export", run.id, "--to", str(tmp_path / "out"), "--results", str(tmp_path)]) == 0
    text = (tmp_path / "out" / CARD).read_text()
    assert "0.111" in text and "0.999" not in text


@needs_library
def test_weights_of_another_net_and_folders_without_one_are_refused(tmp_path: Path) -> None:
    for variant in ("full", "no_lrn", "one_tower_half"):
        run, _ = finished(tmp_path, variant=variant)
        assert cli.main(["export", run.id, "--to", str(tmp_path / variant), "--results", str(tmp_path)]) == 0
    (tmp_path / "full" / WEIGHTS).write_bytes((tmp_path / "one_tower_half" / WEIGHTS).read_bytes())
    with pytest.raises(NoNetError, match="does not fit its net"):
        load_net(tmp_path / "full")
    (tmp_path / "no_lrn" / DESCRIPTION).write_text("{}")
    for folder in ("no_lrn", "nothing"):
        with pytest.raises(ExportError, match="holds no exported net; give a folder that"):
            load_net(tmp_path / folder)


def test_a_run_that_is_not_there_and_a_missing_library_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    words = ["export", "small/alexnet/full/0", "--to", str(tmp_path / "out"), "--results", str(tmp_path)]
    assert cli.main(words) == 2
    assert "run small/alexnet/full/0 is not finished in" in capsys.readouterr().err
    monkeypatch.setattr("repro.readers.export.read_net", lambda run, results: None)
    assert cli.main(words) == 2
    assert "pip install 'repro-claims[export]'" in capsys.readouterr().err
    with pytest.raises(ExportError, match="allowed: none yet"):
        export_data("smoke", "procedural", results=tmp_path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("kind", "licence"), [("procedural", "mit"), ("folders", "other"), ("cifar10", "other")])
def test_the_card_of_data_says_whose_they_are(kind: str, licence: str) -> None:
    index = StoredFile(file="index.bin", sha256=NO_DIGEST)
    split = SplitFiles(num_examples=7, class_counts=(3, 4), index=index, shards=())
    made = dataset_of_images({"train": split}, classes=("a", "b"), stored_px=24, encoding="jpeg")
    text = data_card(replace(made, kind=kind), scale="smoke")
    assert head_of(text)["license"] == licence
    assert ("under its licence (MIT)" in text) == (licence == "mit")
    assert ("this card gives no right" in text) == (licence == "other")
    assert "| train | 7 | 3 | 4 |" in text and "| test | 7 | 3 | 4 |" in text


def test_a_net_as_printed_has_the_papers_parameters_and_the_seeds_weights() -> None:
    net = repro.build_net("paper/alexnet/full/0")
    assert sum(value.numel() for value in net.parameters()) == 60_965_224
    one, same, other = (repro.build_net(f"smoke/alexnet/full/{seed}", num_classes=10) for seed in (0, 0, 1))
    first = [next(iter(each.parameters())) for each in (one, same, other)]
    assert torch.equal(first[0], first[1]) and not torch.equal(first[0], first[2])


@pytest.mark.parametrize("name", ["smoke/alexnet/sift_fisher/0", "smoke/alexnet/full", "x"])
def test_what_is_no_net_is_not_built(name: str) -> None:
    with pytest.raises(NoNetError):
        repro.build_net(name)
