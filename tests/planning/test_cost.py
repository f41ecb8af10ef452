"""What runs are said to cost is what they cost, and the hours there are go to the claims that most are decided by."""

import itertools
import random
import re
from dataclasses import replace

import pytest

from repro import cli
from repro.artifacts.run_json import read_run
from repro.artifacts.runs_csv import write_runs_csv
from repro.data.prepare.prepare import prepare
from repro.papers import PAPERS
from repro.planning.budget import MOST_SEEDS, Need, needs_of, propose, spreads_in
from repro.planning.cost import Rate, cost_of, num_views, rate_from, representatives, run_cost, sizes_at, train_flops
from repro.planning.plan import planned_runs
from repro.planning.sizes import known_sizes, prepared_sizes
from repro.spec.evaluation import Evaluation
from repro.spec.experiment import make_run
from repro.spec.geometry.clips import geometry_of
from repro.spec.run import Fitted
from tests.artifacts.made import measurement

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


def run_of(scale, variant, *, paper=ALEXNET, seed=0):
    return make_run(paper, scale=scale, variant=variant, seed=seed)


def test_operations_of_a_training_step_by_hand():
    """The printed net, 105,415,200 + 223,948,800 + 149,520,384 + 112,140,288 + 74,760,192 multiply-adds of convolutions.

    55^2 * 96 * 363, 27^2 * 256 * 1200, 13^2 * 384 * 2304, 13^2 * 384 * 1728, 13^2 * 256 * 1728; dense 9216 * 4096, 4096^2,
    4096 * 1000. A step: three times that less the first layer's input gradient, two operations each.
    """
    conv = [55**2 * 96 * 363, 27**2 * 256 * 1200, 13**2 * 384 * 2304, 13**2 * 384 * 1728, 13**2 * 256 * 1728]
    dense = [9216 * 4096, 4096 * 4096, 4096 * 1000]
    shapes = geometry_of(run_of("paper", "full").trained.network)
    assert shapes.num_flops == 2 * (sum(conv) + sum(dense)) == 2 * 724_406_816
    assert train_flops(shapes) == 2 * (3 * 724_406_816 - 105_415_200)


def test_the_first_layer_of_every_stream_needs_no_input_gradient():
    shapes = geometry_of(run_of("paper", "single_frame_multires", paper=KARPATHY).trained.network)
    first = [stream.conv[0].num_macs for stream in shapes.streams]
    assert len(first) == 2
    assert train_flops(shapes) == 3 * shapes.num_flops - 2 * sum(first)


@pytest.mark.parametrize(
    ("protocols", "expected"),
    [
        (("center",), 1),
        (("center", "center_mirror"), 2),
        (("center", "five_crop"), 5),
        (("center_mirror", "five_crop"), 6),
        (("center", "center_mirror", "five_crop", "ten_crop"), 10),
        ((), 0),
    ],
)
def test_views_are_the_crops_that_the_protocols_have_together(protocols, expected):
    from repro.evaluate.crops import crop_windows

    assert num_views(Evaluation(protocols=protocols)) == expected
    windows = {window for protocol in protocols for window in crop_windows(protocol, stored_px=10, input_px=8)}
    assert len(windows) == expected


def test_work_of_a_run_by_hand():
    """Scale small: 640 + 128 training images, 20 epochs; 640 test images in ten crops and relit, 640 training images once."""
    run = run_of("small", "full")
    sizes = known_sizes(run.dataset)
    work, shapes = run_cost(run, sizes, ALEXNET), geometry_of(run.trained.network, num_classes=10)
    probes = 21 * run.experiment.evaluation.num_probe
    assert (sizes.num_train, sizes.num_validation, sizes.num_test, sizes.num_classes) == (640, 128, 640, 10)
    assert work.num_examples == 20 * 640
    assert work.train_flops == 20 * 640 * train_flops(shapes)
    assert work.score_flops == (640 * 11 + 640 + 20 * 128 + probes) * shapes.num_flops
    assert work.kept_bytes == 4 * shapes.num_parameters + 4 * 10 * (5 * 640 + 640)
    assert work.working_bytes == 16 * shapes.num_parameters


