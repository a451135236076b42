"""The imported file as lines, whether it is plain, gzipped or standard input.

A sheet of an Excel workbook becomes the same lines: days and times in ISO form, whole numbers
without a decimal point, what is text in the sheet unchanged.

It is read twice: first for its digest, its encoding and whether it is complete, so that a file cut
short is refused before anything is kept; then for its lines.
"""

import codecs
import contextlib
import csv
import gzip
import hashlib
import io
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ccu import files
from ccu.errors import InvalidInput
from ccu.files import named
from ccu.output import say
from ccu.output.text import plain_text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20  # characters; a longer one is handed out cut at this length
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
LARGEST_WORKBOOK = 1 << 30  # bytes unpacked, all of which are held in memory
# How files that are no CSV begin, behind a byte-order mark and spaces.
FOREIGN = {
    ZIP: "is a zip archive; unpack it, and import the CSV or the .xlsx",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook (.xls) or has a password; save it as .xlsx",
    b"%PDF": "is a PDF; export it as CSV",
    b"<": "is a web page or XML; export it as CSV",
    b"{": "is JSON; export it as CSV",
    b"[{": "is JSON; export it as CSV",
    b"[[": "is JSON; export it as CSV",
}
DAMAGED = "the workbook is damaged or not complete; export it again"
_IN_WORKBOOK = re.compile(rb"\[Content_Types\]\.xml|_rels/|docProps/|xl/")  # the first part's name
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_PANICS = "pyo3_runtime"  # the module of what calamine raises from its own language
_LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59)
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass
class Export:
    """A file that was checked to be complete."""

    name: str  # the file's name without its folder
    sha256: str
    size: int  # bytes on the disk
    encoding: str
    _raw: IO[bytes]
    _packed: bool
    delimiter: str = ""  # of a sheet of a workbook; of other files the layout has it

    def lines(self) -> Iterator[str]:
        """Yield every physical line with its end, as `csv` wants them; an overlong one is cut.

        Bytes that are not of the encoding become lone surrogates: such a row must be rejected.
        """
        self._raw.seek(0)
        content = _unpacked(self._raw) if self._packed else self._raw
        errors = "strict" if self.encoding == "utf-16" else "surrogateescape"
        text = io.TextIOWrapper(
            io.BufferedReader(cast("io.RawIOBase", content), BLOCK),
            encoding=self.encoding,
            errors=errors,
            newline="",
        )
        try:
            for line in iter(partial(text.readline, LONGEST_LINE), ""):
                yield line
                while len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
                    line = text.readline(LONGEST_LINE)  # the rest of it, forgotten
        finally:
            with contextlib.suppress(ValueError):  # closed already: an import was broken off
                text.detach().detach()  # the file itself is closed by `opened`

    def done(self) -> int:
        """Return how many bytes of the file have been read."""
        return self._raw.tell()


@contextlib.contextmanager
def opened(path: Path, encoding: str, folder: Path | None, sheet: str = "") -> Iterator[Export]:
    """Open the file, or standard input for `-`, and check it. Raises InvalidInput.

    Standard input is first copied to a file without a name in `folder`, private as the database is;
    so is a sheet of a workbook: the one named, or the first that is not hidden.
    """
    with contextlib.ExitStack() as stack:
        if str(path) == "-":
            raw = stack.enter_context(_spooled(_blocks(_standard_input()), folder))
            name = "-"
        else:
            raw = stack.enter_context(_file(path))
            if not raw.seekable():  # a pipe, such as bash's <(...)
                raw = stack.enter_context(_spooled(_blocks(raw), folder))
            name = path.name.encode(errors="backslashreplace").decode()
        if not _is_workbook(raw):
            yield _survey(raw, name, encoding)
            return
        digest = hashlib.file_digest(cast("io.RawIOBase", raw), "sha256")
        lines = stack.enter_context(_spooled(_sheet_lines(raw, sheet), folder))
        export = _survey(lines, name, "utf-8", foreign=False)
        yield replace(export, sha256=digest.hexdigest(), delimiter=",")


def _standard_input() -> IO[bytes]:
    if sys.stdin is None or sys.stdin.closed:
        raise InvalidInput("standard input is closed")
    return sys.stdin.buffer


def _file(path: Path) -> IO[bytes]:
    raw = named.opened(path, str(path), "ccu import - < FILE")
    if raw.seekable():
        start = raw.read(100)
        raw.seek(0)
        if files.is_proof(start):
            raw.close()
            raise InvalidInput(f"cannot read {path}: it is a key or an anchor")
    return raw


