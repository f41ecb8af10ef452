"""Make prepared data whole that turn out damaged when they are read, so that whoever reads them can go on.

Every job compares all files that it reads with their hashes when it opens them. So damage is found where it matters, of every
kind and for nothing; a look at names and sizes before would find less, and one at the bytes would read everything twice.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from repro.artifacts.dataset_json import DatasetJson, read_dataset, write_dataset
from repro.artifacts.files import FileFormatError, remove_parts
from repro.data.files.prepared_from import PreparedFrom, prepared_from
from repro.data.prepare.prepare import prepare
from repro.spec.datasets import Dataset
from repro.spec.video_datasets import VideoDataset
from repro.system.locks import locked
from repro.system.progress import Say


def mend(dataset: Dataset | VideoDataset, folder: Path, *, num_threads: int, device: str, say: Say) -> None:
    """Make what is damaged of a prepared data set again, from the same files; one process at a time does so.

    Raises:
        FileFormatError: the files that it was prepared from are not known, or not where they were.
        SourceError: as of `prepare`.
    """
    known = prepared_from(folder) or PreparedFrom()
    source = Path(known.source) if known.source else None
    if source is not None and not source.is_dir():
        raise FileFormatError(
            f"{folder} is damaged, and {source}, from which it was prepared, is no folder; put the files back there, or type "
            f"the workflow's command, or python -m repro prepare --dataset {dataset.name}, with the folder where they are"
        )
    with locked(folder, say=say):
        before = _description(folder)
        remove_parts(folder, below=True)
        prepare(
            dataset,
            folder=folder,
            source=source,
            num_threads=num_threads,
            say=say,
            device="cpu" if isinstance(dataset, VideoDataset) else device,
            max_left_out=known.max_left_out,
        )
        _as_before(folder, before)


def _description(folder: Path) -> DatasetJson | None:
    try:
        return read_dataset(folder)
    except FileFormatError:
        return None


def _as_before(folder: Path, before: DatasetJson | None) -> None:
    """Keep the description that was there, to the byte, if only the time that preparing took is another.

    The workflow does again what was made from another description.
    """
    after = read_dataset(folder)
    if before is not None and replace(after, wall_s=before.wall_s) == before:
        write_dataset(folder, before)
