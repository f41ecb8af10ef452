"""A printed table is rows and numbers: each cell is a claim, in the units of claims."""

from dataclasses import replace

import pytest

from repro.spec.claims import Cell, Column, Effect, Gain, Gains, Level, Pair, PrintedTable, Reproduction, Row
from repro.spec.datasets import Printed

TEST = Printed(of="flowers", split="test")
OTHERS = Reproduction(who="somebody", control=0.3, protocol="centre crop", confidence="V")
ERRORS = PrintedTable(
    id="X.T1.{row}.{column}",
    where="Table 1",
    statement="{words} a {measure} of {value:.1f} %.",
    protocol="ten_crop",
    dataset=TEST,
    shows="errors",
    columns=(
        Column("Top-1", "top1", measure="top-1 error", metric="top1_error"),
        Column("Top-5", "top5", measure="top-5 error", metric="top5_error", confidence="S"),
    ),
    rows=(
        Row("Old Method", (40.7, None), words="The old method has", arm="old", protocol="center", note="Of others."),
        Row(
            "Net",
            (Cell(37.5, reproductions=(OTHERS,)), Cell(17.0, arm="", untestable="No labels.")),
            "n",
            words="Nets have",
            arm="full",
        ),
    ),
)


def test_each_printed_number_is_a_level_in_the_order_of_the_rows() -> None:
    claims = ERRORS.claims
    assert [claim.id for claim in claims] == ["X.T1.old_method.top1", "X.T1.n.top1", "X.T1.n.top5"]
    assert [claim.paper_value for claim in claims] == [0.407, 0.375, 0.17]
    assert {type(claim) for claim in claims} == {Level}
    assert [(claim.row, claim.column) for claim in claims] == [("Old Method", "Top-1"), ("Net", "Top-1"), ("Net", "Top-5")]
    assert claims[0].statement == "The old method has a top-1 error of 40.7 %."
    assert claims[2].statement == "Nets have a top-5 error of 17.0 %."


def test_what_the_inner_part_says_counts() -> None:
    old, net, fifth = ERRORS.claims
    assert [claim.protocol for claim in (old, net, fifth)] == ["center", "ten_crop", "ten_crop"]
    assert [claim.metric for claim in (old, net, fifth)] == ["top1_error", "top1_error", "top5_error"]
    assert [claim.arm for claim in (old, net, fifth)] == ["old", "full", ""]
    assert [claim.confidence for claim in (old, net, fifth)] == ["V", "V", "S"]
    assert [claim.untestable for claim in (old, net, fifth)] == ["", "", "No labels."]
    assert [claim.note for claim in (old, net, fifth)] == ["Of others.", "", ""]
    assert [claim.reproductions for claim in (old, net, fifth)] == [(), (OTHERS,), ()]
    assert {claim.dataset for claim in (old, net, fifth)} == {TEST}
    assert {claim.where for claim in (old, net, fifth)} == {"Table 1"}


HITS = PrintedTable(
    id="X.T2.{row}.{column}",
    where="Table 2",
    statement="{row}: {value:.1f} %.",
    metric="top1_error",
    shows="hits",
    columns=(Column("Clip Hit@1", "clip", protocol="clip"), Column("Video Hit@1", "video", protocol="video")),
    rows=(
        Row("Slow Fusion", (55.3, 60.9), "slow", arm="slow_fusion"),
        Row("One Frame", (41.1, 59.3), "one", words="One", arm="frame"),
    ),
)


def test_hits_become_errors_without_the_rounding_of_floats() -> None:
    assert [claim.paper_value for claim in HITS.claims] == [0.447, 0.391, 0.589, 0.407]
    assert 1 - 0.553 != 0.447, "what a subtraction of floats would give"


def test_gains_are_differences_of_two_rows() -> None:
    gains = Gains(
        id="X.S4.{row}.{column}",
        table=HITS,
        where="section 4",
        statement="{arm} has {value:.1f} points more {measure} than {against}.",
        confidence="D",
        rows=(Gain("slow_one", "slow", "one", ("video", "clip")), Gain("again", "slow", "one", ("clip",), note="Again.")),
    )
    video, clip, again = gains.claims
    assert [claim.id for claim in gains.claims] == ["X.S4.slow_one.video", "X.S4.slow_one.clip", "X.S4.again.clip"]
    assert all(isinstance(claim, Effect) for claim in gains.claims)
    assert (video.arm, video.against, video.protocol) == ("slow_fusion", "frame", "video")
    assert (video.paper_delta, video.paper_arm, video.paper_against) == (0.016, 0.391, 0.407)
    assert (clip.paper_delta, clip.paper_arm, clip.paper_against) == (0.142, 0.447, 0.589)
    assert video.statement == "Slow Fusion has 1.6 points more video Hit@1 than One."
    assert (video.row, video.column, video.where, video.confidence) == ("", "", "section 4", "D")
    assert (again.note, again.paper_delta) == ("Again.", 0.142)
    turned = replace(gains, rows=(Gain("back", "one", "slow", ("clip",)),))
    with pytest.raises(ValueError, match=r"claim X.S4.back.clip \(effect\) has paper_arm 0.589 and paper_against 0.447"):
        _ = turned.claims
    unknown = replace(gains, rows=(Gain("x", "slow", "late", ("clip",)),))
    with pytest.raises(ValueError, match=r"unknown place 'late clip' of table X\.T2"):
        _ = unknown.claims


def test_an_effect_has_its_printed_size_or_the_difference_of_its_two_values() -> None:
    table = PrintedTable(
        of=Effect,
        id="X.S3.{row}",
        where="section 3",
        statement="It lowers the error by {value:.1f} points.",
        metric="top1_error",
        arm="full",
        against="without",
        shows="errors",
        columns=(Column(""),),
        rows=(Row("", Pair(40.664, 42.034, delta=1.4), "printed"), Row("", Pair(40.664, 42.034), "exact")),
    )
    printed, exact = table.claims
    assert (printed.paper_delta, exact.paper_delta) == (0.014, 0.0137)
    assert (printed.paper_arm, printed.paper_against) == (0.40664, 0.42034)
    assert {claim.statement for claim in table.claims} == {"It lowers the error by 1.4 points."}


def test_plain_numbers_stay_as_they_are_and_a_metric_may_name_the_row() -> None:
    table = PrintedTable(
        of=Effect,
        id="X.T3.{row}",
        where="Table 3",
        statement="{row}: {value:.2f} higher.",
        metric="average_precision.{row_id}",
        arm="frame",
        against="slow_fusion",
        columns=(Column("AP"),),
        rows=(Row("Juggling Club", 0.12),),
    )
    (claim,) = table.claims
    assert (claim.id, claim.metric) == ("X.T3.juggling_club", "average_precision.juggling_club")
    assert (claim.paper_delta, claim.paper_arm, claim.statement) == (0.12, None, "Juggling Club: 0.12 higher.")


def test_a_row_with_another_number_of_values_than_columns_is_refused() -> None:
    with pytest.raises(ValueError, match=r"row 'Net' of table X has 2 values; allowed: 1, one for each column, and None where"):
        PrintedTable(id="X", columns=(Column("Top-1"),), rows=(Row("Net", (1.0, 2.0)),))


def test_an_unknown_meaning_of_the_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match=r"table X shows 'percent'; allowed: errors, hits, numbers"):
        PrintedTable(id="X", columns=(), rows=(), shows="percent")
