"""What the pages say is what the results say, and every page stands on its own."""

import csv
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import jinja2
import pytest
from jinja2 import nodes

from repro.analyse.evidence.verdict import ANSWERS, HOLDING, VERDICTS
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.files import FileFormatError
from repro.papers.alexnet import ALEXNET
from repro.papers.alexnet.planted import PLANTED_PAGE
from repro.papers.karpathy import KARPATHY
from repro.report.pages.claim_cells import NOT_RUN
from repro.report.pages.tally import APART
from repro.report.render import TEMPLATES, page_environment, render
from repro.report.text import wording
from repro.report.text.claim_columns import COLUMNS
from repro.report.text.tables import ascii_number
from repro.spec.terms.evidence import LEVELS
from tests.fabricate import change_run
from tests.report.conftest import Rendered, csv_rows, rerendered
from tests.report.reading import Page, all_pages, numbers, read


def claims_of(made: Rendered) -> dict[str, dict]:
    return {claim["id"]: claim for claim in json.loads(made.claims_file.read_text())["claims"]}


def files_of(made: Rendered) -> list[tuple[str, str]]:
    """Return each page of the paper with the name of each table that it has as files."""
    found = []
    for table in made.papers[0].tables:
        names = [table.name, f"{table.name}_claims"]
        found += [(table.name, name) for name in names if (made.folder / "alexnet" / f"{name}.csv").is_file()]
    return found


# The same numbers everywhere.


def test_each_page_has_its_tables_as_files(full_report: Rendered) -> None:
    pages = [table.name for table in full_report.papers[0].tables]
    printed = [("alexnet_table1", "alexnet_table1_claims"), ("alexnet_table2", "alexnet_table2_claims")]
    assert set(files_of(full_report)) == {*((name, name) for name in pages), *printed}


def test_the_table_pages_hold_the_numbers_of_their_csv(full_report: Rendered) -> None:
    for page, name in files_of(full_report):
        tables = read(full_report.folder / f"alexnet/{page}.html").tables
        shown = [row for table in (f"table-{name}", f"table-{name}_apart") for row in tables.get(table, []) if row]
        stored = csv_rows(full_report, Path(f"alexnet/{name}"))
        apart = [line.get("verdict") in (*APART, NOT_RUN) for line in stored]
        rows = [line for line, folded in zip(stored, apart, strict=True) if not folded]
        rows += [line for line, folded in zip(stored, apart, strict=True) if folded]
        assert len(shown) == len(rows)
        assert rows or page == PLANTED_PAGE.name, "planted effects are shown once they are calibrated"
        for html, line in zip(shown, rows, strict=True):
            for key, text in html.items():
                if f"{key}_low" not in line:
                    assert line[key] in (text, ascii_number(text)), (name, key)
                else:
                    assert [line[f"{key}_low"], line[f"{key}_high"]] == numbers(text), (name, key)
            filled = {key.removesuffix("_low").removesuffix("_high") for key, text in line.items() if text}
            assert filled - ONLY_CSV == set(html), name


#: Columns for programs alone.
ONLY_CSV = {column.key for column in COLUMNS if column.only_csv}


def cells_of(path: Path) -> list[list[str]]:
    """Return the rows of a table as Markdown or LaTeX have it, without its heads."""
    lines = path.read_text().splitlines()
    if path.suffix == ".md":
        found = [line.removeprefix("| ").removesuffix(" |") for line in lines if line.startswith("| ")]
        return [re.split(r"(?<!\\) \| ", line) for line in found[1:]]
    body = lines[lines.index(r"\midrule") + 1 : lines.index(r"\bottomrule")]
    return [re.split(r"(?<!\\) & ", line.removesuffix(r" \\")) for line in body]


