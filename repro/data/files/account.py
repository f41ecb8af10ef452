"""Account for every file of the user: what was left out, refused or kept all the same, in one table and within a limit."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from repro.artifacts.dataset_json import LeftOutFiles, ListedFiles
from repro.artifacts.files import no_formula, readable, visible, write_bytes
from repro.artifacts.stored_files import stored_file
from repro.data.files.reading import SourceError

#: A line of the table of a split shows as many reasons for refusals as this; the rest are in one.
MOST_REASONS = 8
#: Halves of pairs that stand for no byte of a name.
NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
#: As an example, this much of a name is shown.
EXAMPLE_CHARACTERS = 60


def refused_rows(refused: Iterable[tuple[str, str, str]]) -> list[LeftOutFiles]:
    """Rows for refused files, (split, file, reason): reasons that differ in their numbers alone are one."""
    counts, first = Counter[tuple[str, str]](), dict[tuple[str, str], tuple[str, str]]()
    for split, file, reason in refused:
        kind = (split, re.sub(r"\d+", "0", reason))
        counts[kind] += 1
        first.setdefault(kind, (file, reason))
    rows = [
        LeftOutFiles(place=kind[0], reason=f"refused: {first[kind][1]}", num=num, example=first[kind][0], counts=False)
        for kind, num in counts.most_common()
    ]
    rest = rows[MOST_REASONS:]
    if not rest:
        return rows
    others = LeftOutFiles(
        place="all",
        reason=f"refused: for {len(rest)} further reasons",
        num=sum(row.num for row in rest),
        example=rest[0].example,
        counts=False,
    )
    return [*rows[:MOST_REASONS], others]


def same_bytes_rows(contents: Mapping[str, Sequence[tuple[int, str]]], *, unit: str) -> list[LeftOutFiles]:
    """Rows for examples whose file has the same bytes as another of their split: (hash, name) of each, by split."""
    rows = []
    for split, examples in contents.items():
        seen, again = set[int](), list[str]()
        for content, name in examples:
            if content in seen:
                again.append(name)
            seen.add(content)
        if again:
            reason = f"kept: {unit}s with the same bytes as another of their split"
            rows.append(LeftOutFiles(place=split, reason=reason, num=len(again), example=again[0], counts=False))
    return rows


def check_left_out(rows: Sequence[LeftOutFiles], *, num_listed: int, most: float, name: str, unit: str) -> None:
    """Stop if too large a share of what would have been examples is left out.

    Raises:
        SourceError: says how many, why most of them, and how to allow it.
    """
    counted = sorted((row for row in rows if row.counts), key=lambda row: -row.num)
    num = sum(row.num for row in counted)
    if num > most * (num + num_listed):
        worst = counted[0]
        raise SourceError(
            f"{num} of {num + num_listed} {unit}s of {name!r} ({num / (num + num_listed):.2%}) would be left out, {worst.num} of "
            f"them: {worst.reason} (such as {readable(worst.example)}); allowed: {most:.2%}; convert, move or delete them, or "
            "allow more by --max-left-out SHARE (of the workflow: --config max_left_out=SHARE)"
        )


def account_lines(rows: Sequence[LeftOutFiles]) -> list[str]:
    """The table as lines of text; none without rows."""
    if not rows:
        return []
    cells = [(readable(row.place), str(row.num), readable(row.reason), f"such as {_short(row.example)}") for row in rows]
    head = ("where", "files", "what became of them", "")
    widths = [max(len(line[i]) for line in (head, *cells)) for i in range(3)]
    return [
        f"  {place:<{widths[0]}}  {num:>{widths[1]}}  {text:<{widths[2]}}  {example}".rstrip()
        for place, num, text, example in (head, *cells)
    ]


def _short(name: str) -> str:
    shown = readable(name)
    return shown if len(shown) <= EXAMPLE_CHARACTERS else f"...{shown[-EXAMPLE_CHARACTERS:]}"


def listed_files(path: Path, *, num: int, of: int) -> ListedFiles:
    """Describe the list at `path`, of `num` files of `of`."""
    return ListedFiles(file=path.name, sha256=stored_file(path).sha256, num=num, share=num / of)


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows to `path`; names that are no valid Unicode keep their bytes, and no entry is a formula of a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([no_formula(entry) for entry in row] for row in rows)
    write_bytes(path, NO_BYTE.sub(lambda found: visible(found[0]), text.getvalue()).encode(errors="surrogateescape"))
