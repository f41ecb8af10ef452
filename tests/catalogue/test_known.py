"""Files add papers and scales to those built in; what is wrong in one is said in one line: what, got, allowed, next step."""

import re
import sys
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.catalogue.files import CatalogueError
from repro.catalogue.known import Catalogue, catalogue
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.names import UnknownName

ROOT = PACKAGE.parent
NEXT = 'put it right there (docs/adding.md, "Another paper")'
#: An extension of a built-in paper, as text behind the small paper.
EXTENSION = """
(SIZING,) = SMOKE.sizings
SCALE = replace(SMOKE, name="tiny_scale", sizings=(SIZING, replace(SIZING, family="pretraining")))
MORE = Extension(paper="alexnet", scales=(SCALE,))
"""
EXTENDING = (
    "from repro.spec.experiment import Paper",
    "from dataclasses import replace\nfrom repro.spec.experiment import Extension, Paper",
)


def test_the_built_in_papers_are_known_and_a_file_adds_its_own_behind_them(written):
    assert catalogue().papers == tuple(PAPERS.values())
    known = catalogue([written()])
    assert [paper.name for paper in known.papers] == [*PAPERS, "tiny"]
    assert make_run(known.paper("tiny"), scale="smoke", variant="no_lrn", seed=1).id == "smoke/tiny/no_lrn/1"
    assert {paper.name for paper in known.papers_at("smoke")} == {*PAPERS, "tiny"}
    assert [paper.name for paper in known.papers_at("smoke", ["tiny"])] == ["tiny"]


def test_a_file_that_is_named_twice_is_read_once(written):
    path = written()
    assert catalogue([path, path]).files == (str(path),)


def test_several_files_add_several_papers(written):
    first = written()
    second = written(('name="tiny",\n    title', 'name="minute",\n    title'), ("tiny_table1", "minute_table1"), name="minute.py")
    assert [paper.name for paper in catalogue([first, second]).papers] == [*PAPERS, "tiny", "minute"]


def test_an_extension_adds_a_scale_to_a_paper_that_is_there(written):
    path = written(('family="tiny",\n            size', 'family="alexnet",\n            size'), EXTENDING)
    path.write_text(path.read_text().partition("TINY = ")[0] + EXTENSION)
    known = catalogue([path])
    assert [paper.name for paper in known.papers] == list(PAPERS)
    assert make_run(known.paper("alexnet"), scale="tiny_scale", variant="no_lrn", seed=0).experiment.recipe.batch_size == 16
    assert "tiny_scale" not in {scale.name for scale in PAPERS["alexnet"].scales}, "the built-in paper stays as it is"