@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_markdown_and_latex_hold_in_six_columns_the_numbers_of_the_csv(full_report: Rendered, suffix: str) -> None:
    """Of each line that has a number of ours: what decides, with its interval, and the seeds."""
    seen = 0
    for page, name in files_of(full_report):
        if page == PLANTED_PAGE.name or (page in ("alexnet_table1", "alexnet_table2") and name == page):
            continue
        path = Path(f"alexnet/{name}")
        stored = [line for line in csv_rows(full_report, path) if line["estimate"]]
        rows = cells_of((full_report.folder / path).with_suffix(suffix))
        assert all(len(row) == 6 for row in rows)
        for row, line in zip(rows, stored, strict=True):
            key = "relative" if line["relative"] and numbers(row[3])[0] == line["relative"] else "estimate"
            assert numbers(row[3])[:1] == [line[key]], (name, line["claim"])
            if line[f"{key}_ci90_low"] and key == "relative":
                assert numbers(row[3])[1:] == [line["relative_ci90_low"], line["relative_ci90_high"]]
            assert numbers(row[4]) == list(dict.fromkeys(filter(None, (line["arm_n"], line["against_n"]))))
            seen += 1
    assert seen > 30


@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_a_printed_table_has_the_papers_columns_each_with_ours_beside(full_report: Rendered, suffix: str) -> None:
    for name in ("alexnet_table1", "alexnet_table2"):
        stored, rows = csv_rows(full_report, Path(f"alexnet/{name}")), cells_of(full_report.folder / f"alexnet/{name}{suffix}")
        titles = [key.removesuffix(".paper") for key in stored[0] if key.endswith(".paper")]
        for row, line in zip(rows, stored, strict=True):
            for place, title in enumerate(titles):
                paper, ours = row[1 + 2 * place], row[2 + 2 * place]
                assert numbers(paper) == [line[f"{title}.paper"]] * bool(line[f"{title}.paper"])
                assert numbers(ours) == list(filter(None, (line[f"{title}.here"], line[f"{title}.sd"])))


def test_latex_needs_no_scaling_and_has_at_most_six_columns_of_claims(full_report: Rendered) -> None:
    for path in sorted(full_report.folder.rglob("*.tex")):
        assert "resizebox" not in path.read_text()


def test_the_csv_holds_the_numbers_of_claims_json(full_report: Rendered) -> None:
    claims = claims_of(full_report)
    found = 0
    for line in csv_rows(full_report):
        if not line["claim"]:
            continue
        claim = claims[line["claim"]]
        assert line["verdict"] == claim["verdict"]
        assert claim["reason"] in line["reason"]
        if claim["kind"] in ("ratio", "ranking", "spread", "count", "signs"):
            continue
        part = claim.get("points") or claim
        if claim["verdict"] == "UNTESTABLE-HERE" and claim["kind"] != "level":
            assert not line["estimate"], "what no data here can answer has no size"
            continue
        arms = [*claim["arms"], None][:2]
        for key, value, scale in (
            ("estimate", part.get("estimate"), 100),
            ("estimate_ci90_low", (part.get("ci90") or [None])[0], 100),
            ("estimate_ci95_high", (part.get("ci95") or [None])[-1], 100),
            ("log_ratio", (claim.get("log_ratio") or {}).get("estimate"), 1),
            ("log_ratio_ci90_high", ((claim.get("log_ratio") or {}).get("ci90") or [None])[-1], 1),
            ("paper", claim.get("paper_value", claim.get("paper_delta")), 100),
            ("arm_mean", claim.get("means", {}).get(arms[0]), 100 if claim["metric"] != "train_s" else 1),
            ("against_sd", claim.get("sds", {}).get(arms[1]), 100 if claim["metric"] != "train_s" else 1),
        ):
            assert (line[key] == "") == (value is None), (line["claim"], key)
            if value is not None:
                found += 1
                tolerance = {100: 0.0051, 1: 0.051 if claim["metric"] == "train_s" else 0.00051}[scale]
                tolerance = 0.051 if claim["metric"] == "early_train_error" else tolerance
                assert float(line[key]) == pytest.approx(scale * value, abs=tolerance), key
        assert [line["arm_n"], line["against_n"]] == [str(claim.get("n", {}).get(arm, "")) for arm in arms]
    assert found > 80


