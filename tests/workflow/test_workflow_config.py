"""What the configuration says, what is refused, and what is left out with a line that says why."""

import math
import re

import pytest
import yaml

from repro.papers import PAPERS
from repro.planning.jobs import train_jobs
from repro.planning.plan import (
    ConfigError,
    catalogue_options,
    left_out,
    planned_variants,
    read_config,
    source_option,
)
from repro.planning.source_changes import source_of
from tests.planned import CONFIG, EVERYTHING, ROOT, SCHEMA, checked, jobs


def test_the_scale_is_small_unless_said_otherwise():
    shipped = yaml.safe_load((ROOT / "workflow" / "config.yaml").read_text())
    config = read_config(shipped, schema=SCHEMA)
    assert config.scale == "small"
    assert config.papers == tuple(PAPERS)
    seeds = {job.seeds for job in train_jobs(PAPERS["alexnet"], config) if "no_lrn" in job.variants}
    assert seeds == {(0, 1, 2)}


def test_a_wrong_configuration_ends_in_one_clear_error(fresh):
    done = fresh.run("--dry-run", config=("scael=smoke",))
    assert done.returncode == 2
    assert "repro: error: unknown key 'scael' in the configuration; did you mean 'scale'? allowed: scale, papers, " in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"device": "gpu"}, "device='gpu' is not allowed; did you mean 'cuda'? allowed: auto, cpu or cuda"),
        ({"seeds": 0}, "seeds=0 is not allowed; allowed: a whole number of seeds from 1"),
        ({"seeds": 10**30}, f"seeds={10**30} is not allowed; allowed: a whole number of seeds from 1 to 1000"),
        ({"max_left_out": math.nan}, "max_left_out=nan is not allowed; allowed: a share from 0 to 1"),
        ({"hours": math.inf, "until": "decided"}, "hours=inf is not allowed; allowed: hours of processor time"),
        ({"seeds": "x"}, "seeds='x' is not allowed"),
        ({"seeds_per_job": "each"}, "seeds_per_job='each' is not allowed; allowed: all, or a whole number from 1"),
        ({"papers": []}, "papers=[] is not allowed"),
        ({"xyz": 3}, "unknown key 'xyz' in the configuration; allowed: scale"),
        ({"catalogue": 3}, "catalogue=3 is not allowed; allowed: a file or a list of files that describe papers"),
        ({"catalogue": "nowhere.py"}, "nowhere.py cannot be read (No such file or directory, looked from "),
        ({"scale": "smok"}, "unknown scale 'smok' of alexnet; did you mean 'smoke'? (python -m repro list)"),
        ({"papers": "alexnett"}, "unknown paper 'alexnett'; did you mean 'alexnet'"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        checked(**changes)


def test_papers_of_a_file_are_known_and_run_where_no_names_are_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # from another folder than the example's
    example = str(ROOT / "examples" / "vgg_depth.py")
    config = checked(catalogue=[example], papers=None)
    assert config.catalogue.files == (example,)
    assert set(config.papers) == {*PAPERS, "vgg"}
    assert checked(catalogue=example, papers="vgg").papers == ("vgg",)
    assert catalogue_options(config) == f" --catalogue {example}"
    assert catalogue_options(checked()) == ""


def test_a_missing_key_is_named():
    values = {key: value for key, value in CONFIG.items() if key != "results"}
    with pytest.raises(ConfigError, match="'results' is a required property"):
        read_config(values, schema=SCHEMA)


def test_the_shipped_configuration_is_allowed_and_one_paper_may_be_a_plain_name():
    assert checked(papers="alexnet").papers == ("alexnet",)
    assert checked().seeds_per_job is None


def test_a_scale_whose_images_are_missing_says_which_option_names_them(tmp_path, monkeypatch):
    dataset = PAPERS["alexnet"].scale("folders").dataset
    with pytest.raises(ConfigError, match=r"scale 'folders' needs a folder of images and got none; .*: --config images=DIR$"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="folders"))
    with pytest.raises(ConfigError, match=r"images='my images' is not a folder \(looked from .*: --config images=DIR"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="folders", images="my images"))
    for name in ("train", "val"):
        (tmp_path / "my images" / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="folders", images="my images")) == "--source 'my images'"


