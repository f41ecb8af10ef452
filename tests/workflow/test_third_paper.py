"""A paper in a file of its own goes through the whole workflow like a built-in one."""

import json

import pytest

from repro.catalogue.known import catalogue
from repro.planning.plan import planned_variants
from tests.conftest import ROOT, Checkout, copy_checkout
from tests.planned import AFTERWARDS, REPORT_ONLY

EXAMPLE = "examples/vgg_depth.py"
CONFIG = ("scale=smoke", f"catalogue={EXAMPLE}", "papers=vgg")
VGG = catalogue([ROOT / EXAMPLE]).paper("vgg")
TARGETS = {"all", "reproduce", "report", "total", *(table.name for table in VGG.tables)}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a copy of this checkout in which the workflow of the example has run at scale smoke."""
    checkout = copy_checkout(ROOT, tmp_path_factory.mktemp("third") / "checkout")
    done = checkout.run("reproduce", config=CONFIG)
    assert done.returncode == 0, done.stdout[-8000:]
    return checkout


def planned(checkout: Checkout) -> set[str]:
    """Return the rules that the workflow would run again."""
    return set(checkout.planned(config=CONFIG)) - TARGETS


def test_every_variant_is_trained_and_every_claim_judged_and_shown(finished):
    results = finished.folder / "results" / "smoke"
    for variant in planned_variants(VGG, scale="smoke"):
        for seed in range(VGG.scale("smoke").num_seeds):
            assert json.loads((results / "runs" / "vgg" / variant / str(seed) / "run.json").read_text())["status"] == "ok"
    claims = {claim["id"]: claim for claim in json.loads((results / "claims.json").read_text())["claims"]}
    assert set(claims) == {claim.id for claim in VGG.claims}
    page = (finished.folder / "reports" / "smoke" / "vgg" / f"{VGG.tables[0].name}.html").read_text()
    assert all(variant.title in page for variant in VGG.variants)
    assert planned(finished) == set()


def test_every_command_knows_the_paper_of_a_file(finished):
    listed = finished.repro("list", "vgg", "--catalogue", EXAMPLE)
    assert listed.stdout.startswith(f"vgg: {VGG.title}")
    shown = finished.repro("show", "smoke/vgg/e/0", "--catalogue", EXAMPLE)
    assert json.loads(shown.stdout)["id"] == "smoke/vgg/e/0"
    differing = finished.repro("diff", "smoke/vgg/a/0", "smoke/vgg/b/0", "--catalogue", EXAMPLE)
    assert differing.stdout.splitlines() == [f"network.conv.{name}.present: False -> True" for name in ("conv1_2", "conv2_2")]
    refused = finished.repro("list", "vgg")
    assert refused.returncode == 2
    assert "unknown paper 'vgg'" in refused.stderr
    cost = finished.repro("plan", "--scale", "paper", "--papers", "vgg", "--gpu-tflops", "15", "--catalogue", EXAMPLE)
    assert VGG.tables[0].name in cost.stdout


def test_edits_of_the_file_repeat_what_they_touch_and_no_more(finished):
    """Words of a claim are judged and shown again, those of a page too; another rate trains again; a remark does nothing."""
    before = (finished.folder / EXAMPLE).read_text()
    for old, new, repeated in (
        ("SCALES = (", "# A remark.\nSCALES = (", set()),
        ("The nets differ in depth alone", "The nets differ in depth", {"judge", "calibrate", *REPORT_ONLY}),
        (
            "learning_rate=0.01,\n                num_train_examples=128",
            "learning_rate=0.02,\n                num_train_examples=128",
            None,
        ),
    ):
        finished.edit(EXAMPLE, lambda text, old=old, new=new: text.replace(old, new, 1))
        if repeated is None:
            assert any(name.startswith("train_vgg_") for name in planned(finished))
            assert set(AFTERWARDS) <= planned(finished)
        else:
            assert planned(finished) == repeated
        (finished.folder / EXAMPLE).write_text(before)
    assert planned(finished) == set()