def test_the_index_shows_each_claim_once_with_the_numbers_of_its_page(full_report: Rendered) -> None:
    index = read(full_report.folder / "index.html")
    stored = {
        line["claim"]: line
        for _, name in files_of(full_report)
        for line in csv_rows(full_report, Path(f"alexnet/{name}"))
        if line.get("claim")
    }
    shown = {
        claim: row
        for table in full_report.papers[0].tables
        for name in (f"table-{table.name}_claims", f"table-{table.name}_apart")
        if name in index.tables
        for claim, row in zip(index.row_ids[name][1:], index.tables[name][1:], strict=True)
    }
    assert set(shown) == set(claims_of(full_report))
    assert len(stored) > 50
    for claim, line in stored.items():
        assert shown[claim]["verdict"] == line["verdict"]
        for key in ("paper", "estimate", "relative"):
            assert ascii_number(shown[claim].get(key, "")) == line[key]


def test_on_the_index_what_is_decided_comes_first_and_what_was_not_asked_is_folded(full_report: Rendered) -> None:
    index, claims = read(full_report.folder / "index.html"), claims_of(full_report)
    for table in full_report.papers[0].tables:
        names = [name for name in index.row_ids.get(f"table-{table.name}_claims", []) if name]
        decided = [claims[name]["verdict"] in ANSWERS for name in names]
        assert decided == sorted(decided, reverse=True)
        apart = [name for name in index.row_ids.get(f"table-{table.name}_apart", []) if name]
        assert {claims[name]["verdict"] for name in apart} <= {"INCOMPLETE", "UNTESTABLE-HERE", "NOT-COMPARABLE"}


def test_the_index_says_first_how_the_claims_stand_on_which_data(full_report: Rendered) -> None:
    words = read(full_report.folder / "index.html").words
    tried = [claim["verdict"] for claim in claims_of(full_report).values()]
    agree = sum(name in HOLDING and name != "EXACT-PASS" for name in tried)
    assert re.search(rf"\d+ claims were tried on generated[^:]*: {agree} go the paper's way", words)


def test_the_overview_counts_the_verdicts_of_each_page(full_report: Rendered) -> None:
    rows = read(full_report.folder / "index.html").tables["table-alexnet_overview"][1:]
    claims = claims_of(full_report)
    for row, table in zip(rows, full_report.papers[0].tables, strict=True):
        assert row["claims"] == str(len(table.claims))
        verdicts = [claims[name]["verdict"] for name in table.claims]
        assert {name: int(row[name]) for name in wording.VERDICTS if name in row} == {
            name: verdicts.count(name) for name in wording.VERDICTS if name in verdicts
        }


def test_single_runs_are_shown_with_the_values_of_runs_csv(full_report: Rendered) -> None:
    page = read(full_report.folder / "runs/alexnet/no_lrn-1.html")
    with open(full_report.results / "smoke/runs.csv", newline="") as stream:
        stored = [row for row in csv.DictReader(stream) if row["run"] == "smoke/alexnet/no_lrn/1"]
    shown = [float(ascii_number(row["run"])) for row in page.tables["table-metrics"][1:]]
    plain = ("train_s", "tower_color_split", "tower_color_split_p", "epochs_to_leave_chance")
    factors = [1 if row["metric"] in plain else 100 for row in stored]
    assert len(shown) == len(stored)
    wanted = [factor * float(row["value"]) for factor, row in zip(factors, stored, strict=True)]
    assert shown == pytest.approx(wanted, abs=0.051)


def test_a_run_that_never_got_there_says_never(full_report: Rendered) -> None:
    rows = read(full_report.folder / "runs/alexnet/figure1_tanh-0.html").tables["table-metrics"][1:]
    shown = {row["metric"]: row["run"] for row in rows}
    assert shown["epochs to 25 % training error, while training"] == "4.0"
    assert shown["epochs to 10 % training error, while training"] == "never"


