"""Notice that a user's files have changed since they were prepared, while nothing is read, and note where they lie."""

from __future__ import annotations

from pathlib import Path

from repro.artifacts.dataset_json import FILE
from repro.artifacts.files import data_folder
from repro.data.files.prepared_from import remember_source
from repro.data.files.watch import SourceState, source_state
from repro.planning.plan import Config, source_key
from repro.spec.datasets import Dataset
from repro.spec.experiment import Paper
from repro.spec.video_datasets import VideoDataset


def source_of(paper: Paper, dataset: Dataset | VideoDataset, config: Config, *, look: bool = True) -> SourceState:
    """The state of the user's files of `dataset`: another one means that it must be prepared anew.

    look: false in a process that only runs a job which was planned before.
    """
    key, fixed = source_key(paper, config.scale, dataset)
    folder: str | None = getattr(config, key) if key else None
    if folder is None or not look:
        return SourceState(state="")
    return source_state(
        dataset.kind,
        Path(folder).expanduser(),
        prepared=data_folder(Path(config.results), config.scale, dataset.name),
        fold=dataset.fold if isinstance(dataset, VideoDataset) else 1,
        fixed=fixed,
    )


def note_source(paper: Paper, dataset: Dataset | VideoDataset, config: Config) -> None:
    """Note beside prepared data where the user's files lie now: a job that finds data damaged makes them again from there."""
    key, _ = source_key(paper, config.scale, dataset)
    given: str | None = getattr(config, key) if key else None
    folder = data_folder(Path(config.results), config.scale, dataset.name)
    if (folder / FILE).is_file():
        source = None if given is None else Path(given).expanduser()
        remember_source(folder, source, max_left_out=config.max_left_out)


def change_lines(sources: dict[str, SourceState]) -> list[str]:
    """A line for each data set whose files have changed since it was prepared."""
    return [f"{name}: {source.changes} since it was prepared" for name, source in sources.items() if source.changes]