@contextlib.contextmanager
def _spooled(content: Iterator[bytes], folder: Path | None) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=folder, prefix=".ccu-") as copy:
        copy.writelines(content)
        copy.flush()
        copy.seek(0)
        yield copy


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of the stream."""
    return iter(partial(stream.read, BLOCK), b"")


def _is_workbook(raw: IO[bytes]) -> bool:
    """Return whether the file is an Excel workbook (.xlsx). Raises InvalidInput for a bad one."""
    try:
        if raw.read(len(ZIP)) != ZIP:
            return False
        raw.seek(0)
        with zipfile.ZipFile(raw) as parts:
            sizes = {each.filename: each.file_size for each in parts.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raw.seek(0)
        if _IN_WORKBOOK.search(raw.read(200)):
            raise InvalidInput(DAMAGED) from None
        return False
    except OSError as error:
        raise InvalidInput(f"cannot read the file: {files.reason(error)}") from None
    finally:
        raw.seek(0)
    if "xl/workbook.xml" in sizes and sum(sizes.values()) > LARGEST_WORKBOOK:
        raise InvalidInput("the workbook is too large; save the sheet as CSV")
    return "xl/workbook.xml" in sizes


def _sheet_lines(raw: IO[bytes], name: str) -> Iterator[bytes]:
    """Yield a sheet as lines of CSV. Raises InvalidInput."""
    import python_calamine as calamine

    raw.seek(0)
    try:
        sheet = _chosen(calamine.CalamineWorkbook.from_filelike(raw), name)
    except (calamine.CalamineError, OSError, ValueError):
        raise InvalidInput(DAMAGED) from None
    timed = {
        column
        for row in _rows(sheet)
        for column, value in enumerate(row)
        if isinstance(value, datetime)
    }
    yield b"\n" * (sheet.start or (0, 0))[0]  # so that a line has the number of its row
    for row in _rows(sheet):
        line = io.StringIO()
        cells = (_cell_text(value, column in timed) for column, value in enumerate(row))
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue().encode(errors="replace")


def _chosen(book: "CalamineWorkbook", name: str) -> "CalamineSheet":
    """Return the sheet of that name, or the first that is not hidden. Raises InvalidInput."""
    from python_calamine import SheetVisibleEnum

    every = book.sheets_metadata
    shown = [each.name for each in every if each.visible == SheetVisibleEnum.Visible]
    if name and name not in book.sheet_names:
        raise InvalidInput(
            f"the workbook has no sheet {name!a}; correct sheet in the layout: {', '.join(shown)}"
        )
    if not name and len(shown) > 1:
        say(f"read the first sheet, {shown[0]}; name another by sheet in the layout")
    return book.get_sheet_by_name(name or (shown or book.sheet_names)[0])


def _rows(sheet: "CalamineSheet") -> Iterator[list[Any]]:
    """Yield the rows. Raises InvalidInput for a number that is formatted as a time and is none."""
    rows, number = sheet.iter_rows(), (sheet.start or (0, 0))[0]
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except BaseException as error:
            if not isinstance(error, OverflowError) and type(error).__module__ != _PANICS:
                raise
            raise InvalidInput(
                f"row {number} of the sheet has a time that is out of range;"
                " correct it in Excel and save the workbook again"
            ) from None
        yield row


def _cell_text(value: Any, timed: bool) -> str:
    """Return a cell as text. A day in a column that has times (`timed`) is its midnight."""
    if isinstance(value, datetime):
        if value.microsecond >= 500_000 and value < _LAST_SECOND:
            value += timedelta(seconds=1)
        return str(value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return f"{value} 00:00:00" if timed else value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain_text(value)


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))


def _refuse_foreign(start: bytes) -> None:
    """Raise InvalidInput for the beginning of a file that is no CSV, naming what it is."""
    plain = b"".join(start.removeprefix(codecs.BOM_UTF8).split())
    for beginning, what in FOREIGN.items():
        if plain.startswith(beginning):
            raise InvalidInput(f"the file {what}")


def _survey(raw: IO[bytes], name: str, wanted: str, foreign: bool = True) -> Export:
    try:
        digest = hashlib.file_digest(cast("io.RawIOBase", raw), "sha256")
        size = raw.tell()
        raw.seek(0)
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if foreign:
            _refuse_foreign((_unpacked(raw) if packed else raw).read(200))
        raw.seek(0)
        encoding = _encoding(_unpacked(raw) if packed else raw, wanted)
        return Export(name, digest.hexdigest(), size, encoding, raw, packed)
    except EOFError:
        raise InvalidInput("the file is cut short: its gzip data ends too early") from None
    except (gzip.BadGzipFile, zlib.error):
        raise InvalidInput("the file's gzip data is damaged") from None
    except OSError as error:
        raise InvalidInput(f"cannot read the file: {files.reason(error)}") from None


def _encoding(content: IO[bytes], wanted: str) -> str:
    """Return the encoding after a look at every byte. Raises InvalidInput for an empty file."""
    block = content.read(BLOCK)
    if not block:
        raise InvalidInput("the file is empty")
    if wanted == "utf-16" or (wanted == "auto" and block.startswith(UTF16)):
        return _checked_utf16(chain([block], _blocks(content)))
    beyond, bad = 0, 0  # characters that are not ASCII; bytes that are not UTF-8 among them
    blocks = chain([block], _blocks(content))
    for text in codecs.iterdecode(blocks, "utf-8", "surrogateescape"):
        if not text.isascii():
            beyond += len(text) - len(text.encode("ascii", "ignore"))
            bad += len(_NOT_UTF8.findall(text))
    if wanted == "auto":
        # One bad row does not make a UTF-8 file Windows-1252: most of the non-ASCII bytes decide.
        return "cp1252" if bad > beyond - bad else "utf-8-sig"
    return "utf-8-sig" if wanted == "utf-8" else wanted


def _checked_utf16(blocks: Iterator[bytes]) -> str:
    try:
        for _text in codecs.iterdecode(blocks, "utf-16"):
            pass
    except UnicodeDecodeError:
        raise InvalidInput("the file begins as UTF-16 and does not go on so") from None
    return "utf-16"