def test_cifar10_is_read_from_a_folder_or_downloaded_and_generated_images_need_nothing(tmp_path):
    (tmp_path / "batches").touch()
    dataset = PAPERS["alexnet"].scale("cifar10").dataset
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10")) == ""
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10", data=str(tmp_path))) == f"--source {tmp_path}"
    with pytest.raises(ConfigError, match="data='nowhere' is not a folder"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10", data="nowhere"))
    assert source_option(PAPERS["alexnet"], PAPERS["alexnet"].scale("smoke").dataset, checked(images="nowhere")) == ""


def test_other_files_are_other_images_wherever_they_lie_but_cifar10_is_the_same_from_anywhere(tmp_path):
    paper = PAPERS["alexnet"]
    for name in ("one", "two"):
        (tmp_path / name / "train" / "cat").mkdir(parents=True)
        (tmp_path / name / "val").mkdir()
    here = checked(scale="folders", images=str(tmp_path / "one"), data=str(tmp_path))
    there = checked(scale="folders", images=str(tmp_path / "two"), data=str(tmp_path))
    dataset = paper.scale("folders").dataset
    before = source_of(paper, dataset, here)
    assert before == source_of(paper, dataset, there)
    (tmp_path / "two" / "train" / "cat" / "1.jpg").write_bytes(b"1")
    assert before.state != source_of(paper, dataset, there).state
    assert source_of(paper, dataset, there, look=False).state == ""
    assert source_of(paper, paper.scale("cifar10").dataset, here).state == ""
    assert source_of(paper, paper.scale("smoke").dataset, here).state == ""


def test_a_paper_whose_folder_is_not_given_is_left_out_with_a_line_that_says_how_to_get_it():
    both = {**CONFIG, "papers": ["alexnet", "karpathy"], "scale": "folders"}
    for given, kept, line in (
        ({"images": "photos"}, ("alexnet",), "Not run: karpathy, whose videos are not given; for them too: --config videos=DIR"),
        ({"videos": "films"}, ("karpathy",), "Not run: alexnet, whose images are not given; for them too: --config images=DIR"),
    ):
        config = read_config({**both, **given}, schema=SCHEMA)
        assert config.papers == kept
        lines = left_out({**both, **given}, config)
        assert [one for one in lines if one.startswith(("Not run: alexnet", "Not run: karpathy"))] == [line]
    everything = {**both, "images": "photos", "videos": "films"}
    neither = read_config(both, schema=SCHEMA)
    assert read_config(everything, schema=SCHEMA).papers == neither.papers == ("alexnet", "karpathy")
    assert not [line for line in left_out(both, neither) if line.startswith(("Not run: alexnet", "Not run: karpathy"))]
    with pytest.raises(ConfigError, match="scale 'folders' needs a folder of videos or images and got none"):
        source_option(PAPERS["karpathy"], PAPERS["karpathy"].scale("folders").dataset, neither)


def test_all_papers_are_planned_unless_the_configuration_names_one(fresh):
    planned = jobs(fresh.planned(config=("scale=smoke", "seeds=1")))
    assert {"prepare_procedural", "prepare_procedural_videos"} <= set(planned)
    made = {variant for job in train_jobs(PAPERS["karpathy"], checked(papers="karpathy")) for variant in job.variants}
    assert made == set(planned_variants(PAPERS["karpathy"], scale="smoke"))
    assert {job.name for job in train_jobs(PAPERS["karpathy"], checked(papers="karpathy"))} <= set(planned)
    assert set(EVERYTHING) <= set(planned)


def test_what_needs_further_images_is_left_out_with_a_line_that_names_the_key_of_their_folder():
    values = {**CONFIG, "scale": "paper", "images": "photos"}
    lines = left_out(values, read_config(values, schema=SCHEMA))
    assert lines == [
        "Not run: what needs imagenet_fall_2011 of alexnet; for it too: --config pretraining=DIR",
        "Not run: what needs imagenet_fall_2009 of alexnet; for it too: --config unsplit=DIR",
    ]
    without = {name for job in train_jobs(PAPERS["alexnet"], read_config(values, schema=SCHEMA)) for name in job.variants}
    given = {**values, "pretraining": "more", "unsplit": "all"}
    assert left_out(given, read_config(given, schema=SCHEMA)) == []
    everything = {name for job in train_jobs(PAPERS["alexnet"], read_config(given, schema=SCHEMA)) for name in job.variants}
    added = everything - without
    pretrained = {"conv6_pretraining", "cnn_pretrained", "seven_cnns", "seven_cnns_released"}
    assert added == pretrained | {"ten_thousand", "ten_thousand_five_conv"}


def test_papers_that_need_no_folder_are_never_left_out():
    for scale in ("smoke", "small", "cifar10"):
        values = {**CONFIG, "papers": ["alexnet", "karpathy"], "scale": scale}
        assert read_config(values, schema=SCHEMA).papers == ("alexnet", "karpathy")


def test_until_decided_begins_with_the_seeds_of_its_first_look() -> None:
    found = checked(until="decided", seeds=None, looks=[2, 4], hours=1)
    assert (found.seeds, found.looks, found.hours) == (2, (2, 4), 1)
    assert checked(seeds=None).looks == ()
    assert checked(tuned=True, hours=1).tuned and not checked().tuned


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"until": "decided", "seeds": 3}, "seeds=3 and until=decided exclude each other"),
        ({"until": "decided", "seeds": None, "looks": [5, 3]}, r"looks=\[5, 3\] do not rise"),
        ({"hours": 1}, "hours=1 is a budget of until=decided or tuned=true; add one"),
        ({"until": "tired"}, "until='tired' is not allowed; allowed: decided, or null"),
    ],
)
def test_looks_that_cannot_be_are_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        checked(**values)
