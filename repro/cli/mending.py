"""Have what is damaged made again by the command that is typed, or by the workflow's when it is typed again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from repro.artifacts import dataset_json, run_json
from repro.artifacts.files import data_folder, remove_parts, run_folder
from repro.spec.experiment import Paper
from repro.spec.video_datasets import CAMERA_FILE, VideoDataset
from repro.system.locks import locked
from repro.system.progress import Say


def mend_camera_motions(papers: Sequence[Paper], *, scale: str, results: Path, say: Say) -> None:
    """Measure the motions of the camera again where their file is damaged; of published data nothing can be made again."""
    from repro.analyse.collect.camera import parse_motion
    from repro.artifacts.published.published_json import read_published

    if read_published(results / scale) is not None:
        return
    datasets = {item.name: item for paper in papers for item in paper.scale(scale).datasets}
    for dataset in datasets.values():
        folder = data_folder(results, scale, dataset.name)
        path = folder / CAMERA_FILE
        if not isinstance(dataset, VideoDataset) or not path.is_file() or not (folder / dataset_json.FILE).is_file():
            continue
        with suppress(ValueError):
            parse_motion(path.read_bytes())
            continue
        say(f"{path} is damaged; it is made again")
        from repro.data.prepare.mend import mend

        mend(dataset, folder, num_threads=1, device="cpu", say=say)


@contextmanager
def setting_damage_aside(results: Path, scale: str) -> Iterator[None]:
    """Take away the record of a run of which a file is found damaged, so that the workflow makes the run again.

    Nothing is lost: `finished.json` is the same record, from which a whole run is restored. Published runs are left as they are.

    Raises:
        DamagedRunError: one is; says what to type.
    """
    from repro.analyse.collect.run_files import DamagedRunError
    from repro.artifacts.published.brought_json import published_run

    try:
        yield
    except DamagedRunError as error:
        if published_run(results, error.run) is not None:
            raise
        folder = run_folder(results, error.run)
        with suppress(FileNotFoundError):
            if (folder / run_json.FINISHED).exists():
                (folder / run_json.FILE).unlink()
            else:
                (folder / run_json.FILE).rename(folder / run_json.FINISHED)
        error.args = (f"{error}; the workflow does so when its command is typed again",)
        raise


@contextmanager
def writing(options: argparse.Namespace, say: Say) -> Iterator[None]:
    """Be the one process that writes numbers and verdicts of a scale; what a killed one has left half-written is removed."""
    folder = options.results / options.scale
    with locked(folder / "report", say=say):
        remove_parts(folder)
        yield
