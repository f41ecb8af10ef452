"""Every table in LaTeX stands in an article of one column as it is: it compiles, and is no wider than the text."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = next(filter(None, map(shutil.which, ("pdflatex", "lualatex", "xelatex"))), None)
HEAD = r"\documentclass{article}" + "\n" + r"\usepackage{array,booktabs,longtable}" + "\n" + r"\begin{document}"
#: A tenth of an inch: what sticks out of a line by less is not seen.
WIDEST_PT = 7.2


@pytest.mark.skipif(PROGRAM is None, reason="no LaTeX here: apt-get install texlive-latex-base texlive-latex-recommended")
@pytest.mark.parametrize("made", ["full_report", "video_report", "published_site"])
def test_tables_compile_and_fit_the_line(made: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    value = request.getfixturevalue(made)
    files = sorted((value.root if made == "published_site" else value.folder).rglob("*.tex"))
    assert len(files) > 3
    pages = [rf"\typeout{{FILE {path}}}\input{{{path}}}\clearpage" for path in files]
    (tmp_path / "all.tex").write_text("\n".join([HEAD, *pages, r"\end{document}"]), encoding="utf-8")
    command = [PROGRAM, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "max_print_line": "2000"}, capture_output=True)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-1500:]
    wide, file = {}, ""
    for line in said.splitlines():
        if found := re.search(r"FILE (\S+)", line):
            file = found[1]
        if (found := re.search(r"Overfull \\hbox \(([\d.]+)pt", line)) and float(found[1]) > WIDEST_PT:
            wide[Path(file).name] = float(found[1])
    assert not wide, f"pt wider than the text: {wide}"
