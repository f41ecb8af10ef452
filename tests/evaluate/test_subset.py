"""Examples that every run scores."""

from repro.evaluate.subset import stable_subset_N


def test_the_scored_training_images_are_a_fixed_subset():
    subset = stable_subset_N(100, wanted=30)
    assert subset.tolist() == stable_subset_N(100, wanted=30).tolist()
    assert len(set(subset.tolist())) == 30
    assert subset.tolist() == sorted(subset.tolist())
    assert subset.tolist() != list(range(30))
    assert stable_subset_N(5, wanted=30).tolist() == [0, 1, 2, 3, 4]
