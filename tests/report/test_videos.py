"""The pages of Karpathy et al.: hits as printed, film strips, kernels over time, what motion and the camera contribute."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from repro.analyse.collect.stream_kernels import mean_frequency
from repro.artifacts.judged import Estimated, JudgedEffect, JudgedLevel
from repro.artifacts.stored_files import stored_file
from repro.papers.karpathy import KARPATHY
from repro.report.figures import view
from repro.report.figures.class_gains import printed_gains
from repro.report.figures.clips import clips
from repro.report.figures.stream_kernels import change_over_time
from repro.report.inputs.results import Results, read_results
from repro.report.pages.variants import change_of
from repro.report.text.changes import part_words
from repro.report.text.formatting import cut
from repro.report.text.hits import claim_as_shown, effect_as_shown
from tests.artifacts.made import effect, entry
from tests.report.conftest import Rendered
from tests.report.reading import Page, read

TABLES = {table.name: table for table in KARPATHY.tables}


def page(made: Rendered, table: str) -> Page:
    return read(made.folder / f"karpathy/{table}.html")


def rows(made: Rendered, table: str, name: str = "") -> list[dict[str, str]]:
    return [row for row in page(made, table).tables[f"table-{name or table}"] if row]


@pytest.fixture(scope="module")
def results(video_report: Rendered) -> Results:
    return read_results([KARPATHY], scale="smoke", results=video_report.results)


def test_table_1_prints_the_hits_of_the_paper_and_ours_beside_them(video_report: Rendered) -> None:
    shown = {row["model"]: row for row in rows(video_report, "karpathy_table1")}
    keys = ("clip_hit_1", "video_hit_1", "video_hit_5")
    assert [shown["Slow Fusion"][f"{key}.paper"] for key in keys] == ["41.9", "60.9", "80.2"]
    assert shown["Feature Histograms + Neural Net"]["video_hit_1.paper"] == "55.3"
    claims = {claim["id"]: claim for claim in json.loads(video_report.claims_file.read_text())["claims"]}
    found = claims["B.T1.slow.vid1"]
    assert shown["Slow Fusion"]["video_hit_1.here"] == f"{100 * (1 - found['estimate']):.1f}"
    low, high = (100 * (1 - end) for end in reversed(found["ci90"]))
    assert shown["Slow Fusion"]["video_hit_1.ci90"] == f"[{low:.1f}, {high:.1f}]"
    assert found["paper_value"] == 0.391, "claims hold errors"


def test_levels_become_hits_and_differences_stay(results: Results) -> None:
    level = entry(JudgedLevel, paper_value=0.4, estimate=0.3, ci90=(0.2, 0.4), means={"a": 0.3})
    shown = claim_as_shown(level, TABLES["karpathy_table1"])
    assert isinstance(shown, JudgedLevel)
    assert (shown.paper_value, shown.estimate, shown.means) == (0.6, 0.7, {"a": 0.7})
    assert shown.ci90 == pytest.approx((0.6, 0.8))
    points = Estimated(estimate=0.02, ci90=None, ci95=None)
    difference = claim_as_shown(entry(JudgedEffect, points=points, means={"a": 0.3}), TABLES["karpathy_table1"])
    assert isinstance(difference, JudgedEffect)
    assert (difference.points, difference.means) == (points, {"a": 0.7})
    assert effect_as_shown(effect(means={"a": 0.3}), TABLES["karpathy_table1"]).means == {"a": 0.7}
    assert claim_as_shown(level, TABLES["karpathy_table2"]) is level
    other = replace(level, metric="average_precision.x")
    assert claim_as_shown(other, TABLES["karpathy_table1"]) is other


def test_table_2_has_the_gains_of_the_paper_with_their_sign(video_report: Rendered) -> None:
    shown = [(row["model"], row["ap.paper"]) for row in rows(video_report, "karpathy_table2")]
    assert len(shown) == 20
    assert shown[0] == ("Juggling Club", "+0.12")
    assert ("Short Track Motor Racing", "\N{MINUS SIGN}0.07") in shown
    gains = printed_gains(KARPATHY, TABLES["karpathy_table2"], other="slow_fusion")
    assert [gain.name for gain in gains[:2]] == ["Juggling Club", "Pole Climbing"]
    assert sum(gain.value > 0 for gain in gains) == 10


def test_table_4_prints_precisions_with_two_decimals_and_its_rows_are_groups(video_report: Rendered) -> None:
    shown = {row["model"]: row for row in rows(video_report, "karpathy_table4")}
    assert shown["Sports"]["map_fine_tune_top.paper"] == "0.80"
    assert "Group of classes" in page(video_report, "karpathy_table4").words
    assert all("variant" not in row for row in shown.values()), "each column is of a variant of its own"


def test_the_pages_count_videos_and_clips_and_say_when_means_are_hits(video_report: Rendered) -> None:
    words = page(video_report, "karpathy_table1").words
    assert "Test videos" in words
    assert "Test clips" in words
    assert "Test images" not in words
    assert "100 less the error" in words
    assert "video Hit@1" in words
    assert "video top-1 error" in page(video_report, "karpathy_speed").words


def test_motion_lists_every_class_with_both_precisions_and_both_intervals(video_report: Rendered) -> None:
    found = page(video_report, "karpathy_table2")
    listed = [row for row in found.tables["table-class_gains_numbers"] if row]
    gains = json.loads(video_report.claims_file.read_text())["gains"]
    assert [row["class"] for row in listed] == [
        gain["class_name"] for gain in sorted(gains, key=lambda gain: -gain["gain"]["estimate"])
    ]
    assert all({"control", "other", "gain", "gain_ci90", "gain_total", "videos"} <= set(row) for row in listed)
    assert "if no class gained or lost anything, about 0.5 of each would be expected" in found.words


def test_the_cameras_figure_has_a_line_for_each_group_and_the_trend_in_words(video_report: Rendered) -> None:
    found = page(video_report, "karpathy_table2")
    assert len([row for row in found.tables["table-gain_by_camera_motion_numbers"] if row]) == 4
    assert "79 test videos in groups of equal size" in found.words
    assert "In 1 further video no motion could be estimated." in found.words
    assert "with the camera's knob at 0.1 frame widths a second" in found.words


def test_stream_kernels_shows_both_streams_and_the_frames_of_kernels_over_time(video_report: Rendered) -> None:
    listed = [row for row in page(video_report, "karpathy_table1").tables["table-stream_kernels_numbers"] if row]
    streams = {(row["variant"], row["stream"]): row for row in listed}
    assert {("single_frame_multires", "context"), ("single_frame_multires", "fovea"), ("slow_fusion", "frame")} <= set(streams)
    assert ("single_frame", "frame") not in streams, "one frame and one stream: nothing to compare"
    assert streams["slow_fusion", "frame"]["frames"] == "4"
    assert streams["early_fusion", "frame"]["frames"] == "10"
    assert "change" not in streams["single_frame_multires", "context"]


def test_a_kernel_that_does_not_change_over_time_has_change_0_and_a_flickering_one_1() -> None:
    still = np.ones((1, 4, 3, 3, 3))
    flicker = still * np.array([1, -1, 1, -1])[None, :, None, None, None]
    assert change_over_time(np.concatenate([still, flicker])).tolist() == [0.0, 1.0]


def test_the_mean_frequency_of_a_checkerboard_is_the_highest_and_of_a_constant_none() -> None:
    board = (-1.0) ** np.add.outer(np.arange(4), np.arange(4))
    kernels = np.stack([board, np.ones((4, 4))])[:, None, :, :, None] * np.ones(3)
    found = mean_frequency(kernels)
    assert found[0] == pytest.approx(np.hypot(0.5, 0.5))
    assert np.isnan(found[1])


def test_clips_show_the_same_videos_with_what_both_nets_make_of_them(results: Results) -> None:
    found = clips(KARPATHY, TABLES["karpathy_table2"], results=results)
    assert len(found.films) == 12
    assert [net.net for net in found.films[0].nets] == ["Single-Frame", "Slow Fusion"]
    assert found.films[0].name.count(" + ") == 1, "the first video has two labels"
    classes = results.runs["smoke/karpathy/slow_fusion/0"].record.dataset.classes
    for film, label in zip(found.films, [n % 10 for n in range(12)], strict=True):
        right = {guess.name for net in film.nets for guess in net.guesses if guess.right}
        assert right <= set(film.name.split(" + "))
        assert film.name.split(" + ")[0] == classes[label]
    assert not found.missing


def test_galleries_of_different_videos_are_not_shown_side_by_side(results: Results, tmp_path) -> None:
    runs = dict(results.runs)
    run = runs["smoke/karpathy/slow_fusion/0"]
    with np.load(run.folder / "clip_gallery.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["example_G"] = arrays["example_G"][::-1].copy()
    np.savez(tmp_path / "clip_gallery.npz", **arrays)
    pictures = replace(run.record.network.pictures, clip_gallery=stored_file(tmp_path / "clip_gallery.npz"))
    record = replace(run.record, network=replace(run.record.network, pictures=pictures))
    runs[run.id] = replace(run, folder=tmp_path, record=record)
    fields = {name: getattr(results, name) for name in results.__dataclass_fields__}
    found = clips(KARPATHY, TABLES["karpathy_table2"], results=Results(**{**fields, "runs": runs}))
    assert [net.net for net in found.films[0].nets] == ["Single-Frame"]
    assert any("show different videos" in words for words in found.missing)
    assert view.run_arrays(runs[run.id], pictures.clip_gallery, what="gallery")[1] == ""


def test_a_reason_stands_open_in_short_and_unfolds_to_the_whole(video_report: Rendered) -> None:
    found = page(video_report, "karpathy_table1")
    summaries = sum(tag == "details" and "why" in values.get("class", "") for tag, values in found.tags)
    assert summaries > 10
    shown = {row["model"]: row for row in rows(video_report, "karpathy_table1")}
    assert "on other data a level cannot be compared." in shown["Slow Fusion"]["reason"]
    assert "clip top-1 error of slow_fusion" in shown["Slow Fusion"]["reason"]
    assert found.words.count("as above") >= 5


def test_an_interval_of_an_error_is_cut_off_where_no_error_can_be() -> None:
    assert cut((-0.1, 0.3)) == (0.0, 0.3)
    assert cut((0.9, 1.2)) == (0.9, 1.0)
    assert cut(None) is None


def test_parts_of_nets_of_clips_are_told_in_words() -> None:
    assert change_of("slow_fusion", KARPATHY, control="single_frame") == (
        "network.fusion: frames 3 to 12 of a clip; kernels over time: conv1 over 4 in steps of 2, conv2 over 2 in steps of 2, "
        "conv3 over 2 in steps of 2"
    )
    assert change_of("late_fusion", KARPATHY, control="single_frame") == (
        "network.fusion: frames 0 and 15 of a clip, no kernel over time"
    )
    fovea = change_of("fovea_only", KARPATHY, control="single_frame_multires")
    assert fovea == "network.streams: fovea (its centre, 1/2 of the side); no pooling after conv5"
    assert change_of("cnn_average", KARPATHY, control="slow_fusion") == (
        "the mean prediction of single_frame, early_fusion, late_fusion and slow_fusion, each of another seed"
    )
    assert "begins with the weights of slow_fusion, trains fc8 alone" in change_of(
        "transfer_top", KARPATHY, control="transfer_scratch"
    )
    assert part_words(0.5) == ""


def test_runs_of_every_method_have_a_page_that_says_what_they_are(video_report: Rendered) -> None:
    average = read(video_report.folder / "runs/karpathy/cnn_average-0.html").words
    assert "average of other runs" in average
    clip = read(video_report.folder / "runs/karpathy/slow_fusion-0.html")
    assert "clips/s" in clip.words
    assert {"stream_kernels.npz", "clip_gallery.npz"} <= {reference.rpartition("/")[2] for reference in clip.references}
    for path in (video_report.folder / "runs" / "karpathy").glob("*.html"):
        read(path)


def test_the_index_prints_hits_where_the_statement_speaks_of_hits(video_report: Rendered) -> None:
    found = read(video_report.folder / "index.html")
    (row,) = [
        row for row in found.tables["table-karpathy_table1_apart"] if row.get("statement", "").startswith("Slow Fusion: the")
    ][1:2]
    assert "60.9 % of the videos" in row["statement"]
    assert (row["paper"], row["measure"]) == ("60.9", "video Hit@1")


def test_the_tables_can_be_set_in_latex(video_report: Rendered) -> None:
    text = (video_report.folder / "karpathy" / "karpathy_table2.tex").read_text()
    assert r"\multicolumn{1}{c}{$\Delta$ AP}" in text, "no number of ours: these data have none of the printed classes"
    text.encode("ascii")
