# What the rules share: the checked configuration and the plan that follows from it.
import os
import shlex
import subprocess
import sys
from contextlib import suppress
from shlex import quote

from snakemake.cli import get_argument_parser
from snakemake.logging import logger
from snakemake_interface_executor_plugins.settings import SharedFSUsage


def refuse(error):
    """End as a command does that a user can put right: by one line, and status 2."""
    print(f"repro: error: {error}", file=sys.stderr, flush=True)
    raise SystemExit(2)


try:
    import repro
except ModuleNotFoundError:
    refuse("the package repro is not installed; type `pip install -e .` in a clone of it, then the same again")

from repro.cli.hints import speak_for_the_workflow
from repro.cli.installed.cluster import check_accounts
from repro.artifacts.files import remove_parts, run_folder
from repro.planning.batch import (
    LONGEST_MIN,
    check_apart,
    check_device,
    device_of,
    gpus_of,
    growing,
    longest_minutes,
    mem_mb_of,
    minutes_of,
    runtime_of,
    tries_of,
)
from repro.planning.declare import declare, plan_of
from repro.planning.noted import note_population
from repro.planning.jobs import prepare_priority, prepare_threads, train_jobs
from repro.planning.config_values import check_no_container, check_program, check_written, with_defaults
from repro.planning.source_changes import change_lines, note_source, source_of
from repro.planning.plan import (
    catalogue_options,
    claims_digest,
    gpus_per_job,
    left_out,
    measured_digest,
    out_of_reach,
    planned_runs,
    prepare_code,
    read_config,
    runs_of_sizes,
    source_option,
    templates_digest,
    train_options,
)
from repro.planning.targets import check_keys, check_profile, check_targets, may_be_targets
from repro.artifacts.provenance import code_digest, spec_digest
from repro.system.forkserver.likeness import THREADS, VARIABLE
from repro.system.forkserver.starting import start
from repro.system.locks import claim, try_lock
from repro.system.processors import num_usable
from repro.system.progress import LOG_ALONE
from repro.system.stopping import end_of


def is_a_module():
    """Say whether another workflow uses this one, and has its own targets and profile."""
    return len(workflow.modifier_stack) > 1


try:
    # Another workflow that uses this one as a module gives the keys that it wants to.
    VALUES = with_defaults(config)
    CONFIG = read_config(VALUES)
    check_written(Path(CONFIG.results) / CONFIG.scale, key="results")
    check_written(Path(CONFIG.reports) / CONFIG.scale, key="reports")
    PAPERS = CONFIG.catalogue.papers_at(CONFIG.scale, CONFIG.papers)
    # A line for each paper that is not run since the folder of its data is not given.
    LEFT_OUT = left_out(VALUES, CONFIG)
    # Data whose source is not given, by paper.
    WITHOUT = {paper.name: out_of_reach(paper, CONFIG) for paper in PAPERS}
    # Papers that share a data set share its folder; the first of them prepares it.
    DATASETS = {
        dataset.name: (paper, dataset)
        for paper in reversed(PAPERS)
        for dataset in paper.scale(CONFIG.scale).datasets
        if dataset.name not in WITHOUT[paper.name]
    }
    JOBS = {paper.name: train_jobs(paper, CONFIG) for paper in PAPERS}
    SOURCES = {name: source_option(paper, dataset, CONFIG) for name, (paper, dataset) in DATASETS.items()}
    # The files of the user as they are now, by names, sizes and times.
    SOURCE_STATES = {
        name: source_of(paper, dataset, CONFIG, look=workflow.is_main_process) for name, (paper, dataset) in DATASETS.items()
    }
    # What the ledger says now, by which claims are judged again.
    if workflow.is_main_process:
        note_population(Path(CONFIG.results) / CONFIG.scale)
    # In a container or an environment of Snakemake's it is another machine's.
    DEPLOYED = workflow.deployment_settings.deployment_method
    if not DEPLOYED:
        check_program(CONFIG.python)
        check_no_container(CONFIG.container)
    # The most minutes that a job of a batch system may ask for; None: no such system.
    LONGEST = longest_minutes(workflow.resource_settings.default_resources)
    # Jobs share no folder with this machine: prepared data and runs go by a store, each as a whole folder.
    APART = SharedFSUsage.INPUT_OUTPUT not in workflow.storage_settings.shared_fs_usage
    if workflow.is_main_process:
        check_device(CONFIG, batch=LONGEST is not None)
        check_apart(CONFIG, apart=APART)
    if not is_a_module():
        check_profile(sys.argv, profiles=Path(workflow.main_snakefile).parent / "profiles")
        check_keys(sys.argv[1:], keys=VALUES)
except ValueError as error:
    refuse(error)

# Jobs, and what this process says itself, name keys of the configuration.
speak_for_the_workflow(os.environ)


