"""What others measured leads to where it is found."""

import re

from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.pages.printed_table import addresses, confidence_notes
from tests.report.conftest import Rendered
from tests.report.reading import read

PAPERS = (ALEXNET, KARPATHY)


def test_each_author_has_one_address_and_no_address_is_of_two() -> None:
    """A measurement made of another one by `replace` may not keep the address of that one's author."""
    for paper in PAPERS:
        pairs = {(item.who, item.url) for claim in paper.claims for item in claim.reproductions if item.url}
        authors = [who for who, _ in pairs]
        assert len(authors) == len(set(authors))
        of = {}
        for who, url in pairs:
            of.setdefault(url, set()).add(re.sub(r"[ ,(].*", "", who))
        assert all(len(names) == 1 for names in of.values()), of


def test_every_address_is_a_doi_or_a_repository() -> None:
    for paper in PAPERS:
        for url in addresses(paper).values():
            assert re.fullmatch(r"https://(doi\.org/10\.\S+|github\.com/[\w.-]+/[\w.-]+(/issues/\d+)?)", url)


def test_an_issue_is_that_which_its_author_is_named_by() -> None:
    for paper in PAPERS:
        for who, url in addresses(paper).items():
            for repository, number in re.findall(r"([\w.-]+/[\w.-]+)#(\d+)", who):
                assert url == f"https://github.com/{repository}/issues/{number}"


def test_others_on_a_page_are_links(full_report: Rendered) -> None:
    references = read(full_report.folder / "alexnet/alexnet_ablations.html").references
    assert addresses(ALEXNET)["Mishkin, Sergievskiy, Matas 2016 (CaffeNet, 128 px)"] in references
    assert f"https://doi.org/{ALEXNET.doi}" in references


def test_a_letter_of_confidence_is_explained_once_below_the_table() -> None:
    assert confidence_notes(["V", "M", "V"]) == (
        "Source, how a number was read. V: read verbatim in a public source; M: from memory, not verified.",
    )
    assert confidence_notes([]) == ()
