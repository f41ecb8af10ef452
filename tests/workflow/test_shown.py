"""What Snakemake's own report shows, its rules on one page, and what the catalogue of workflows asks for."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import yaml

from repro.papers import PAPERS
from tests.calls.snakemake import snakemake
from tests.conftest import ROOT, Checkout
from tests.planned import TABLES


def test_the_report_of_snakemake_has_every_page_and_its_numbers(smoke: Checkout, tmp_path: Path) -> None:
    done = smoke.run("--report", str(tmp_path / "report.zip"), "--nolock", "reproduce")
    assert done.returncode == 0, done.stdout[-4000:]
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = {Path(name).name for name in archive.namelist()}
    wanted = {f"{table.name}.{form}" for table in TABLES for form in ("html", "csv")} | {"index.html", "calibration.html"}
    assert wanted <= names
    assert not {name for name in names if name.endswith((".tex", ".md"))}


def test_captions_are_there_and_nothing_else_is() -> None:
    text = (ROOT / "workflow" / "rules" / "plan.smk").read_text() + (ROOT / "workflow" / "Snakefile").read_text()
    for path in (ROOT / "workflow" / "report").iterdir():
        assert path.suffix == ".rst"
        assert f'"{path.stem}"' in text or f"/{path.name}" in text or path.stem in ("index", "calibration"), path


def test_the_rules_of_everything_fit_on_a_page(fresh: Checkout) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--rulegraph", "dot", "reproduce", "--config", "scale=smoke"]
    graph = subprocess.run(command, cwd=fresh.folder, env=fresh.environment, capture_output=True, text=True, check=True)
    drawn = subprocess.run(
        [sys.executable, ROOT / "docs" / "short_rulegraph.py"], input=graph.stdout, capture_output=True, text=True, check=True
    ).stdout
    boxes = [line for line in drawn.splitlines() if "[label=" in line]
    assert len(boxes) <= 12 < graph.stdout.count("[label")
    assert all(f"train {paper}" in drawn for paper in PAPERS)
    for arrow in ('"prepare" -> "train alexnet"', '"train alexnet" -> "collect"', '"collect" -> "judge"', '"judge" -> "render"'):
        assert arrow in drawn


def test_the_catalogue_of_workflows_finds_all_that_it_asks_for() -> None:
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert usage["software-stack-deployment"]["report"] is True
    readme = (ROOT / "README.md").read_text().lower()
    assert "snakemake" in readme and "workflow" in readme
    assert (ROOT / "workflow" / "Snakefile").is_file() and list((ROOT / "workflow" / "rules").glob("*.smk"))
    assert (ROOT / "config" / "README.md").is_file()


def test_the_configuration_of_the_test_folder_plans_the_workflow(fresh: Checkout) -> None:
    config = ROOT / ".test" / "config" / "config.yaml"
    words = ["--dry-run", "--quiet", "--cores", "1", "--configfile", str(config)]
    words += ["--directory", str(fresh.folder / "elsewhere")]
    done = snakemake(words, folder=fresh.folder, environment=fresh.environment)
    assert done.returncode == 0, done.stdout


def test_the_readme_of_the_configuration_names_keys_and_profiles_that_exist() -> None:
    text = (ROOT / "config" / "README.md").read_text()
    keys = yaml.safe_load((ROOT / "workflow" / "config.yaml").read_text())
    assert set(re.findall(r"`?\b([a-z_]+)=", text)) <= set(keys)
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / "config" / target).exists(), target
    for profile in re.findall(r"profiles/(\w+)", text):
        assert (ROOT / "profiles" / profile / "config.yaml").is_file()
