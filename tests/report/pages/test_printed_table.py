"""A table of the paper keeps its rows and columns, ours beside; nothing is left out without a reason."""

from dataclasses import replace
from pathlib import Path

from repro.papers.alexnet import ALEXNET
from repro.report.inputs.results import read_results
from repro.report.pages.not_run import not_run_groups
from repro.report.pages.table import table_page
from repro.report.pages.variants import not_run_reason
from repro.spec.claims import Level
from tests.report.conftest import Rendered
from tests.report.made import Made
from tests.report.reading import Page, read


def page(made: Rendered, table: str) -> Page:
    return read(made.folder / f"alexnet/{table}.html")


def rows(made: Rendered, table: str, name: str = "") -> list[dict[str, str]]:
    return [row for row in page(made, table).tables[f"table-{name or table}"] if row]


def test_table_1_has_the_rows_and_numbers_that_the_paper_printed(full_report: Rendered) -> None:
    shown = [(row["model"], row["top_1.paper"], row["top_5.paper"]) for row in rows(full_report, "alexnet_table1")]
    assert shown == [
        ("Sparse coding", "47.1", "28.2"),
        ("SIFT + FVs", "45.7", "25.7"),
        ("CNN", "37.5", "17.0"),
        ("CNN, released code", "37.4727", "16.9987"),
    ]


def test_table_2_has_the_rows_and_numbers_that_the_paper_printed(full_report: Rendered) -> None:
    keys = ("model", "top_1_val.paper", "top_5_val.paper", "top_5_test.paper")
    shown = [tuple(row.get(key, "") for key in keys) for row in rows(full_report, "alexnet_table2")]
    assert shown == [
        ("SIFT + FVs", "", "", "26.2"),
        ("1 CNN", "40.7", "18.2", ""),
        ("1 CNN, released code", "40.664", "18.21", ""),
        ("5 CNNs", "38.1", "16.4", "16.4"),
        ("1 CNN*", "39.0", "16.6", ""),
        ("7 CNNs*", "36.7", "15.4", "15.3"),
    ]


def test_columns_stand_in_the_papers_order_under_their_heading(full_report: Rendered) -> None:
    words = page(full_report, "alexnet_table2").words
    places = [words.index(f"\n{title}\n") if f"\n{title}\n" in words else words.index(title) for title in TITLES]
    assert places == sorted(places)


TITLES = ("Top-1 (val)", "Top-5 (val)", "Top-5 (test)")


def test_both_bases_have_our_number_with_its_spread_beside_the_printed_one(full_report: Rendered) -> None:
    measured = {row["variant"]: row for row in rows(full_report, "alexnet_table1") if "variant" in row}
    assert {"full", "as_released"} <= set(measured)
    for name, row in measured.items():
        assert {"top_1.here", "top_1.sd", "top_1.n", "top_1.ci90", "top_1.verdict", "evidence", "reason"} <= set(row)
        assert row["top_1.n"] == str(len(list((full_report.results / "smoke" / "runs" / "alexnet" / name).glob("*/run.json"))))


def test_rows_without_a_number_say_so_and_why(full_report: Rendered) -> None:
    without = 0
    for table in ("alexnet_table1", "alexnet_table2"):
        for row in rows(full_report, table):
            for column in (key.removesuffix(".paper") for key in row if key.endswith(".paper")):
                assert (f"{column}.none" in row) != (f"{column}.here" in row)
                without += f"{column}.none" in row
                assert row["reason"]
    assert without
    shown = {row["model"]: row for row in rows(full_report, "alexnet_table2")}
    assert shown["5 CNNs"]["top_5_test.none"] == "cannot be tested"
    assert "keep the labels" in shown["5 CNNs"]["reason"]


def test_what_others_measured_of_a_row_stands_below_in_the_same_columns(full_report: Rendered) -> None:
    shown = rows(full_report, "alexnet_table2", "alexnet_table2_others")
    first = shown[0]
    assert (first["who"], first["protocol"], first["top_1_val"], first["top_5_val"]) == (
        "cuda-convnet2, one GPU, 90 epochs",
        "ten crops",
        "40.42",
        "18.15",
    )
    other = [row for row in shown if row["who"] == "torchvision, AlexNet"]
    assert [row["note"].startswith("not the same quantity: ") for row in other] == [True]


def test_each_number_of_a_printed_table_is_found_by_its_claim(full_report: Rendered) -> None:
    ids = page(full_report, "alexnet_table2").ids
    assert set(ALEXNET.table("alexnet_table2").claims) <= set(ids)