def test_no_table_lacks_scale_data_and_device_on_its_page(full_report: Rendered) -> None:
    for path, page in all_pages(full_report.folder).items():
        for words in ("smoke", "generated images (smoke)", "CPU: fabricated for tests", "demonstration"):
            assert words in page.words, (path, words)


# Pages that stand alone.


def targets(path: Path, page: Page) -> list[tuple[Path, str]]:
    found = []
    for reference in (reference for reference in page.references if not reference.startswith(("data:image/", "https://"))):
        file, _, fragment = reference.partition("#")
        found.append(((path.parent / unquote(file)).resolve() if file else path.resolve(), unquote(fragment)))
    return found


def test_every_link_leads_somewhere(full_report: Rendered) -> None:
    pages = {path.resolve(): page for path, page in all_pages(full_report.folder).items()}
    runs = len(list((full_report.results / "smoke" / "runs").rglob("run.json")))
    assert len(pages) == 2 + len(ALEXNET.tables) + runs
    for path, page in pages.items():
        for file, fragment in targets(path, page):
            assert file.is_file(), (path, file)
            if fragment and file in pages:
                assert fragment in pages[file].ids, (path, fragment)


def test_every_run_is_one_line_of_a_page_of_its_own_and_leads_to_the_page_of_the_run(full_report: Rendered) -> None:
    rows = read(full_report.folder / "runs.html").tables["table-alexnet_runs"][1:]
    runs = {tuple(path.parts[-3:-1]) for path in (full_report.results / "smoke/runs/alexnet").rglob("run.json")}
    assert sorted((row["variant"], row["seed"]) for row in rows) == sorted(runs)
    links = {path.name for path, _ in targets(full_report.folder / "runs.html", read(full_report.folder / "runs.html"))}
    assert {f"{variant}-{seed}.html" for variant, seed in runs} <= links
    assert "table-alexnet_runs" not in read(full_report.folder / "index.html").tables


def test_every_page_is_reached_from_the_index(full_report: Rendered) -> None:
    pages = {path.resolve(): page for path, page in all_pages(full_report.folder).items()}
    seen: set[Path] = set()
    waiting = [(full_report.folder / "index.html").resolve()]
    while waiting:
        path = waiting.pop()
        if path in seen or path not in pages:
            continue
        seen.add(path)
        waiting += [file for file, _ in targets(path, pages[path])]
    assert seen == set(pages)


def references(values: dict[str, str]) -> list[str]:
    return [values[name] for name in ("src", "href") if name in values]


def test_no_page_asks_anything_of_the_network(full_report: Rendered) -> None:
    for path, page in all_pages(full_report.folder).items():
        every = [(tag, ref) for tag, values in page.tags for ref in references(values)]
        outward = [(tag, ref) for tag, ref in every if re.match(r"(?!data:image/)[a-z]+:|//", ref)]
        assert all(tag == "a" and ref.startswith("https://") for tag, ref in outward), path
        assert not re.search(r"url\((?!#)|@import|fetch\(|XMLHttp", page.text), path
        outside = [values for tag, values in page.tags if tag == "a" and values.get("href", "").startswith("http")]
        assert page.text.count("http") == len(outside), path
        assert all(values.get("rel") == "external" for values in outside), path


def test_ids_are_unique_and_tables_and_drawings_are_described(full_report: Rendered) -> None:
    for path, page in all_pages(full_report.folder).items():
        assert len(page.ids) == len(set(page.ids)), path
        assert set(page.captions) == set(page.tables), path
        assert all(values.get("scope") in ("col", "row") for tag, values in page.tags if tag == "th"), path
        for tag, values in page.tags:
            if tag == "svg":
                assert values["role"] == "img"
                assert values["aria-labelledby"] in page.ids


