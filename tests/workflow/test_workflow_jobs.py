"""Which jobs the workflow plans, with which variants, seeds and resources."""

import re
import subprocess
from dataclasses import replace

import pytest
import yaml

from repro.artifacts.provenance import STAGE_ROOTS, imported_modules
from repro.papers import PAPERS
from repro.planning.jobs import prepare_priority, prepare_threads, train_jobs, variant_groups
from repro.planning.plan import DRIVER_NODE, gpus_per_job, planned_runs, planned_variants
from repro.spec.experiment import make_run, needed_runs
from repro.spec.run import Ensemble
from tests.conftest import ONE_PAPER
from tests.planned import EVERYTHING, JOBS, ROOT, TABLES, TOOLS, checked, jobs


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_the_default_target_of_both_snakefiles_plans_every_stage(fresh, snakefile):
    assert jobs(fresh.planned("--snakefile", snakefile)) == EVERYTHING


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_a_target_by_its_name_and_trains_its_own_variants_alone(fresh, table):
    planned = fresh.planned(table.name)
    assert planned[table.name] == 1
    runs = planned_runs(PAPERS["alexnet"], scale="smoke", num_seeds=1, table=table.name)
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
    most = num_seeds * PAPERS["alexnet"].scale("smoke").variants_per_job if per_job == "all" else per_job
    assert max(len(job.seeds) for job in found) <= most


def test_the_seeds_that_averages_add_to_a_variant_share_a_job_where_variants_do():
    """An average of five with three seeds makes fifteen of `full`, of which most pages need three."""

    def chunks(**changes):
        return [job.seeds for job in train_jobs(PAPERS["alexnet"], checked(**changes)) if "full" in job.variants]

    assert chunks(scale="small", seeds=None) == [(0, 1, 2), tuple(range(3, 15))]
    assert chunks(scale="cifar10", seeds=3) == [tuple(range(first, first + 3)) for first in range(0, 15, 3)]
    assert chunks(scale="small", seeds=None, seeds_per_job=2)[:3] == [(0, 1), (2,), (3, 4)]


def test_variants_that_averages_take_share_a_job_for_the_planned_seeds_and_have_their_further_seeds_apart():
    found = [job for job in train_jobs(PAPERS["alexnet"], checked(scale="small", seeds=None)) if "blurred_input" in job.variants]
    assert [(job.label, job.seeds) for job in found] == [("table2_first_1", (0, 1, 2)), ("blurred_input", (3, 4))]
    assert found[0].variants == ("blurred_input", "blurred_input_k1", "blurred_input_map_norm", "full_all_images")
    named = [job.name for job in train_jobs(PAPERS["alexnet"], checked(scale="small", seeds=None, seeds_per_job=1))]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(("paper", "scale"), [(paper, scale.name) for paper in PAPERS.values() for scale in paper.scales])
def test_no_job_waits_for_one_that_waits_for_it(paper, scale):
    jobs = train_jobs(paper, checked(scale=scale, papers=[paper.name], seeds=None))
    of_run = {run.id: job.name for job in jobs for run in job.runs}
    left = {job.name: {of_run[run_id] for run_id in job.needed} for job in jobs}
    while ready := {name for name, needed in left.items() if not needed & set(left)}:
        left = {name: needed for name, needed in left.items() if name not in ready}
    assert not left


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


def test_jobs_of_a_batch_system_ask_for_no_more_than_a_node_has_and_for_a_gpu_only_to_compute_on_it(fresh):
    """Shown by a dry run: without SLURM nothing can be submitted, and the plug-in may not be there."""
    words = ("--default-resources", "runtime=30", "nodes=1", "--max-threads", "2")
    text = fresh.run("--dry-run", "alexnet_cifar", *words, config=(*ONE_PAPER, "device=cuda")).stdout
    asked = re.findall(r"^(?:local)?rule (\w+):.*?resources: (.*?)$.*?^Shell command: (.*?)$", text, re.DOTALL | re.MULTILINE)
    for name, resources, command in asked:
        trains = name.startswith("train")
        assert ("gpu=1" in resources, "--device cuda" in command) == (trains, trains), name
        assert not trains or "runtime=30," in resources, "no more than the profile's default"
        assert int((re.search(r"--threads (\d+)", command) or [0, 1])[1]) <= 2


