"""A site of real and of fabricated results, with every kind of page, and Debian's chromium to look at it.

Run by `pytest -m browser` alone. It takes the extra `browser`: Playwright to drive chromium, and axe-core, a file of
axe-playwright-python. Nothing is fetched.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.failed_json import note_failure
from repro.artifacts.files import run_folder
from repro.cli import main
from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.spec.experiment import make_run
from tests.browser.opened import Opened, Tree
from tests.fabricate import Truth, fabricate
from tests.published import IMAGENETTE, PUBLISHED, SPEED

#: Real results that are small, and times.
PUBLISHED_NAMES = (IMAGENETTE, SPEED)
#: Each way to make a run, and what figures are drawn from: kernels, galleries, streams, times.
IMAGES = ("full", "no_lrn", "pool_2x2", "tanh", "figure1_relu", "figure1_tanh", "sift_fisher")
CLIPS = ("single_frame", "slow_fusion", "single_frame_multires", "fovea_only", "feature_histograms", "cnn_average", "clip_speed")
TRUTH = Truth(
    errors={"full": 0.30, "no_lrn": 0.33, "tanh": 0.42, "single_frame": 0.40, "slow_fusion": 0.35, "fovea_only": 0.50},
    diverged=("tanh/1",),
    num_examples=100,
)


def fabricated(results: Path) -> Path:
    """The folder of a scale in which runs of both papers are done, one of them diverged and one failed."""
    runs = [
        run
        for paper, variants in ((ALEXNET, IMAGES), (KARPATHY, CLIPS))
        for run in fabricate([paper], scale="smoke", results=results, truth=TRUTH, variants=variants, seeds=range(2))
    ]
    failed = make_run(ALEXNET, scale="smoke", variant="one_tower_half", seed=0)
    log = results / "smoke" / "logs" / "train.log"
    log.parent.mkdir()
    log.write_text("epoch 1 of 2\nno space left\n", encoding="utf-8")
    run_folder(results, failed.id).mkdir(parents=True)
    note_failure(results, failed.id, OSError("no space left"), log=log)
    papers = [ALEXNET, KARPATHY]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        collect([*runs, failed], papers=papers, results=results)
        judge(papers, scale="smoke", results=results)
        calibrate_results(papers, scale="smoke", results=results)
    return results / "smoke"


@pytest.fixture(scope="session")
def playwright_api() -> ModuleType:
    """Playwright's interface; without it the tests are skipped."""
    return pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[browser]'")


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, as its package brings it along."""
    found = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed: pip install -e '.[browser]'")
    return (Path(found.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser(playwright_api: ModuleType) -> Iterator[Any]:
    """Chromium, started once."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium here: bash tests/browser/chromium.sh install")
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def tree(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The site as `python -m repro site` writes it, and a comparison of two folders beside it."""
    folder = tmp_path_factory.mktemp("browser")
    scale = fabricated(folder / "results")
    published = [str(PUBLISHED / name) for name in PUBLISHED_NAMES]
    assert main(["site", *published, str(scale), "--out", str(folder / "site")]) == 0
    other = PUBLISHED / PUBLISHED_NAMES[0]
    assert main(["diff", str(other), str(other), "--page", str(folder / "comparison" / "index.html")]) == 0
    return Tree(root=folder / "site", comparison=folder / "comparison" / "index.html")


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """A window of a laptop's size, in the light theme."""
    with Opened.new(browser, width=1280, theme="light") as window:
        yield window
