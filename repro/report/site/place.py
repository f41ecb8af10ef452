"""Where a site is written: no file of somebody else's is lost, and no page of an earlier site is left beside the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from repro.artifacts import files

#: What a site consists of, a path a line: the next site in the same folder deletes what it does not write again.
LIST = "files.txt"
PAGES = ("index.html", "tables.html", "data.html", "unsaid.html", "reading.html", "sizes.html", "speed/index.html")
LISTINGS = ("answers.csv", "answers.json", "matrix.tex")
FOLDERS = ("question", "scales", "speed")
#: By which a page of ours is known: what it says itself, or the header of those that were written before it did.
OURS = (b'<meta name="generator" content="repro', b'<a class="brand"')
#: In so many bytes of a page the marks stand; its style comes before the header.
HEAD = 200_000

#: What tells two states of a file apart.
State = tuple[int, int, int]


def refuse_place(out: Path, *, typed: Iterable[Path], results: Iterable[Path]) -> None:
    """Refuse a folder in which a site would overwrite what it did not write.

    Args:
        typed: the folders of results as they were typed.
        results: the folders of single scales that were found in them.

    Raises:
        ValueError: `out` is no folder, is or lies in one of results, or holds another's pages of the same names.
    """
    place = out.resolve()
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file; allowed: a folder, which is made if it is not there; give another")
    for folder in (*typed, *results):
        if place == folder.resolve() or place.is_relative_to(folder.resolve()):
            raise ValueError(
                f"--out {out} lies in the results {folder}, which pages would be mixed with; allowed: a folder beside them, such "
                f"as {PurePosixPath(folder.resolve().parent.as_posix()) / 'site'}; give another"
            )
    known = _listed(out)
    pages = [name for name in PAGES if (out / name).is_file()]
    foreign = [name for name in pages if name not in known and not _is_ours(out / name)]
    if not known and not [name for name in pages if name not in foreign]:
        foreign += [name for name in LISTINGS if (out / name).is_file()]
    if foreign:
        raise ValueError(
            f"--out {out} holds {', '.join(foreign)}, which no site of ours wrote and a site would overwrite; allowed: an empty "
            "folder, a new one, or one of an earlier site; move the file, or give another"
        )


def _is_ours(page: Path) -> bool:
    with page.open("rb") as stream:
        head = stream.read(HEAD)
    return any(mark in head for mark in OURS)


def _listed(out: Path) -> set[str]:
    """The files of the site before this one; none where the list is missing or damaged."""
    try:
        lines = (out / LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    return {line for line in lines if _is_of_a_site(line)}


def _is_of_a_site(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = len(parts) > 1 and parts[0] in FOLDERS and ".." not in parts
    return name in (*PAGES, *LISTINGS) or inside


def _present(out: Path) -> Iterator[Path]:
    yield from (path for name in (*PAGES, *LISTINGS) if (path := out / name).is_file())
    for name in FOLDERS:
        yield from (path for path in (out / name).rglob("*") if path.is_file() and not path.is_symlink())


def states(out: Path) -> dict[str, State]:
    """The files under the names that a site has, by their path in `out`, with what tells whether they are written anew."""
    found = {}
    for path in _present(out):
        state = path.stat()
        found[path.relative_to(out).as_posix()] = (state.st_ino, state.st_mtime_ns, state.st_ctime_ns)
    return found


def close(out: Path, *, before: dict[str, State]) -> None:
    """Delete what an earlier site wrote here and this one did not, and list what there is now.

    before: the `states` when this site was begun. A copy that was left as it was, being the same, is one of its files too.
    """
    now, known = states(out), _listed(out)
    kept = {name for name in known if name in now and _is_copy(name) and _has_report(name, now, before)}
    written = {name for name, state in now.items() if before.get(name) != state} | kept
    for name in sorted(known - written, reverse=True):
        path = out / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == out or any(folder.iterdir()):
                break
            folder.rmdir()
    files.write_text(out / LIST, "".join(f"{name}\n" for name in sorted(written)))


def _is_copy(name: str) -> bool:
    """Whether it is a copy of a file of results, which is not written anew where it is the same."""
    parts = PurePosixPath(name).parts
    return parts[0] == "scales" and len(parts) > 3 and parts[2] == "results"


def _has_report(name: str, now: dict[str, State], before: dict[str, State]) -> bool:
    """Whether the report of its scale was written by this site: then what is no file of its results is deleted already."""
    _, key, _, scale, *_ = PurePosixPath(name).parts
    page = f"scales/{key}/{scale}/index.html"
    return page in now and now[page] != before.get(page)