def test_unknown_names_are_refused_with_what_there_is(written):
    known = catalogue([written()])
    with pytest.raises(UnknownName, match=r"unknown paper 'tiyn'; did you mean 'tiny'\?"):
        known.paper("tiyn")
    with pytest.raises(UnknownName, match=r"unknown scale 'huge' of tiny; allowed: smoke \(python -m repro list\)"):
        known.papers_at("huge", ["tiny"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("year=2026,", "year=2026")], "line 31: invalid syntax. Perhaps you forgot a comma?; allowed: Python"),
        ([('family="tiny",\n            size', "if True: pass\n            size")], "line 17: "),
        ([("SMOKE = Scale(", "NUM = len((1, 2))\nSMOKE = Scale(")], "line 9: a call of `len`, which is not imported; allowed: "),
        ([('    title="tiny",\n', "")], "line 9: Scale lacks 'title'; allowed: all of name, title, dataset, evidence, num_seeds"),
        ([('evidence="dem', 'evidense="dem')], "line 9: Scale has no 'evidense'; did you mean 'evidence'?"),
        ([("import Size, Stem", "import Sise as Size, Stem")], "line 6: repro.spec.network has no 'Sise'; did you mean 'Size'?"),
        ([("import Size, Stem", "import Sise, Stem")], "line 6: repro.spec.network has no 'Sise'; did you mean 'Size'?"),
        (
            [("spec.network import", "spec.networks import")],
            "line 6: no module 'repro.spec.networks'; did you mean 'repro.spec.network'?",
        ),
        (
            [("SMOKE = Scale(", "X = 10**10**10\nSMOKE = Scale(")],
            "line 9: a power whose exponent is no number up to 64; allowed: ",
        ),
        ([("SMOKE = Scale(", "X = 1 << 10**10\nSMOKE = Scale(")], "line 9: a shift; allowed: "),
        (
            [("claims=(),\n    tables", "claims=SMOKE,\n    tables")],
            "tiny.claims is a Scale; allowed: a tuple, each item an Effect or a ",
        ),
        (
            [('name="tiny",\n    title', 'name="ti ny",\n    title')],
            ": paper 'ti ny'; allowed in its name: a-z, 0-9 and _",
        ),
        (
            [("num_epochs=1)", "num_epochs=5, drops=(4, 2))")],
            "scale smoke of tiny, family tiny: its rate drops after epochs (4, 2) of 5; allowed: numbers that rise, above 0 and",
        ),
        (
            [("num_epochs=1)", "num_epochs=5, drops=(9,))")],
            "scale smoke of tiny, family tiny: its rate drops after epochs (9) of 5; allowed: numbers that rise, above 0 and",
        ),
        ([("scales=(SMOKE,)", "scales=(SMOK,)")], "line 36: no name 'SMOK'; did you mean 'SMOKE'?"),
        (
            [('evidence="demonstration"', 'evidence="demonstrations"')],
            "tiny.scales.smoke.evidence is 'demonstrations'; did you mean 'demonstration'? allowed: same data, ",
        ),
        ([("num_seeds=2", 'num_seeds="2"')], "tiny.scales.smoke.num_seeds is '2'; allowed: a whole number"),
        (
            [("learning_rate=0.01", "learning_rate=True")],
            "tiny.scales.smoke.sizings.tiny.learning_rate is True; allowed: a number",
        ),
        (
            [("scales=(SMOKE,)", "scales=SMOKE")],
            "tiny.scales is a Scale; allowed: a tuple, each item a Scale (a tuple of one item ends in a comma)",
        ),
        (
            [('variants=("whole", "no_lrn")', 'variants=("whole")')],
            "tiny.tables.tiny_table1.variants is 'whole'; allowed: a tuple, each item a text (a tuple of one ",
        ),
        (
            [('key="network.lrn", value=None', 'key="network.lrn", value="no"')],
            "variant no_lrn of tiny: its experiment.network.lrn is 'no'; allowed: a ResponseNorm or None",
        ),
        (
            [('key="network.lrn"', 'key="network.lnr"')],
            "variant no_lrn of tiny: its key is 'network.lnr': unknown field 'lnr' of Network; did you mean 'lrn'?",
        ),
        (
            [('key="network.lrn", value=None', 'key="network.activation", value="relu"')],
            "variant no_lrn of tiny is whole itself: network.activation has that value there; allowed: a value that differs",
        ),
        (
            [('base="whole"', 'base="hole"')],
            "variant no_lrn of tiny: its base is an unknown variant 'hole'; did you mean 'whole'?",
        ),
        ([('base="whole"', 'base="no_lrn"')], "variant no_lrn of tiny is based on itself (no_lrn on no_lrn)"),
        (
            [('family="tiny", experiment', "experiment")],
            "variant whole of tiny has no base; allowed: an experiment and its family",
        ),
        ([('name="no_lrn"', 'name="no-lrn"')], "variant 'no-lrn' of tiny; allowed in its name: a-z, 0-9 and _"),
        ([('name="no_lrn"', 'name="whole"')], "variant 'whole' of tiny is there twice; allowed: each name once"),
        ([('name="tiny",\n    title', 'name="train",\n    title')], "a paper cannot be called 'train'"),
        ([('name="tiny_table1"', 'name="table1"')], "table 'table1' of tiny; allowed: names that begin with 'tiny_'"),
        (
            [('family="tiny",\n            size', 'family="tny",\n            size')],
            "scale smoke of tiny: unknown family 'tny'; did you mean 'tiny'?",
        ),
        (
            [("input_px=24", "input_px=32")],
            "line 9: scale smoke: family 'tiny' takes crops of 32 px (size.input_px of the sizing) of data set 'procedural', ",
        ),
        (
            [("kernel_px=5, stride_px=1, padding_px=2", "kernel_px=31, stride_px=1, padding_px=2")],
            "scale smoke of tiny, variant whole: layer conv1: a kernel of 31 px does not fit a map of 24 px",
        ),
        ([('"whole", "no_lrn"', '"whole",')], "variant no_lrn of tiny is in no table, so that nothing runs it; name it in one"),
        (
            [('"whole", "no_lrn"', '"whole", "no_lnr"')],
            "table tiny_table1 of tiny: unknown variant 'no_lnr'; did you mean 'no_lrn'?",
        ),
        ([('control="whole",', 'control="all",')], "table tiny_table1 of tiny: unknown variant 'all'; allowed: whole, no_lrn"),
        (
            [("claims=(),\n            about", 'claims=("C.x",),\n            about')],
            "table tiny_table1 of tiny: unknown claim 'C.x'",
        ),
        (
            [('name="tiny",\n    title', 'name="alexnet",\n    title'), ("tiny_table1", "alexnet_table9")],
            "paper 'alexnet' is described 2 times",
        ),
        (
            [("dataset=PROCEDURAL_SMOKE", "dataset=replace(PROCEDURAL_SMOKE, title='others')"), EXTENDING],
            "data 'procedural' of tiny at scale smoke are others than those of alexnet; allowed: one data set a name",
        ),
        ([("TINY = Paper", "from repro.papers.alexnet import ALEXNET\n\nX = Paper")], ""),
    ],
)
def test_a_mistake_in_a_file_is_one_line_with_what_got_allowed_and_the_next_step(changes, message, written):
    path = written(*changes)
    if not message:
        assert [paper.name for paper in catalogue([path]).papers] == [*PAPERS, "tiny"], (
            "a paper that is imported is none of its own"
        )
        return
    with pytest.raises(CatalogueError, match=re.escape(f"{path}") + ".*" + re.escape(message)) as caught:
        catalogue([path])
    assert str(caught.value).endswith(NEXT)
    assert "\n" not in str(caught.value)


