"""How a reader calls a data set: folders of a user's own files are called by what the user calls them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.run_json import RunJson

#: Data sets whose own titles say only that they are folders begin so, those to which nets are transferred with the second.
UNNAMED = ("a folder of ", "a second folder of ")
README = "README.md"


def named(record: DatasetJson, *, results: Path) -> DatasetJson:
    """`record` with the title by which a reader knows it. results: the folder of its scale."""
    if not record.title.startswith(UNNAMED):
        return record
    # What a folder of results is called by is the data of its scale, and not a second set.
    called = heading(results) if record.title.startswith(UNNAMED[0]) else ""
    return replace(record, title=called or record.source.rpartition(" in ")[2] or record.title)


def named_in(run: RunJson, datasets: dict[str, DatasetJson]) -> RunJson:
    """`run` with its data called as its data set is: what it is called decides nothing, and may be told later."""
    record = datasets.get(run.dataset.name)
    if record is None:
        return run
    return replace(run, dataset=replace(run.dataset, title=record.title))


def heading(results: Path) -> str:
    """The first heading of the README of a folder of results, or of that above it, up to its first comma; "" without one."""
    for path in (results / README, results.parent / README):
        if path.is_file():
            first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
            if first.startswith("# "):
                return first.removeprefix("# ").partition(",")[0].strip()
    return ""
