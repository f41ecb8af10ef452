"""A template is compiled once in a process, and again where it was edited."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from repro.report.render import Compiled, page_environment


def test_the_next_environment_finds_what_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    page_environment().get_template("macros.html.j2")

    def again(*_: object) -> None:
        raise AssertionError("it was compiled again")

    monkeypatch.setattr(jinja2.Environment, "compile", again)
    assert page_environment().get_template("macros.html.j2")


def test_an_edited_template_is_compiled_again(tmp_path: Path) -> None:
    for text in ("one", "two"):
        (tmp_path / "page.j2").write_text(text)
        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), bytecode_cache=Compiled(), autoescape=True)
        assert environment.get_template("page.j2").render() == text
