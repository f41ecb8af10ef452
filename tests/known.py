"""All papers that a checkout knows: those built in and those of the examples. What holds of every paper is tested of these."""

from repro.artifacts.provenance import PACKAGE
from repro.catalogue.known import catalogue

ROOT = PACKAGE.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
KNOWN = catalogue(EXAMPLES)
ALL = list(KNOWN.papers)
