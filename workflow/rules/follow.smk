# What a call says while it runs, and which of its jobs have failed.
import logging
import time

from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.common import LogEvent

from repro.planning.following.job_logs import failures_since

#: What Snakemake says of jobs where this workflow says it in its own words; pages are made before the job that makes them last.
SAID_ELSEWHERE = ("Select jobs to execute", "Execute ", "Warning: the following output files of rule")
#: When this call began: jobs that failed before are of another one. Those of this one that failed and were not tried again with
#: success: number and log.
BEGAN, FAILED = time.time(), {}


def begin_to_follow():
    """Let a process of its own say how far everything is, and make pages meanwhile; jobs then write into their logs alone."""
    runs = [run for job in workflow.dag.needrun_jobs() for run in map(run_id_of, job.output) if run]
    if not runs or APART:
        return
    command = f"{REPRO} follow {AT} {INTO} --papers {' '.join(PAPER_NAMES)} {SEEDS_OPTION} --runs - --until-end-of {os.getpid()}"
    num_jobs = workflow.resource_settings.nodes or workflow.resource_settings.cores  # a cluster has no number of cores
    command += " --pages" * pages_are_wanted() + f" --jobs {num_jobs}" * bool(num_jobs)
    environ = {**os.environ, **dict.fromkeys(THREADS, "1")}
    FOLLOWER.append(subprocess.Popen(shlex.split(unbraced(command)), stdin=subprocess.PIPE, env=environ))
    with suppress(BrokenPipeError), FOLLOWER[0].stdin as told:
        told.write("\n".join(runs).encode())
    os.environ[LOG_ALONE] = "1"
    be_quiet_about_jobs()


def end_following():
    """End the process that says how far everything is."""
    while FOLLOWER:
        end_of(FOLLOWER.pop())


def run_id_of(path):
    """Return the id of the run whose record is `path`; nothing for any other file."""
    parts = Path(path).parts
    return f"{CONFIG.scale}/{'/'.join(parts[-4:-1])}" if parts[-1] == "run.json" and parts[-5] == "runs" else None


def be_quiet_about_jobs():
    """Leave what Snakemake prints of each job to its log file, unless a user has said what is to be printed."""
    if workflow.output_settings.quiet or workflow.output_settings.verbose:
        return
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            for item in handler.filters:
                if hasattr(item, "quiet"):
                    item.quiet = {Quietness.RULES, Quietness.PROGRESS}
            handler.addFilter(lambda record: not str(record.msg).startswith(SAID_ELSEWHERE))


def note_failed_jobs():
    """Note the logs of jobs that fail, as Snakemake tells its loggers."""

    class Noting(logging.Handler):
        def emit(self, record):
            event = getattr(record, "event", None)
            if event == LogEvent.JOB_ERROR and record.log:
                FAILED[record.jobid] = Path(record.log[0])
            elif event == LogEvent.JOB_FINISHED:
                FAILED.pop(record.job_id, None)

    logger.addHandler(Noting())
