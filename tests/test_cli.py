"""The command line prints the catalogue, checks names, and turns our errors into one line."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from repro import cli
from repro.cli import arguments, stages
from repro.cli.arguments import STANDARD_INPUT, parse_input, parse_place
from repro.cli.parser import command_parser
from repro.papers import PAPERS
from repro.system.locks import FolderInUse, claim, locked, try_lock

KNOWING = {"-h", "--help", "--catalogue"}
STAGE = KNOWING | {"--scale", "--results", "--log"}
COMPUTE = {"--threads", "--device"}
PAPERS_OPTION = {"--papers", "--paper"}
SOURCE = {"--source", "--images", "--videos", "--data", "--pretraining", "--unsplit", "--transfer"}
#: The options are an interface: scripts and old command lines must go on to work.
OPTIONS = {
    "list": KNOWING | {"paper", "--claims"},
    "bring": {"-h", "--help", "elsewhere", "--scale", "--results", "--runs", "--ledger", "--log"},
    "show": KNOWING | {"run"},
    "diff": KNOWING | {"base", "other", "--json", "--page", "--margin"},
    "plan": KNOWING | PAPERS_OPTION | {"--scale", "--gpus", "--gpu-tflops", "--hours", "--results"},
    "prepare": STAGE | COMPUTE | PAPERS_OPTION | SOURCE | {"--dataset", "--max-left-out", "--title"},
    "train": STAGE | COMPUTE | PAPERS_OPTION | {"--variant", "--variants", "--seeds", "--gpus", "--precision", "--towers-apart"},
    "collect": STAGE | PAPERS_OPTION | {"--num-seeds"},
    "judge": STAGE | PAPERS_OPTION,
    "decide": STAGE | COMPUTE | PAPERS_OPTION | {"--looks", "--hours"},
    "tune": STAGE | COMPUTE | PAPERS_OPTION | {"--claims", "--dry-run", "--hours"},
    "render": STAGE | PAPERS_OPTION | {"--reports", "--threads"},
    "report": STAGE | PAPERS_OPTION | {"--left", "--num-seeds", "--reports"},
    "follow": (STAGE - {"--log"}) | PAPERS_OPTION | {"--jobs", "--num-seeds", "--pages", "--reports", "--runs", "--until-end-of"},
    "speed": {"-h", "--help", "files", "--reports"},
    "calibrate": STAGE | PAPERS_OPTION | {"--replications", "--seed", "--out"},
    "verify": KNOWING | {"results", "--json", "--rerun", "--carry", "--data", "--pages", "--seed", "--device"},
    "challenge": STAGE | {"claim", "--beacon", "--num-seeds", "--seeds", "--device"},
    "publish": KNOWING | {"results", "--out"},
    "ledger": {"-h", "--help", "--scale", "--results", "--begin-anew"},
    "doctor": {"-h", "--help", "--results", "--json"},
    "site": KNOWING | {"folders", "--out"},
    "export": {"-h", "--help", "name", "--to", "--results"},
    "workflow": {"words"},
    "completion": {"-h", "--help", "shell"},
}


def repro(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "repro", *arguments], capture_output=True, text=True)


def test_the_options_are_these_and_no_others():
    commands = next(action for action in command_parser()._actions if isinstance(action, argparse._SubParsersAction))
    found = {
        name: {text for action in one._actions for text in (action.option_strings or [action.dest])}
        for name, one in commands.choices.items()
    }
    assert found == OPTIONS


def test_every_option_that_names_a_folder_or_a_file_reads_it_into_its_one_spelling():
    commands = next(action for action in command_parser()._actions if isinstance(action, argparse._SubParsersAction))
    places = [
        (name, action)
        for name, one in commands.choices.items()
        for action in one._actions
        if action.metavar in ("DIR", "FILE", "RESULTS") or isinstance(action.default, Path) or action.type is Path
    ]
    assert len(places) > 40
    assert [(name, action.dest) for name, action in places if action.type not in (parse_place, parse_input)] == []
    assert parse_input("-") == STANDARD_INPUT and parse_input("a//b/../c") == parse_place("a//b/../c")


def test_list_names_every_scale_variant_and_table(capsys):
    assert cli.main(["list"]) == 0
    text = capsys.readouterr().out
    for paper in PAPERS.values():
        for item in (*paper.scales, *paper.variants, *paper.tables):
            assert f"    {item.name} " in text
    assert "full with network.dropout_rate = 0.0" in text


def test_list_of_one_paper_and_of_an_unknown_one(capsys):
    assert cli.main(["list", "alexnet"]) == 0
    assert cli.main(["list", "alexnett"]) == 2
    assert "repro: error: unknown paper 'alexnett'; did you mean 'alexnet'? (python -m repro list)" in capsys.readouterr().err


def test_show_prints_the_spec_and_the_geometry_that_follows(capsys):
    assert cli.main(["show", "paper/alexnet/full/3"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["id"] == "paper/alexnet/full/3"
    assert shown["run"]["experiment"]["network"]["lrn"] == {
        "size": 5,
        "alpha": 1e-4,
        "beta": 0.75,
        "k": 2.0,
        "alpha_over_size": False,
    }
    assert shown["geometry"]["num_parameters"] == 60_965_224
    assert shown["geometry"]["num_flops"] == 2 * 724_406_816
    assert shown["geometry"]["layers"][0] == {
        "name": "conv1",
        "maps": 96,
        "map_px": 55,
        "pooled_px": 27,
        "padding_px": 0,
        "num_parameters": 34_944,
    }


def test_diff_prints_what_two_variants_differ_in_and_nothing_else(capsys):
    assert cli.main(["diff", "small/alexnet/full/0", "small/alexnet/tanh/1"]) == 0
    assert capsys.readouterr().out == "network.activation: relu -> tanh\n"


def test_diff_of_two_seeds_is_the_name_alone(capsys):
    assert cli.main(["diff", "small/alexnet/full/0", "small/alexnet/full/1"]) == 0
    assert capsys.readouterr().out == "no difference but the name\n"


def test_diff_of_two_scales_names_data_and_size(capsys):
    assert cli.main(["diff", "smoke/alexnet/full/0", "cifar10/alexnet/full/0"]) == 0
    text = capsys.readouterr().out
    assert "dataset.kind: procedural -> cifar10" in text
    assert "network.size.input_px: 24 -> 28" in text


@pytest.mark.parametrize("run", ["full", "small/alexnet/full", "small/alexnet/full/x", "small/alexnet/full/-1", "a/b/c/d/0"])
def test_a_run_id_of_another_form_is_refused_with_an_example(run, capsys):
    assert cli.main(["show", "--", run]) == 2
    error = capsys.readouterr().err
    example = re.search(r"got run .*; allowed: scale/paper/variant/seed, such as (\S+) \(python -m repro list\)$", error)
    assert example is not None, error
    assert f"got run {run!r};" in error
    assert cli.main(["show", example[1]]) == 0


@pytest.mark.parametrize(
    ("text", "seeds"), [("0", (0,)), ("0-2", (0, 1, 2)), ("0,1,5", (0, 1, 5)), ("0-1,7", (0, 1, 7)), ("12-12", (12,))]
)
def test_seeds_are_ranges_and_lists(text, seeds):
    assert arguments.parse_seeds(text) == seeds


def test_variants_are_a_name_or_several_each_once():
    assert arguments.parse_variants("full") == ("full",)
    assert arguments.parse_variants("full,no_lrn") == ("full", "no_lrn")
    for text in ("", "full,", "full,full"):
        with pytest.raises(argparse.ArgumentTypeError, match="allowed: a name, or several joined by commas, each once"):
            arguments.parse_variants(text)


@pytest.mark.parametrize(
    "text", ["", "a", "2-1", "1,1", "0-2,1", "-1", "1,", "1.5", "0-", "-", ",", "0-99999999999", "10000", "\u0661"]
)
def test_other_seeds_are_refused_with_what_is_allowed(text):
    with pytest.raises(argparse.ArgumentTypeError, match="allowed: a range such as 0-2, or a list such as 0,1,5"):
        arguments.parse_seeds(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--paper", "alexnet", "--scale", "smal", "--variant", "full"],
            "unknown scale 'smal' of alexnet; did you mean 'small'?",
        ),
        (["--paper", "alexnet", "--scale", "small", "--variant", "no_lnr"], "did you mean 'no_lrn'?"),
        (["--paper", "x", "--scale", "small", "--variant", "full"], f"unknown paper 'x'; allowed: {', '.join(PAPERS)}"),
        (["--paper", "alexnet", "--scale", "small", "--variant", "full", "--threads", "0"], "--threads 0; allowed: 1 and above"),
    ],
)
def test_train_refuses_unknown_names_in_one_line_before_it_does_anything(arguments, message, tmp_path, capsys):
    assert cli.main(["train", "--seeds", "0", "--results", str(tmp_path / "results"), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("repro: error: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_collect_names_the_scales_there_are(tmp_path, capsys):
    assert cli.main(["collect", "--scale", "huge", "--results", str(tmp_path)]) == 2
    scales = dict.fromkeys(scale.name for paper in PAPERS.values() for scale in paper.scales)
    message = f"unknown scale 'huge' of {', '.join(PAPERS)}; allowed: {', '.join(scales)}"
    assert message in capsys.readouterr().err


def test_a_missing_file_of_ours_is_one_line_with_the_next_step(tmp_path, capsys):
    assert cli.main(["judge", "--scale", "smoke", "--results", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "runs.csv" in error
    assert "Traceback" not in error


def test_an_unforeseen_error_gives_a_traceback_in_the_log_too_and_code_1(tmp_path, capsys, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr(stages, "catalogue", broken)
    log = tmp_path / "logs" / "judge.log"
    assert cli.main(["judge", "--scale", "smoke", "--results", str(tmp_path), "--log", str(log)]) == 1
    assert "ZeroDivisionError: by hand" in capsys.readouterr().err
    assert "Traceback" in log.read_text()
    assert "ZeroDivisionError: by hand" in log.read_text()


def test_the_module_runs_and_prints_help():
    done = repro("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in OPTIONS)


def test_a_reader_that_ends_early_gets_no_traceback():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run([sys.executable, "-m", "repro", "list"], stdout=closed, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_a_wrong_option_is_refused_with_code_2():
    assert repro("train", "--epochs", "3").returncode == 2


def test_device_cuda_without_a_gpu_says_what_to_do():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        assert arguments.chosen_device("cuda") == arguments.chosen_device("auto") == "cuda"
        return
    assert arguments.chosen_device("auto") == arguments.chosen_device("cpu") == "cpu"
    with pytest.raises(arguments.UsageError, match="sees no GPU; use --device cpu"):
        arguments.chosen_device("cuda")


def test_a_second_claim_of_a_folder_is_refused_and_names_the_holder(tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import repro.system.locks, pathlib; repro.system.locks.claim(pathlib.Path({str(tmp_path)!r})); print(); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    assert try_lock(tmp_path) is None
    with pytest.raises(FolderInUse, match=f"in use by process {holder.pid}"):
        claim(tmp_path)
    holder.kill()
    holder.wait()
    with locked(tmp_path, say=print):
        assert try_lock(tmp_path) is None


def test_a_writer_waits_for_the_one_before_it(tmp_path):
    code = (
        "import repro.system.locks, pathlib, time\n"
        f"with repro.system.locks.locked(pathlib.Path({str(tmp_path)!r}), say=print):\n"
        "    print(flush=True)\n    time.sleep(1)\n"
        f"    pathlib.Path({str(tmp_path / 'done')!r}).touch()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as first:
        first.stdout.readline()
        said = []
        with locked(tmp_path, say=said.append, wait_s=0.05):
            assert (tmp_path / "done").exists()
    assert said == [f"{tmp_path} is being written by process {first.pid}; waiting until it ends"]
