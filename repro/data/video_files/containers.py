"""Read from Matroska and MP4 what FFmpeg does not hand to Python: checksums, and which part of the picture is shown.

Matroska and WebM are read from end to end, without their pictures: a part whose checksum is another than it states is damaged,
as is a cluster of pictures that its elements do not fill. FFmpeg leaps over both without a word, and frames are missing.

Sources: RFC 8794 (EBML), RFC 9559 (Matroska); ISO/IEC 14496-12 (boxes, `clap`).
"""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO

from repro.data.video_files.reader import DamageError

#: Pixels of the decoded picture that are not shown: on the left, above, on the right, below.
Crop = tuple[int, int, int, int]

HEAD, SEGMENT, CLUSTER, TRACKS, CHECKSUM = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xBF
#: What else a segment holds: an index, what it is about, cues, chapters, tags, attachments, a signature, room.
IN_SEGMENT = {0x114D9B74, 0x1549A966, 0x1C53BB6B, 0x1043A770, 0x1254C367, 0x1941A469, 0x1B538667, 0xEC, CHECKSUM, TRACKS, CLUSTER}
#: What a cluster holds: its time, blocks, its place and size, a checksum, room, and what is no longer used.
IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xA7, 0xAB, CHECKSUM, 0xEC, 0x5854, 0xAF}
TRACK, TRACK_TYPE, VIDEO = 0xAE, 0x83, 0xE0
CROPS = (0x54CC, 0x54BB, 0x54DD, 0x54AA)
#: Larger parts of a file are passed over unread; usual writers make one of every five seconds.
LARGEST_PART = 2**26
#: Bytes of an MP4 description of pictures before the boxes in it.
ENTRY_HEAD = 8 + 78
#: How long a track lasts, where its writer did not know.
UNKNOWN = 2**32 - 1


def crops_of(file: Path | bytes, *, container: str) -> list[Crop]:
    """What a container cuts off each of its video streams, in their order. container: FFmpeg's name of its form.

    Raises:
        DamageError: a checksum does not hold, or elements do not fill their cluster.
    """
    with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as stream:
        length = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        if container == "matroska,webm":
            parts = matroska_parts(stream, length=length)
            return [crop for name, part in parts if name == TRACKS for crop in _track_crops(part)]
        if container.startswith("mov,"):
            return mp4_crops(stream, length=length)
    return []


def matroska_parts(stream: IO[bytes], *, length: int) -> Iterator[tuple[int, bytes]]:
    """Each part of a Matroska file by its name, whole and checked; a part that the file ends in is left out.

    Raises:
        DamageError: see `crops_of`.
    """
    end, open_cluster = length, False
    while stream.tell() < end:
        name, size = _name(stream), _size(stream)
        if name is None or size is None:
            return
        begin = stream.tell()
        if name == SEGMENT:
            end = length if size < 0 else min(begin + size, length)
            continue
        if name == CLUSTER and size < 0:  # it was not known when it was written: the blocks come next
            open_cluster = True
            continue
        if name not in IN_SEGMENT and name != HEAD and not (open_cluster and name in IN_CLUSTER):
            raise DamageError(f"damaged (an element {name:x} that there is not, before byte {begin})")
        if size < 0 or begin + size > length:
            return
        if name in IN_SEGMENT and size <= LARGEST_PART:
            part = stream.read(size)
            _check(name, part, begin)
            yield name, part
        stream.seek(begin + size)


def _check(name: int, part: bytes, begin: int) -> None:
    if part[:2] == b"\xbf\x84":
        if zlib.crc32(part[6:]) != int.from_bytes(part[2:6], "little"):
            raise DamageError(f"damaged (the checksum of the part at byte {begin} does not hold)")
    elif name == CLUSTER:
        known = itertools.takewhile(lambda child: child[0] in IN_CLUSTER, _children(part))
        if max((end for _, _, end in known), default=0) != len(part):
            raise DamageError(f"damaged (the cluster at byte {begin} is not filled by its elements)")


def _children(part: bytes) -> Iterator[tuple[int, int, int]]:
    """(name, begin of the content, its end) of each element within a part, up to the first that does not fit."""
    stream = io.BytesIO(part)
    while (name := _name(stream)) is not None and (size := _size(stream)) is not None:
        begin = stream.tell()
        if size < 0 or begin + size > len(part):
            return
        yield name, begin, begin + size
        stream.seek(begin + size)


def _name(stream: IO[bytes]) -> int | None:
    """The name of the next element; None at the end."""
    read = _variable(stream)
    return None if read is None else read[0]


