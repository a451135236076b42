"""The file that is imported: its bytes, whether plain, gzipped or from standard input, as lines.

It is read twice: first for its digest, its encoding and whether it is complete, so that a file cut
short is refused before anything is kept; then for its lines.
"""

import codecs
import contextlib
import gzip
import hashlib
import io
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

from ccu import files
from ccu.errors import InvalidInput
from ccu.files import named

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20  # characters; a longer one is handed out cut at this length
GZIP = b"\x1f\x8b"
# How files that are no CSV begin, behind a byte-order mark and spaces.
FOREIGN = {
    b"PK\x03\x04": "is a zip archive or an Excel workbook; save it as CSV",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook of the old form (.xls); save it as CSV",
    b"%PDF": "is a PDF; export it as CSV",
    b"<": "is a web page or XML; export it as CSV",
    b"{": "is JSON; export it as CSV",
    b"[{": "is JSON; export it as CSV",
    b"[[": "is JSON; export it as CSV",
}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass
class Export:
    """A file that was found complete."""

    name: str  # the file's name without its folder
    sha256: str
    size: int  # bytes on the disk
    encoding: str
    _raw: IO[bytes]
    _packed: bool

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
def opened(path: Path, encoding: str, folder: Path | None) -> Iterator[Export]:
    """Open the file, or standard input for `-`, and check it. Raises InvalidInput.

    Standard input is first copied to a file without a name in `folder`, private as the database is.
    """
    with contextlib.ExitStack() as stack:
        if str(path) == "-":
            raw = stack.enter_context(_spooled(_standard_input(), folder))
            name = "-"
        else:
            raw = stack.enter_context(_file(path))
            if not raw.seekable():  # a pipe, such as bash's <(...)
                raw = stack.enter_context(_spooled(raw, folder))
            name = path.name.encode(errors="backslashreplace").decode()
        yield _survey(raw, name, encoding)


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
def _spooled(stream: IO[bytes], folder: Path | None) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=folder, prefix=".ccu-") as copy:
        while block := stream.read(BLOCK):
            copy.write(block)
        copy.flush()
        yield copy


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))


def _refuse_foreign(start: bytes) -> None:
    """Raise InvalidInput for the beginning of a file that is no CSV, naming what it is."""
    plain = b"".join(start.removeprefix(codecs.BOM_UTF8).split())
    for beginning, what in FOREIGN.items():
        if plain.startswith(beginning):
            raise InvalidInput(f"the file {what}")


def _survey(raw: IO[bytes], name: str, wanted: str) -> Export:
    try:
        digest, size = hashlib.sha256(), 0
        while block := raw.read(BLOCK):
            digest.update(block)
            size += len(block)
        raw.seek(0)
        packed = raw.read(2) == GZIP
        raw.seek(0)
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
        return _checked_utf16(content, block)
    beyond, bad = 0, 0  # characters that are not ASCII; bytes that are not UTF-8 among them
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    while True:
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            beyond += len(text) - len(text.encode("ascii", "ignore"))
            bad += len(_NOT_UTF8.findall(text))
        if not block:
            break
        block = content.read(BLOCK)
    if wanted == "auto":
        # One bad row does not make a UTF-8 file Windows-1252: most of what is not ASCII decides.
        return "cp1252" if bad > beyond - bad else "utf-8-sig"
    return "utf-8-sig" if wanted == "utf-8" else wanted


def _checked_utf16(content: IO[bytes], block: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        while block:
            decoder.decode(block)
            block = content.read(BLOCK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise InvalidInput("the file begins as UTF-16 and does not go on so") from None
    return "utf-16"
