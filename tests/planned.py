"""What the workflow plans at scale smoke for AlexNet with one seed, for the tests of the workflow."""

import sys
from pathlib import Path

from repro.artifacts.provenance import PACKAGE
from repro.papers import PAPERS
from repro.planning.jobs import train_jobs, variant_groups
from repro.planning.plan import planned_variants, read_config

ROOT = PACKAGE.parent
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"
TOOLS = Path(sys.executable).parent
VARIANTS = planned_variants(PAPERS["alexnet"], scale="smoke")
GROUPS = variant_groups(PAPERS["alexnet"], scale="smoke")
TABLES = PAPERS["alexnet"].tables
AFTERWARDS = {"collect": 1, "judge": 1, "calibrate": 1, "render": 1}
REPORT_ONLY = {"render": 1}
CONFIG = {
    "scale": "smoke",
    "papers": ["alexnet"],
    "catalogue": [],
    "data": None,
    "images": None,
    "videos": None,
    "images_title": None,
    "videos_title": None,
    "pretraining": None,
    "unsplit": None,
    "transfer": None,
    "results": "results",
    "reports": "reports",
    "device": "auto",
    "seeds": 1,
    "until": None,
    "looks": [3, 5, 10],
    "hours": None,
    "tuned": False,
    "seeds_per_job": "all",
    "gpus_per_job": None,
    "precision": "float32",
    "towers_apart": False,
    "container": None,
    "fork_server": True,
    "python": None,
    "max_left_out": 0.01,
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
    (name,) = [job.name for job in JOBS if variant in job.variants and 0 in job.seeds]
    return name


def checked(**changes):
    return read_config({**CONFIG, **changes}, schema=SCHEMA)
