"""Effects over the sizes of a scale, from folders of results: what `python -m repro sizes` writes, and what a site shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro.analyse.sizes.effects import asked_of, effect_over
from repro.analyse.sizes.folders import (
    AtSize,
    CannotFit,
    along_axes,
    base_of,
    is_of_data,
    read_at_size,
    refuse_few,
    refuse_other_data,
    siblings,
)
from repro.analyse.sizes.line import LEAST_SIZES
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import sizes_json
from repro.artifacts.judged.sizes_json import SizesJson
from repro.spec.experiment import Paper


def sizes_in(folders: Sequence[Path], papers: Sequence[Paper]) -> list[tuple[Path, SizesJson]]:
    """Of results of one scale at several sizes, the effects along each axis, and the folder of the largest size of each.

    An axis of fewer sizes than a line needs is passed over where another has enough.

    Raises:
        CannotFit: no axis has enough sizes; or they are of several scales or data, or one is there twice.
        FileFormatError: a file is missing or damaged.
    """
    known = [paper for paper in papers if paper.has_scale(folders[0].name)]
    axes = along_axes([read_at_size(folder, known) for folder in folders])
    if not axes:
        raise CannotFit(
            f"{folders[0]} has no other size beside it; allowed: sizes of one scale; type snakemake --cores all sizes --config "
            f"scale={folders[0].name}_images_1of2 first"
        )
    enough = {along: items for along, items in axes.items() if len(items) >= LEAST_SIZES}
    if not enough:
        along, items = next(iter(axes.items()))
        refuse_few(items, least=LEAST_SIZES, along=along)
    return [(items[-1].folder, along_axis(items, known, along=along)) for along, items in enough.items()]


def series_among(folders: Sequence[Path], papers: Sequence[Paper]) -> tuple[dict[Path, list[SizesJson]], list[str]]:
    """Of many folders of results, the effects over sizes of each scale that is there whole, by its folder.

    A size belongs to the results of the same data. Beside them a line for each series that is none, and why.
    """
    found, refused = dict[Path, list[SizesJson]](), list[str]()
    sized = [folder for folder in folders if base_of(folder.name, papers)[1] is not None]
    for whole in folders:
        of_it = [folder for folder in sized if base_of(folder.name, papers)[0] == whole.name]
        if not of_it:
            continue
        known = [paper for paper in papers if paper.has_scale(whole.name)]
        try:
            own = [folder for folder in of_it if is_of_data(read_at_size(folder, known), read_at_size(whole, known), known)]
            found[whole] = [sizes for _, sizes in sizes_in([whole, *own], papers)]
        except CannotFit as error:
            refused.append(f"no line over sizes of {whole}: {error}")
    return found, refused


def along_axis(items: Sequence[AtSize], papers: Sequence[Paper], *, along: str) -> SizesJson:
    """The effects of results at several sizes of one axis, the smallest first; raise CannotFit if they are of other data."""
    refuse_other_data(items, papers, along=along)
    largest = items[-1]
    judged = [paper for paper in papers if all(paper.name in item.judgement.evidence for item in items)]
    effects = (effect_over(asked, items, along=along) for paper in judged for asked in asked_of(paper))
    names = dict.fromkeys(paper.scale(largest.scale).dataset.name for paper in judged)
    part = f", {largest.stated.share} of its training "
    return SizesJson(
        scale=largest.base,
        along=along,
        data=", ".join(largest.data(name).title.partition(part)[0] for name in names),
        folders=tuple(item.stated for item in items),
        effects=tuple(effect for effect in effects if effect is not None),
    )


def again(path: Path, papers: Sequence[Paper], further: Sequence[Path] = ()) -> tuple[str, ...]:
    """What is wrong with a file of sizes, calculated again from the results beside it and `further`; nothing if it is as stated.

    Raises:
        FileFormatError: the file is damaged.
        LackingSizes: results of a size are not there.
    """
    stated = sizes_json.read_sizes(path)
    there = {folder.name: folder for folder in (*further, *siblings(path.parent, papers))}
    lacking = [item.scale for item in stated.folders if item.scale not in there]
    if lacking:
        raise LackingSizes(f"results of {' and '.join(lacking)} are not beside {path.parent}")
    folders = [there[item.scale] for item in stated.folders]
    again_by = f"type python -m repro sizes {path.parent} again"
    try:
        known = [paper for paper in papers if paper.has_scale(path.parent.name)]
        items = [read_at_size(folder, known) for folder in folders]
        changed = [item.scale for item, before in zip(items, stated.folders, strict=True) if item.stated != before]
        if changed:
            return (f"{path} was made from another claims.json of {' and '.join(changed)}; {again_by}",)
        found = along_axis(items, known, along=stated.along)
    except (CannotFit, FileFormatError) as error:
        return (str(error),)
    return () if found == stated else (f"{path} states other numbers than the results give; {again_by}",)


class LackingSizes(ValueError):
    """Results of which a file of sizes was made are not there."""


__all__ = ["CannotFit", "LackingSizes", "again", "along_axis", "base_of", "siblings", "sizes_in"]
