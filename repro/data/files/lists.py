"""Read a list, whatever editor, spreadsheet or shell has saved it last: one reader for all of them.

Read as before are byte order marks, UTF-16 and UTF-32, ends of lines of every system, blanks of every kind, separators that
a spreadsheet puts in (tabs, commas, semicolons), quotes around entries, and blanks or separators at the end of a line. What
cannot be seen never becomes part of a name: it is taken off the ends of a line, and a line that holds it inside is refused.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from repro.data.files.reading import MAX_LIST_BYTES, SourceError, read_regular

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Signs without width, among them the byte order mark in the middle of files that were joined.
INVISIBLE = "\ufeff\u200b\u2060\u00ad"
#: Without width too, and part of words in some scripts and of some emoji.
JOINERS = "\u200c\u200d"
#: What may stand between two entries of a line.
SEPARATOR = r"[\s,;]"
#: A whole number, also as a spreadsheet writes it.
NUMBER = r"\d{1,18}(?:\.0*)?"
COMMENT = "#"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line that holds something. where: file and number of the line, for messages."""

    text: str
    number: int
    where: str

    def before_last(self) -> tuple[str, str]:
        """The line without its last entry, and that entry; the second is empty where there is one entry alone."""
        found = re.fullmatch(rf"(.*?){SEPARATOR}+([^\s,;]+)", self.text, re.DOTALL)
        return (unquoted(found[1]), unquoted(found[2])) if found else (unquoted(self.text), "")

    def after_first(self) -> tuple[str, str]:
        """The first entry, and the line after it; the second is empty where there is one entry alone."""
        first, rest = (re.split(rf"{SEPARATOR}+", self.text, maxsplit=1) + [""])[:2]
        return unquoted(first), unquoted(rest)

    def entries(self) -> list[str]:
        """All entries, none of which holds a blank, a separator or a quote."""
        return [part.strip("\"'") for part in re.split(rf"{SEPARATOR}+", self.text) if part]


def read_lines(path: Path, *, comments: bool = True) -> list[Line]:
    """The lines of a list that hold something, numbered from 1.

    comments: lines that begin with `#` and a blank are passed over; else they are like others.

    Raises:
        SourceError: the file is no regular one, too large, or no text; a line holds what cannot be seen.
    """
    return list(_lines(path, comments=comments))


def whole_number(text: str) -> int | None:
    """The number that `text` writes, `12` or `12.0`; None if it is no whole number."""
    return int(text.partition(".")[0]) if re.fullmatch(NUMBER, text, re.ASCII) else None


def unquoted(text: str) -> str:
    """An entry without the quotes around it, and with single ones for those that were doubled within."""
    text = text.strip()
    for quote in "\"'":
        inner = text[1:-1]
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in inner.replace(quote * 2, ""):
            return inner.replace(quote * 2, quote).strip()
    return text


def _lines(path: Path, *, comments: bool) -> Iterator[Line]:
    # Not splitlines(): names may hold some of the signs at which it splits.
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", _text(path)), start=1):
        where = f"{path}:{number}"
        text = unquoted(_blank(raw).strip(f" \t{INVISIBLE}").rstrip(",; \t"))
        odd = next((sign for sign in text if _invisible(sign)), "")
        if odd:
            raise SourceError(
                f"{where} holds a sign that cannot be seen ({_sign(odd)}); expected letters, numbers and signs: type it anew"
            )
        if text and not (comments and (text == COMMENT or text.startswith(f"{COMMENT} "))):
            yield Line(text=text, number=number, where=where)


def _text(path: Path) -> str:
    try:
        content = read_regular(path, most=MAX_LIST_BYTES)
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}); expected a text file") from None
    mark, encoding = next(((mark, name) for mark, name in MARKS if content.startswith(mark)), (b"", _guess(content)))
    try:
        # Names in other encodings than UTF-8 keep their bytes, as names of files do.
        return content[len(mark) :].decode(encoding, errors="surrogateescape" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is no text in {encoding} ({error.reason}); save it as UTF-8") from None


def _guess(content: bytes) -> str:
    """UTF-16 without a mark has a zero in every other byte of plain letters."""
    head = content[:1000]
    if head.count(0) * 3 < len(head) or len(head) < 2:
        return "utf-8"
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _blank(text: str) -> str:
    """The line with an ordinary blank for every other kind of blank, such as one that does not break."""
    return "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text) if not text.isascii() else text


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign != "\t" and sign not in JOINERS


def _sign(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()
