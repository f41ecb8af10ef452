"""The workflow plans what is needed and no more, says what is wrong, and goes on after a kill."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from repro.jobs import train_jobs, variant_groups
from repro.papers import PAPERS
from repro.plan import (
    ConfigError,
    gpus_per_job,
    left_out,
    planned_runs,
    planned_variants,
    read_config,
    source_identity,
    source_option,
)
from repro.provenance import PACKAGE, STAGE_ROOTS, imported_modules
from repro.spec.experiment import make_run, needed_runs
from repro.spec.run import Ensemble
from tests.conftest import ONE_PAPER

ROOT = PACKAGE.parent
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"
TOOLS = Path(sys.executable).parent
VARIANTS = planned_variants(PAPERS["alexnet"], scale="smoke")
GROUPS = variant_groups(PAPERS["alexnet"], scale="smoke")
TABLES = PAPERS["alexnet"].tables
AFTERWARDS = {"collect": 1, "judge": 1, "render": 1}
REPORT_ONLY = {"render": 1}
CONFIG = {
    "scale": "smoke",
    "papers": ["alexnet"],
    "data": None,
    "images": None,
    "videos": None,
    "pretraining": None,
    "unsplit": None,
    "transfer": None,
    "results": "results",
    "reports": "reports",
    "device": "auto",
    "seeds": None,
    "seeds_per_job": "all",
    "gpus_per_job": None,
    "precision": "float32",
    "towers_apart": False,
    "python": None,
}

JOBS = train_jobs(PAPERS["alexnet"], read_config(CONFIG, schema=SCHEMA))
PREPARE = {f"prepare_{dataset.name}": 1 for dataset in PAPERS["alexnet"].scale("smoke").datasets}
TRAIN = {job.name: 1 for job in JOBS}
EVERYTHING = {**PREPARE, **TRAIN, **AFTERWARDS}


def jobs(planned: dict[str, int]) -> dict[str, int]:
    """Return the planned jobs without the targets, which run nothing."""
    targets = {"all", "reproduce", "report", "total", *(table.name for table in TABLES)}
    return {rule: count for rule, count in planned.items() if rule not in targets}


def job_of(variant: str) -> str:
    """Return the rule that trains the first seeds of `variant`."""
    (label,) = [label for label, variants in GROUPS.items() if variant in variants]
    return f"train_alexnet_{label}_seeds_0_to_1"


def checked(**changes):
    return read_config({**CONFIG, **changes}, schema=SCHEMA)


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_the_default_target_of_both_snakefiles_plans_every_stage(fresh, snakefile):
    assert jobs(fresh.planned("--snakefile", snakefile)) == EVERYTHING


def test_the_scale_is_small_unless_said_otherwise():
    shipped = yaml.safe_load((ROOT / "workflow" / "config.yaml").read_text())
    config = read_config(shipped, schema=SCHEMA)
    assert config.scale == "small"
    seeds = {job.seeds for job in train_jobs(PAPERS["alexnet"], config) if "no_lrn" in job.variants}
    assert seeds == {(0, 1, 2)}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_a_target_by_its_name_and_trains_its_own_variants_alone(fresh, table):
    planned = fresh.planned(table.name)
    assert planned[table.name] == 1
    runs = planned_runs(PAPERS["alexnet"], scale="smoke", table=table.name)
    chosen = [job for job in JOBS if {run.id for run in runs} & {run.id for run in job.runs}]
    prepared = {f"prepare_{run.dataset.name}": 1 for run in runs}
    assert jobs(planned) == {**prepared, **{job.name: 1 for job in chosen}}
    assert {run.id for job in chosen for run in job.runs} == {run.id for run in runs}


@pytest.mark.parametrize(("num_seeds", "per_job"), [(1, 1), (5, 2), (5, "all"), (4, 2), (3, 9)])
def test_seeds_per_job_splits_the_seeds_and_every_seed_is_trained_once(num_seeds, per_job):
    found = train_jobs(PAPERS["alexnet"], checked(seeds=num_seeds, seeds_per_job=per_job))
    runs = [(variant, seed) for job in found for variant in job.variants for seed in job.seeds]
    planned = planned_runs(PAPERS["alexnet"], scale="smoke", num_seeds=num_seeds)
    assert sorted(runs) == sorted((run.variant, run.seed) for run in planned)
    assert max(len(job.seeds) for job in found) <= (num_seeds if per_job == "all" else per_job)
    assert len({job.name for job in found}) == len(found)


@pytest.mark.parametrize(("paper", "scale"), [(paper, scale.name) for paper in PAPERS.values() for scale in paper.scales])
def test_variants_share_a_job_only_where_runs_are_short_and_only_with_others_of_their_pages(paper, scale):
    groups = variant_groups(paper, scale=scale)
    assert sorted(name for group in groups.values() for name in group) == sorted(planned_variants(paper, scale=scale))
    for group in groups.values():
        pages = {tuple(table.name for table in paper.tables if name in table.variants) for name in group}
        assert len(pages) == 1
        averages = all(isinstance(paper.experiment(name), Ensemble) for name in group)
        assert len(group) == 1 or averages or paper.scale(scale).variants_per_job > 1
        runs = [make_run(paper, scale=scale, variant=name, seed=0) for name in group]
        sources = {tuple(dict.fromkeys(needed.variant for needed in needed_runs(run, paper))) for run in runs}
        assert averages or len(sources) == 1, "all start from the same runs, so that none waits for what another needs"


def test_a_new_variant_moves_no_other_to_another_job():
    paper = PAPERS["alexnet"]
    fewer = replace(
        paper,
        tables=tuple(
            replace(table, variants=tuple(v for v in table.variants if v != "released_alpha")) for table in paper.tables
        ),
    )
    jobs_before, jobs_now = variant_groups(fewer, scale="smoke"), variant_groups(paper, scale="smoke")
    assert {label: tuple(v for v in group if v != "released_alpha") for label, group in jobs_now.items()} == jobs_before


def test_training_jobs_run_one_thread_each(smoke):
    log = (smoke.folder / "first-run.log").read_text()
    commands = [line for line in log.splitlines() if "-m repro train" in line]
    assert len(commands) == len(JOBS)
    assert all("--threads 1 --gpus 0 --log results/smoke/logs/train/alexnet/" in line for line in commands)


def test_the_longest_job_starts_first_and_memory_grows_with_the_net():
    jobs_at = {
        scale: {job.label: job for job in train_jobs(PAPERS["alexnet"], checked(scale=scale))} for scale in ("cifar10", "paper")
    }
    assert jobs_at["cifar10"]["full"].priority > jobs_at["cifar10"]["one_tower_half"].priority
    assert jobs_at["paper"]["full"].mem_mb > jobs_at["cifar10"]["full"].mem_mb
    smoke = {job.label: job for job in train_jobs(PAPERS["alexnet"], checked())}
    several = next(job for job in smoke.values() if len(job.variants) > 2)
    alone = [replace(several, variants=(name,)) for name in several.variants]
    assert several.priority == sum(job.priority for job in alone)
    assert several.mem_mb == max(job.mem_mb for job in alone)


@pytest.mark.parametrize(
    ("changes", "driver", "num_gpus"),
    [
        ({"device": "cpu"}, True, 0),
        ({"device": "cuda"}, False, 1),
        ({"device": "auto"}, True, 1),
        ({"device": "auto"}, False, 0),
        ({"device": "cuda", "gpus_per_job": 0}, True, 0),
    ],
)
def test_a_training_job_asks_for_a_gpu_where_it_will_use_one(changes, driver, num_gpus, tmp_path):
    node = tmp_path / "nvidiactl"
    if driver:
        node.touch()
    assert gpus_per_job(checked(**changes), driver_node=node) == num_gpus


def test_the_gpu_profile_lets_one_training_job_at_a_time_have_the_gpu(fresh):
    text = fresh.run("--dry-run", "--workflow-profile", "profiles/gpu", config=(*ONE_PAPER, "device=cuda")).stdout
    assert "Using workflow specific profile profiles/gpu" in text
    assert "gpu=1" in text
    assert "--device cuda" in text


@pytest.mark.parametrize("profile", ["default", "gpu", "slurm", "kubernetes"])
def test_every_profile_goes_on_after_a_kill(profile):
    settings = yaml.safe_load((ROOT / "profiles" / profile / "config.yaml").read_text())
    assert settings["rerun-incomplete"] is True
    assert settings["nolock"] is True
    assert "code" not in settings["rerun-triggers"], "another interpreter's path would train everything again"
    assert "config" not in settings, "--config on the command line would replace it"


def test_parsing_imports_neither_torch_nor_dali(fresh):
    fresh.edit(
        "workflow/Snakefile", lambda text: text + "\nassert not {'torch', 'nvidia.dali'} & set(__import__('sys').modules)\n"
    )
    assert fresh.planned()


def test_lint_finds_nothing(fresh):
    done = fresh.run("--lint")
    assert done.returncode == 0, done.stdout
    assert "your workflow is in a good condition" in done.stdout


def test_snakefmt_would_change_nothing():
    files = [ROOT / "Snakefile", ROOT / "workflow" / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]
    done = subprocess.run([TOOLS / "snakefmt", "--check", *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_configuration_ends_in_one_clear_error(fresh):
    done = fresh.run("--dry-run", config=("scael=smoke",))
    assert done.returncode != 0
    assert "unknown key 'scael' in the configuration; did you mean 'scale'? allowed: scale, papers, data" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"device": "gpu"}, "device='gpu' is not allowed; did you mean 'cpu'? allowed: auto, cpu or cuda"),
        ({"seeds": 0}, "seeds=0 is not allowed; allowed: a whole number of seeds from 1"),
        ({"seeds": "x"}, "seeds='x' is not allowed"),
        ({"seeds_per_job": "each"}, "seeds_per_job='each' is not allowed; allowed: all, or a whole number from 1"),
        ({"papers": []}, "papers=[] is not allowed"),
        ({"xyz": 3}, "unknown key 'xyz' in the configuration; allowed: scale"),
        ({"scale": "smok"}, "unknown scale 'smok' of alexnet; did you mean 'smoke'? (python -m repro list)"),
        ({"papers": "alexnett"}, "unknown paper 'alexnett'; did you mean 'alexnet'"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        checked(**changes)


def test_a_missing_key_is_named():
    values = {key: value for key, value in CONFIG.items() if key != "results"}
    with pytest.raises(ConfigError, match="'results' is a required property"):
        read_config(values, schema=SCHEMA)


def test_the_shipped_configuration_is_allowed_and_one_paper_may_be_a_plain_name():
    assert checked(papers="alexnet").papers == ("alexnet",)
    assert checked().seeds_per_job is None


def test_a_scale_whose_images_are_missing_says_which_option_names_them(tmp_path, monkeypatch):
    dataset = PAPERS["alexnet"].scale("folders").dataset
    with pytest.raises(ConfigError, match=r"scale 'folders' needs a folder of images and got none; .*: --config images=DIR"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="folders"))
    with pytest.raises(ConfigError, match=r"images='my images' is not a folder \(looked from .*: --config images=DIR"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="folders", images="my images"))
    (tmp_path / "my images").mkdir()
    monkeypatch.chdir(tmp_path)
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="folders", images="my images")) == "--source 'my images'"


def test_cifar10_is_read_from_a_folder_or_downloaded_and_generated_images_need_nothing(tmp_path):
    dataset = PAPERS["alexnet"].scale("cifar10").dataset
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10")) == ""
    assert source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10", data=str(tmp_path))) == f"--source {tmp_path}"
    with pytest.raises(ConfigError, match="data='nowhere' is not a folder"):
        source_option(PAPERS["alexnet"], dataset, checked(scale="cifar10", data="nowhere"))
    assert source_option(PAPERS["alexnet"], PAPERS["alexnet"].scale("smoke").dataset, checked(images="nowhere")) == ""


def test_other_folders_are_other_images_but_cifar10_is_the_same_from_anywhere(tmp_path):
    paper = PAPERS["alexnet"]
    here = checked(scale="folders", images=str(tmp_path), data=str(tmp_path))
    assert str(tmp_path) in source_identity(paper, paper.scale("folders").dataset, here)
    assert source_identity(paper, paper.scale("cifar10").dataset, here) == ""
    assert source_identity(paper, paper.scale("smoke").dataset, here) == ""


def test_the_whole_workflow_runs_and_prints_where_the_report_is(smoke):
    log = (smoke.folder / "first-run.log").read_text()
    assert "The report: reports/smoke/index.html" in log
    assert (smoke.folder / "reports" / "smoke" / "index.html").stat().st_size > 0
    for suffix in ("html", "csv", "md", "tex"):
        assert (smoke.folder / "reports" / "smoke" / "alexnet" / f"alexnet_ablations.{suffix}").stat().st_size > 0


def test_every_planned_run_has_its_record_and_every_job_its_log(smoke):
    results = smoke.folder / "results" / "smoke"
    for variant in VARIANTS:
        for seed in ("0", "1"):
            record = json.loads((results / "runs" / "alexnet" / variant / seed / "run.json").read_text())
            assert record["id"] == f"smoke/alexnet/{variant}/{seed}"
    for label, variants in GROUPS.items():
        log = (results / "logs" / "train" / "alexnet" / f"{label}.seeds-0-1.log").read_text()
        assert all(re.search(f"alexnet/{variant} seed 1: (epoch|test top-1 error)", log) for variant in variants)
    for name in ("prepare/procedural", "collect", "judge", "render"):
        assert (results / "logs" / f"{name}.log").stat().st_size > 0


def test_progress_is_seen_while_it_runs(smoke):
    log = (smoke.folder / "first-run.log").read_text()
    assert any("epoch" in line and "images/s" in line for line in log.splitlines())


def test_a_second_run_finds_nothing_to_be_done(smoke):
    done = smoke.run("reproduce")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_a_comment_or_docstring_reruns_nothing(finished):
    for file in ("repro/train/loop.py", "repro/data/prepare.py", "repro/report/render.py", "repro/papers/alexnet.py"):
        finished.edit(file, lambda text: "# A remark.\n" + text)
    finished.edit("repro/train/run.py", lambda text: text.replace('"""', '"""Now: ', 1))
    assert finished.planned() == {}


def test_an_edit_of_report_code_or_of_a_template_renders_again_and_retrains_nothing(finished):
    finished.edit("repro/report/render.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == REPORT_ONLY
    finished.edit("repro/report/render.py", lambda text: text.replace("\nADDED = 1\n", ""))
    template = next((finished.folder / "repro" / "report" / "templates").glob("*.html*"))
    finished.edit(str(template.relative_to(finished.folder)), lambda text: text + "<!-- added -->")
    assert jobs(finished.planned()) == REPORT_ONLY


def test_an_edit_of_code_that_training_uses_retrains_every_variant(finished):
    finished.edit("repro/train/loop.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == {**TRAIN, **AFTERWARDS}


@pytest.mark.parametrize(
    ("stage", "module", "used"),
    [
        ("train_images", "repro.models.lrn", True),
        ("train_images", "repro.data.order", True),
        ("train_images", "repro.evaluate.metrics", True),
        ("train_images", "repro.analyse.verdict", False),
        ("train_images", "repro.report.render", False),
        ("train_images", "repro.cli", False),
        ("train_images", "repro.papers.alexnet", False),
        ("prepare", "repro.data.procedural", True),
        ("prepare", "repro.train.loop", False),
        ("judge", "repro.analyse.statistics", True),
        ("judge", "repro.report.render", False),
        ("render", "repro.report.figures", True),
    ],
)
def test_a_stage_follows_the_modules_it_uses_and_no_others(stage, module, used):
    assert (module in imported_modules(STAGE_ROOTS[stage])) == used


def test_an_edit_of_preparation_prepares_again(finished):
    finished.edit("repro/data/prepare.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == EVERYTHING


def test_an_edit_of_the_analysis_judges_again_and_retrains_nothing(finished):
    finished.edit("repro/analyse/verdict.py", lambda text: text + "\nADDED = 1\n")
    planned = jobs(finished.planned())
    assert "judge" in planned
    assert set(planned) <= {"collect", "judge", "render"}


def test_the_words_of_a_claim_are_judged_again_and_nothing_is_retrained(finished):
    finished.edit(
        "repro/papers/alexnet_claims_norm.py", lambda text: text.replace("lowers the top-1 error by 1.4 points", "helps")
    )
    assert jobs(finished.planned()) == {"judge": 1, "render": 1}


def test_another_value_in_one_variant_runs_the_job_of_that_variant_alone(finished):
    finished.edit("repro/papers/alexnet.py", lambda text: text.replace('value="sigmoid"', 'value="tanh"'))
    assert jobs(finished.planned()) == {job_of("sigmoid"): 1, **AFTERWARDS}


def test_more_seeds_keep_the_seeds_that_are_finished(finished):
    planned = jobs(finished.planned(config=(*ONE_PAPER, "seeds=3", "seeds_per_job=1")))
    # Members of averages had this seed before, in a job with another: their jobs run again and keep what is finished.
    assert {rule for rule in planned if rule.endswith("_seeds_2")} == {f"train_alexnet_{label}_seeds_2" for label in GROUPS}


def test_one_new_entry_is_a_new_ablation(finished):
    """Add a variant as the README shows."""
    readme = (ROOT / "README.md").read_text()
    entry = readme.split("```python\n", 1)[1].split("```", 1)[0]
    finished.edit("repro/papers/alexnet.py", lambda text: text.replace("VARIANTS = (\n", "VARIANTS = (\n" + entry, 1))
    finished.edit(
        "repro/papers/alexnet_tables.py", lambda text: text.replace('"no_pca_color",\n', '"no_pca_color",\n"no_mirror",\n', 1)
    )
    assert "no_mirror" in finished.repro("list", "alexnet").stdout
    assert json.loads(finished.repro("show", "smoke/alexnet/no_mirror/0").stdout)["run"]["variant"] == "no_mirror"
    assert (
        finished.repro("diff", "smoke/alexnet/full/0", "smoke/alexnet/no_mirror/0").stdout
        == "recipe.crops.mirror: True -> False\n"
    )
    planned = jobs(finished.planned())
    trained = set(planned) - set(AFTERWARDS)
    assert len(trained) == 1
    assert trained.pop().startswith("train_alexnet_ablations_")


def test_a_damaged_scores_file_is_refused_by_name_and_not_collected(finished):
    scores = next((finished.folder / "results/smoke/runs/alexnet/full/0").glob("scores.*.npz"))
    scores.write_bytes(scores.read_bytes()[:100])
    done = finished.repro("collect", "--scale", "smoke", "--results", "results")
    assert done.returncode == 2
    assert scores.name in done.stderr


def test_a_failed_job_names_the_logs_and_leaves_no_record(finished):
    log = unfinished(finished, "full")
    broken = "        raise OSError('no disk')\n        make("
    finished.edit("repro/cli.py", lambda text: text.replace("        make(", broken))
    done = finished.run("reproduce")
    assert done.returncode != 0
    assert "Each job's log is under results/smoke/logs" in done.stdout
    assert "no disk" in log.read_text()
    assert not list((finished.folder / "results/smoke/runs/alexnet/full").rglob("*.json"))


@pytest.mark.slow
def test_a_deleted_run_is_made_again_and_what_is_finished_is_not_lost_by_a_deleted_record(finished):
    runs = finished.folder / "results" / "smoke" / "runs" / "alexnet" / "as_released"
    shutil.rmtree(runs / "1")
    (runs / "0" / "run.json").unlink()
    kept = {path.name: path.stat().st_mtime_ns for path in (runs / "0").glob("scores.*")}
    assert kept
    assert jobs(finished.planned()) == {job_of("as_released"): 1, **AFTERWARDS}
    assert finished.run(run_record("as_released")).returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in (runs / "0").glob("scores.*")} == kept
    assert (runs / "1" / "run.json").exists()


def run_record(variant: str) -> str:
    """Return the first seed's record of `variant`, which is a target that needs neither numbers nor pages."""
    return f"results/smoke/runs/alexnet/{variant}/0/run.json"


