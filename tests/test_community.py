"""What a newcomer reads first says what is true: versions, commands, linters, links."""

import re

import yaml

import repro
from repro.artifacts.provenance import PACKAGE
from repro.papers import PAPERS

ROOT = PACKAGE.parent
DOCUMENTS = ["CONTRIBUTING.md", "CHANGELOG.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("*.md")))]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_one():
    assert yaml.safe_load(text_of("CITATION.cff"))["version"] == repro.__version__
    assert re.findall(r"^## (\S+)$", text_of("CHANGELOG.md"), re.MULTILINE)[0] == repro.__version__


def test_the_citation_names_every_built_in_paper():
    cited = {(item["title"], item["year"]) for item in yaml.safe_load(text_of("CITATION.cff"))["references"]}
    assert cited == {(paper.title, paper.year) for paper in PAPERS.values()}


def test_the_linters_before_a_commit_are_those_of_ci():
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    script = text_of(".ci/run").splitlines()
    # ruff gets the files of the commit from pre-commit, and all of them in CI
    entries = {hook["entry"] + (" ." if hook.get("pass_filenames", True) else "") for hook in hooks}
    linters = script[script.index('export PATH="$PWD/.venv/bin:$PATH"') + 1 :]
    assert entries == set(filter(None, linters[: linters.index("")]))


def test_links_of_the_documents_lead_somewhere():
    for name in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", text_of(name)):
            assert ((ROOT / name).parent / target).exists(), (name, target)


def test_the_design_says_what_each_folder_owns():
    said = re.findall(r"^\| `(\w+)/` \|", text_of("docs/design.md"), re.MULTILINE)
    assert sorted(said) == sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def test_the_glossary_fits_a_page_and_has_each_word_once():
    lines = text_of("docs/GLOSSARY.md").splitlines()
    words = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert len(lines) <= 60
    assert len(words) == len(set(words))
