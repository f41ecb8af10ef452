"""Say of each variant of a page in what it differs from its base, computed from the specs, and whether it was run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repro.artifacts import provenance
from repro.artifacts.provenance import Change
from repro.report.inputs.results import Results, RunRecord
from repro.report.pages.not_run import failure_words, log_links
from repro.report.pages.setting import relative, run_page_path, table_page_path
from repro.report.text.changes import method_words, part_words
from repro.report.text.formatting import compact, listed
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.spec.experiment import Paper, Table, scaled
from repro.spec.run import Method
from repro.system.some import and_more

#: A difference of more leaves than this is one of two networks, not of a part: the first are named, the others counted.
MOST_LEAVES = 12
#: Parts of a specification that are told in words (repro.report.text.changes), not leaf by leaf.
TOLD = ("network.fusion", "network.streams", "initial_weights")


def variant_anchor(name: str) -> str:
    """The id of a variant's line on the page of a table."""
    return f"variant-{name}"


def difference_base(variant: str, paper: Paper, *, control: str) -> str:
    """The variant from which `variant` is described: its base, for a root the control, "" for the control itself."""
    return paper.variant(variant).base or (control if control != variant else "")


def change_of(variant: str, paper: Paper, *, control: str) -> str:
    """In one line what `variant` changes, at the size that the paper printed; names the base if it is no control."""
    found, base = paper.variant(variant), difference_base(variant, paper, control=control)
    if not base:
        return "the base of the others"
    told = method_words(paper.experiment(variant))
    if told:
        return told
    text = between(paper.experiment(base), paper.experiment(variant), key=found.key, value=found.value) or "nothing"
    return text if base == control and found.base else f"against {base}: {text}"


def run_difference(run: RunRecord, paper: Paper, *, results: Results) -> tuple[Change, ...]:
    """In what the stored specification of a run differs from that of its base, by the runs that are here; nothing for a base.

    Where the base was not run it is the base of today. What one of the two records, being older, does not know of is left out.
    """
    base = paper.variant(run.record.variant).base
    if base is None:
        return ()
    others = results.of_variant(paper.name, base)
    alike = [item for item in others if item.record.environment.get("commit") == run.record.environment.get("commit")]
    today = scaled(paper.experiment(base), paper.scale(run.record.scale).sizing(paper.family(base)))
    left = next((item.record.spec for item in (*alike, *others)), None) or provenance.plain(today)
    right = run.record.spec
    found = provenance.spec_difference(left, right)
    return tuple(change for change in found if _has_place(left, change.key) and _has_place(right, change.key))


def _has_place(spec: Any, key: str) -> bool:
    """Whether a record has a leaf, or has nothing in the place of the part that holds it."""
    for step in key.split("."):
        if spec is None:
            return True
        if isinstance(spec, list):
            spec = next((item for item in spec if isinstance(item, dict) and item.get("name") == step), None)
        elif step not in spec:
            return False
        else:
            spec = spec[step]
    return True


def between(base: Method, other: Method, *, key: str, value: Any) -> str:
    """In one line in what `other` differs from `base`: parts that have words of their own in these, then the rest."""
    difference = list(provenance.spec_difference(base, other))
    words = []
    for place in TOLD:
        inside = [item for item in difference if item.key == place or item.key.startswith(f"{place}.")]
        part = part_at(other, place) if inside else None
        if inside and part_words(part):
            words.append(f"{place}: {part_words(part)}")
            difference = [item for item in difference if item not in inside]
    return "; ".join(filter(None, [*words, change_text(difference, key=key, value=value)]))


def part_at(spec: Any, place: str) -> Any:
    """The part of a specification at a dotted path, None if it has no such part."""
    for name in place.split("."):
        spec = getattr(spec, name, None)
    return spec


