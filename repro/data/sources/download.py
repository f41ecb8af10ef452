"""Download a file: resumable, checked, and under its name only when complete."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from repro.artifacts.files import readable
from repro.data.sources.source import SourceError
from repro.system.progress import SAY_EVERY_S, Say

CHUNK_BYTES = 2**18
TIMEOUT_S = 30.0


def download(urls: Sequence[str], *, path: Path, md5: str, say: Say) -> None:
    """Put the file that any of `urls` offers at `path`, unless it is there with the right MD5 already.

    What arrived before a break stays in `<path>.part`, and the next call asks for the rest (HTTP Range).

    Raises:
        SourceError: no URL gave a file of this MD5; says what each did.
    """
    if path.is_file() and md5_of(path) == md5:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    failures = []
    for url in urls:
        try:
            _fetch(url, part=part, say=say)
        except (OSError, http.client.HTTPException, ValueError) as error:
            failures.append(f"{url}: {readable(' '.join(str(error).split()))[:200]}")  # a server may say anything
            continue
        got = md5_of(part)
        if got == md5:
            part.replace(path)
            return
        part.unlink()
        failures.append(f"{url}: MD5 is {got}, expected {md5}")
    raise SourceError(
        f"could not download {path.name} ({'; '.join(failures)}); run it again to go on, or fetch the file yourself and give its "
        "folder by --config data=DIR"
    )


def md5_of(path: Path) -> str:
    """The MD5 of a file in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _fetch(url: str, *, part: Path, say: Say) -> None:
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            # A server without ranges answers 200 with the whole file.
            resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
            _receive(response, part=part, start=have if resumed else 0, say=say)
    except urllib.error.HTTPError as error:
        # Nothing is left to send: the part is complete, or longer than the file, which its MD5 will tell.
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise


def _receive(response: http.client.HTTPResponse, *, part: Path, start: int, say: Say) -> None:
    announced = response.headers.get("Content-Length")
    total = start + int(announced) if announced else None
    done, last = start, time.perf_counter()
    with open(part, "ab" if start else "wb") as stream:
        while chunk := response.read(CHUNK_BYTES):
            stream.write(chunk)
            done += len(chunk)
            if time.perf_counter() - last >= SAY_EVERY_S:
                last = time.perf_counter()
                say(f"download {part.stem}: {done / 2**20:.0f} of {'?' if total is None else f'{total / 2**20:.0f}'} MiB")
    if total is not None and done < total:
        raise ConnectionError(f"the connection ended after {done} of {total} bytes")