def counted_runs():
    """Return the planned runs at scale paper whose operations are counted: all but those of classical models."""
    return [run for run in planned_runs(ALEXNET, scale="paper") if not isinstance(run.experiment, Fitted)]


def test_all_counts_every_run_once_though_tables_share_them():
    rates = dict.fromkeys(representatives(ALEXNET, scale="paper"), Rate(train_flops_per_s=1e13, score_flops_per_s=1e13))
    sizes = sizes_at(ALEXNET, scale="paper", results=None)

    def cost(table):
        runs = planned_runs(ALEXNET, scale="paper", table=table)
        return cost_of(ALEXNET, scale="paper", runs=runs, rates=rates, sizes=sizes)

    tables = [cost(table.name) for table in ALEXNET.tables]
    every = cost(None)
    assert every.num_runs == len(counted_runs()) < sum(table.num_runs for table in tables)
    assert every.flops < sum(table.flops for table in tables)
    assert set(every.seconds_by_run) == set().union(*(table.seconds_by_run for table in tables))
    one, many = every.elapsed_s(1), every.elapsed_s(10**4)
    assert one == pytest.approx(every.seconds)
    assert max(every.seconds_by_run.values()) <= many <= max(every.seconds_by_run.values()) + 10
    assert every.seconds / 8 <= every.elapsed_s(8) <= every.seconds / 8 + max(every.seconds_by_run.values()) + 100


def test_data_of_unknown_size_are_named_and_not_guessed():
    sizes = sizes_at(ALEXNET, scale="folders", results=None)
    assert sizes == {"folders": None, "pretraining": None}
    rates = dict.fromkeys(representatives(ALEXNET, scale="folders"), Rate(train_flops_per_s=1e9, score_flops_per_s=1e9))
    runs = planned_runs(ALEXNET, scale="folders")
    found = cost_of(ALEXNET, scale="folders", runs=runs, rates=rates, sizes=sizes)
    assert found.num_runs == 0
    assert found.not_counted["full"] == "how many examples a folder of class folders holds is known when it is prepared"


@pytest.mark.parametrize("paper", [ALEXNET, KARPATHY], ids=lambda paper: paper.name)
def test_known_sizes_are_those_of_the_prepared_data(tmp_path, paper):
    dataset = paper.scale("smoke").dataset
    few = replace(dataset, num_validation=6, procedural=replace(dataset.procedural, num_train=30, num_test=11))
    prepare(few, folder=tmp_path, source=None, num_threads=1, say=print)
    known, found = known_sizes(few), prepared_sizes(tmp_path)
    numbers = ("num_classes", "num_train", "num_validation", "num_test")
    assert [getattr(known, name) for name in numbers] == [getattr(found, name) for name in numbers]
    assert found.num_test >= 11 and known_sizes(dataset).num_test > found.num_test
    assert found.measured and not known.measured


#: Networks of every family at scale small, in one job.
VARIANTS = ("full", "figure1_tanh", "cifar_11pct")