if CONFIG.container:

    # For every rule, with --sdm apptainer.
    container: CONFIG.container


def here(paths):
    """Return files that are made and read on this machine, where others go by a store."""
    if not APART:
        return paths
    return local([str(path) for path in paths] if isinstance(paths, list) else paths)


def literal(text):
    """Return `text` as it must stand in a shell command in which braces have a meaning."""
    return text.replace("{", "{{").replace("}", "}}")


def unbraced(command):
    """Return a command with the braces that it has outside a rule."""
    return command.replace("{{", "{").replace("}}", "}")


# Where and by which interpreter a stage runs, and which file describes a paper, is no part of what makes its result: it is not
# among the params. What such a file says is, as the digests of what each rule needs of it.
PYTHON = CONFIG.python or ("python3" if CONFIG.container and DEPLOYED else sys.executable)
REPRO = f"{literal(quote(PYTHON))} -m repro"
AT = f"--scale {CONFIG.scale} --results {literal(quote(CONFIG.results))}{literal(catalogue_options(CONFIG))}"
# A job that shares no folder has its results where Snakemake keeps its copies of what comes from the store and goes there.
AT_JOB = f'--scale {CONFIG.scale} --results "$at"{literal(catalogue_options(CONFIG))}' if APART else AT
ON = f"--device {CONFIG.device}"
# A job of a batch system has no GPU that it did not ask for, and preparing needs none.
PREPARE_ON = ON if LONGEST is None else "--device cpu"
# What the ledger of there says goes to the store too.
TELLING = f' && cp "$at/{CONFIG.scale}/ledger.jsonl" {{output.told:q}}' * APART
# After seeds were added, what claims need that came out against their paper.
TUNING = f" && {REPRO} tune {AT} {ON} --papers {{params.papers}} {{params.hours}} --threads {{threads}}" * CONFIG.tuned
INTO = f"--reports {literal(quote(CONFIG.reports))}"

SCALE_FOLDER = (Path(CONFIG.results) / CONFIG.scale).as_posix()
REPORT_FOLDER = (Path(CONFIG.reports) / CONFIG.scale).as_posix()
LOGS = f"{SCALE_FOLDER}/logs"
# What the ledger says that verdicts depend on.
COUNTED = f"{SCALE_FOLDER}/population.json"
INDEX = f"{REPORT_FOLDER}/index.html"
RUNS = f"{REPORT_FOLDER}/runs.html"
CALIBRATION = f"{REPORT_FOLDER}/calibration.html"
PAGES = [
    f"{REPORT_FOLDER}/{paper.name}/{table.name}.{suffix}"
    for paper in PAPERS
    for table in paper.tables
    for suffix in ("html", "csv", "md", "tex")
]
#: Results that lie in the clone, which a site shows too.
PUBLISHED = "results/published" if Path("results/published").is_dir() else ""


def shown(page):
    """Return a page or its numbers marked for `snakemake --report`, by paper and table; other forms of a page as they are."""
    name, form, folder = Path(page).stem, Path(page).suffix[1:], Path(page).parent.name
    if form not in ("html", "csv"):
        return here(page)
    of_all = page in (INDEX, CALIBRATION)
    caption = name if of_all else "table" if form == "html" else "numbers"
    category, labels = ("All claims", {"page": name}) if of_all else (folder, {"table": name, "form": form})
    return report(here(page), caption=f"../report/{caption}.rst", category=category, labels=labels)


PAPER_NAMES = [paper.name for paper in PAPERS]
SEEDS_OPTION = "" if CONFIG.seeds is None else f"--num-seeds {CONFIG.seeds}"

#: How much of the user's files may be left out decides no result, and is no param either.
LIMITS = f"--max-left-out {CONFIG.max_left_out}"
for line in change_lines(SOURCE_STATES):
    print(line, file=sys.stderr)

#: Locks that this process holds until it ends, the process that says how far everything is, and the one that forks jobs.
HELD, FOLLOWER, SERVER = [], [], []
#: A server takes as long to start as it saves with so many jobs.
FEWEST_TO_SERVE = 3


def planned(papers, table=None):
    """Return all runs that `table` (default: any table) of `papers` needs."""
    return [
        run
        for paper in papers
        for run in planned_runs(paper, scale=CONFIG.scale, table=table, num_seeds=CONFIG.seeds, without=WITHOUT[paper.name])
    ]


def tries(job=None):
    """Return how often a job is submitted again; within a job nothing is tried again."""
    if not workflow.is_main_process:
        return None
    return tries_of(job and minutes(job), longest=LONGEST)


def growing_memory(mem_mb):
    """Return the resource mem_mb: what a job is estimated to need, and more after each attempt that failed."""
    return growing(lambda attempt: mem_mb_of(mem_mb, attempt=attempt))


