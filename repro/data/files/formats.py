"""Which files are pictures or films by their names, and which of these are decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Formats:
    """Endings of files, in lower case: those that are decoded, and others of the same kind that are not."""

    unit: str
    decoded: tuple[str, ...]
    others: tuple[str, ...]
    most_bytes: int


#: DALI decodes JPEG and PNG, Pillow the others (repro.data.shards.decode). A wrong ending does no harm: the content decides.
IMAGES = Formats(
    unit="image",
    decoded=(
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".j2k"),
    ),
    others=(
        *(".heic", ".heif", ".jxl", ".jxr", ".mpo", ".svg", ".psd", ".xcf", ".exr", ".hdr", ".tga", ".ico", ".eps"),
        *(".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"),
    ),
    most_bytes=2**28,
)
#: FFmpeg decodes what these usually hold (repro.data.prepare.video_decode).
VIDEOS = Formats(
    unit="video",
    decoded=(
        *(".mp4", ".avi", ".mkv", ".webm", ".mov", ".m4v", ".mpg", ".mpeg"),
        *(".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2", ".ogv", ".ts", ".mts", ".m2ts", ".vob", ".divx", ".mxf"),
    ),
    others=(".gif", ".webp", ".apng", ".rm", ".rmvb", ".swf", ".insv", ".r3d", ".braw"),
    most_bytes=2**35,
)
NO_FORMATS = Formats(unit="file", decoded=(), others=(), most_bytes=2**30)
