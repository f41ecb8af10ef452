"""Small facts that the pages rest on, by hand."""

import pytest

from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import spec_difference
from repro.papers.alexnet import ALEXNET
from repro.report.pages.run import learning_rate_drops
from repro.report.pages.setting import relative
from repro.report.pages.variants import change_of, change_text
from tests.artifacts.made import log_entry
from tests.report.conftest import Rendered, rerendered
from tests.report.reading import read


def change(variant: str) -> str:
    found = ALEXNET.variant(variant)
    return change_text(spec_difference(ALEXNET.experiment("full"), ALEXNET.experiment(variant)), key=found.key, value=found.value)


def test_a_part_that_is_gone_is_named_once() -> None:
    assert change("no_lrn") == "network.lrn removed (alpha 0.0001, alpha_over_size no, beta 0.75, k 2, size 5)"


def test_a_changed_value_is_shown_from_and_to() -> None:
    assert change("tanh") == "network.activation: relu → tanh"
    assert change("no_dropout") == "network.dropout_rate: 0.5 → 0"


def test_a_part_that_is_new_is_named_once() -> None:
    difference = spec_difference(ALEXNET.experiment("no_pca_color"), ALEXNET.experiment("full"))
    text = change_text(difference, key="recipe.color_noise", value={"std": 0.1, "factor": "sqrt_eigenvalue"})
    assert text == "recipe.color_noise added (divide_by 1, factor sqrt_eigenvalue, std 0.1, until 1)"


def test_a_part_that_is_replaced_shows_each_value_that_changed() -> None:
    assert change("pool_2x2") == "network.pooling.same_maps_as: none → (3, 2); network.pooling.size_px: 3 → 2"


def test_places_that_change_in_the_same_way_are_named_together() -> None:
    assert change("released_init") == ("network.conv.conv3.init_std + conv.conv4.init_std + conv.conv5.init_std: 0.01 → 0.03")


def test_several_parts_that_are_gone_are_named_each() -> None:
    text = change_of("as_released_no_norm", ALEXNET, control="as_released")
    assert text.startswith("network.lrn removed (")
    assert "; network.map_norm removed (" in text


def test_a_variant_of_another_base_than_its_control_names_it() -> None:
    assert change_of("tanh_tuned", ALEXNET, control="full") == "against tanh: recipe.optimizer.rate_factor: 1 → 0.3"
    assert change_of("cifar_13pct", ALEXNET, control="cifar_11pct").startswith("against cifar_11pct: network.conv")
    assert change_of("full", ALEXNET, control="full") == "the base of the others"


def test_learning_rate_drops_are_the_epochs_that_start_lower() -> None:
    rates = [0.01, 0.01, 0.001, 0.001, 0.0001, 0.001]
    log = [log_entry(epoch, 0.5, learning_rate=rate) for epoch, rate in enumerate(rates, start=1)]
    assert learning_rate_drops(log) == (3, 5)


def test_references_are_relative_to_the_page() -> None:
    assert relative("index.html", page="alexnet/table.html") == "../index.html"
    assert relative("runs/alexnet/full-0.html", page="index.html") == "runs/alexnet/full-0.html"
    assert relative("alexnet/table.html", page="runs/alexnet/full-0.html") == "../../alexnet/table.html"


def test_a_base_says_so_and_a_variant_shows_its_difference(small_judged: Rendered) -> None:
    folder = rerendered(small_judged).folder / "runs/alexnet"
    assert "This is the base" in read(folder / "full-0.html").words
    page = read(folder / "no_lrn-0.html")
    assert page.tables["table-difference"][1] == {"key": "network.lrn.alpha", "base": "0.0001", "other": "none"}


def test_a_log_that_is_not_the_recorded_one_is_not_shown(small_judged: Rendered) -> None:
    log = small_judged.results / "smoke/runs/alexnet/full/0/log.jsonl"
    log.write_text(log.read_text().replace("0.", "1.", 1))
    with pytest.raises(FileFormatError, match=r"full/0/log\.jsonl was changed.*train it again"):
        rerendered(small_judged)


def test_waiting_for_data_is_a_share_of_the_training_time(small_judged: Rendered) -> None:
    words = read(rerendered(small_judged).folder / "runs/alexnet/full-0.html").words
    assert "1.6 % of the training time" in words
    assert "700 images/s" in words
    assert "never" in words
