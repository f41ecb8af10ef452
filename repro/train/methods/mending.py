"""Open prepared data, once they are found to be those of their scale, and where they are damaged made whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, data_folder
from repro.data.files.prepared_from import JOURNAL
from repro.data.prepare.settings import other_settings
from repro.spec.experiment import AnyDataset
from repro.spec.run import Run
from repro.system.progress import Say
from repro.train.runs.context import Compute

Opened = TypeVar("Opened")


class OtherSettings(ValueError):
    """Prepared data that are whole, and other data than their scale has now."""


@dataclass(frozen=True, kw_only=True)
class Mending(Generic[Opened]):
    """Opens a folder of prepared data as `open_data` does; what is damaged is made again, once.

    datasets: by folder. prepare: the command that prepares them, up to the name of one.
    Another process, which helps with a run, gets `open_data` itself: the first has made the data whole.
    """

    open_data: Callable[[Path], Opened]
    datasets: Mapping[Path, AnyDataset]
    num_threads: int
    device: str
    say: Say
    prepare: str = "python -m repro prepare"

    def __call__(self, folder: Path) -> Opened:
        """The opened data.

        Raises:
            OtherSettings: they were prepared by other settings than their scale has now.
        """
        try:
            self._refuse_other_settings(folder)
            return self.open_data(folder)
        except FileFormatError as error:
            if isinstance(error, MissingFileError) and not (folder / JOURNAL).is_dir():
                raise  # they were never prepared
            self.say(f"data {folder.name}: {error}")
        from repro.data.prepare.mend import mend  # takes a second to import, which only damage is worth

        mend(self.datasets[folder], folder, num_threads=self.num_threads, device=self.device, say=self.say)
        return self.open_data(folder)

    def _refuse_other_settings(self, folder: Path) -> None:
        other = other_settings(read_dataset(folder).spec, self.datasets[folder])
        if other:
            raise OtherSettings(
                f"{folder} was prepared with {other}; allowed: what the scale has now; prepare it anew: {self.prepare} "
                f"--dataset {self.datasets[folder].name}; or give other results"
            )

    def __reduce__(
        self,
    ) -> tuple[Callable[[Callable[[Path], Opened]], Callable[[Path], Opened]], tuple[Callable[[Path], Opened]]]:
        return _itself, (self.open_data,)


def _itself(open_data: Callable[[Path], Opened]) -> Callable[[Path], Opened]:
    return open_data


def mending(
    open_data: Callable[[Path], Opened], runs: Sequence[Run], *, results: Path, compute: Compute, say: Say
) -> Mending[Opened]:
    """What opens the data of `runs`."""
    datasets = {data_folder(results, run.scale, run.dataset.name): run.dataset for run in runs}
    command = f"python -m repro prepare --paper {runs[0].paper} --scale {runs[0].scale} --results {results}" if runs else ""
    return Mending(
        open_data=open_data,
        datasets=datasets,
        num_threads=compute.num_threads,
        device=compute.device,
        say=say,
        prepare=command,
    )
