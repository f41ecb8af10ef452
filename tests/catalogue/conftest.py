"""A small paper of one net and one ablation, as a text that tests change."""

from collections.abc import Callable
from pathlib import Path

import pytest

PAPER = '''"""A paper for tests."""

from repro.papers.alexnet.data import PROCEDURAL_SMOKE
from repro.papers.alexnet.printed import AS_PRINTED
from repro.spec.experiment import Paper, Scale, Sizing, Table, Variant
from repro.spec.network import Size, Stem
from repro.spec.recipe import Schedule

SMOKE = Scale(
    name="smoke",
    title="tiny",
    dataset=PROCEDURAL_SMOKE,
    evidence="demonstration",
    num_seeds=2,
    sizings=(
        Sizing(
            family="tiny",
            size=Size(input_px=24, width=1 / 12, stem=Stem(kernel_px=5, stride_px=1, padding_px=2)),
            batch_size=16,
            schedule=Schedule(rule="epochs", num_epochs=1),
            learning_rate=0.01,
            num_train_examples=16,
        ),
    ),
)

TINY = Paper(
    name="tiny",
    title="A tiny paper",
    authors="Nobody",
    year=2026,
    variants=(
        Variant(name="whole", title="whole", why="all", source="section 1", family="tiny", experiment=AS_PRINTED),
        Variant(name="no_lrn", title="no LRN", why="one", source="section 2", base="whole", key="network.lrn", value=None),
    ),
    scales=(SMOKE,),
    claims=(),
    tables=(
        Table(
            name="tiny_table1",
            title="all",
            where="Table 1",
            control="whole",
            variants=("whole", "no_lrn"),
            claims=(),
            about="One table. With two rows.",
        ),
    ),
)
'''


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the small paper, with `old` texts replaced by new ones, to a file."""

    def write(*changes: tuple[str, str], name: str = "tiny.py") -> Path:
        text = PAPER
        for old, new in changes:
            assert text.count(old) >= 1, f"{old!r} is not in the paper"
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
