"""Results of one scale at several sizes: which folders belong together, and whether they are of the same data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from repro.artifacts import claims_json, dataset_json
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.files import data_folder, run_folder, sha256_file
from repro.artifacts.judged import JudgedClaim
from repro.artifacts.judged.sizes_json import SizeFolder
from repro.artifacts.ledger.receipts import Bridges, bridges_in
from repro.artifacts.run_json import FILE as RUN_FILE
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.experiment import Paper
from repro.spec.scales.series import AXES, IMAGES, SizeOf, split_name


class CannotFit(ValueError):
    """Results of which no series of sizes can be made."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AtSize:
    """Results of the scale `base` at one size. size: None for the whole."""

    folder: Path
    base: str
    size: SizeOf | None
    judgement: Judgement
    runs: dict[str, RunJson]
    bridges: Bridges

    @property
    def scale(self) -> str:
        return self.folder.name

    @property
    def share(self) -> float:
        return float(self.size.share) if self.size else 1.0

    @property
    def stated(self) -> SizeFolder:
        """What a file says of these results."""
        share = str(self.size.share) if self.size else "1"
        return SizeFolder(scale=self.scale, share=share, claims_sha256=sha256_file(self.folder / claims_json.FILE))

    @cached_property
    def entries(self) -> Mapping[str, JudgedClaim]:
        """What was judged, by claim."""
        return {entry.id: entry for entry in self.judgement.claims}

    def data(self, name: str) -> DatasetJson:
        """What was prepared under the name; raise CannotFit if nothing says so."""
        folder = data_folder(self.folder.parent, self.scale, name)
        if not (folder / dataset_json.FILE).is_file():
            raise CannotFit(
                f"{folder / dataset_json.FILE} is not there, so that nothing shows of which data {self.folder} is; allowed: "
                "results with what describes their data; copy the whole folder"
            )
        return read_dataset(folder)


def base_of(scale: str, papers: Iterable[Paper]) -> tuple[str, SizeOf | None]:
    """The scale of which `scale` is a size, and the size; itself and None where it is none."""
    names = {item.name for paper in papers for item in paper.scales}
    return split_name(scale, names) or (scale, None)


def read_at_size(folder: Path, papers: Sequence[Paper]) -> AtSize:
    """The results in `folder`; raise FileFormatError where a file is missing or damaged."""
    judgement = read_claims_json(folder / claims_json.FILE, table=read_runs_csv(folder / "runs.csv"))
    base, size = base_of(folder.name, papers)
    ids = {run for entry in (*judgement.claims, *judgement.effects) for run in getattr(entry, "runs", ())}
    there = sorted(run for run in ids if (run_folder(folder.parent, run) / RUN_FILE).is_file())
    return AtSize(
        folder=folder,
        base=base,
        size=size,
        judgement=judgement,
        runs={run: read_run(folder.parent, run) for run in there},
        bridges=bridges_in(folder),
    )


def siblings(folder: Path, papers: Sequence[Paper]) -> list[Path]:
    """`folder` and the judged results beside it that are other sizes of the same scale."""
    base, _ = base_of(folder.name, papers)
    beside = (item for item in sorted(folder.parent.iterdir()) if (item / claims_json.FILE).is_file())
    return [item for item in beside if base_of(item.name, papers)[0] == base]


def along_axes(found: Sequence[AtSize]) -> dict[str, list[AtSize]]:
    """By axis the results at its sizes, the smallest first; the whole belongs to every axis.

    Raises:
        CannotFit: they are of several scales, or one size is there twice.
    """
    first = found[0]
    for item in found:
        if item.base != first.base:
            raise CannotFit(
                f"{first.folder} is of scale {first.base} and {item.folder} of {item.base}; allowed: sizes of one scale; give "
                "the folders of one"
            )
        other = next((one for one in found if one.scale == item.scale and one.folder != item.folder), None)
        if other is not None:
            raise CannotFit(f"{item.folder} and {other.folder} are of one size; allowed: each size once; leave one out")
    by_axis = {axis: [item for item in found if item.size is None or item.size.axis == axis] for axis in AXES}
    return {
        axis: sorted(items, key=lambda item: item.share) for axis, items in by_axis.items() if any(item.size for item in items)
    }


def refuse_other_data(items: Sequence[AtSize], papers: Sequence[Paper], *, along: str) -> None:
    """Refuse sizes of different data: other test examples, or, where the data do not shrink, other data.

    Raises:
        CannotFit: names the two folders.
    """
    for name in sorted({paper.scale(items[0].scale).dataset.name for paper in papers if _judged(paper, items)}):
        first = items[-1]
        for item in items[:-1]:
            one, other = first.data(name), item.data(name)
            if _compared(one, along) != _compared(other, along):
                what = "test examples" if along == IMAGES else "data"
                raise CannotFit(
                    f"{first.folder} and {item.folder} have other {what} of {name!r}; allowed: sizes of one data set, prepared "
                    f"from the same files; prepare and train one of them again"
                )


def is_of_data(item: AtSize, whole: AtSize, papers: Sequence[Paper]) -> bool:
    """Whether the results at a size are of the data of the whole."""
    try:
        refuse_other_data([item, whole], papers, along=item.size.axis if item.size else IMAGES)
    except CannotFit:
        return False
    return True


def _judged(paper: Paper, items: Sequence[AtSize]) -> bool:
    return all(paper.name in item.judgement.evidence for item in items)


def _compared(data: DatasetJson, along: str) -> object:
    """What sizes of one data set have in common."""
    if along != IMAGES:
        return data.digest
    test = data.splits["test"]
    return data.classes, data.stored_px, data.encoding, test.index.sha256, tuple(shard.sha256 for shard in test.shards)


def refuse_few(items: Sequence[AtSize], *, least: int, along: str) -> None:
    """Refuse fewer sizes than a line needs, and say what to type for another; raise CannotFit."""
    if len(items) >= least:
        return
    base, there = items[0].base, [item.scale for item in items]
    wanted = [f"{base}_{along}_{share}" for share in ("1of2", "1of4", "1of8")]
    lacking = [name for name in (base, *wanted) if name not in there][: least - len(items)]
    more = " and ".join(f"snakemake --cores all sizes --config scale={name}" for name in lacking)
    raise CannotFit(f"{' and '.join(there)}: {len(there)} sizes; allowed: {least} and more along one axis; type {more}")
