"""The workflow does what is needed and no more, and goes on after a kill."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Note
from tests.conftest import ONE_PAPER
from tests.planned import (
    AFTERWARDS,
    EVERYTHING,
    GROUPS,
    JOBS,
    REPORT_ONLY,
    ROOT,
    TRAIN,
    VARIANTS,
    job_of,
    jobs,
)
from tests.witnessed import start_of


def test_the_whole_workflow_runs_and_prints_where_the_report_is(smoke):
    log = (smoke.folder / "first-run.log").read_text()
    assert "The report: reports/smoke/index.html" in log
    assert (smoke.folder / "reports" / "smoke" / "index.html").stat().st_size > 0
    for suffix in ("html", "csv", "md", "tex"):
        assert (smoke.folder / "reports" / "smoke" / "alexnet" / f"alexnet_ablations.{suffix}").stat().st_size > 0


def test_every_planned_run_has_its_record_and_every_job_its_log(smoke):
    results = smoke.folder / "results" / "smoke"
    assert {run.variant for job in JOBS for run in job.runs} == set(VARIANTS)
    for run in (run for job in JOBS for run in job.runs):
        record = json.loads((results / "runs" / "alexnet" / run.variant / str(run.seed) / "run.json").read_text())
        assert record["id"] == f"smoke/alexnet/{run.variant}/{run.seed}"
    for job in JOBS:
        log = (results / "logs" / "train" / "alexnet" / f"{job.label}.seeds-{job.seeds_option}.log").read_text()
        for run in job.runs:
            assert re.search(f"alexnet/{run.variant} seed {run.seed}: (epoch|test top-1 error)", log)
    for name in ("prepare/procedural", "collect", "judge", "calibrate", "render"):
        assert (results / "logs" / f"{name}.log").stat().st_size > 0


def test_progress_is_seen_while_it_runs(smoke):
    lines = (smoke.folder / "first-run.log").read_text().splitlines()
    num_runs = sum(len(job.runs) for job in JOBS)
    ended = [line for line in lines if re.search(rf"; \d+ of {num_runs} runs, \d+ %, ", line)]
    assert 0 <= num_runs - len(ended) <= 2, "who follows is asked to end as soon as all runs have ended"
    assert any("pages of the runs so far: reports/smoke/index.html" in line for line in lines)
    assert not any("images/s" in line for line in lines), "the lines of a job are in its log"
    assert len(lines) < num_runs + 200


def test_no_library_says_what_a_user_can_do_nothing_about(smoke):
    log = (smoke.folder / "first-run.log").read_text()
    assert not re.findall(r"\w*Warning: .*|\[(?:ERROR|WARN)\w*\].*|^.*(?:deprecat|libpng|JPEGLib|\bnan\b).*$", log, re.MULTILINE)


def test_training_jobs_run_one_thread_each(smoke):
    log = min((smoke.folder / ".snakemake" / "log").glob("*.log")).read_text()
    commands = [line for line in log.splitlines() if "-m repro train" in line]
    assert len(commands) == len(JOBS)
    assert all("--threads 1 --gpus 0 --log results/smoke/logs/train/alexnet/" in line for line in commands)


def test_a_second_run_finds_nothing_to_be_done(smoke):
    done = smoke.run("reproduce")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_a_comment_or_docstring_reruns_nothing(finished):
    for file in (
        "repro/train/networks/loop.py",
        "repro/data/prepare/image_packer.py",
        "repro/report/render.py",
        "repro/papers/alexnet/ablations.py",
    ):
        finished.edit(file, lambda text: "# A remark.\n" + text)
    finished.edit("repro/train/networks/run.py", lambda text: text.replace('"""', '"""Now: ', 1))
    assert finished.planned() == {}


def test_an_edit_of_report_code_or_of_a_template_renders_again_and_retrains_nothing(finished):
    finished.edit("repro/report/render.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == REPORT_ONLY
    finished.edit("repro/report/render.py", lambda text: text.replace("\nADDED = 1\n", ""))
    template = next((finished.folder / "repro" / "report" / "templates").glob("*.html*"))
    finished.edit(str(template.relative_to(finished.folder)), lambda text: text + "<!-- added -->")
    assert jobs(finished.planned()) == REPORT_ONLY


def test_an_edit_of_code_that_training_uses_retrains_every_network_and_fits_nothing_again(finished):
    fitted = {name: num for name, num in TRAIN.items() if re.search("fisher|sparse", name)}
    assert fitted
    finished.edit("repro/train/networks/loop.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == {name: num for name, num in {**TRAIN, **AFTERWARDS}.items() if name not in fitted}


def test_an_edit_of_what_every_run_records_makes_every_run_again(finished):
    finished.edit("repro/train/runs/record.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == {**TRAIN, **AFTERWARDS}


def test_an_edit_of_preparation_prepares_again(finished):
    finished.edit("repro/data/prepare/image_packer.py", lambda text: text + "\nADDED = 1\n")
    assert jobs(finished.planned()) == EVERYTHING


def test_an_edit_of_the_analysis_judges_again_and_retrains_nothing(finished):
    finished.edit("repro/analyse/evidence/verdict.py", lambda text: text + "\nADDED = 1\n")
    planned = jobs(finished.planned())
    assert "judge" in planned
    assert set(planned) <= {"collect", "judge", "calibrate", "render"}


def test_the_words_of_a_claim_are_judged_again_and_nothing_is_retrained(finished):
    finished.edit(
        "repro/papers/alexnet/claims/norm.py", lambda text: text.replace("lowers the {measure} by {value:.1f} points", "helps")
    )
    assert jobs(finished.planned()) == {"judge": 1, "calibrate": 1, "render": 1}


def test_a_line_of_the_ledger_alone_is_judged_again_once(finished):
    folder = finished.folder / "results" / "smoke"
    append(folder, start_of("smoke/alexnet/full/77", {"code": "c"}))
    assert jobs(finished.planned()) == {"judge": 1, "calibrate": 1, "render": 1}
    assert finished.run("results/smoke/claims.json").returncode == 0
    assert "smoke/alexnet/full/77" in json.loads((folder / "claims.json").read_text())["missing"]
    append(folder, Note(text="decides nothing"))
    assert finished.planned("results/smoke/claims.json") == {}


def test_another_value_in_one_variant_runs_the_job_of_that_variant_alone(finished):
    finished.edit("repro/papers/alexnet/ablations.py", lambda text: text.replace('value="sigmoid"', 'value="tanh"'))
    assert jobs(finished.planned()) == {job_of("sigmoid"): 1, **AFTERWARDS}


def test_more_seeds_keep_the_seeds_that_are_finished(finished):
    planned = jobs(finished.planned(config=(*ONE_PAPER[:-1], "seeds=2", "seeds_per_job=1")))
    # Members of averages had this seed before. In a job with another it runs again and keeps what is finished; a job of
    # its own is as it was.
    expected = {f"train_alexnet_{label}_seeds_1" for label in GROUPS} - set(TRAIN)
    assert {rule for rule in planned if rule.endswith("_seeds_1")} == expected


def section_of(title: str) -> tuple[str, list[str]]:
    """Return the entry that a section of docs/adding.md shows, and the files of papers that it names."""
    section = (ROOT / "docs" / "adding.md").read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    files = dict.fromkeys(re.findall(r"\]\(\.\./(repro/papers/[^)]+)\)", section))
    return section.split("```python\n", 1)[1].split("```", 1)[0], list(files)


def test_one_new_entry_is_a_new_ablation_and_another_a_claim_about_it(finished):
    """Add a variant and a claim as docs/adding.md shows, to the files that it names and to no others."""
    entry, (variants, tables) = section_of("An ablation, by example")
    finished.edit(variants, lambda text: text.replace("VARIANTS = (\n", "VARIANTS = (\n" + entry, 1))
    finished.edit(tables, lambda text: text.replace('"no_pca_color",\n', '"no_pca_color",\n"noise_for_half",\n', 1))
    assert "noise_for_half" in finished.repro("list", "alexnet").stdout
    assert json.loads(finished.repro("show", "smoke/alexnet/noise_for_half/0").stdout)["run"]["variant"] == "noise_for_half"
    differing = finished.repro("diff", "smoke/alexnet/full/0", "smoke/alexnet/noise_for_half/0")
    assert differing.stdout == "recipe.color_noise.until: 1.0 -> 0.5\n"
    ablated = jobs(finished.planned())
    (trained,) = set(ablated) - set(AFTERWARDS)
    assert trained.startswith("train_alexnet_ablations_")
    claim, (claims, of_tables, questions) = section_of("A claim, by example")
    assert of_tables == tables
    named = "TRAINING_CLAIMS = (\n"
    finished.edit(claims, lambda text: text.replace(named, f"{claim}\n{named}    {claim.partition(' = ')[0]},\n", 1))
    finished.edit(tables, lambda text: text.replace('"A.S4.1.crop",\n', '"A.S4.1.crop",\n"A.S4.1.pca.end",\n', 1))
    finished.edit(questions, lambda text: text.replace('"A.S4.1.pca.light"', '"A.S4.1.pca.light", "A.S4.1.pca.end"', 1))
    assert jobs(finished.planned()) == ablated
    check = "from repro.papers import PAPERS; from repro.catalogue.check import paper_faults; "
    command = [sys.executable, "-c", f"{check}print(list(paper_faults(PAPERS['alexnet'])))"]
    done = subprocess.run(command, cwd=finished.folder, env=finished.environment, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stdout + done.stderr


def test_a_damaged_scores_file_and_a_damaged_shard_are_made_again_by_the_same_command(finished):
    scores = next((finished.folder / "results/smoke/runs/alexnet/full/0").glob("scores.*.npz"))
    scores.write_bytes(scores.read_bytes()[:100])
    done = finished.repro("collect", "--scale", "smoke", "--results", "results")
    assert done.returncode == 2
    assert scores.name in done.stderr
    shard = next((finished.folder / "results/smoke/data/procedural").glob("train-*.tar"))
    whole = shard.read_bytes()
    shard.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    assert job_of("full") in finished.planned()
    assert finished.run(run_record("full")).returncode == 0, "the job makes the shard whole, and then the run"
    assert shard.read_bytes() == whole
    assert finished.repro("collect", "--scale", "smoke", "--results", "results").returncode == 0


def test_a_failed_job_costs_itself_alone_and_its_cells_say_why_and_link_the_log(finished):
    log = unfinished(finished, "full")
    broken = "        raise OSError('no disk')\n        make("
    finished.edit("repro/cli/stages.py", lambda text: text.replace("        make(", broken))
    done = finished.run("reproduce")
    assert done.returncode != 0
    assert "Each job's log is under results/smoke/logs" in done.stdout
    told = f"alexnet {log.stem} failed: OSError: no disk; its log: {log.relative_to(finished.folder)}"
    assert done.stdout.splitlines().count(told) == 1, "at the end each job that failed is told once"
    assert "no disk" in log.read_text()
    left = {path.name for path in (finished.folder / "results/smoke/runs/alexnet/full").rglob("*.json")}
    assert left == {"failed.json"}
    pages = finished.folder / "reports/smoke"
    index, page = ((pages / name).read_text() for name in ("index.html", "alexnet/alexnet_ablations.html"))
    assert "failed: OSError: no disk" in index
    assert re.search(r"failed with seed 0[\d, ]*: OSError: no disk", page)
    logs = {(pages / "alexnet" / href).resolve() for href in re.findall(r'href="([^"]*/full\.seeds-[^"]*\.log)"', page)}
    assert log.read_bytes() in {found.read_bytes() for found in logs}, "the pages hold the log that they link"
    assert all(found.is_relative_to(pages) and "no disk" in found.read_text() for found in logs)
    assert (pages / "runs/alexnet/no_lrn-0.html").is_file(), "what is finished is shown"


def test_a_deleted_run_is_made_again_and_what_is_finished_is_not_lost_by_a_deleted_record(finished):
    """Two runs of one job, which is made again for both."""
    deleted, unrecorded = "tanh", "sigmoid"
    assert job_of(deleted) == job_of(unrecorded)
    runs = finished.folder / "results" / "smoke" / "runs" / "alexnet"
    shutil.rmtree(runs / deleted / "0")
    (runs / unrecorded / "0" / "run.json").unlink()
    kept = {path.name: path.stat().st_mtime_ns for path in (runs / unrecorded / "0").glob("scores.*")}
    assert kept
    assert jobs(finished.planned()) == {job_of(deleted): 1, **AFTERWARDS}
    assert finished.run(run_record(unrecorded)).returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in (runs / unrecorded / "0").glob("scores.*")} == kept
    assert (runs / deleted / "0" / "run.json").exists()


def run_record(variant: str) -> str:
    """Return the first seed's record of `variant`, which is a target that needs neither numbers nor pages."""
    return f"results/smoke/runs/alexnet/{variant}/0/run.json"


