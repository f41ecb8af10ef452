"""A file that describes a paper is names and literals: anything else is found, with its line."""

import pytest

from repro.catalogue.literals import faults

PLAIN = '''"""What it is about."""

from dataclasses import replace

from repro.papers.alexnet.data import ILSVRC2012
from repro.spec.network import Conv

# A remark.
CONV = Conv(name="conv1", num_kernels=96, kernel_px=11, init_std=(2 / 603) ** 0.5, bias=-1.0)
FIRST, SECOND = (CONV, replace(CONV, name="conv2"))
BOTH: tuple[Conv, ...] = (*(FIRST,), SECOND) + (CONV,)
WIDTH = CONV.num_kernels
'''


def test_literals_copies_and_sums_of_them_are_allowed():
    assert list(faults(PLAIN)) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("if True: X = 1", "an if"),
        ("X = 1 if True else 2", "a conditional value"),
        ("for x in (1, 2): Y = x", "a for loop"),
        ("while True: X = 1", "a while loop"),
        ("def f(): pass", "a function"),
        ("X = lambda: 1", "a lambda"),
        ("class X: pass", "a class"),
        ("X = [x for x in (1, 2)]", "a comprehension"),
        ("X = tuple(x for x in (1, 2))", "a comprehension"),
        ("with open('x') as X: pass", "a with block"),
        ("try: X = 1\nexcept ValueError: X = 2", "a try block"),
        ("WIDTH += 1", "an assignment that changes a value"),
        ("X = 1 < 2", "a comparison"),
        ("X = 1 or 2", "an `and` or `or`"),
        ("del WIDTH", "a `Delete`"),
        ("import os", "`import os`"),
        ("import repro.spec.network", "`import repro.spec.network`"),
        ("from os import system", "`from os import system`"),
        ("from repro.specious import x", "`from repro.specious import x`"),
        ("from repro.train.networks.run import train_runs", "`from repro.train.networks.run import train_runs`"),
        ("from dataclasses import replace, fields", "`from dataclasses import replace, fields`"),
        ("from . import nets", "`from . import nets`"),
        ("X = open('secrets')", "a call of `open`, which is not imported"),
        ("X = CONV.name.upper()", "a call of `CONV.name.upper`, which is not imported"),
        ("X = Conv(**{})", "arguments unpacked by `**`"),
        ("Conv(name='x')", "an expression whose value has no name"),
    ],
)
def test_what_is_no_literal_is_found_with_its_line(line, what):
    found = sorted(faults(PLAIN + line + "\n"))
    assert (PLAIN.count("\n") + 1, what) in found


@pytest.mark.parametrize(
    "line", ["def f(a, *b, **c): return [a for a in b]", "X = lambda a: a + 1", "class X:\n    def f(self): pass"]
)
def test_what_a_fault_is_made_of_is_no_other_fault(line):
    (found,) = faults(PLAIN + line + "\n")
    assert found[0] == PLAIN.count("\n") + 1


def test_a_sum_of_thousands_is_read_to_its_end():
    # Python itself refuses a deeper one.
    assert list(faults("X = " + "1 + " * 2000 + "f()\n")) == [(1, "a call of `f`, which is not imported")]


def test_modules_of_the_files_own_package_may_be_imported_too():
    line = "from my_paper.nets import NETWORK\n"
    assert list(faults(line)) == [(1, "`from my_paper.nets import NETWORK`")]
    assert list(faults(line, package="my_paper")) == []
    assert list(faults("from my_papers import NETWORK\n", package="my_paper"))
