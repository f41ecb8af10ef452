"""The front page: its numbers are those of claims.json, generated data count nowhere, and the filters name states."""

import csv
import html
import json
import math
import re
from collections import Counter
from dataclasses import replace

import pytest

from repro.artifacts.judged import JudgedSlope
from repro.papers import PAPERS
from repro.report.site.front import FILTERS, front_page
from repro.report.site.standing import GROUPS, STATES, asked_of, counted
from repro.spec.terms.metrics import metric_named
from tests.published import CIFAR10, PUBLISHED
from tests.report.reading import Page

CLAIMS = {path.parent: json.loads(path.read_text()) for path in sorted(PUBLISHED.glob("*/*/claims.json"))}


def by_claim():
    """The verdicts of each claim over all published folders."""
    found: dict[str, list[dict]] = {}
    for judged in CLAIMS.values():
        for claim in judged["claims"]:
            found.setdefault(claim["id"], []).append(claim)
    return found


def test_the_bar_counts_every_claim_once_by_what_real_data_say(published_site):
    numbers = counted(published_site.asked)
    claims = [claim for paper in PAPERS.values() for claim in paper.claims]
    assert sum(numbers.values()) == len(claims)
    assert by_claim().keys() <= {claim.id for claim in claims}
    new = [claim for claim in claims if claim.id not in by_claim()]  # no folder has been judged with them yet
    expected = Counter("level" if claim.kind == "level" else "idle" for claim in new)
    for entries in by_claim().values():
        groups = {GROUPS[entry["verdict"]] for entry in entries}
        kind = entries[0]["kind"]
        if kind == "exact":
            expected["right" if "agree" in groups else "slip"] += 1
        elif "agree" in groups or "against" in groups:
            expected["mixed" if {"agree", "against"} <= groups else "agree" if "agree" in groups else "against"] += 1
        elif "open" in groups:
            expected["open"] += 1
        else:
            expected["level" if kind == "level" else "idle"] += 1
    assert numbers == {state: expected[state] for state in STATES}


def test_the_bar_is_printed_with_the_counted_numbers(published_site):
    segments = re.findall(r'class="seg b-(\w+)[^"]*" style="flex:(\d+)"><span>([\d,]+)</span>', published_site.text("index.html"))
    numbers = counted(published_site.asked)
    assert {state: int(shown) for state, _, shown in segments} == {state: num for state, num in numbers.items() if num}
    assert all(int(flex) == int(shown.replace(",", "")) for _, flex, shown in segments)


def test_the_listing_has_every_claim_of_every_folder_with_verdict_and_estimate_as_judged(published_site):
    with open(published_site.root / "answers.csv", newline="", encoding="utf-8") as stream:
        rows = {(row["claim"], row["results"]): row for row in csv.DictReader(stream)}
    sources = {source.results.folder: source for source in published_site.sources}
    assert {"Pointing gestures", "Nine classes of UCF-101", "CIFAR-10"} <= {row["data"] for row in rows.values()}
    num = 0
    for folder, judged in CLAIMS.items():
        for claim in judged["claims"]:
            source = sources[folder]
            row = rows[claim["id"], source.key]
            assert row["data"] == source.data_of(source.entries[claim["id"]])
            assert row["verdict"] == claim["verdict"]
            estimate = claim.get("estimate")
            assert row["estimate"] == ("" if estimate is None else repr(estimate))
            low, high = claim.get("ci90") or ("", "")
            assert (row["low"], row["high"]) == (repr(low) if low != "" else "", repr(high) if high != "" else "")
            num += 1
    assert num == len(rows)


def test_the_json_listing_holds_the_entries_of_claims_json_unchanged(published_site):
    listing = json.loads(published_site.text("answers.json"))
    keys = {source.results.folder: source.key for source in published_site.sources}
    shown = {
        (claim, key): entry
        for question in listing["questions"]
        for claim, entries in question["claims"].items()
        for key, entry in entries.items()
    }
    for folder, judged in CLAIMS.items():
        for claim in judged["claims"]:
            assert json.loads(json.dumps(shown[claim["id"], keys[folder]])) == claim


def test_each_row_of_the_matrix_names_the_state_by_which_filters_find_it(published_site):
    page = Page(published_site.text("index.html"))
    rows = [values for tag, values in page.tags if tag in ("tr", "li") and "data-state" in values]
    assert [row["data-state"] for row in rows]
    assert len(rows) == len(published_site.asked)
    covered = {state for _, states in FILTERS.values() for state in states}
    assert {row["data-state"] for row in rows} <= covered == set(STATES)


def test_filter_and_search_stand_in_the_address_by_the_names_of_the_buttons(published_site):
    text = published_site.text("index.html")
    page = Page(text)
    shows = [values["data-show"] for tag, values in page.tags if tag == "button" and "data-show" in values]
    assert shows == ["", *FILTERS]
    assert 'location.hash.startsWith("#?")' in text
    assert 'query.get("show")' in text
    assert 'query.get("q")' in text
    assert 'class="tools" hidden' in text, "without JavaScript there is no filter that does nothing"


