"""docs/answers.md and the README say what the published results say."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from repro.artifacts.provenance import PACKAGE

ROOT = PACKAGE.parent


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_answers", ROOT / "docs" / "write_answers.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(writer: ModuleType, tmp_path_factory: pytest.TempPathFactory):
    return writer.answers(tmp_path_factory.mktemp("site"))


def test_the_page_is_what_published_results_answer(writer: ModuleType, found) -> None:
    assert writer.FILE.read_text(encoding="utf-8") == writer.page(*found), "python docs/write_answers.py writes it anew"


def test_every_question_that_goes_against_its_paper_has_a_remark_for_the_verdicts_there_are(writer: ModuleType, found) -> None:
    assert writer.stale_remarks(found[1]) == []


def test_a_remark_that_was_written_for_other_verdicts_is_named(writer: ModuleType, found) -> None:
    item, said = next(pair for pair in found[1] if pair[0].question.remark is not None)
    other = [(item, replace(said, digest="another"))]
    assert writer.stale_remarks(other) == [f"{item.paper.name}/{item.question.name}: another"]


def test_every_statement_that_does_not_hold_stands_on_the_page_with_what_was_measured(writer: ModuleType, found) -> None:
    text = " ".join(writer.FILE.read_text(encoding="utf-8").split())
    against = [(item, statement) for item, _ in found[1] for statement in writer.against(item)]
    assert len(against) == 32
    for item, statement in against:
        if statement is not item.lead:
            assert f"“{statement.claim.statement.rstrip('.')}”" in text


def test_the_readme_begins_with_what_the_front_page_begins_with(found) -> None:
    lead = found[0]
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert re.sub(r"\s+", " ", lead) in readme


def test_the_numbers_of_the_readme_are_written_with_the_page(writer: ModuleType, found) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert writer.with_lead(readme, found[0]) == readme
    other = writer.with_lead(readme, "9 statements of 1 papers, tried again.")
    assert "\n\n9 statements of 1 papers, tried again.\n\n[Answers](docs/answers.md)" in other
    assert len(other) < len(readme) and writer.with_lead(other, found[0]) == readme
    with pytest.raises(ValueError, match="put it below the picture"):
        writer.with_lead("# repro\n", found[0])


def test_the_pictures_of_the_front_page_are_there(writer: ModuleType) -> None:
    readme = Path(ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("docs/answer-light.png", "docs/answer-dark.png"):
        assert name in readme
        assert (ROOT / name).read_bytes().startswith(b"\x89PNG")