def change_text(difference: Sequence[Change], *, key: str, value: Any) -> str:
    """A difference of two specs in one line; a part that is gone or new is named once, with what it held.

    key, value: what the variant puts where; several places are joined by ` + `, and so are places here that change in the
    same way.
    """
    words: list[str] = []
    told: set[str] = set()
    for place in key.split(" + ") if key else ():
        inside = [item for item in difference if item.key.startswith(place + ".")]
        gone = bool(inside) and value is None
        new = bool(inside) and not gone and all(item.base is None for item in inside)
        if gone or new:
            sides = [(item.key.removeprefix(place + "."), item.base if gone else item.other) for item in inside]
            held = ", ".join(f"{name} {compact(side)}" for name, side in sides)
            words.append(f"{place} {'removed' if gone else 'added'} ({held})")
            told |= {item.key for item in inside}
    return "; ".join([*words, *_changes([item for item in difference if item.key not in told])])


def _changes(items: Sequence[Change]) -> list[str]:
    """`place: from → to` for each change, places that change in the same way together."""
    same: dict[str, list[str]] = {}
    for item in items:
        same.setdefault(f"{compact(item.base)} → {compact(item.other)}", []).append(item.key)
    lines = [f"{' + '.join(_shortened(places))}: {change}" for change, places in same.items()]
    return [*lines[:MOST_LEAVES], *filter(None, [and_more(lines, most=MOST_LEAVES, noun="change")])]


def _shortened(places: Sequence[str]) -> list[str]:
    """The places, those after the first without the folder that they share with it."""
    folder = places[0].split(".")[0] + "."
    return [place if i == 0 else place.removeprefix(folder) for i, place in enumerate(places)]


def not_run_reason(variant: str, paper: Paper, *, results: Results) -> str:
    """Why a variant has no run at the scale, or "" if it has one; which of its runs failed, and why."""
    failed = failure_words(paper.name, variant, results=results)
    if failed:
        return failed
    if results.of_variant(paper.name, variant):
        return ""
    family = paper.family(variant)
    if not paper.scale(results.scale).has(family):
        return f"the scale {results.scale} runs no networks of the family {family}"
    return "no run of it is in the results"


VARIANT_COLUMNS = (
    Column(key="title", title="Variant", group="Variant"),
    Column(key="name", title="Name", group="Variant"),
    Column(key="change", title="Differs from its base in", group="Differs from its base in"),
    Column(key="why", title="What the paper says, and why it is here", group="What the paper says, and why it is here"),
    Column(key="source", title="Source", group="What the paper says, and why it is here"),
    Column(key="base", title="Base", group="Base"),
    Column(key="control", title="Compared with", group="Compared with"),
    Column(key="runs", title="Runs", group="Runs"),
    Column(key="status", title="Not run", group="Runs", label="not run:"),
    Column(key="logs", title="Logs", group="Runs"),
)


def variants_view(paper: Paper, table: Table, *, results: Results) -> TableView:
    """What the page's variants are, one a line: difference, base, control, and runs or why there are none."""
    page = table_page_path(paper.name, table.name)
    rows = []
    for name in table.variants:
        variant, control = paper.variant(name), table.control_of(name)
        runs = results.of_variant(paper.name, name)
        also = f"{name}, also {variant.alias}" if variant.alias else name
        cells = {
            "title": Cell(text=variant.title),
            "name": Cell(text=also),
            "change": Cell(text=change_of(name, paper, control=control)),
            "why": Cell(text=variant.why),
            "source": Cell(text=variant.source),
            "base": Cell(text=variant.base or ""),
            "control": Cell(text=control if control != name else ""),
            "runs": Cell(
                links=tuple(Link(text=run.id.rpartition("/")[2], href=relative(run_page_path(run.id), page=page)) for run in runs)
            ),
            "status": Cell(text=not_run_reason(name, paper, results=results)),
            "logs": Cell(links=log_links(paper.name, name, results=results, page=page)),
        }
        rows.append(Row(cells=cells, anchor=variant_anchor(name)))
    families = listed(sorted({paper.family(name) for name in table.variants}))
    caption = f"The variants of this page (networks: {families}) and what each changes, computed from the specifications."
    return TableView(name="variants", caption=caption, columns=VARIANT_COLUMNS, rows=tuple(rows))
