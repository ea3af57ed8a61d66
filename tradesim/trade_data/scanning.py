"""Scanning: one quick look at every byte of a text file before it is read.

Pandas, told which columns to read, drops what a row holds beyond them: an amount written ``1,234`` would be
read as 1. Here every row is held against the header: separators are counted on whole blocks of bytes, and
only where a count is off does the slower `csv` module say which lines are at fault.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, fail_if
from tradesim.trade_data.containers import Source, open_binary, open_text

BLOCK = 1 << 20
QUOTE, NEWLINE, RETURN = 34, 10, 13
MOST_PROBLEMS = 20
LONGEST = 4_000_000
"""Bytes of a line, and of a row whose cells hold lines: a row of the largest input–output tables has some
100,000."""


@dataclass(slots=True)
class _Count:
    """Where a count of separators stands between two blocks.

    separators : how many the row that is being read has had.
    quoted : whether it is inside quotes.
    trailing : whether the last byte was a separator.
    odd : whether some row has had another number than the header.
    wide : whether some row ends with a separator that the header lacks.
    length : bytes of the row that is being read.
    """

    comma: int
    separators: int = 0
    length: int = 0
    quoted: bool = False
    trailing: bool = False
    empty: bool = True
    odd: bool = False
    wide: bool = False


def encoding_of(file: Source) -> str:
    """Return ``utf-8-sig``, or ``latin-1`` where some byte is not UTF-8.

    Raises
    ------
    InputError
        If the file holds a NUL byte, as workbooks and UTF-16 do, or a line that no table has.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, size, length = "utf-8-sig", 0, 0
    with open_binary(file) as raw:
        while block := raw.read(BLOCK):
            if b"\0" in block:
                fix = "export it as CSV, in UTF-8"
                where = f"{file}:{_line_of(file, size + block.index(0))}"
                raise InputError([Problem("not text: holds a NUL byte", where, fix=fix)])
            length = _line_length(block, length)
            if length > LONGEST:
                raise InputError([_too_long(f"{file}:{_line_of(file, size)}")])
            size += len(block)
            if encoding == "utf-8-sig" and not (block.isascii() and not decoder.getstate()[0]):
                encoding = _still(decoder, block)
    return _still(decoder, b"") if encoding == "utf-8-sig" else encoding


def _line_length(block: bytes, length: int) -> int:
    """Return the bytes since the last line began, or a longer line of the block that is too long."""
    end = block.rfind(b"\n")
    return length + len(block) if end < 0 else len(block) - end - 1


def _too_long(where: str) -> Problem:
    fix = "is it one line of JSON, or was the end of lines lost?"
    return Problem("a line longer than any table's", where, f"more than {LONGEST:,} bytes", "", fix)


def _line_of(file: Source, position: int) -> int:
    """Return the line of a byte, counted block by block."""
    lines, left = 1, position
    with open_binary(file) as raw:
        while left > 0 and (block := raw.read(min(BLOCK, left))):
            lines, left = lines + block.count(b"\n"), left - len(block)
    return lines


def _still(decoder: codecs.IncrementalDecoder, block: bytes) -> str:
    try:
        decoder.decode(block, final=not block)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def check_lengths(file: Source, encoding: str, columns: int, skip: int, separator: str = ",") -> int:
    """Refuse a file with rows longer or shorter than its header; a separator after the last cell may stand.

    Parameters
    ----------
    columns : how many the header has.
    skip : lines up to and with the header.

    Returns
    -------
    The cells of the longest row: those of the header, or one more where rows end with a separator.
    """
    count = _counted(file, columns, skip, separator)
    if not count.odd and not count.quoted:
        return columns + count.wide
    lengths: set[int] = set()
    fail_if(_length_problems(file, encoding, columns, skip, lengths, separator))
    return max(lengths, default=columns)


def _counted(file: Source, columns: int, skip: int, separator: str = ",") -> _Count:
    count = _Count(ord(separator))
    with open_binary(file) as raw:
        for _ in range(skip):
            raw.readline()
        while (block := raw.read(BLOCK)) and not count.odd:
            _advance(count, np.frombuffer(block, dtype=np.uint8), columns)
            if count.length > LONGEST:
                raise InputError([_too_long(str(file))])
        if not count.empty and not count.odd:
            _advance(count, np.array([NEWLINE], dtype=np.uint8), columns)
    return count


def _advance(count: _Count, block: NDArray[np.uint8], columns: int) -> None:
    """Count the separators of every row that ends in a block."""
    separator, newline = block == count.comma, block == NEWLINE
    if count.quoted or (block == QUOTE).any():
        inside = (np.cumsum(block == QUOTE) + count.quoted) % 2 == 1
        separator, newline = separator & ~inside, newline & ~inside
        count.quoted = bool(inside[-1])
    ends = np.flatnonzero(newline)
    before = np.searchsorted(np.flatnonzero(separator), ends)
    if not len(ends):
        count.separators += int(separator.sum())
        count.empty &= bool(np.isin(block, (NEWLINE, RETURN)).all())
        count.trailing = bool(separator[-1])
        count.length += len(block)
        return
    had = np.diff(before, prepend=0)
    had[0] += count.separators
    last = _last_before(block, ends, count)
    blank = np.diff(ends, prepend=-1) <= 1 + (last == RETURN)
    blank[0] &= count.empty
    longer = (had == columns) & (last == count.comma)
    good = (had == columns - 1) | longer | (blank & (had == 0))
    count.wide |= bool(longer.any())
    count.odd |= not bool(good.all())
    rest = block[ends[-1] + 1 :]
    count.separators = int(separator[ends[-1] + 1 :].sum())
    count.empty = not len(rest)
    count.trailing = bool(len(rest) and separator[-1])
    count.length = len(rest)


def _last_before(block: NDArray[np.uint8], ends: NDArray[np.intp], count: _Count) -> NDArray[np.uint8]:
    """Return the last byte of each row, a carriage return before the line's end aside where there is more."""
    at = np.maximum(ends - 1, 0)
    last = block[at]
    returned = (last == RETURN) & (ends >= 2)
    last = np.where(returned & (block[np.maximum(ends - 2, 0)] == count.comma), count.comma, last).astype(
        np.uint8
    )
    if ends[0] == 0 or (ends[0] == 1 and block[0] == RETURN):
        last[0] = count.comma if count.trailing else last[0]
    return last


def _length_problems(
    file: Source, encoding: str, columns: int, skip: int, lengths: set[int], separator: str = ","
) -> Iterator[Problem]:
    """Yield the rows that are longer or shorter than the header, as `csv` splits them; note all lengths."""
    shown = 0
    with open_text(file, encoding, skip) as text:
        rows, begins = csv.reader(text, delimiter=separator), skip + 1
        try:
            for cells in rows:
                lengths.add(len(cells))
                wrong = len(cells) != columns and not (len(cells) == columns + 1 and not cells[-1])
                if wrong and "".join(cells).strip():
                    shown += 1
                    if shown > MOST_PROBLEMS:
                        yield Problem("and more like it", str(file))
                        return
                    what = "more cells than columns" if len(cells) > columns else "fewer cells than columns"
                    yield Problem(what, f"{file}:{begins}", str(len(cells)), str(columns))
                begins = skip + rows.line_num + 1
        except csv.Error as error:
            yield Problem("not CSV", f"{file}:{begins}", str(error))