def start(checkout, *targets: str) -> subprocess.Popen[bytes]:
    """Start the workflow in a process group of its own."""
    return subprocess.Popen(
        checkout.command(*targets),
        cwd=checkout.folder,
        env=checkout.environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def children(process: int) -> list[int]:
    """Return the processes that the threads of a process have started."""
    started = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    return [int(child) for children in started for child in children]


def command_of(process: int) -> str:
    """Return the command line of a process; "" if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def unfinished(checkout, *variants: str) -> Path:
    """Take the runs of `variants`, which have a job each, away and return the log that the first of these will write."""
    results = checkout.folder / "results" / "smoke"
    alone = {job.label: job for job in JOBS if len(job.variants) == 1 and 0 in job.seeds}
    logs = [results / "logs" / "train" / "alexnet" / f"{name}.seeds-{alone[name].seeds_option}.log" for name in variants]
    for variant, log in zip(variants, logs, strict=True):
        shutil.rmtree(results / "runs" / "alexnet" / variant)
        log.unlink()
    return logs[0]


def test_after_a_kill_of_everything_in_mid_training_the_same_command_completes(finished):
    """SIGKILL leaves no time to clean up: no lock and no half-written record may stand in the way."""
    log = unfinished(finished, "no_augment", "as_released")
    targets = ("alexnet_released", *(run_record(name) for name in VARIANTS))
    first = start(finished, *targets)
    wait_for(log, "epoch", process=first)
    (server,) = [child for child in children(first.pid) if "repro.cli.serving" in command_of(child)]
    forked = children(server)
    assert forked, "the server that forks jobs has forked none"
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    end = time.monotonic() + 30
    while any(command_of(process) for process in (server, *forked)):
        assert time.monotonic() < end, "a job outlives the process that was typed, or the server outlives its workflow"
        time.sleep(0.05)
    again = finished.run(*targets)
    assert again.returncode == 0, again.stdout[-6000:]
    assert all((finished.folder / run_record(name)).exists() for name in VARIANTS)
    assert jobs(finished.planned(*targets)) == {}


def test_one_workflow_at_a_time_and_after_a_kill_the_next_waits_for_the_job_that_outlived_it(finished):
    pause = finished.folder / "pause"
    pause.touch()
    waiting = '        while os.path.exists("pause"):\n            __import__("time").sleep(0.1)\n        make('
    finished.edit(
        "repro/cli/stages.py", lambda text: text.replace("        make(", '        say("holds its folder")\n' + waiting)
    )
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
