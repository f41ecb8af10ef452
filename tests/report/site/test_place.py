"""A site loses nothing of others in its folder, and leaves no page of an earlier site behind."""

import pytest

from repro.report.site import place

OURS = '<!DOCTYPE html><html><head><meta name="generator" content="repro">'


def written(out, *names, text="x"):
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)


@pytest.mark.parametrize("name", [*place.PAGES, *place.LISTINGS])
def test_a_file_of_somebody_else_is_refused_by_its_name(tmp_path, name):
    written(tmp_path, name, text="mine")
    with pytest.raises(ValueError, match=name) as refused:
        place.refuse_place(tmp_path, typed=(), results=())
    assert len(str(refused.value).splitlines()) == 1


def test_the_folder_of_an_earlier_site_and_one_with_other_things_are_taken(tmp_path):
    written(tmp_path, "notes.txt", "small/index.html")
    place.refuse_place(tmp_path, typed=(), results=())
    written(tmp_path, "index.html", text=OURS)
    written(tmp_path, "answers.csv")
    place.refuse_place(tmp_path, typed=(), results=())


@pytest.mark.parametrize("inside", ["", "site", "small/site", "small"])
def test_a_place_in_the_results_is_refused(tmp_path, inside):
    (tmp_path / "results" / "small").mkdir(parents=True)
    out = tmp_path / "results" / inside
    with pytest.raises(ValueError, match="lies in the results"):
        place.refuse_place(out, typed=(tmp_path / "results",), results=(tmp_path / "results" / "small",))


def test_a_file_as_the_folder_is_refused(tmp_path):
    written(tmp_path, "site")
    with pytest.raises(ValueError, match="is a file"):
        place.refuse_place(tmp_path / "site", typed=(), results=())


def test_what_the_site_before_wrote_and_this_one_does_not_is_deleted_and_nothing_else(tmp_path):
    first = place.states(tmp_path)
    written(tmp_path, "index.html", "question/a/one.html", "question/a/two.html", "scales/k/s/index.html", text=OURS)
    place.close(tmp_path, before=first)
    written(tmp_path, "question/a/mine.txt", "scales/mine/notes.txt", "question/b/mine.html")
    second = place.states(tmp_path)
    written(tmp_path, "index.html", "question/a/one.html", text=f"{OURS}2")
    place.close(tmp_path, before=second)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    mine = {"question/a/mine.txt", "scales/mine/notes.txt", "question/b/mine.html"}
    assert left == {"index.html", "question/a/one.html", "files.txt"} | mine
    assert not (tmp_path / "scales" / "k").exists()


def test_a_list_that_was_changed_leads_out_of_no_site(tmp_path):
    written(tmp_path, "site/index.html", "precious.txt", text=OURS)
    written(tmp_path, "site/files.txt", text="../precious.txt\nquestion/../../precious.txt\n/etc/passwd\nnotes.txt\n\x00\n")
    written(tmp_path, "site/notes.txt")
    place.close(tmp_path / "site", before=place.states(tmp_path / "site"))
    assert (tmp_path / "precious.txt").exists()
    assert (tmp_path / "site" / "notes.txt").exists()


def test_a_copy_that_was_the_same_already_stays(tmp_path):
    first = place.states(tmp_path)
    written(tmp_path, "index.html", "scales/k/s/index.html", "scales/k/results/s/runs.csv", text=OURS)
    place.close(tmp_path, before=first)
    second = place.states(tmp_path)
    written(tmp_path, "index.html", "scales/k/s/index.html", text=f"{OURS}2")
    place.close(tmp_path, before=second)
    assert (tmp_path / "scales/k/results/s/runs.csv").exists()
    assert "scales/k/results/s/runs.csv" in (tmp_path / "files.txt").read_text()
