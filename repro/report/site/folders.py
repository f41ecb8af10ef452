"""Find the results of which a site is made: folders of one scale each, typed themselves or by a folder above them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts import claims_json
from repro.artifacts.dataset_json import DatasetJson, SplitFiles
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import JudgedClaim
from repro.report.inputs.data_names import heading
from repro.report.inputs.results import Results, read_results
from repro.report.text.formatting import count, listed
from repro.spec.datasets import DEMONSTRATION, SAME_DATA
from repro.spec.experiment import Paper
from repro.spec.scales.series import split_name
from repro.system.filesystem import read_regular

#: How many folders below the one that was typed may lie between it and the results.
DEPTH = 2
#: What a folder of results may hold that is no other scale.
INNER = ("runs", "data", "logs")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """Results of one scale as one column of the site.

    key: its folder in the site. title, about: the data in a few words. date: when it was run, "" where nothing says so.
    entries: what was judged, by claim. papers: those judged.
    """

    key: str
    title: str
    about: str
    date: str
    results: Results
    papers: tuple[Paper, ...]
    entries: Mapping[str, JudgedClaim]

    @property
    def scale(self) -> str:
        return self.results.scale

    @property
    def real(self) -> bool:
        """Whether the data are no invention of a program: nothing else counts in an answer."""
        return DEMONSTRATION not in self.results.judgement.evidence.values()

    @property
    def evidence(self) -> str:
        """What its verdicts are worth, in the words of `repro.spec.terms.evidence`."""
        return listed(list(dict.fromkeys(self.results.judgement.evidence.values())))

    @property
    def home(self) -> str:
        """The folder of the report of its scale, from the site's root."""
        return f"scales/{self.key}/{self.scale}"

    def data_of(self, entry: JudgedClaim) -> str:
        """How a reader calls the data of the runs of a claim: of nets that were transferred those to which they were."""
        own = self.results.datasets
        titles = (self.title if name in own else record.title for name, record in self._data(entry).items())
        return listed(list(dict.fromkeys(titles))) or self.title

    def about_of(self, entry: JudgedClaim) -> str:
        """The data of the runs of a claim in a few words."""
        return "; ".join(dict.fromkeys(map(sizes_words, self._data(entry).values()))) or self.about

    def _data(self, entry: JudgedClaim) -> dict[str, DatasetJson]:
        """The data sets of the runs of a claim, by name; of invented data, which count in no answer, those of the scale."""
        own = dict(self.results.datasets)
        if not self.real:
            return own
        arms = {f"{self.scale}/{entry.paper}/{name}" for name in entry.chosen}
        runs = (run for run_id, run in self.results.runs.items() if run_id.rpartition("/")[0] in arms)
        known = {**self.results.further, **own}
        return {name: known[name] for name in dict.fromkeys(run.record.dataset.name for run in runs) if name in known}

    def judges(self, paper: str) -> bool:
        return paper in self.results.judgement.evidence

    def is_papers_own(self, claim: str) -> bool:
        """Whether the claim was judged on the data of which it was printed."""
        return claim in self.entries and self.entries[claim].evidence == SAME_DATA


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was typed leads to: folders of results, and files of the benchmark suite."""

    scales: tuple[Path, ...]
    benchmarks: tuple[Path, ...]


def find(typed: Sequence[Path]) -> Found:
    """Look into each folder that was typed, and below it.

    Raises:
        ValueError: one is no folder, or nothing in it is of a site.
    """
    scales: dict[Path, None] = {}
    benchmarks: dict[Path, None] = {}
    for path in typed:
        if not path.is_dir():
            raise ValueError(
                f"RESULTS {path} is {'a file' if path.exists() else 'not there'}; allowed: a folder of results such as "
                "results/small, or one above several such as results/published; give one of these"
            )
        inside = dict.fromkeys(_scales_in(path, depth=DEPTH))
        files = dict.fromkeys(_benchmarks_in(path, depth=DEPTH))
        if not inside and not files:
            raise ValueError(f"RESULTS {path} {_empty_words(path)}")
        scales |= {folder.resolve(): None for folder in inside}
        benchmarks |= {file.resolve(): None for file in files}
    if not scales:
        raise ValueError(
            f"RESULTS {listed([str(path) for path in typed])} hold times of the benchmark suite alone; allowed: besides these at "
            "least one folder with claims.json; add results/published, or a folder of your own"
        )
    return Found(scales=tuple(scales), benchmarks=tuple(benchmarks))


def _empty_words(path: Path) -> str:
    """Why a folder is none of results, and what to type."""
    if (path / "runs.csv").is_file():
        return f"has runs.csv and no claims.json; type python -m repro judge --scale {path.name} --results {path.parent} first"
    if not any(path.iterdir()):
        return f"is empty; allowed: a folder with {claims_json.FILE}; type snakemake --cores all reproduce first"
    return (
        f"is no folder of results: neither it nor a folder up to {DEPTH} below it has {claims_json.FILE}; allowed: such as "
        "results/small; type python -m repro report --scale SCALE --results DIR --reports DIR to make one of runs"
    )


def _scales_in(folder: Path, *, depth: int) -> Iterator[Path]:
    if (folder / claims_json.FILE).is_file():
        yield folder
    elif depth:
        for inner in _folders_in(folder):
            yield from _scales_in(inner, depth=depth - 1)


def _benchmarks_in(folder: Path, *, depth: int) -> Iterator[Path]:
    """Give the files of the benchmark suite: JSON with a list of benchmarks."""
    if (folder / claims_json.FILE).is_file():
        return
    for file in sorted(folder.glob("*.json")):
        try:
            content = json.loads(read_regular(file))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(content, dict) and "benchmarks" in content:
            yield file
    if depth:
        for inner in _folders_in(folder):
            yield from _benchmarks_in(inner, depth=depth - 1)


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in INNER and path.name[0] != ".")


def read_sources(
    folders: Sequence[Path], papers: Sequence[Paper], *, unjudged: Mapping[Path, str], out: Path
) -> tuple[Source, ...]:
    """Read the results, real data first, in the order in which they were typed.

    unjudged: by folder, why its verdicts could not be judged again. out: the root of the site.

    Raises:
        FileFormatError: a file is missing or damaged, or was judged by another catalogue than `papers`.
    """
    taken: dict[str, None] = {}
    found = []
    for folder in folders:
        key = _key(folder, taken)
        taken[key] = None
        found.append(_source(folder, papers, key=key, unjudged=unjudged.get(folder, ""), out=out))
    titles = [source.title for source in found]
    told = [replace(item, title=f"{item.title}, {item.key}") if titles.count(item.title) > 1 else item for item in found]
    return tuple(sorted(told, key=lambda source: not source.real))


def without_sizes(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources but for those that are a size of another: no data set of their own, so that they count in no answer."""
    there = {source.scale for source in sources}
    return tuple(source for source in sources if split_name(source.scale, there) is None)


