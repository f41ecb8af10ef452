"""`pytest -m fuzz`: 10,000 damaged and invented inputs over all readers of files that a user, or a disk, may have changed.

Each is read, or refused by an error of the project's own; none takes long, prints anything, or writes, deletes, starts or
connects to anything outside of its folder. The seed is printed; `--fuzz-seed N` repeats it.
"""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from repro.artifacts.claims_json import read_claims_json
from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.files import FileFormatError, data_folder, run_folder
from repro.artifacts.log_jsonl import parse_log
from repro.artifacts.run_json import read_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.artifacts.scores import parse_scores
from repro.cli import main
from repro.data.files.inventory import read_inventory, write_inventory
from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video
from repro.data.shards.decode import PILLOW_FORMATS, Decoder, UnreadableError, decoded_by_pillow, read_header
from repro.data.shards.images import Shards
from repro.data.sources.cifar10 import ARCHIVE, FOLDER, parse_batch, read_archive
from repro.data.sources.source import SourceError
from repro.papers import PAPERS
from repro.spec.video_datasets import Clips
from tests.data.files.test_inventory import compared, files_of
from tests.data.files.test_lists import LISTS
from tests.data.prepare.test_user_files import FORMATS, gradient
from tests.data.sources.test_cifar10 import tiny_batches
from tests.data.videos import write_video
from tests.fabricate import Truth, fabricate
from tests.fuzz.watch import watched
from tests.tiny import write_prepared

#: How many inputs of each kind: 10,000 in all.
NUM = {"lists": 4000, "images": 2400, "videos": 600, "archives": 1000, "results": 2000}
#: Seconds that one input may take on a busy machine.
MOST_S = 60.0
#: What readers say of a file that they cannot use.
REFUSALS = (SourceError, UnreadableError, FileFormatError)
#: Pieces of text at which readers may stumble.
PIECES = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b" ", b",", b";", b'"', b"'", b"#", b"..", b"/", b"\\", b"=", b"%"),
    *(b"-1", b"0", b"1e400", b"NaN", b"9" * 400, b"1.0", b"\xc2\xa0", b"\xe2\x80\xa8", b"{", b"}", b"[" * 300, b"null", b"true"),
)

Check = Callable[[bytes], object]
pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(3600)]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return `content` after a few changes: bits, bytes, pieces, cuts, repeats and blocks of other bytes."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 2, 4, 16, 200)))
        how = rng.randrange(8)
        if how == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at:end] = rng.randbytes(end - at)
        elif how == 2:
            data[at:at] = rng.choice(PIECES)
        elif how == 3:
            data[at:end] = rng.choice(PIECES)
        elif how == 4:
            del data[at:end]
        elif how == 5:
            data[at:at] = data[at:end]
        elif how == 6:
            data[at:end] = bytes(end - at) if rng.random() < 0.5 else b"\xff" * (end - at)
        elif rng.random() < 0.3:
            del data[at:]
    return bytes(data)


def invented(rng: random.Random) -> bytes:
    """Return some bytes, or pieces of text."""
    return rng.randbytes(rng.randrange(400)) if rng.random() < 0.5 else b"".join(rng.choices(PIECES, k=rng.randrange(40)))


def list_checks(folder: Path) -> list[tuple[bytes, Check]]:
    def check(name: str) -> Check:
        def read(content: bytes) -> object:
            (folder / name).write_bytes(content)
            return LISTS[name][1](folder / name)

        return read

    return [(text.encode(), check(name)) for name, (text, _) in LISTS.items()]


def image_checks(_: Path) -> list[tuple[bytes, Check]]:
    """Each alone, and those that DALI is to decode together, as `prepare` reads them."""
    decoder = Decoder(device="cpu", num_threads=2)
    together: list[bytes] = []

    def read(content: bytes) -> object:
        header = read_header(content, name="x")
        if header.format not in PILLOW_FORMATS:
            together.append(content)
        if len(together) == 40:
            assert len(decoder.decode(together)) == 40
            together.clear()
        pixels = decoded_by_pillow(content) if header.format in PILLOW_FORMATS else decoder.decode([content])[0]
        if isinstance(pixels, UnreadableError):
            raise pixels
        assert pixels.ndim == 3 and pixels.shape[2] == 3
        return pixels

    files = []
    for kind, _ in FORMATS.values():
        stream = io.BytesIO()
        Image.fromarray(gradient()).save(stream, kind)
        files.append((stream.getvalue(), read))
    return files


def video_checks(folder: Path) -> list[tuple[bytes, Check]]:
    clips = Clips(num_frames=4, span_s=None, num_train=1, num_test=1)

    def check(ending: str) -> Check:
        def read(content: bytes) -> object:
            (folder / f"x{ending}").write_bytes(content)
            cut = cut_video(CutTask(content=folder / f"x{ending}", clips=clips, num_clips=1, stored_px=16))
            if isinstance(cut, UnreadableError):
                raise cut
            assert isinstance(cut, CutVideo)
            return cut

        return read

    kinds = ((".mp4", "libx264"), (".mkv", "libx264"), (".avi", "mpeg4"), (".webm", "libvpx"), (".mpg", "mpeg2video"))
    return [(write_video(folder / f"whole{end}", num_frames=12, codec=codec).read_bytes(), check(end)) for end, codec in kinds]


