"""Read ILSVRC-2010, whose test labels are public: the images of AlexNet's Table 1.

How a user gets it: image-net.org gives `ILSVRC2010_images_train.tar`, which holds a tar file for each class, and
`ILSVRC2010_images_test.tar`, `patch_images.tar` with replacements for damaged images, `ILSVRC2010_devkit-1.0.tar.gz` and
`ILSVRC2010_test_ground_truth.txt`. Unpack them below one folder, as

- `train/<wnid>/*.JPEG`, each tar file of a class into a folder of its name;
- `test/ILSVRC2010_test_00000001.JPEG` and so on;
- `ILSVRC2010_test_ground_truth.txt`: a number for each test image in the order of their names;
- `devkit-1.0/data/meta.mat`: which class, by its wnid, has which number (`ILSVRC2010_ID`).

The split `test` are the test images; the validation images are not read. Sizes other than the published ones are warnings.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from repro.data.files.found import FoundFile
from repro.data.files.left_out import NOT_LISTED
from repro.data.files.lists import read_lines, whole_number
from repro.data.files.places import ILSVRC2010_LISTS, ILSVRC2010_META, ILSVRC2010_TRUTH, files_of
from repro.data.files.reading import MAX_LIST_BYTES, read_regular
from repro.data.sources.class_folders import agree_on_classes, by_class, count_empty
from repro.data.sources.folders import listing, read_listed
from repro.data.sources.ilsvrc import check_layout, flat_files, size_warnings
from repro.data.sources.source import Listing, SourceError

NUM_IMAGES = {"train": 1_261_406, "test": 150_000}


class Ilsvrc2010Source:
    """ILSVRC-2010 as a source.

    Raises:
        SourceError: the layout is another, or the list of test labels does not fit the files.
    """

    keep_files = False
    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        check_layout(root, "train", "test")
        self.files = files_of(root, "ilsvrc2010")
        train = by_class(self.files, "train")
        flat = flat_files(self.files.below("test"), "test")
        for file in set(self.files.below("test")) - set(flat):
            self.files.left_out.add("test", NOT_LISTED, example=file.name, counts=True)
        test = label_test(root, flat, wnids=set(train))
        self.classes, warnings = agree_on_classes(train=train, test=test, places=(root / "train", root / "test"), unit="image")
        count_empty(self.files, "train", train)
        self.listings: Mapping[str, Listing] = {
            "train": listing(train, classes=self.classes, folder="train"),
            "test": listing(test, classes=self.classes, folder="test"),
        }
        self.warnings = (
            *size_warnings(self.classes, self.listings, name="ILSVRC-2010", num_images=NUM_IMAGES),
            *warnings,
        )

    @property
    def description(self) -> str:
        return f"ILSVRC-2010 in {self._root.resolve().name}"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


def label_test(root: Path, flat: list[FoundFile], *, wnids: set[str]) -> dict[str, list[FoundFile]]:
    """Sort the test images into classes by the list of their numbers.

    Raises:
        SourceError: a list is missing or cannot be read, or lists and files do not agree.
    """
    truth = find_list(root, ILSVRC2010_TRUTH)
    wnid_of = read_meta(find_list(root, ILSVRC2010_META))
    numbers = [(line.where, entry) for line in read_lines(truth) for entry in line.entries()]
    if len(numbers) != len(flat):
        raise SourceError(
            f"{truth} has {len(numbers)} numbers and {root / 'test'} {len(flat)} images; expected one for each, in the order of "
            "their names; fetch the one that is incomplete again"
        )
    files: dict[str, list[FoundFile]] = {}
    for (where, entry), file in zip(numbers, flat, strict=True):
        number = whole_number(entry)
        wnid = wnid_of.get(number) if number is not None else None
        if wnid not in wnids:
            raise SourceError(f"{where} is {entry!r}; expected the ILSVRC2010_ID of one of the {len(wnids)} classes in train")
        files.setdefault(str(wnid), []).append(file)
    return files


def find_list(root: Path, name: str) -> Path:
    """The list called `name`; raise SourceError if it is nowhere below `root`."""
    path = next((root / folder / name for folder in ILSVRC2010_LISTS if (root / folder / name).is_file()), None)
    if path is None:
        raise SourceError(
            f"{root} has no {name}; expected there or in {' or '.join(folder for folder in ILSVRC2010_LISTS if folder)}; "
            "see repro/data/sources/ilsvrc2010.py for where to get it"
        )
    return path


def read_meta(path: Path) -> dict[int, str]:
    """The wnid of each class by its number, from the development kit's file for Matlab.

    Raises:
        SourceError: the file holds no such list.
    """
    from scipy.io import loadmat

    try:
        synsets = loadmat(io.BytesIO(read_regular(path, most=MAX_LIST_BYTES)), squeeze_me=True)["synsets"]
        return {int(number): str(wnid) for number, wnid in zip(synsets["ILSVRC2010_ID"], synsets["WNID"], strict=True)}
    except Exception as error:  # a damaged file fails in many ways
        raise SourceError(
            f"{path} holds no synsets with ILSVRC2010_ID and WNID ({error}); take it from ILSVRC2010_devkit-1.0.tar.gz"
        ) from None
