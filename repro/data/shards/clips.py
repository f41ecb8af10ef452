"""Read the stored clips of a prepared set of videos (repro.data.prepare.video_packer) at random.

Shape suffixes: N clips of a split, V videos, L labels of a video at most.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.files import FileFormatError
from repro.data.shards.images import Shards

AGAIN = "run prepare again: it makes anew what is damaged"
VIDEO_FIELDS = ("video_N", "position_N", "key_V", "label_VL")


class ClipShards:
    """Read one split of a prepared set of videos at random.

    video_N, position_N: of each clip its video and its number among that video's clips; clips of a video are neighbours.
    key_V, label_VL: of each video its key and its labels, -1 after the last.

    Raises:
        FileFormatError: the data set is missing or incomplete, holds no videos, or has no such split.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self._shards = Shards(folder, split)
        dataset = read_dataset(folder)
        videos = dataset.splits[split].videos
        if dataset.videos is None or videos is None:
            raise FileFormatError(f"{folder} holds single images, not clips; prepare it from videos")
        self.num_frames = dataset.videos.num_frames
        self._table = videos.table
        columns = self._read_table()
        self.video_N: NDArray[np.int32] = columns["video_N"]
        self.position_N: NDArray[np.int32] = columns["position_N"]
        self.key_V: NDArray[np.bytes_] = columns["key_V"]
        self.label_VL: NDArray[np.int32] = columns["label_VL"]

    @property
    def stored_px(self) -> int:
        return self._shards.stored_px

    @property
    def classes(self) -> tuple[str, ...]:
        return self._shards.classes

    @property
    def num_clips(self) -> int:
        return len(self.video_N)

    @property
    def num_videos(self) -> int:
        return len(self.key_V)

    @property
    def label_NL(self) -> NDArray[np.int32]:
        """The labels of each clip: those of its video."""
        return self.label_VL[self.video_N]

    def strips(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> list[NDArray[np.uint8]]:
        """Views of the film strips of these clips as JPEG bytes."""
        return self._shards.images(indices)

    def verify(self) -> None:
        """Compare every file of the split with its recorded SHA-256.

        Raises:
            FileFormatError: a file is missing or has changed.
        """
        self._shards.verify()
        self._table.verify(self._shards.folder, again=AGAIN)

    def _read_table(self) -> dict[str, NDArray[Any]]:
        path = self._shards.folder / self._table.file
        content = self._table.read(self._shards.folder, again=AGAIN)
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                columns = {field: stored[field] for field in VIDEO_FIELDS}
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise FileFormatError(f"{path} is no readable list of videos ({error}); {AGAIN}") from None
        if len(columns["video_N"]) != self._shards.num_examples:
            raise FileFormatError(f"{path} lists {len(columns['video_N'])} clips, the index {self._shards.num_examples}; {AGAIN}")
        return columns
