"""The example of a scale of one's own, and what is said of mistakes in such a file."""

import re

import pytest

from repro.catalogue.files import CatalogueError
from repro.catalogue.known import catalogue
from repro.planning.plan import out_of_reach, planned_variants
from repro.spec.experiment import make_run
from repro.spec.geometry.image import geometry
from tests.known import KNOWN, ROOT
from tests.planned import checked

EXAMPLE = ROOT / "examples" / "my_scale.py"
ALEXNET = KNOWN.paper("alexnet")


def test_the_last_maps_are_maps_and_photos_are_not_enlarged():
    scale = ALEXNET.scale("photos_96px")
    assert scale.dataset.stored_px == 96
    shapes = geometry(ALEXNET.experiment("full").network)
    sized = geometry(make_run(ALEXNET, scale="photos_96px", variant="full", seed=0).trained.network)
    assert [layer.pooled_px for layer in sized.conv if layer.pooling] == [14, 7, 3]
    assert [layer.name for layer in sized.layers] == [layer.name for layer in shapes.layers]


def test_what_needs_other_photos_is_left_out_where_none_are_given(tmp_path):
    config = checked(scale="photos_96px", catalogue=str(EXAMPLE), images=str(tmp_path))
    lacking = out_of_reach(ALEXNET, config)
    assert lacking == {"photos_96px_pretraining": "pretraining"}
    everything = planned_variants(ALEXNET, scale="photos_96px")
    reached = planned_variants(ALEXNET, scale="photos_96px", without=lacking)
    assert {"full", "no_lrn"} <= set(reached)
    assert {"cnn_pretrained", "conv6_pretraining"} <= set(everything) - set(reached)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "input_px=84",
            "input_px=104",
            "takes crops of 104 px (size.input_px of the sizing) of data set 'photos_96px', stored at 96",
        ),
        ("input_px=84", 'input_px="56"', "size.input_px is '56'; allowed: a whole number"),
        ("kernel_px=9, stride_px=3", "kernel_px=9, stride=3", "Stem has no 'stride'; did you mean 'stride_px'?"),
        ('family="alexnet"', 'family="alex_net"', "unknown family 'alex_net'; did you mean 'alexnet'?"),
        ('paper="alexnet"', 'paper="alexnett"', "unknown paper 'alexnett'; did you mean 'alexnet'?"),
        (
            'name="photos_96px",\n            title',
            'name="folders",\n            title',
            "scale 'folders' of alexnet is there twice",
        ),
        ('evidence="stand-in"', 'evidence="standin"', "evidence is 'standin'; did you mean 'stand-in'?"),
        ("num_epochs=30", "num_epochs=15 if True else 30", "a conditional value; allowed: imports from repro.spec"),
        ("    num_train_examples=2000,\n", "", "Sizing lacks 'num_train_examples'; allowed: all of family, size, batch_size"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(old, new, message, tmp_path):
    text = EXAMPLE.read_text()
    assert old in text
    path = tmp_path / "my_scale.py"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CatalogueError, match=re.escape(str(path)) + ".*" + re.escape(message)) as caught:
        catalogue([path])
    assert "\n" not in str(caught.value)
