"""Calculate lines of effects over sizes again, and compare the files that state them."""

from __future__ import annotations

from collections.abc import Iterator

from repro.analyse.sizes.series import LackingSizes, again
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged.sizes_json import files_in
from repro.report.text.formatting import counted
from repro.verify.check import Check
from repro.verify.stored import Stored


def sizes_checks(stored: Stored) -> Iterator[Check]:
    """Give a check of the files of sizes in a folder, if there are any."""
    paths = files_in(stored.folder)
    if not paths:
        return
    problems, unchecked = list[str](), list[str]()
    for path in paths:
        try:
            problems += again(path, stored.papers)
        except LackingSizes as error:
            unchecked.append(f"{path.name}: {error}")
        except FileFormatError as error:
            problems.append(str(error))
    num = len(paths) - len(unchecked)
    found = f"{counted(num, 'file')} of effects over sizes calculated again, equal" if num and not problems else ""
    yield Check(name="sizes", found=found, problems=tuple(problems), unchecked=tuple(unchecked))
