"""The workflow sees that a user's files have changed, says so, and prepares anew; what only looks changed it leaves alone."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import Checkout
from tests.data.prepare.test_prepare import photo, photo_tree

TARGET = "results/folders/data/folders/dataset.json"


def test_changed_files_are_prepared_anew_and_touched_copied_and_moved_ones_are_not(fresh: Checkout, tmp_path: Path) -> None:
    def asked(folder: Path, *options: str) -> str:
        config = ("scale=folders", "papers=alexnet", f"images={folder}")
        return fresh.run(TARGET, *options, config=config).stdout

    root = photo_tree(tmp_path / "photos", per_class=2)
    assert "prepare folders: done, 8 images" in asked(root)
    for path in root.rglob("*.jpg"):
        os.utime(path, (1, 1))
    root = root.rename(tmp_path / "moved photos")
    assert "Nothing to be done" in asked(root, "--dry-run")
    photo(root / "train" / "ant" / "0.jpg", 77)
    for i in range(3):
        photo(root / "train" / "bee" / f"new{i}.jpg", 80 + i)
    planned = asked(root, "--dry-run")
    assert "folders: 3 files added, 1 replaced since it was prepared" in planned and "prepare_folders" in planned