def test_predicted_and_measured_costs_of_scale_small_agree_within_half_as_much_again(tmp_path):
    """Rates from twenty steps before the runs and twenty after, since other work on the machine comes and goes."""
    from repro.train.methods.rate import measured_rate

    def rates():
        found, of_families = {}, representatives(ALEXNET, scale="small")
        for family in dict.fromkeys(ALEXNET.family(name) for name in VARIANTS):
            run = of_families[family]
            measured = measured_rate(run, num_classes=10, device="cpu")
            found[family] = rate_from(run, num_classes=10, train_s=measured.train_s, score_s=measured.score_s)
        return found

    at = ["--paper", "alexnet", "--scale", "small", "--results", str(tmp_path)]
    for dataset in {run_of("small", name).dataset.name for name in VARIANTS}:
        assert cli.main(["prepare", *at, "--dataset", dataset]) == 0
    before = rates()
    assert cli.main(["train", *at, "--variant", ",".join(VARIANTS), "--seeds", "0", "--device", "cpu"]) == 0
    after = rates()
    sizes = sizes_at(ALEXNET, scale="small", results=tmp_path)
    predicted, measured = [], []
    for name in VARIANTS:
        run, folder = run_of("small", name), tmp_path / "small" / "runs" / "alexnet" / name / "0"
        work = run_cost(run, sizes[run.dataset.name], ALEXNET)
        family = ALEXNET.family(name)
        predicted.append((before[family].seconds(work) + after[family].seconds(work)) / 2)
        record = read_run(tmp_path, run.id)
        measured.append(record.costs.cpu_s)
        assert work.num_examples == record.num_train_examples * record.network.num_epochs
        kept = sum(file.stat().st_size for file in folder.iterdir())
        assert 1 / 1.5 < work.kept_bytes / kept < 1.5
    assert 1 / 1.5 < sum(predicted) / sum(measured) < 1.5, (predicted, measured)


def need(claim, runs, num_seeds=1):
    return Need(claim=claim, num_seeds=num_seeds, variants=tuple(sorted(runs)), runs=frozenset(runs))


def test_a_dear_control_that_many_claims_share_is_worth_more_than_cheap_claims_alone():
    """Ten hours: two claims of 4 h each, or three that share a control of 7 h and add 1 h each."""
    seconds = {"a": 4, "b": 4, "control": 7, "x": 1, "y": 1, "z": 1}
    needs = [need("A", {"a"}), need("B", {"b"}), *(need(name.upper(), {"control", name}) for name in "xyz")]
    found = propose(needs, seconds_by_run=seconds, budget_s=10)
    assert sorted(each.claim for each, _ in found.chosen) == ["X", "Y", "Z"]
    assert [seconds for _, seconds in found.chosen] == [8, 1, 1]
    assert found.seconds == 10
    assert [each.claim for each in found.left] == ["A", "B"]
    assert found.num_seeds == {"control": 1, "x": 1, "y": 1, "z": 1}


def test_a_run_of_unknown_cost_is_no_free_run():
    found = propose([need("A", {"a"}), need("B", {"b"})], seconds_by_run={"a": 1}, budget_s=5)
    assert [each.claim for each, _ in found.chosen] == ["A"]
    assert [each.claim for each in found.unpriced] == ["B"]


def test_proposals_stay_within_the_budget_and_near_the_best_possible():
    """Fifty small catalogues, in which trying every set of claims is possible."""
    generator = random.Random(0)
    share = []
    for _ in range(50):
        seconds = {name: generator.randint(1, 9) for name in "abcdef"}
        needs = [need(str(i), generator.sample("abcdef", generator.randint(1, 3))) for i in range(8)]
        budget = generator.randint(5, 25)
        found = propose(needs, seconds_by_run=seconds, budget_s=budget)
        assert found.seconds <= budget
        assert found.seconds == sum(seconds[run] for run in frozenset().union(*(each.runs for each, _ in found.chosen)))
        best = max(
            len(chosen)
            for num in range(len(needs) + 1)
            for chosen in itertools.combinations(needs, num)
            if sum(seconds[run] for run in frozenset().union(*(each.runs for each in chosen))) <= budget
        )
        assert len(found.chosen) >= best - 1
        share.append(len(found.chosen) == best)
    assert sum(share) >= 45