def _size(stream: IO[bytes]) -> int | None:
    """The size of the next element, -1 where the file does not say; None at the end."""
    read = _variable(stream)
    if read is None:
        return None
    most = (1 << 7 * read[1]) - 1
    return -1 if read[0] & most == most else read[0] & most


def _variable(stream: IO[bytes]) -> tuple[int, int] | None:
    """A number of one to eight bytes, whose first bits say how many, and how many they are."""
    first = stream.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = stream.read(length - 1)
    return (int.from_bytes(first + rest, "big"), length) if len(rest) == length - 1 else None


def _track_crops(tracks: bytes) -> Iterator[Crop]:
    for name, begin, end in _children(tracks):
        if name != TRACK:
            continue
        entry = tracks[begin:end]
        inner = {child: entry[start:stop] for child, start, stop in _children(entry)}
        if int.from_bytes(inner.get(TRACK_TYPE, b"")) == 1:
            video = inner.get(VIDEO, b"")
            cut = {child: int.from_bytes(video[start:stop]) for child, start, stop in _children(video)}
            left, top, right, bottom = (cut.get(side, 0) for side in CROPS)
            yield left, top, right, bottom


def mp4_crops(stream: IO[bytes], *, length: int) -> list[Crop]:
    """What the boxes `clap` of an MP4 or MOV file cut off its video tracks, as they are nearest to whole pixels.

    Raises:
        DamageError: boxes do not fill the box around them, or see `_check_clock`.
    """
    moov = next((stream.read(size) for name, size in _top_boxes(stream, length=length) if name == b"moov"), b"")
    found = []
    for track in (box for name, box in _filled(moov) if name == b"trak"):
        media = dict(_filled(dict(_filled(track)).get(b"mdia", b"")))
        if media.get(b"hdlr", b"")[8:12] != b"vide":
            continue
        table = dict(_filled(dict(_filled(media.get(b"minf", b""))).get(b"stbl", b"")))
        _check_clock(media.get(b"mdhd", b""), table.get(b"stts", b""))
        entry = table.get(b"stsd", b"")[8:]
        clap = dict(_boxes(entry[ENTRY_HEAD:])).get(b"clap", b"")
        found.append(_clap(clap, size=struct.unpack(">2H", entry[32:36])) if len(clap) == 32 else (0, 0, 0, 0))
    return found


def _filled(part: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes in a box that holds nothing else, but for zeros at its end."""
    boxes = list(_boxes(part))
    if part[sum(8 + len(content) for _, content in boxes) :].strip(b"\0"):
        raise DamageError("damaged (boxes do not fill the box around them)")
    return boxes


def _check_clock(head: bytes, lasting: bytes) -> None:
    """Fail if a track's clock stands still, or its frames last less than half or more than twice as long as it says."""
    if len(head) < (36 if head[:1] == b"\1" else 24):
        raise DamageError("damaged (its pictures have no clock)")
    ticks_a_second, ticks = struct.unpack(">IQ", head[20:32]) if head[0] else struct.unpack(">II", head[12:20])
    if not ticks_a_second:
        raise DamageError("damaged (the clock of its pictures has no ticks)")
    pairs = struct.iter_unpack(">II", lasting[8 : 8 + (len(lasting) - 8) // 8 * 8])
    frames = sum(num * each for num, each in pairs)
    if 0 < ticks < UNKNOWN and frames and not ticks < 2 * frames < 4 * ticks:
        raise DamageError(f"damaged (its pictures last {frames} ticks, its track {ticks})")


def _clap(clap: bytes, *, size: tuple[int, ...]) -> Crop:
    numbers = struct.unpack(">8i", clap)
    if not all(numbers[1::2]):
        return 0, 0, 0, 0
    wide, high, right, down = (Fraction(one, other) for one, other in zip(numbers[::2], numbers[1::2], strict=True))
    left, top = round((size[0] - wide) / 2 + right), round((size[1] - high) / 2 + down)
    return left, top, size[0] - round(wide) - left, size[1] - round(high) - top


def _top_boxes(stream: IO[bytes], *, length: int) -> Iterator[tuple[bytes, int]]:
    """(name, size of the content) of each box; the stream stands at the content, and the caller may read it."""
    while stream.tell() + 8 <= length:
        begin = stream.tell()
        size, name = struct.unpack(">I4s", stream.read(8))
        if size == 1:
            size = int.from_bytes(stream.read(8))
        size = size or length - begin
        head = stream.tell() - begin
        if size < head or begin + size > length:
            return
        if size <= LARGEST_PART:
            yield name, size - head
        stream.seek(begin + size)


def _boxes(part: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(part):
        size, name = struct.unpack_from(">I4s", part, at)
        if size < 8 or at + size > len(part):
            return
        yield name, part[at + 8 : at + size]
        at += size