def test_a_submitting_machine_without_a_gpu_is_told_before_anything_is_planned(fresh):
    if DRIVER_NODE.exists():
        pytest.skip("this machine has a GPU by which device=auto is decided")
    done = fresh.run("--dry-run", "alexnet_cifar", "--default-resources", "runtime=30")
    assert done.returncode != 0
    assert "say --config device=cuda (each training job asks for a GPU) or device=cpu" in done.stdout


@pytest.mark.parametrize("profile", ["default", "gpu", "slurm", "store"])
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


@pytest.mark.parametrize(
    ("stage", "module", "used"),
    [
        ("train_images", "repro.models.norm.lrn", True),
        ("train_images", "repro.data.load.randomness", True),
        ("train_images", "repro.evaluate.metrics", True),
        ("train_images", "repro.analyse.evidence.verdict", False),
        ("train_images", "repro.report.render", False),
        ("train_images", "repro.cli.stages", False),
        ("train_images", "repro.papers.alexnet.ablations", False),
        ("prepare_procedural", "repro.data.generated.images", True),
        ("prepare_procedural", "repro.train.networks.loop", False),
        ("judge", "repro.analyse.evidence.statistics", True),
        ("judge", "repro.report.render", False),
        ("render", "repro.report.drawing.plots", True),
    ],
)
def test_a_stage_follows_the_modules_it_uses_and_no_others(stage, module, used):
    assert (module in imported_modules(STAGE_ROOTS[stage])) == used


def test_data_are_prepared_first_that_jobs_with_others_waiting_for_them_read():
    """The net of all images is a member of averages; the small nets are members of none."""
    found = [job for paper in PAPERS.values() for job in train_jobs(paper, checked(scale="small", papers=[*PAPERS], seeds=None))]
    data = [dataset for paper in PAPERS.values() for dataset in paper.scale("small").datasets]
    of = {dataset.name: prepare_priority(dataset, found) for dataset in data}
    assert of["procedural_all"] > of["procedural_24px"] > 0
    assert of["procedural"] == max(job.priority for job in found if job.datasets == ("procedural",))
    assert prepare_priority(replace(data[0], name="unread"), found) == 0


def test_data_that_several_threads_prepare_come_before_all_else():
    """At the start as many threads are free at once as they need."""
    found = [job for paper in PAPERS.values() for job in train_jobs(paper, checked(scale="small", papers=[*PAPERS], seeds=None))]
    videos = PAPERS["karpathy"].scale("small").datasets
    images = PAPERS["alexnet"].scale("small").datasets
    first = min(prepare_priority(dataset, found) for dataset in videos)
    assert first > sum(prepare_priority(dataset, found) for dataset in images)
    assert first > max(job.priority for job in found)


def test_drawn_images_are_prepared_by_one_thread_and_everything_else_by_some():
    threads = {
        dataset.kind: prepare_threads(dataset)
        for paper in PAPERS.values()
        for scale in paper.scales
        for dataset in scale.datasets
    }
    assert threads.pop("procedural") == 1
    assert set(threads.values()) == {4}


def test_jobs_at_scale_small_start_in_the_order_of_what_they_take():
    """Of each pair the first took at least 1.4 times as long on two cores; the nets of two streams have few operations a step."""
    found = {
        job.label: job
        for paper in PAPERS.values()
        for job in train_jobs(paper, checked(scale="small", papers=[*PAPERS], seeds=None))
    }
    for longer, shorter in (
        ("table1_2", "ablations_1"),
        ("ablations_1", "figure1_1"),
        ("figure1_1", "cifar_1"),
        ("cifar_1", "transfer_scratch"),
    ):
        assert found[longer].priority > found[shorter].priority
