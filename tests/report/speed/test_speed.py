"""The page of speed: ratios of the same rounds, verdicts by their intervals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repro.artifacts.files import FileFormatError
from repro.report.inputs.benchmarks import Contender, ratio, read_suite
from repro.report.speed.growth import growths
from repro.report.speed.page import render_speed
from repro.report.speed.rows import goals_met, targets_table
from tests.report.reading import read


def timed(name, seconds):
    return Contender(name=name, seconds=tuple(seconds), settings="", flops=0.0, goals=())


def entry(name, seconds, *, group="step", targets=(), flops=None, settings="its own", amount=None):
    extra = {
        "title": "One step",
        "settings": settings,
        "clock": "processor time",
        "heap": "kept",
        "threads": 1,
        "examples": 4,
        "flops": flops,
        "amount": amount,
        "targets": [{"at_least": None, "at_most": None, "printed": None} | target for target in targets],
    }
    return {"group": group, "name": name, "extra_info": extra, "stats": {"data": list(seconds)}}


def write(path: Path, *entries):
    document = {
        "benchmarks": list(entries),
        "datetime": "2026-11-25T10:00:00+00:00",
        "commit_info": {"id": "0123456789abcdef", "dirty": False},
        "machine_info": {"cpu": {"brand_raw": "A <processor>", "count": 2}, "versions": {"torch": "2.13.0"}},
    }
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def suite(tmp_path):
    """ours takes 2, 2 and 4 s, torch 6, 8 and 8 s: ratios of 3, 4 and 2; relu takes 1 s; sgemm does 10 operations a second."""
    targets = [
        {"peer": ["torch", "slow"], "at_least": 2.5},
        {"peer": ["torch"], "at_least": 1.5},
        {"peer": ["relu"], "at_most": 1.5},
        {"peer": ["torch"], "printed": 3.5},
    ]
    return write(
        tmp_path / "two_cores.json",
        entry("ours", [2, 2, 4], targets=targets, flops=10.0),
        entry("torch", [6, 8, 8]),
        entry("slow", [9, 9, 9]),
        entry("relu", [1, 1, 1]),
        entry("sgemm", [1, 1, 1], flops=10.0),
    )


def test_a_ratio_is_of_the_same_round_and_its_interval_holds_it():
    found = ratio(timed("slow", [2.0, 40.0, 6.0]), timed("fast", [1.0, 10.0, 2.0]))
    assert (found.estimate, found.low, found.high, found.num_rounds) == (3.0, 2.0, 4.0, 3)  # of 2, 4 and 3


def test_the_fastest_peer_counts_and_verdicts_look_at_the_interval(suite):
    found = goals_met(read_suite(suite))
    assert [item.peer.name for item in found] == ["torch", "torch", "relu", "torch"]
    assert [item.found.estimate for item in found] == [3.0, 3.0, 2.0, 3.0]
    # the interval reaches from 2 to 4: above 1.5, not surely above 2.5; twice relu's time is more than 1.5
    assert [item.verdict[0] for item in found[:3]] == ["met, not surely", "met", "short"]
    assert len(targets_table(read_suite(suite)).rows) == 3, "what a paper prints is no target"


def test_the_page_shows_ratios_times_and_the_machine(suite, tmp_path):
    path = render_speed([suite], tmp_path)
    page, text = read(path), path.read_text()
    assert path == tmp_path / "speed" / "index.html"
    assert "two_cores: 2 of 3 targets met" in text
    assert "A &lt;processor&gt;" in text, "text of the file is escaped"
    targets = page.tables["table-targets-two_cores"]
    assert [row["target"] for row in targets if row] == ["≥ 2.5", "≥ 1.5", "≤ 1.5"]
    assert "torch 2.13.0" in text.replace("</dt><dd>", " ")
    assert "> 50<" in text or ">50<" in text, "10 operations in 2 s are half of what sgemm does"
    assert render_speed([suite], tmp_path / "again").read_bytes() == path.read_bytes()


def test_several_files_are_sections_of_one_page(suite, tmp_path):
    other = write(tmp_path / "laptop.json", entry("ours", [1.0, 1.0]), entry("torch", [2.0, 2.0]))
    text = render_speed([suite, other], tmp_path).read_text()
    assert 'id="suite-two_cores"' in text and 'id="suite-laptop"' in text
    assert "laptop: no target in this file" in text


#: Files that lie where a result of the suite is expected: other programs' results, other JSON, no JSON.
FOREIGN = (
    *(b'{"benchmarks": [{"group": null, "name": "x"}]}', b"no JSON", b'{"benchmarks": []}', b"", b"[]", b"null", b"3", b"{"),
    *(b'{"benchmarks": {}}', b'{"benchmarks": [3]}', b'{"benchmarks": [{"name": "x", "stats": {"data": "many"}}]}', b"\xff\xfe"),
    *(b'{"version": 1, "results": [{"command": "sleep", "mean": 1.0}]}', b'{"context": {}, "benchmarks": [{"cpu_time": 3}]}'),
    *(b"[" * 100_000, b"name,seconds\nx,1\n", b"<html></html>"),
)


def test_files_that_are_not_of_the_suite_are_refused(suite, tmp_path):
    path = tmp_path / "other.json"
    for content in (*FOREIGN, suite.read_bytes()[: suite.stat().st_size // 2]):
        path.write_bytes(content)
        with pytest.raises(FileFormatError, match=r"other.json is no result of this suite .* make it with: pytest tests/bench"):
            read_suite(path)
    write(path, entry("ours", [1.0, 2.0]), entry("torch", [1.0]))
    with pytest.raises(FileFormatError, match="unequal numbers of rounds"):
        read_suite(path)
    with pytest.raises(ValueError, match="made from 0 files"):
        render_speed([], tmp_path)


def test_a_job_takes_a_constant_and_so_much_for_each_part(tmp_path):
    """3 s and 2 s for each seed; by examples 4 s each and nothing besides, but one median is off its line."""
    suite = write(
        tmp_path / "growing.json",
        *(entry(str(n), [3 + 2 * n] * 2, group="work by seeds", amount=n) for n in (1, 2, 4)),
        *(
            entry(str(n), [seconds] * 2, group="work by examples", amount=n)
            for n, seconds in ((1, 4), (2, 8), (3, 12), (4, 16.4))
        ),
        entry("ours", [1, 1]),
    )
    seeds, examples = growths(read_suite(suite))
    assert (seeds.name, round(seeds.constant_s, 9), round(seeds.each_s, 9)) == ("seeds", 3, 2)
    assert round(seeds.off, 9) == 0 < examples.off < 0.05
    text = render_speed([suite], tmp_path).read_text()
    assert "seeds: 3.0 s + 2.0 s each (off by 0 % at most)" in text and "growth-growing" in text


def test_a_page_without_growing_work_has_no_such_figure(suite, tmp_path):
    assert "As the work grows" not in render_speed([suite], tmp_path).read_text()
