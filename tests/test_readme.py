"""What the README tells a user to type exists, and CI types the same."""

import re
import shlex
import tomllib

import pytest
import yaml

from repro.artifacts.provenance import PACKAGE
from repro.catalogue.known import catalogue
from repro.cli.parser import command_parser
from repro.papers import PAPERS

ROOT = PACKAGE.parent
README = (ROOT / "README.md").read_text()
#: Pages of docs/ whose commands are typed as they stand there.
TYPED = ("installing", "scales", "results", "command-line", "adding")
DOCS = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in TYPED}
TEXT = "\n".join([README, *DOCS.values()])
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
#: Commands stand in blocks, and in the table of what is wanted and what is typed.
CELLS = re.findall(r"^\| [^|]+ \| `([^`]+)` \|$", README, re.MULTILINE)
LINES = [*(line for block in BLOCKS for line in block.splitlines()), *CELLS]
COMMANDS = [line for line in LINES if line.startswith("python -m repro")]
WORKFLOWS = [line for line in LINES if line.startswith("snakemake ")]
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -c workflow/envs/constraints.txt -e "
RUN_COMMAND = f"{SET_UP}. && .venv/bin/snakemake --cores all reproduce"
TEST_COMMAND = f"{SET_UP}'.[test]' && .venv/bin/pytest"
#: What CI runs after the test command: each marker that needs more than the test command installs, and where its tests are.
RUN_ALONE = (("slurm", "slurm"), ("index", "package"), ("store", "store"), ("browser", "browser"))


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*-?\s*([a-z0-9-]+)==(\S+)$", text, re.MULTILINE))


def test_the_two_commands_stand_in_the_readme_on_one_line_each():
    assert LINES.count(RUN_COMMAND) == 1
    assert LINES.count(TEST_COMMAND) == 1
    assert "`snakemake --cores all reproduce` and `pytest`" in README
    assert len(README.splitlines()) <= 160


def test_ci_runs_exactly_the_test_command_of_the_readme():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines.count(TEST_COMMAND) == 1
    others = [line.strip() for line in lines if "pytest" in line and line != TEST_COMMAND]
    assert others == [f"pytest -m {mark} tests/{folder}" for mark, folder in RUN_ALONE]
    assert lines[-1] == 'tail -n 1 "$summary"', "what counts is the last line"


def test_ci_runs_every_linter():
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    for command in ("ruff check .", "ruff format --check .", "mypy ", "lint-imports", "snakefmt --check", "snakemake --lint"):
        assert f"\n{command}" in script


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_is_understood(line):
    command_parser().parse_args(shlex.split(line)[3:])


def test_every_command_there_is_is_shown():
    shown = {shlex.split(line)[3] for line in COMMANDS}
    assert shown == set(command_parser()._subparsers._group_actions[0].choices)


@pytest.mark.parametrize("line", WORKFLOWS)
def test_every_workflow_line_of_the_readme_names_existing_targets_and_keys(line):
    words = shlex.split(line)
    keys = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())["properties"]
    config = words[words.index("--config") + 1 :] if "--config" in words else []
    known = catalogue([ROOT / word.split("=")[1] for word in config if word.startswith("catalogue=")]).papers
    targets = {"reproduce", "report", "sizes", *(table.name for paper in known for table in paper.tables)}
    assert {word.split("=")[0] for word in config} <= set(keys)
    for word in config:
        if word.startswith("scale="):
            assert any(paper.has_scale(word.split("=")[1]) for paper in known)
    assert targets & set(words)
    if "--workflow-profile" in words:
        assert (ROOT / words[words.index("--workflow-profile") + 1] / "config.yaml").is_file()


def test_the_scales_of_the_readme_are_those_of_the_catalogue():
    rows = re.findall(r"^\| `(\w+)`.*?\| ([^|]*) \| (\d+) \| ([^|]*) \|", DOCS["scales"], re.MULTILINE)
    shown = [(name, int(seeds), evidence) for name, _, seeds, evidence in rows]
    scales = dict.fromkeys((scale.name, scale.num_seeds, scale.evidence) for paper in PAPERS.values() for scale in paper.scales)
    assert shown
    assert set(shown) <= set(scales), "seeds and evidence as in the catalogue"


@pytest.mark.parametrize("page", ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))])
def test_links_lead_to_files_and_headings_that_are_there(page):
    for target, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", (ROOT / page).read_text()):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
            assert heading in anchors, f"{target}#{heading}"


def test_every_verdict_is_explained():
    verdicts = ("REPRODUCED", "DIRECTION", "ABSENT", "REVERSED", "NOT-REPRODUCED", "INCONCLUSIVE", "INVALID", "INCOMPLETE")
    for verdict in (*verdicts, "UNTESTABLE-HERE", "NOT-COMPARABLE", "DID-NOT-TRAIN", "EXACT-PASS", "EXACT-FAIL"):
        assert f"`{verdict}`" in DOCS["results"]


def test_the_constraints_pin_every_dependency_and_the_conda_file_says_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.match(r"[A-Za-z0-9-]+", text).group().lower() for text in wanted}
    pinned = pins((ROOT / "workflow/envs/constraints.txt").read_text())
    assert names <= set(pinned)
    assert pinned["torch"] == "2.13.0", "without a local version, so that each platform finds its build"
    conda = pins((ROOT / "workflow/envs/repro.yaml").read_text())
    assert conda == {name: pinned[name] for name in conda}
    assert {re.match(r"[A-Za-z0-9-]+", text).group().lower() for text in project["dependencies"]} == set(conda)