def minutes(job):
    """Return how long a training job is estimated to take, where a batch system wants to know it."""
    return None if LONGEST is None else minutes_of(job, num_gpus=gpus_of(job.stage, CONFIG))


def growing_time(job=None):
    """Return the resource runtime: what a training job is estimated to take, and more each time; else the most there may be."""
    estimate = job and minutes(job)
    return growing(lambda attempt: runtime_of(estimate, attempt=attempt, longest=LONGEST or LONGEST_MIN))


def runs_of(papers, table=None):
    """Return the finished-run files of all runs that `table` (default: any table) of `papers` needs."""
    return here([run_folder(CONFIG.results, run.id) / "run.json" for run in planned(papers, table=table)])


def run_folders(job, paper):
    """Return the folders of the runs of a job."""
    return expand(f"{SCALE_FOLDER}/runs/{paper.name}/{{variant}}/{{seed}}", variant=job.variants, seed=job.seeds)


def within(folders, name):
    """Return what is called `name` in each of some folders."""
    return [f"{folder}/{name}" for folder in folders]


def whole(folders, last):
    """Return what stands for folders: in each the file that is written last, or the folder, which a store takes as it is."""
    return list(map(str, folders)) if APART else within(folders, last)


def making(folders, last):
    """Return what stands for folders that a job makes."""
    return [directory(folder) for folder in folders] if APART else within(folders, last)


def at_results(kind):
    """Return what finds the folder of results in which a job that shares no folder works, for the shell; nothing otherwise."""
    return f'at={{output[0]:q}}; at="${{{{at%/{CONFIG.scale}/{kind}/*}}}}"; ' * APART


def results_that_came(wildcards, input):
    """Return the folder into which runs came from the store."""
    return input.ledger.rpartition(f"/{CONFIG.scale}/told/")[0]


def refuse_unknown_targets():
    """Say which target is meant, where Snakemake says that no rule makes it."""
    rules = {"all", *(rule.name for rule in workflow.rules)}
    if is_a_module() or not workflow.is_main_process or not may_be_targets(sys.argv[1:], rules=rules):
        return
    try:
        targets = get_argument_parser().parse_known_args(sys.argv[1:])[0].targets
        check_targets(targets, rules=rules, known=CONFIG.catalogue, scale=CONFIG.scale)
    except ValueError as error:
        refuse(error)


def report_what_is_there():
    """Write the pages of the runs that are finished, if pages were asked for."""
    if pages_are_wanted():
        os.system(unbraced(f"{REPRO} report {AT} {INTO} --papers {' '.join(PAPER_NAMES)} {SEEDS_OPTION}"))


def remove_what_a_kill_left(folder):
    """Remove half-written files of numbers and pages, unless another process writes them just now."""
    writing = try_lock(folder / "report")
    if writing is not None:
        remove_parts(folder)
        remove_parts(Path(REPORT_FOLDER), below=True)
        os.close(writing)


def pages_are_wanted():
    """Say whether this call makes pages."""
    wanted = {"reproduce", "report", "all", "render", "sizes", *(table.name for paper in PAPERS for table in paper.tables)}
    return bool(wanted & {job.rule.name for job in workflow.dag.jobs})


def begin_to_serve():
    """Start a server that forks the jobs of this machine, so that none has to import what another one has."""
    executor = workflow.executor_plugin
    is_here = workflow.is_main_process and not DEPLOYED and not APART
    if executor is not None and not executor.common_settings.local_exec or not CONFIG.fork_server or not is_here:
        return
    if sum(job.is_shell for job in workflow.dag.needrun_jobs()) >= FEWEST_TO_SERVE:
        with suppress(OSError):  # every job can start by itself
            SERVER.append(start([PYTHON, "-m", "repro.cli.serving"], environ=os.environ))
            os.environ[VARIABLE] = SERVER[0].name


def end_serving():
    """End that server."""
    while SERVER:
        SERVER.pop().end()


def check_cluster():
    """Refuse to submit to a cluster on which no job would be seen to end."""
    executor = workflow.executor_plugin
    if executor is not None and executor.name == "slurm":
        try:
            check_accounts(getattr(workflow.executor_settings, "status_command", None))
        except ValueError as error:
            refuse(error)


def take_results():
    """Hold the results until this process ends, and declare what is planned."""
    folder = Path(CONFIG.results) / CONFIG.scale
    try:
        HELD.append(claim(folder))
        remove_what_a_kill_left(folder)
        declare(plan_of(PAPERS, planned(PAPERS), looks=CONFIG.looks), folder=folder)
        for paper, dataset in DATASETS.values():
            note_source(paper, dataset, CONFIG)
    except ValueError as error:
        refuse(error)
    except OSError as error:
        refuse(f"{error.filename or folder}: {error.strerror}; give another folder (--config results=DIR)")
