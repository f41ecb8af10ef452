"""Which runs an ensemble averages: of each member as many as it says, and never two that share their random numbers."""

import pytest

from repro.papers import PAPERS
from repro.spec.run import Ensemble, Member

AVERAGES = [
    (paper, variant.name)
    for paper in PAPERS.values()
    for variant in paper.variants
    if isinstance(paper.experiment(variant.name), Ensemble)
]


def test_members_take_turns_by_hand():
    first, last = Member(variant="a", cycle=3), Member(variant="b", turn=2, cycle=3)
    assert [list(first.seeds(run)) for run in range(7)] == [[0], [1], [2], [3], [4], [5], [6]]
    assert [list(last.seeds(run)) for run in range(7)] == [[2], [0], [1], [5], [3], [4], [8]]
    assert [list(Member(variant="c", num=2).seeds(run)) for run in range(3)] == [[0, 1], [2, 3], [4, 5]]
    assert [list(Member(variant="c", num=2, turn=1, cycle=2).seeds(run)) for run in range(3)] == [[2, 3], [0, 1], [6, 7]]


@pytest.mark.parametrize(("paper", "name"), AVERAGES, ids=[name for _, name in AVERAGES])
def test_no_run_is_in_two_averages_and_nets_from_chance_have_seeds_of_their_own(paper, name):
    members = paper.experiment(name).members
    runs = [(member.variant, seed) for run in range(30) for member in members for seed in member.seeds(run)]
    assert len(set(runs)) == len(runs)
    for run in range(30):
        begun = {member.variant: paper.trained(member.variant).initial_weights is not None for member in members}
        seeds = [(begun[member.variant], seed) for member in members for seed in member.seeds(run)]
        assert len(set(seeds)) == len(seeds)
