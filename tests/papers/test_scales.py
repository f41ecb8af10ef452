"""A scale says a size once: the crop's pixels are one line, and sizes that do not fit are refused."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.papers import PAPERS
from repro.spec.experiment import Sizing
from repro.spec.network import Size

SIZES = """
import json
from repro.papers import PAPERS
from repro.spec.experiment import Sizing
sizes = {}
for paper in PAPERS.values():
    for scale in paper.scales:
        for item in scale.sizings:
            if isinstance(item, Sizing):
                for data in item.folds or (scale.dataset,):
                    made = data.procedural and getattr(data.procedural, "image_px", None) or data.stored_px
                    sizes[f"{paper.name}/{scale.name}/{item.family}/{data.name}"] = [item.size.input_px, data.stored_px, made]
print(json.dumps(sizes))
"""


#: The families of planted effects, whose nets see crops of the same size.
PLANTED = {"planted", "planted_labels_2", "planted_labels_10", "planted_cast"}


def sizes(package: Path) -> dict[str, list[int]]:
    """Return crop, stored and generated pixels of each family of networks, as the package in this folder has them."""
    done = subprocess.run(
        [sys.executable, "-c", SIZES], cwd=package, env={"PYTHONPATH": str(package)}, capture_output=True, text=True, check=True
    )
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("file", "before", "after", "larger_px", "families"),
    [
        ("alexnet/data.py", "SMALL_CROP_PX = 32", "SMALL_CROP_PX = 48", 16, {"alexnet", "all_images", "pretraining", *PLANTED}),
        ("karpathy/data.py", "SMALL_CROP_PX = 36", "SMALL_CROP_PX = 24", -12, {"clip", "clip_multires", "transfer"}),
    ],
)
def test_the_crops_pixels_at_one_scale_are_one_line(
    tmp_path: Path, file: str, before: str, after: str, larger_px: int, families: set[str]
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "repro", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "repro" / "papers" / file
    assert path.read_text().count(f"\n{before}\n") == 1
    was = sizes(tmp_path)
    path.write_text(path.read_text().replace(f"\n{before}\n", f"\n{after}\n"))
    now = sizes(tmp_path)
    changed = {name for name in was if was[name] != now[name] and name.startswith(f"{file.split('/')[0]}/")}
    assert {name.split("/")[2] for name in changed} == families
    assert {name.rsplit("/", 2)[0] for name in changed} == {f"{file.split('/')[0]}/small"}
    for name in changed:
        assert now[name] == [pixels + larger_px for pixels in was[name]]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))
def test_crops_larger_than_the_stored_images_are_refused_with_both_places(paper) -> None:
    for scale in paper.scales:
        sizing = next(item for item in scale.sizings if isinstance(item, Sizing))
        data = sizing.folds[0] if sizing.folds else scale.dataset
        too_large = replace(sizing, size=Size(input_px=data.stored_px + 1))
        with pytest.raises(ValueError, match=r"size\.input_px of the sizing.*its stored_px.*allowed: crops of at most") as caught:
            replace(scale, sizings=(too_large,))
        assert scale.name in str(caught.value)
        assert data.name in str(caught.value)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))
def test_generated_data_that_do_not_fit_what_is_stored_are_refused(paper) -> None:
    data = paper.scale("small").dataset
    with pytest.raises(ValueError, match=r"\(stored_px\) that are generated at \d+ px"):
        replace(data, stored_px=data.stored_px + 4)