def archive_checks(folder: Path) -> list[tuple[bytes, Check]]:
    batch, stream = tiny_batches()["data_batch_1"], io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("data_batch_1", "other"):
            info = tarfile.TarInfo(f"{FOLDER}/{name}")
            info.size = len(batch)
            archive.addfile(info, io.BytesIO(batch))

    def read(content: bytes) -> object:
        (folder / ARCHIVE).write_bytes(content)
        return read_archive(folder / ARCHIVE, files=["data_batch_1"])

    return [
        (batch, lambda content: parse_batch(content, name="data_batch_1")),
        (gzip.compress(stream.getvalue()), read),
        (stream.getvalue(), lambda content: read(gzip.compress(content, 1))),
    ]


def results_checks(folder: Path) -> list[tuple[bytes, Check]]:
    paper, scale = PAPERS["alexnet"], "smoke"
    fabricate([paper], scale=scale, results=folder, truth=Truth(num_examples=20), variants=["full"], seeds=[0, 1])
    for stage in ("collect", "judge"):
        assert main([stage, "--scale", scale, "--results", str(folder), "--papers", "alexnet"]) == 0
    run, table = run_folder(folder, f"{scale}/alexnet/full/0"), folder / scale / "runs.csv"
    data = data_folder(folder, scale, paper.scale(scale).dataset.name)
    write_prepared(folder / "tiny")
    (folder / "photos" / "train").mkdir(parents=True)
    (folder / "photos" / "train" / "1.jpg").write_bytes(b"1")
    write_inventory(folder, compared(files_of(folder / "photos", "folders"), None, most_bytes=100))
    known = read_runs_csv(table)
    scores = next(run.glob("*.npz"))

    def check(path: Path, read: Callable[[], object]) -> tuple[bytes, Check]:
        whole = path.read_bytes()

        def after(content: bytes) -> object:
            path.write_bytes(content)
            try:
                return read()
            finally:
                path.write_bytes(whole)

        return whole, after

    return [
        check(run / "run.json", lambda: read_run(folder, f"{scale}/alexnet/full/0")),
        check(data / "dataset.json", lambda: read_dataset(data)),
        check(table, lambda: read_runs_csv(table)),
        check(folder / scale / "claims.json", lambda: read_claims_json(folder / scale / "claims.json", table=known)),
        (scores.read_bytes(), lambda content: parse_scores(content, path=scores)),
        ((run / "log.jsonl").read_bytes(), lambda content: parse_log(content, path=run / "log.jsonl", again="")),
        check(folder / "tiny" / "train.index.npz", lambda: Shards(folder / "tiny", "train")),
        check(folder / "source.npz", lambda: read_inventory(folder)),
    ]


CHECKS: dict[str, Callable[[Path], list[tuple[bytes, Check]]]] = {
    "lists": list_checks,
    "images": image_checks,
    "videos": video_checks,
    "archives": archive_checks,
    "results": results_checks,
}


@pytest.fixture(scope="module")
def seed(request: pytest.FixtureRequest) -> int:
    chosen: int | None = request.config.getoption("--fuzz-seed")
    return random.SystemRandom().randrange(2**31) if chosen is None else chosen


def inputs(kind: str, seed: int, checks: list[tuple[bytes, Check]]) -> Iterator[tuple[int, bytes, Check]]:
    for number in range(NUM[kind]):
        rng = random.Random(f"{seed} {kind} {number}")
        content, check = checks[number % len(checks)]
        yield number, invented(rng) if number % 10 == 9 else damaged(content, rng), check


@pytest.mark.parametrize("kind", NUM)
def test_whatever_a_file_holds_it_is_read_or_refused(
    kind: str, seed: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    counts, checks = Counter[str](), CHECKS[kind](tmp_path)
    capfd.readouterr()
    for number, content, check in inputs(kind, seed, checks):
        begin = time.monotonic()
        try:
            with watched(tmp_path) as outside:
                check(content)
            counts["read"] += 1
        except REFUSALS as error:
            counts["refused"] += 1
            counts["of several lines"] += "\n" in str(error)
        except Exception as error:
            (tmp_path / "culprit").write_bytes(content)
            raise AssertionError(f"{kind}, --fuzz-seed {seed}, input {number}: {type(error).__name__}: {error}") from error
        assert time.monotonic() - begin < MOST_S, (kind, seed, number)
        assert not outside, (kind, seed, number, outside)
    printed = capfd.readouterr()
    with capfd.disabled():
        print(f"\n{kind}: --fuzz-seed {seed}: {NUM[kind]} inputs, {counts['read']} read, {counts['refused']} refused")
    assert not counts["of several lines"]
    assert (printed.out, printed.err) == ("", ""), "a library speaks of a file without its name"
    assert counts["read"] + counts["refused"] == NUM[kind] and counts["refused"] > NUM[kind] / 10


def test_the_kinds_make_ten_thousand_inputs() -> None:
    assert sum(NUM.values()) == 10_000