def test_the_same_results_give_the_same_bytes_in_another_process(small_judged: Rendered) -> None:
    rerendered(small_judged)
    first = {path: path.read_bytes() for path in small_judged.folder.rglob("*") if path.is_file()}
    program = (
        "import sys; from pathlib import Path; from repro.report.render import render; from tests.report.conftest import smaller;"
        "render([smaller()], scale='smoke', results=Path(sys.argv[1]), reports=Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(small_judged.results), str(small_judged.reports)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7"}, cwd=TEMPLATES.parents[2])
    second = {path: path.read_bytes() for path in small_judged.folder.rglob("*") if path.is_file()}
    assert first == second
    assert sum("results" not in path.relative_to(small_judged.folder).parts for path in first) == 2 + 4 + 4


def test_rendering_needs_neither_torch_nor_dali_nor_pyplot() -> None:
    program = "import repro.report.render, sys; print({'torch', 'nvidia', 'matplotlib.pyplot', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=TEMPLATES.parents[2])
    assert done.stdout.strip() == "set()"


def test_names_from_outside_are_escaped(small_judged: Rendered) -> None:
    data = small_judged.results / "smoke/data/procedural"
    dataset = read_dataset(data)
    classes = ("<script>alert(1)</script>", *dataset.classes[1:])
    write_dataset(data, replace(dataset, classes=classes, warnings=('<img src="x" onerror="alert(2)">',)))
    change_run(small_judged.results, "smoke/alexnet/full/0", command="python -m repro train </pre><script>alert(3)</script>")
    rerendered(small_judged)
    for page in all_pages(small_judged.folder).values():
        assert sum(tag == "script" for tag, _ in page.tags) == 1
        assert not [values for _, values in page.tags if "onerror" in values]
    assert "<script>alert(1)</script>" in read(small_judged.folder / "index.html").words
    assert "<script>alert(3)</script>" in read(small_judged.folder / "runs/alexnet/full-0.html").words


# Verdicts and their words.


def test_every_verdict_has_words_a_symbol_and_a_style_of_its_own() -> None:
    assert set(wording.VERDICTS) == set(VERDICTS)
    words = list(wording.VERDICTS.values())
    assert len({item.symbol for item in words}) == len({item.meaning for item in words}) == len(words)
    style = (TEMPLATES / "report.css").read_text()
    for item in [*words, *LEVELS.values()]:
        assert f".tone-{item.tone} " in style or f".tone-{item.tone}," in style, item.name


def test_the_index_explains_every_verdict_in_one_sentence(full_report: Rendered) -> None:
    words = read(full_report.folder / "index.html").words
    for item in wording.VERDICTS.values():
        assert item.meaning in words


def test_a_paper_that_was_not_judged_is_named_and_alone_it_is_refused(small_judged: Rendered) -> None:
    render([*small_judged.papers, KARPATHY], scale=small_judged.scale, results=small_judged.results, reports=small_judged.reports)
    index = (small_judged.folder / "index.html").read_text(encoding="utf-8")
    assert "these results were judged without it" in index
    with pytest.raises(
        FileFormatError, match=r"claims.json judges alexnet, not karpathy; type python -m repro judge --papers karpathy"
    ):
        render([KARPATHY], scale=small_judged.scale, results=small_judged.results, reports=small_judged.reports)


def test_a_demonstration_says_on_every_page_that_it_is_no_evidence(full_report: Rendered) -> None:
    for page in all_pages(full_report.folder).values():
        assert "Generated data: shows that the machinery works, no evidence about the paper." in page.words


def test_an_unknown_verdict_is_an_error_that_names_the_allowed() -> None:
    with pytest.raises(ValueError, match=r"unknown verdict 'MAYBE'.*REPRODUCED"):
        wording.verdict_words("MAYBE")


# Templates.


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        page_environment().from_string("{{ page.nothing }}").render(page=wording.VERDICTS["ABSENT"])


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.j2")), ids=lambda path: path.name)
def test_templates_neither_compute_nor_round(path: Path) -> None:
    tree = page_environment().parse(path.read_text())
    forbidden = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
    assert not list(tree.find_all(forbidden))
    used = {node.name for node in tree.find_all(nodes.Filter)}
    assert not used & {"round", "int", "float", "sum", "format", "filesizeformat", "safe"}