def test_a_claim_needs_the_seeds_that_find_its_effect():
    """By statistics' own table: 1.4 points at a spread of .25 need two seeds, .4 points need six; twice the spread, more."""
    by_claim = {each.claim: each for each in needs_of(ALEXNET, scale="paper", spreads={})[0]}
    assert by_claim["A.S3.3.lrn.top1"].num_seeds == 2
    assert by_claim["A.S3.4.pool.top1"].num_seeds == 6
    assert by_claim["A.S3.3.lrn.top1"].variants == ("full", "no_lrn")
    assert by_claim["A.S3.3.lrn.top1"].runs == {f"paper/alexnet/{name}/{seed}" for name in ("full", "no_lrn") for seed in (0, 1)}
    assert by_claim["A.abs.params"].runs == frozenset()
    wide = {("alexnet", "top1_error", "ten_crop"): 0.005}
    found, _ = needs_of(ALEXNET, scale="paper", spreads=wide)
    assert {each.claim: each.num_seeds for each in found}["A.S3.3.lrn.top1"] == 3
    normal = 2 * (1.6449 + 0.8416) ** 2 * (0.005 / 0.004) ** 2  # 19.3: the usual formula, to which t adds one or two
    assert normal < {each.claim: each.num_seeds for each in found}["A.S3.4.pool.top1"] < normal + 2
    wider, without = needs_of(ALEXNET, scale="paper", spreads={("alexnet", "top1_error", "ten_crop"): 0.05})
    assert without["A.S3.4.pool.top1"] == f"more than {MOST_SEEDS} seeds would be needed"
    assert "A.S3.4.pool.top1" not in {each.claim for each in wider}


def test_the_spread_of_collected_runs_is_pooled_over_variants(tmp_path):
    """Two arms with the deviations 0, 2 and 0, 4 about their means 1 and 2: sqrt((1 + 1 + 4 + 4) / 2)."""
    file = tmp_path / "runs.csv"
    rows = [("full", 0, 0.0), ("full", 1, 2.0), ("no_lrn", 0, 0.0), ("no_lrn", 1, 4.0)]
    write_runs_csv(file, [measurement(variant, seed, value, protocol="center") for variant, seed, value in rows])
    assert spreads_in(file) == {("alexnet", "top1_error", "center"): pytest.approx(5**0.5)}
    assert spreads_in(tmp_path / "none.csv") == {}


def test_the_plan_of_a_scale_on_gpus(capsys):
    """126 runs at 4.6 EFLOP: hours are those of the rate given, and need no torch."""
    assert cli.main(["plan", "--scale", "paper", "--papers", "alexnet", "--gpus", "4", "--gpu-tflops", "10"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("scale paper, on 4 GPUs; hours at 10 TFLOP/s each, as given\n")
    row = re.search(r"^alexnet: all +(\d+) +(\S+) +(\S+)E +.* ([\d,]+)$", text, re.MULTILINE)
    assert row and int(row[1]) == len(counted_runs())
    assert float(row[4].replace(",", "")) == pytest.approx(float(row[3]) * 1e18 / 1e13 / 3600, rel=0.02)


def test_the_plan_proposes_claims_within_the_hours(capsys):
    options = ["--scale", "paper", "--papers", "alexnet", "--gpu-tflops", "10", "--hours", "100"]
    assert cli.main(["plan", *options]) == 0
    text = capsys.readouterr().out
    found = re.search(r"^alexnet: (\d+) of (\d+) claims in (\S+) device hours$", text, re.MULTILINE)
    assert found and 13 < int(found[1]) < int(found[2]) == len(ALEXNET.claims)
    assert 0 < float(found[3]) <= 100
    assert "A.S3.3.lrn.top1" in text


def test_the_plan_of_this_machine_says_what_it_measured(capsys):
    assert cli.main(["plan", "--scale", "smoke", "--papers", "alexnet"]) == 0
    printed = capsys.readouterr()
    assert "measures smoke/alexnet/full/0: 20 steps" in printed.err
    assert re.search(r"GFLOP/s in training", printed.err)
    assert "alexnet: all" in printed.out


@pytest.mark.parametrize("options", [("--gpus", "0"), ("--gpu-tflops", "0")])
def test_a_plan_without_gpus_is_refused(options, capsys):
    assert cli.main(["plan", "--scale", "paper", *options]) == 2
    assert "allowed: 1 and above, and above 0" in capsys.readouterr().err