def start(checkout, target: str) -> subprocess.Popen[bytes]:
    """Start the workflow in a process group of its own."""
    return subprocess.Popen(
        checkout.command(target),
        cwd=checkout.folder,
        env=checkout.environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def unfinished(checkout, *variants: str) -> Path:
    """Take the runs of `variants`, which have a job each, away and return the log that the first of these will write."""
    assert all(GROUPS[variant] == (variant,) for variant in variants)
    results = checkout.folder / "results" / "smoke"
    logs = [results / "logs" / "train" / "alexnet" / f"{variant}.seeds-0-1.log" for variant in variants]
    for variant, log in zip(variants, logs, strict=True):
        shutil.rmtree(results / "runs" / "alexnet" / variant)
        log.unlink()
    return logs[0]


@pytest.mark.slow
def test_after_a_kill_of_everything_in_mid_training_the_same_command_completes(finished):
    """SIGKILL leaves no time to clean up: no lock and no half-written record may stand in the way."""
    log = unfinished(finished, "full", "as_released")
    first = start(finished, "reproduce")
    wait_for(log, "epoch", process=first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    again = finished.run("reproduce")
    assert again.returncode == 0, again.stdout[-6000:]
    runs = finished.folder / "results" / "smoke" / "runs" / "alexnet"
    assert all((runs / name / seed / "run.json").exists() for name in VARIANTS for seed in "01")
    assert finished.planned() == {}


@pytest.mark.slow
def test_one_workflow_at_a_time_and_after_a_kill_the_next_waits_for_the_job_that_outlived_it(finished):
    pause = finished.folder / "pause"
    pause.touch()
    waiting = '        while Path("pause").exists():\n            __import__("time").sleep(0.1)\n        make('
    finished.edit("repro/cli.py", lambda text: text.replace("        make(", '        say("holds its folder")\n' + waiting))
    log, record = unfinished(finished, "as_released"), run_record("as_released")
    first = again = start(finished, record)
    try:
        wait_for(log, "holds its folder", process=first)
        refused = finished.run(record)
        assert refused.returncode != 0
        assert f"is in use by process {first.pid}" in refused.stdout
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        again = start(finished, record)
        wait_for(log, "waiting until it ends", process=again)
        pause.unlink()
        assert again.wait() == 0
    finally:
        for process in (first, again):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert finished.planned(record) == {}


def wait_for(file: Path, text: str, *, process: subprocess.Popen[bytes], most_s: float = 120) -> None:
    """Wait until `file` holds `text`."""
    end = time.monotonic() + most_s
    while not (file.exists() and text in file.read_text()):
        assert process.poll() is None, "the workflow ended before it could be interrupted"
        assert time.monotonic() < end, f"{file} does not hold {text!r} after {most_s} s"
        time.sleep(0.05)


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
    with pytest.raises(ConfigError, match="scale 'folders' needs a folder of videos and got none"):
        source_option(PAPERS["karpathy"], PAPERS["karpathy"].scale("folders").dataset, neither)


def test_both_papers_are_planned_unless_the_configuration_names_one(fresh):
    planned = jobs(fresh.planned(config=("scale=smoke",)))
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
