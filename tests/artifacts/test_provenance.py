"""What code a result depends on: found by its import statements, hashed as it is compiled."""

import ast
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from repro.artifacts.code.modules import imported_names, module_digest
from repro.artifacts.provenance import PACKAGE, STAGE_ROOTS, code_digest
from repro.system.startup import importing, leave_it

MODULES = sorted(PACKAGE.rglob("*.py"))
CODE = """'A module.'

def area(width, height=2):
    'Return it.'
    if width in {"a", "b"}:
        return 1.0
    return [side * 3 for side in (width, height)]
"""


def imported_by_the_syntax_tree(source):
    """What a module imports of this package when it runs, in the order of the syntax tree."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "repro")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "repro":
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            named = node.args[0]
            if isinstance(named, ast.Constant) and named.value.split(".")[0] == "repro":
                yield named.value


def digest(code):
    return module_digest(code.encode())


def test_import_statements_are_found_as_the_syntax_tree_has_them():
    sources = {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in MODULES}
    found = {name: sorted(imported_names(source)) for name, source in sources.items()}
    assert len(found) > 500
    assert found == {name: sorted(imported_by_the_syntax_tree(source)) for name, source in sources.items()}


def test_import_statements_of_every_form():
    source = """
import os, re, importlib
import repro.artifacts.files, repro.system.locks as held
from repro.models import lrn_kernel, passes as others  # (not this)
from repro.spec.network import (
    Conv,  # one (of them)
    Dense as Layer,
)
from reproduce import other

if TYPE_CHECKING:  # not run
    from repro.spec.recipe import (
        Recipe,
    )

    import repro.spec.claims
else:
    from repro.spec.run import Run
from repro.spec import model

def later():
    from repro.data import shards
    kernel = importlib.import_module("repro.models.norm.lrn_triton"), importlib.import_module("torch")
    return "from repro in a sentence"
"""
    found = list(imported_names(source))
    assert sorted(found) == sorted(imported_by_the_syntax_tree(source))
    assert "repro.models.norm.lrn_triton" in found and not {"repro.spec.recipe", "repro.spec.claims"} & set(found)


def test_what_is_imported_for_types_alone_is_no_part_of_the_code():
    imports = "if TYPE_CHECKING:\n    from repro.spec.run import Run\n\n    from repro.spec.model import Model\n\n"
    assert digest(imports + CODE) == digest(imports.replace("Model", "Hog") + CODE)
    assert digest(imports + CODE) != digest(imports + CODE.replace("height=2", "height=3"))
    assert digest(imports + "else:\n    A = 1\n" + CODE) != digest(imports + "else:\n    A = 2\n" + CODE)


@pytest.mark.parametrize(
    "code",
    [
        CODE.replace("    if", "    # A remark.\n\n    if"),
        CODE.replace("'Return it.'", "'Return something.'"),
        CODE.replace("'A module.'", '"""Another\n\nmodule."""'),
        CODE.replace("    return [", "    assert width, 'nothing'\n    return ["),
        CODE.replace('{"a", "b"}', '{"b", "a"}'),
    ],
    ids=["remark", "docstring", "docstring of the module", "assertion", "order of a set"],
)
def test_what_changes_no_result_changes_no_digest(code):
    assert code != CODE
    assert digest(code) == digest(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("height=2", "height=3"),
        ("height=2", "height=2.0"),
        ("1.0", "-1.0"),
        ("1.0", "True"),
        ('{"a", "b"}', '{"a", "c"}'),
        ('{"a", "b"}', '("a", "b")'),
        ("side * 3", "side + 3"),
        ("side * 3", "side * 4"),
        ("(width, height)", "(height, width)"),
        ("def area", "def surface"),
        ("height=2", "*, height=2"),
        ("in {", "not in {"),
    ],
)
def test_what_changes_a_result_changes_the_digest(old, new):
    assert CODE.replace(old, new) != CODE
    assert digest(CODE.replace(old, new)) != digest(CODE)


def test_a_digest_is_the_same_in_every_process():
    command = "from repro.artifacts.provenance import code_digest; print(code_digest('judge'), code_digest('train_clips'))"
    found = {
        subprocess.run(
            [sys.executable, "-c", command],
            cwd=Path(PACKAGE).parent,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert found == {f"{code_digest('judge')} {code_digest('train_clips')}\n"}


def test_stages_have_different_digests_and_an_unknown_one_is_refused():
    assert len({code_digest(stage) for stage in STAGE_ROOTS}) == len(STAGE_ROOTS)
    with pytest.raises(ValueError, match="unknown stage 'trian'; allowed: prepare_procedural, "):
        code_digest("trian")


def test_no_garbage_is_looked_for_while_modules_are_imported():
    assert gc.isenabled()
    with importing():
        assert not gc.isenabled()
        with importing():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ModuleNotFoundError), importing():
        import repro.nothing  # noqa: F401
    assert gc.isenabled()


def test_what_is_left_at_the_end_is_not_looked_at():
    before = gc.get_freeze_count()
    leave_it()
    try:
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
