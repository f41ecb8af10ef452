"""Prepare again what needs no file of a user, and compare it with the data on which runs were trained.

`dataset.json` says which bytes a set has. That they are the bytes which its specification gives, only preparing shows.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.files import FileFormatError
from repro.data.prepare.prepare import prepare
from repro.report.text.formatting import counted
from repro.spec.experiment import AnyDataset
from repro.system.progress import Say
from repro.system.some import some
from repro.verify.check import Check
from repro.verify.stored import Stored


def data_made_again(stored: Stored, *, say: Say) -> Check:
    """Prepare every generated set again in a temporary folder."""
    num, problems, left = 0, [], []
    known = {item.name: item for paper in stored.papers for item in paper.scale(stored.scale).datasets}
    for folder in sorted(path for path in (stored.folder / "data").glob("*") if path.is_dir()):
        dataset = known.get(folder.name)
        if dataset is None or dataset.procedural is None:
            left.append(folder.name)
            continue
        say(f"prepares {folder.name} again")
        try:
            found = _difference(folder, dataset)
        except FileFormatError as error:
            found = str(error)
        problems += [found] if found else []
        num += not found
    unchecked = (f"{some(left)}: files of a user's own, or of no paper that is known",) if left else ()
    found = f"{counted(num, 'data set')} generated again: the same bytes" if num else ""
    return Check(name="data again", found=found, problems=tuple(problems), unchecked=unchecked)


def _difference(folder: Path, dataset: AnyDataset) -> str:
    """What is wrong with prepared data; "" if they are what their specification gives."""
    with TemporaryDirectory(prefix="repro-data-") as root:
        prepare(dataset, folder=Path(root), source=None, num_threads=1, say=lambda line: None)
        made, there = read_dataset(Path(root)), read_dataset(folder)
    if made.digest == there.digest:
        return ""
    return (
        f"{folder} has data of digest {there.digest[:12]}, generated again they have {made.digest[:12]}: they were changed, or "
        "made by other code or libraries; type the workflow's command, which trains again what rests on them"
    )
