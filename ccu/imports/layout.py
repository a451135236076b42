"""A layout: a TOML file that describes how to read one system's CSV file or sheet.

The keys that every layout has are here; each importer adds the keys of its own records. A key that
ccu does not know is refused by name, because a misspelled one would be ignored.
"""

import contextlib
import fnmatch
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.files import named as naming
from ccu.imports.rows import Table, is_position
from ccu.imports.source import Export, opened

PACKAGED = Path(__file__).resolve().parents[1] / "layouts"
OPEN = "?"  # instead of a column: an unanswered question
LARGEST = 1_000_000  # bytes; a layout is a page or two
YES_NO = {**dict.fromkeys(("y", "yes", "true", "t", "1", "x"), 1)}
YES_NO |= dict.fromkeys(("n", "no", "false", "f", "0"), 0)
_MIXED = re.compile("(?=.*[A-Za-z])(?=.*[0-9])").match  # a call sign has both
ENCODINGS = ("auto", "utf-8", "cp1252", "utf-16")


class Words:
    """code -> the texts that mean it, compared without regard to case and repeated spaces.

    `*` matches any characters and `?` matches one. A text written out wins over a wildcard; among
    wildcards the one written first wins, or the `longest` one.
    """

    def __init__(self, patterns: Mapping[str, Sequence[str]], longest: bool = False) -> None:
        self.used = tuple(patterns)
        self._exact: dict[str, list[str]] = {}
        self._wild: list[tuple[re.Pattern[str], str]] = []
        for code, texts in patterns.items():
            for text in texts:
                plain = _plain(text)
                if "*" in plain or "?" in plain:
                    # `[` is no wildcard here.
                    pattern = fnmatch.translate(plain.replace("[", "[[]"))
                    self._wild.append((re.compile(pattern), code))
                else:
                    self._exact.setdefault(plain, []).append(code)
        if longest:
            self._wild.sort(key=lambda each: -len(each[0].pattern))

    def codes(self, text: str) -> list[str]:
        """Return every code that the text means; empty when it is not in the map."""
        plain = _plain(text)
        exact = self._exact.get(plain)
        if exact is not None:
            return exact
        return list(dict.fromkeys(code for fits, code in self._wild if fits.fullmatch(plain)))

    def all_codes(self, texts: Sequence[str]) -> set[str]:
        """Return the codes of a row's texts: of each of them and of its parts.

        Parts are divided by a comma, a semicolon, a bar or a line break. A text that is written out
        in the map is not divided, nor are texts that together are written out in it.
        """
        whole = " ".join(texts)
        if self.has(whole):
            return {*self.codes(whole)}
        found: set[str] = set()
        for text in texts:
            parts = () if self.has(text) else divided(text)
            found.update(code for part in (text, *parts) for code in self.codes(part))
        return found

    def unknown(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the texts of a row, or their parts, that have no code; see `all_codes`."""
        if self.has(" ".join(texts)):
            return ()
        found: list[str] = []
        for text in texts:
            parts = divided(text)
            left = [part for part in parts if not self.codes(part)]
            if left and not self.codes(text):
                found += left if len(left) < len(parts) else [text]
        return tuple(found)

    def code(self, text: str) -> str | None:
        """Return the one code that the text means, None when it is not in the map."""
        return next(iter(self.codes(text)), None)

    def has(self, text: str) -> bool:
        """Return whether the map has the text literally."""
        return _plain(text) in self._exact

    def twice(self) -> str:
        """Return a text that the map has literally under two codes, in plain form; else ""."""
        return next((text for text, codes in self._exact.items() if len(codes) > 1), "")


def divided(text: str) -> list[str]:
    """Return the parts of a cell that holds several texts."""
    return [part.strip() for part in re.split(r"[;,|\n]", text) if part.strip()]


def call_signs(text: str) -> list[str]:
    """Return the call signs of a cell, also with only spaces between: A12 B21, not CAR 12."""
    parts = [part.split() for part in divided(text)]
    return [
        each for part in parts for each in (part if all(map(_MIXED, part)) else [" ".join(part)])
    ]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The keys of every layout, checked as far as possible without the database and the file."""

    name: str
    source: str  # the system or office that gives the numbers of its records
    columns: Mapping[str, tuple[str, ...]]  # field -> the columns it is joined from
    formats: tuple[str, ...]  # of times and dates, as strptime has them
    blank: Mapping[str, frozenset[str]]  # column -> texts that mean no value
    encoding: str
    delimiter: str
    sheet: str  # of a workbook; empty: the first
    header: bool  # the file has a line of column names; else they are #1, #2, ...
    guarded: bool  # cells may begin with the apostrophe that ccu's own CSV puts there

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, each once."""
        named = [column for columns in self.columns.values() for column in columns]
        return list(dict.fromkeys([*named, *self.blank]))

    @property
    def named(self) -> list[str]:
        """The columns that are named, not given by their position."""
        return [column for column in self.wanted if not is_position(column)]

    @contextlib.contextmanager
    def opened(self, path: Path, folder: Path) -> Iterator[tuple[Export, Table]]:
        """Open a file as this layout reads it; `source.opened` has more. Raises InvalidInput."""
        with opened(path, self.encoding, folder, self.sheet) as export:
            yield export, Table(export, self.delimiter, header=self.header, wanted=self.named)

    def refuse(self, fault: str) -> None:
        """Raise InvalidInput for a fault, the end of a sentence about the layout; none if empty."""
        if fault:
            raise InvalidInput(f"layout {self.name} {fault}")

    def refuse_unknown(self, used: Sequence[str], known: Mapping[str, object], table: str) -> None:
        """Raise InvalidInput for a code that is not in the code list `table`."""
        for code in used:
            if code not in known:
                words = table.replace("_", " ")
                raise InvalidInput(
                    f"layout {self.name}: {code!a} is not one of the {words} codes;"
                    f" known: {', '.join(known)}"
                )


def text_of(named: str, ready: Sequence[str]) -> tuple[str, str]:
    """Return the name to show for a layout, and its text. Raises InvalidInput.

    `named` is one of the importer's ready layouts, or the path of a file.
    """
    if named in ready:
        return named, packaged(PACKAGED / f"{named}.toml")
    path = Path(named)
    if path.suffix.lower() != ".toml" and not naming.is_file(path):
        raise InvalidInput(
            f"no such layout; the ready ones are {', '.join(ready)},"
            " or give the path of a .toml file"
        )
    try:
        content = naming.content(path, f"layout {path.name}", LARGEST, pipe=False)
        return path.name, content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"layout {path.name} is not a UTF-8 text file") from None


def packaged(path: Path) -> str:
    """Return the text of a file that comes with the program."""
    return path.read_text(encoding="utf-8")


def joined(texts: str | Sequence[str]) -> tuple[str, ...]:
    """Return a text or a list of texts as a tuple, without spaces around them and empty ones."""
    return tuple(text.strip() for text in _listed(texts) if text.strip())


def _listed(texts: str | Sequence[str]) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts


class Keys:
    """The keys of one table, read one after the other; keys left at the end are unknown.

    Every method raises InvalidInput, naming the layout and the key, for a value of another type.
    """

    def __init__(self, layout: str, prefix: str, values: Mapping[str, Any]) -> None:
        self._layout, self._prefix, self._left = layout, prefix, dict(values)

    @classmethod
    def parse(cls, layout: str, text: str) -> "Keys":
        """Return the keys of a layout's text."""
        try:
            return cls(layout, "", tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InvalidInput(f"layout {layout} is not valid TOML: {str(error)[:200]}") from None

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def common(self, fields: tuple[str, ...], *, dated: bool) -> dict[str, Any]:
        """Return what every layout has, by the names of `Layout`.

        `fields` may have columns; `dated` layouts must tell how times are written.
        """
        columns = {field: joined(texts) for field, texts in self.table("columns", fields).items()}
        for field, texts in columns.items():
            if OPEN in texts:
                raise self._wrong(f"columns.{field}", "is an open question; name the column")
        blank = {name.strip(): joined(texts) for name, texts in self.table("blank").items()}
        delimiter = self.text("delimiter", ",")
        if len(delimiter) != 1 or delimiter in '"\r\n ':
            raise InvalidInput(f"layout {self._layout} must have one character as delimiter")
        return {
            "name": self._layout,
            "source": self.text("source", needed=True),
            "columns": {field: texts for field, texts in columns.items() if texts},
            "formats": tuple(self.texts("formats", needed=dated)),
            "blank": {column: frozenset(texts) for column, texts in blank.items()},
            "encoding": self.choice("encoding", ENCODINGS),
            "delimiter": delimiter,
            "sheet": self.text("sheet"),
            "header": self.flag("header", default=True),
            "guarded": self.flag("guarded"),
        }

    def _wrong(self, key: str, what: str) -> InvalidInput:
        return InvalidInput(f"layout {self._layout}: {self._prefix}{key} {what}")

    def text(self, key: str, default: str = "", needed: bool = False) -> str:
        """Return a short text."""
        value = self._left.pop(key, default)
        if (
            not isinstance(value, str)
            or len(value) > 200
            or not (value.isprintable() or value == "\t")
        ):
            raise self._wrong(key, "must be a short text")
        if needed and not value.strip():
            raise self._wrong(key, "is missing")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices, the first when the key is left out."""
        value = self.text(key, choices[0])
        if value not in choices:
            raise self._wrong(key, f"must be one of {', '.join(choices)}")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false, the default when the key is left out."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "must be true or false")
        return value

    def texts(self, key: str, needed: bool = False) -> list[str]:
        """Return a list of texts; one text is a list of one."""
        value = self._left.pop(key, [])
        if not _is_texts(value):
            raise self._wrong(key, "must be a list of texts")
        if needed and not value:
            raise self._wrong(key, "is missing")
        return list(_listed(value))

    def table(self, key: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a table whose values are texts or lists of texts, its keys of `known` if given."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "must be a table")
        for name, texts in value.items():
            if known and name not in known:
                raise self._wrong(f"{key}.{name}", "is not a key that ccu knows")
            if not _is_texts(texts):
                raise self._wrong(f"{key}.{name}", "must be a text or a list of texts")
        return value

    def all_texts(self) -> dict[str, str]:
        """Return every key that is left with its short text."""
        return {key: self.text(key, needed=True) for key in [*self._left]}

    def inner(self, key: str) -> "Keys":
        """Return the keys of a table within this one."""
        return Keys(self._layout, f"{key}.", self.table(key))

    def words(self, key: str) -> Words:
        """Return a map from ccu's codes to a system's own texts."""
        texts = {code: _listed(texts) for code, texts in self.table(key).items()}
        return Words(texts, longest=key == "responders")  # CCU1 is of CCU*, not of C*

    def refuse_others(self) -> None:
        """Refuse a key that nothing asked for."""
        for key in self._left:
            raise self._wrong(key, "is not a key that ccu knows")


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(text, str) for text in value)
    )