def test_further_claims_follow_in_a_table_of_their_own(full_report: Rendered) -> None:
    tables = ("alexnet_table1_claims", "alexnet_table1_claims_apart")
    claims = {row["claim"] for name in tables for row in rows(full_report, "alexnet_table1", name) if "claim" in row}
    printed = {claim.id for claim in ALEXNET.claims if claim.id.startswith("A.T1.") and isinstance(claim, Level)}
    assert claims == set(ALEXNET.table("alexnet_table1").claims) - printed


def test_each_variant_of_a_page_has_a_line_with_its_difference(full_report: Rendered) -> None:
    for table in ALEXNET.tables:
        shown = page(full_report, table.name)
        assert {f"variant-{name}" for name in table.variants} <= set(shown.ids)
        assert all(row["change"] for row in shown.tables["table-variants"] if row)
    released = {row["name"]: row for row in rows(full_report, "alexnet_released", "variants")}
    assert released["released_bias_rate"]["change"] == "recipe.optimizer.bias_rate: 1 → 2"
    assert released["released_bias_rate"]["why"] == "the text says one learning rate for all layers"
    assert "full, also as_printed" in released


def test_the_pages_say_what_they_are_about(full_report: Rendered) -> None:
    for table in ALEXNET.tables:
        assert table.about in page(full_report, table.name).words


def test_networks_that_the_scale_does_not_run_are_named_with_the_reason(full_report: Rendered, tmp_path: Path) -> None:
    results = read_results([ALEXNET], scale="smoke", results=full_report.results)
    other = type(results)(
        **{**{name: getattr(results, name) for name in results.__dataclass_fields__}, "scale": "folders", "runs": {}}
    )
    reason = "the scale folders runs no networks of the family cifar_local"
    assert not_run_reason("cifar_11pct", ALEXNET, results=other) == reason
    groups = {group.title: group for group in not_run_groups([ALEXNET], absent=[], results=other)}
    named = groups["Networks that this scale does not run"]
    assert {"cifar_11pct", "cifar_18pct", "figure1_relu"} <= {link.text for item in named.items for link in item.links}
    everywhere = ALEXNET.scale("folders")
    lacking = [variant for variant in ALEXNET.variants if not everywhere.has(ALEXNET.family(variant.name))]
    assert named.number == f"{len(lacking)} variants"


def test_claims_that_are_not_decided_are_grouped_by_verdict_and_reason(full_report: Rendered) -> None:
    results = read_results([ALEXNET], scale="smoke", results=full_report.results)
    groups = {group.title: group for group in not_run_groups([ALEXNET], absent=[], results=results)}
    blocked = {claim.verdict for claim in results.judgement.claims} & {"INVALID", "INCOMPLETE", "UNTESTABLE-HERE"}
    assert blocked
    for name in blocked:
        claims = [claim for claim in results.judgement.claims if claim.verdict == name]
        group = groups[f"Claims: {name}"]
        assert group.number == f"{len(claims)} claim{'s' * (len(claims) > 1)}"
        assert len(group.items) == len({claim.reason for claim in claims})
        assert sum(len(item.links) for item in group.items) == len(claims)


def test_a_run_shows_the_saturation_of_each_layer_before_and_after(full_report: Rendered) -> None:
    shown = read(full_report.folder / "runs/alexnet/tanh-0.html").tables
    ends = [row for row in shown["table-saturation"] if row]
    every = [row for row in shown["table-saturation_epochs"] if row]
    assert [row["layer"] for row in ends] == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"]
    for row in ends:
        assert row["saturated_after"] == every[-1][f"{row['layer']}.saturated"]
        assert row["dead_before"] == every[0][f"{row['layer']}.dead"]
    assert [row["epoch"] for row in every] == [str(epoch) for epoch in range(len(every))]


def test_a_run_links_its_kernels_and_its_gallery(full_report: Rendered) -> None:
    references = read(full_report.folder / "runs/alexnet/full-0.html").references
    assert {"kernels.npz", "gallery.npz"} <= {reference.rpartition("/")[2] for reference in references}


def test_a_variant_that_a_scale_does_not_run_has_a_line_that_says_so(tmp_path: Path) -> None:
    table = replace(ALEXNET.table("alexnet_cifar"), claims=())
    page = table_page(ALEXNET, table, results=Made(folder=tmp_path, scale="paper").results)
    assert page.view.rows == () and page.apart is not None
    assert page.apart_words == f"{len(table.variants)} nets that were not run"
    assert [row.cells["name"].text for row in page.apart.rows] == list(table.variants)
    for row in page.apart.rows:
        assert (row.cells["verdict"].text, row.cells["estimate"].text, row.cells["measure"].text) == ("not run", "", "")
        assert row.cells["reason"].text.startswith("the scale paper runs no networks of the family")
