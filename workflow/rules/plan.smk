# What the rules share: the checked configuration and the plan that follows from it.
import sys
from shlex import quote

from repro.files import run_folder
from repro.locks import claim
from repro.plan import (
    claims_digest,
    gpus_per_job,
    left_out,
    measured_digest,
    papers_at,
    planned_runs,
    planned_variants,
    read_config,
    source_identity,
    source_option,
    stage_of,
    templates_digest,
    train_jobs,
)
from repro.provenance import code_digest, spec_digest

try:
    CONFIG = read_config(config, schema=WORKFLOW / "schemas" / "config.schema.yaml")
    PAPERS = papers_at(CONFIG.scale, CONFIG.papers)
    # A line for each paper that is not run since the folder of its data is not given.
    LEFT_OUT = left_out(config, CONFIG)
    # Papers that share a data set share its folder; the first of them prepares it.
    DATASETS = {paper.scale(CONFIG.scale).dataset.name: paper for paper in reversed(PAPERS)}
    SOURCES = {name: source_option(paper.scale(CONFIG.scale).dataset, CONFIG) for name, paper in DATASETS.items()}
except ValueError as error:
    raise WorkflowError(error)


def literal(text):
    """Return `text` as it must stand in a shell command in which braces have a meaning."""
    return text.replace("{", "{{").replace("}", "}}")


# Where and by which interpreter a stage runs is no part of what makes its result: it is not among the params.
REPRO = f"{literal(quote(CONFIG.python or sys.executable))} -m repro"
AT = f"--scale {CONFIG.scale} --results {literal(quote(CONFIG.results))}"
ON = f"--device {CONFIG.device}"
INTO = f"--reports {literal(quote(CONFIG.reports))}"

SCALE_FOLDER = f"{CONFIG.results}/{CONFIG.scale}"
REPORT_FOLDER = f"{CONFIG.reports}/{CONFIG.scale}"
LOGS = f"{SCALE_FOLDER}/logs"
INDEX = f"{REPORT_FOLDER}/index.html"
PAGES = [
    f"{REPORT_FOLDER}/{paper.name}/{table.name}.{suffix}"
    for paper in PAPERS
    for table in paper.tables
    for suffix in ("html", "csv", "md", "tex")
]
PAPER_NAMES = [paper.name for paper in PAPERS]
SEEDS_OPTION = "" if CONFIG.seeds is None else f"--num-seeds {CONFIG.seeds}"

#: Locks that this process holds until it ends.
HELD = []


def runs_of(papers, table=None):
    """Return the finished-run files of all runs that `table` (default: any table) of `papers` needs."""
    return [
        run_folder(CONFIG.results, run.id) / "run.json"
        for paper in papers
        for run in planned_runs(paper, scale=CONFIG.scale, table=table, num_seeds=CONFIG.seeds)
    ]