def test_each_effect_on_the_pages_is_that_of_claims_json_in_points_and_in_relative_change(published_site):
    front, num = published_site.text("index.html"), 0
    for item in published_site.asked:
        page = published_site.text(item.href)
        for source in published_site.sources:
            entry = item.lead.entries.get(source.key)
            if (
                entry is None
                or getattr(entry, "log_ratio", None) is None
                or not metric_named(entry.metric).unit.share
                or GROUPS[entry.verdict] not in ("agree", "against", "open")
            ):
                continue
            row = front[front.index(f'id="{item.paper.name}-{item.question.name}"') :]
            row = html.unescape(row[: row.index("</tr>")])
            if entry.points is not None:
                shown = float(re.search(r'class="eff">([^ ]+) pt<', _column(row, source.title))[1].replace("\N{MINUS SIGN}", "-"))
                assert shown == pytest.approx(100 * entry.points.estimate, abs=0.05)
                assert _decided(entry).replace("-", "\N{MINUS SIGN}") in page
                num += 1
    assert num >= 10


def test_a_line_along_sizes_is_shown_as_a_power_and_not_in_points(published_site):
    front = published_site.text("index.html")
    item = next(item for item in published_site.asked if item.question.name == "more_data")
    shown = {
        f"{entry.estimate:+.2f} power".replace("-", "\N{MINUS SIGN}")
        for entry in item.lead.entries.values()
        if isinstance(entry, JudgedSlope) and entry.estimate is not None
    }
    assert shown
    row = front[front.index('id="alexnet-more_data"') :]
    for text in shown:
        assert text in published_site.text(item.href)
        assert text.partition(" ")[0] in row[: row.index("</tr>")]
    assert "The power by which the error falls" in published_site.text(item.href)
    assert " pt<" not in row[: row.index("</tr>")]


def _decided(entry) -> str:
    """The effect by which an entry is decided, as its page has it: errors relative to each other, or points."""
    if entry.decided_on == "points":
        return f"{100 * entry.points.estimate:+.2f} points"
    change = 100 * math.expm1(entry.log_ratio.estimate)
    return f"{change:+.{1 if abs(change) < 9.95 else 0}f} %"


def _column(row: str, title: str) -> str:
    """The entry of a data set in a row of the matrix."""
    part = row[row.index(f'data-label="{title}"') :]
    return part[: part.index("</td>")]


def test_the_tables_for_papers_have_as_many_entries_in_every_line_as_columns(published_site):
    files = [published_site.root / "matrix.tex", *published_site.root.glob("question/*/*.tex")]
    assert len(files) == 1 + len(published_site.asked)
    for file in files:
        text = file.read_text(encoding="utf-8")
        body = text[text.index("\\toprule") : text.index("\\bottomrule")]
        counts = {len(re.findall(r"(?<!\\)&", line)) for line in body.splitlines() if line.endswith("\\\\")}
        assert len(counts) == 1, file
        assert counts.pop() <= 5, "six columns at most"
        assert text.count("{") == text.count("}")
        assert text.isascii(), file


def test_results_of_generated_data_alone_answer_nothing(published_site):
    source = published_site.sources[0]
    judgement = replace(source.results.judgement, evidence=dict.fromkeys(source.results.judgement.evidence, "demonstration"))
    generated = replace(source, results=replace(source.results, judgement=judgement))
    asked = asked_of(list(source.papers), [generated])
    numbers = counted(asked)
    assert not any(numbers[state] for state in ("agree", "against", "mixed", "open"))
    assert numbers["generated"] > 10
    page = front_page(asked, [generated])
    assert page.holds == page.fails == page.unknown == ()


@pytest.mark.parametrize("said", ["a.s3.3.lrn.top1", "normalization", "color", "normalisation", "b.s4.1.spread.vid1"])
def test_the_search_finds_ids_of_claims_and_american_spelling(published_site, said):
    rows = re.findall(r'data-words="([^"]*)"', published_site.text("index.html"))
    assert any(said in words for words in rows)


def test_a_question_about_speed_leads_to_the_times_that_were_measured(published_site):
    assert 'href="../../speed/index.html">Speed</a>, beside' in published_site.text("question/karpathy/stream_speed.html")
    assert 'speed/index.html">Speed</a>, beside' not in published_site.text("question/karpathy/late_fusion.html")


def test_a_net_that_learned_nothing_has_no_size_of_an_effect(published_site):
    page = published_site.text(f"scales/{CIFAR10}/cifar10/alexnet/alexnet_ablations.html")
    assert "there is no size of an effect" in page
    assert "324 %" not in page
    assert "324" not in published_site.text(f"scales/{CIFAR10}/cifar10/alexnet/alexnet_ablations.tex")