def test_a_variant_that_is_another_one_again_is_refused_with_the_others_name(written):
    path = written(
        (
            'source="section 2", base="whole", key="network.lrn", value=None),',
            'source="section 2", base="whole", key="recipe.crops", value=Crops(position="random", mirror=False)),\n'
            '        Variant(name="no_flip", title="", why="", source="", base="whole", key="recipe.crops.mirror", value=False),',
        ),
        ('"whole", "no_lrn"', '"whole", "no_lrn", "no_flip"'),
        ("import Schedule", "import Crops, Schedule"),
    )
    message = "variant no_flip of tiny is no_lrn again: the same experiment and data at all scales; allowed: variants that differ"
    with pytest.raises(CatalogueError, match=message):
        catalogue([path])


def test_files_that_are_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CatalogueError, match=rf"nowhere.py cannot be read \(No such file or directory, looked from {tmp_path}\)"):
        catalogue(["nowhere.py"])
    Path("bytes.py").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueError, match=r"bytes.py is not UTF-8 text"):
        catalogue(["bytes.py"])
    Path("nothing.py").write_text("X = 1\n")
    with pytest.raises(CatalogueError, match=r"nothing.py assigns no Paper and no Extension to a name; allowed: one or several"):
        catalogue(["nothing.py"])
    Path("null.py").write_text("X = '\0'\n")
    with pytest.raises(CatalogueError, match=r"null.py"):
        catalogue(["null.py"])


def test_a_byte_order_mark_is_no_part_of_the_file_and_a_null_byte_has_no_line(written):
    path = written()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [paper.name for paper in catalogue([path]).papers] == [*PAPERS, "tiny"]
    path.write_bytes(b"\0")
    with pytest.raises(CatalogueError, match=r"tiny.py: source code (string )?cannot contain null bytes; allowed: Python"):
        catalogue([path])


def test_extensions_of_papers_that_are_not_there_or_of_other_types_are_refused(written):
    path = written(EXTENDING)
    text = path.read_text().partition("TINY = ")[0]
    path.write_text(text + 'MORE = Extension(paper="alexnett", scales=(SMOKE,))\n')
    with pytest.raises(CatalogueError, match=r"unknown paper 'alexnett'; did you mean 'alexnet'\?"):
        catalogue([path])
    path.write_text(text + 'MORE = Extension(paper="alexnet", scales=SMOKE)\n')
    with pytest.raises(CatalogueError, match=r"Extension of alexnet.scales is a Scale; allowed: a tuple, each item a Scale"):
        catalogue([path])
    path.write_text(text + 'MORE = Extension(paper="alexnet", scales=(SMOKE,))\n')
    with pytest.raises(CatalogueError, match=r"scale 'smoke' of alexnet is there twice; allowed: each name once"):
        catalogue([path])


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *, module: str, **files: str) -> None:
    """Lay a package with an entry point where Python looks for installed ones, and forget the one of the test before."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tiny_paper"]:
        monkeypatch.delitem(sys.modules, name)
    for name, text in files.items():
        (folder / "tiny_paper").mkdir(exist_ok=True)
        (folder / "tiny_paper" / f"{name}.py").write_text(text)
    info = folder / "tiny_paper-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-paper\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[repro.papers]\ntiny = {module}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_an_installed_package_adds_its_papers_by_an_entry_point(written, tmp_path, monkeypatch):
    text = written().read_text()
    scales, paper = text.partition("TINY = ")[0], "TINY = " + text.partition("TINY = ")[2]
    imports = "from repro.papers.alexnet.printed import AS_PRINTED\nfrom repro.spec.experiment import Paper, Table, Variant\n"
    nets = f"from tiny_paper.scales import SMOKE\n{imports}"
    installed(tmp_path, monkeypatch, module="tiny_paper.papers", __init__="", scales=scales, papers=nets + paper)
    assert [item.name for item in catalogue().papers] == [*PAPERS, "tiny"]


def test_a_package_whose_module_is_not_there_or_not_literals_is_refused_by_name(tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch, module="tiny_paper.gone", __init__="")
    with pytest.raises(CatalogueError, match=r"entry point tiny = tiny_paper.gone of package tiny-paper names no module"):
        catalogue()


def test_what_a_packages_module_imports_of_it_is_held_to_the_same(tmp_path, monkeypatch):
    files = {"papers": "from tiny_paper.sums import X\nY = X\n", "sums": "X = sum((1, 2))\n"}
    installed(tmp_path, monkeypatch, module="tiny_paper.papers", __init__="", **files)
    with pytest.raises(CatalogueError, match=r"sums.py, line 1: a call of `sum`, which is not imported"):
        catalogue()


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_the_examples_can_be_taken_alone_and_all_together(file):
    assert isinstance(catalogue([file]), Catalogue)
    assert isinstance(catalogue(sorted((ROOT / "examples").glob("*.py"))), Catalogue)