def _key(folder: Path, taken: Collection[str]) -> str:
    """How the folder is called in the site: by its scale, or, published, by the folder that holds it."""
    name = folder.parent.name if (folder / "published.json").is_file() else folder.name
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", name) or "results"
    known, number = name, 2
    while known in taken:
        known, number = f"{name}-{number}", number + 1
    return known


def _source(folder: Path, papers: Sequence[Paper], *, key: str, unjudged: str, out: Path) -> Source:
    scale = folder.name
    known = [paper for paper in papers if paper.has_scale(scale)]
    if not known:
        allowed = sorted({item.name for paper in papers for item in paper.scales})
        raise FileFormatError(
            f"{folder} is of scale {scale!r}, which no paper here has; allowed: {', '.join(allowed)}; give "
            "the file that describes it: --catalogue FILE"
        )
    pages = out / "scales" / key / scale
    results = read_results(known, scale=scale, results=folder.parent, unjudged=unjudged, reports=pages)
    entries = {entry.id: entry for entry in results.judgement.claims}
    _refuse_other_catalogue(folder, known, results, entries)
    return Source(
        key=key,
        title=_title(folder, results),
        about=_about(results),
        date=_date(folder, results),
        results=results,
        papers=tuple(paper for paper in known if paper.name in results.judgement.evidence),
        entries=entries,
    )


def _refuse_other_catalogue(folder: Path, papers: Sequence[Paper], results: Results, entries: Mapping[str, JudgedClaim]) -> None:
    """Refuse results of papers, or of claims, that this catalogue does not have."""
    known = {paper.name for paper in papers}
    for name in results.judgement.evidence:
        if name not in known:
            raise FileFormatError(
                f"{folder} judges paper {name!r}, which has no scale {results.scale} here; allowed: "
                f"{', '.join(sorted(known))}; "
                "give the file that describes it: --catalogue FILE"
            )
    claims = {claim.id for paper in papers for claim in paper.claims}
    for name in entries:
        if name not in claims:
            raise FileFormatError(
                f"{folder / claims_json.FILE} has claim {name!r}, which is in no paper here; allowed: claims of "
                f"{', '.join(sorted(known))}; give the catalogue that it was judged by (--catalogue FILE), or judge again"
            )


def _title(folder: Path, results: Results) -> str:
    """How a reader calls the data: by their own title, or by that of the published folder, or of the user's folder."""
    records = list(results.datasets.values())
    if DEMONSTRATION in results.judgement.evidence.values():
        return f"Generated, {results.scale}"
    return listed(list(dict.fromkeys(record.title for record in records))) or heading(folder) or folder.name


def _about(results: Results) -> str:
    """All data in a few words; of generated data those of the scale alone."""
    parts = [sizes_words(record) for record in results.datasets.values()]
    real = DEMONSTRATION not in results.judgement.evidence.values()
    further = [f"{record.title}: {sizes_words(record)}" for record in results.further.values() if real]
    return "; ".join(dict.fromkeys([*parts, *further]))


def sizes_words(record: DatasetJson) -> str:
    """`50,000 training and 10,000 test images`."""
    noun = "videos" if any(split.videos for split in record.splits.values()) else "images"
    names = {"train": "training", "test": "test"}
    sizes = [f"{_number(record.splits[name])} {word}" for name, word in names.items() if name in record.splits]
    return f"{listed(sizes)} {noun} of {len(record.classes)} classes"


def _number(split: SplitFiles) -> str:
    return count(split.videos.num_videos if split.videos else split.num_examples)


def _date(folder: Path, results: Results) -> str:
    """When the runs were begun, by their ledger or by the name of the folder that publishes them."""
    if results.judgement.ledger is not None and results.judgement.ledger.begun_at:
        return results.judgement.ledger.begun_at[:10]
    for name in (folder.name, folder.parent.name):
        match = DATE.search(name)
        if match:
            return match[0]
    return ""
