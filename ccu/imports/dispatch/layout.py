"""A layout: a TOML file that says how one dispatch system's export is to be read.

Every key is in `ccu/layouts/milwaukee.toml` or `san-diego.toml` with a comment; a key that ccu does
not know is refused by name, because a misspelt one would silently not do what was meant.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.files import named as naming
from ccu.imports.dispatch.codes import Words

READY = Path(__file__).resolve().parents[2] / "layouts"
ROSTER = "roster-"  # begins the names of the layouts that are for `ccu person import`
LARGEST = 1_000_000  # bytes; a layout is a page or two

# What a layout can say about a row, each from one column or several joined by a space.
TIMES = ("occurred", "dispatched", "arrived", "cleared")
FIELDS = (
    *("incident", *TIMES, "address", "cross", "unit", "city", "state", "zip"),
    *("nature", "nature_cleared", "disposition", "agency", "priority", "beat"),
)
ENCODINGS = ("auto", "utf-8", "cp1252", "utf-16")


@dataclass(frozen=True)
class Layout:
    """A layout, checked as far as it can be without the database and the file."""

    name: str
    source: str  # the system that gives the incident numbers: they are unique within it
    columns: Mapping[str, tuple[str, ...]]  # field -> the columns it is joined from
    formats: tuple[str, ...]
    natures: Words
    dispositions: Words
    agencies: Words
    identity: tuple[str, ...] = ()  # columns that tell rows without an incident number apart
    blank: Mapping[str, frozenset[str]] | None = None  # column -> texts that mean: nothing
    care: frozenset[str] | None = None  # None: as the file's nature table says
    town: str = ""  # where an address without a city is; empty: the town of the settings
    state: str = ""
    lead_agency: str | None = None
    call_source: str | None = None
    timezone: str = ""  # empty: the town's
    ambiguous: str = "earlier"
    encoding: str = "auto"
    delimiter: str = ","
    guarded: bool = False  # cells may begin with the apostrophe that ccu's own CSV puts there


def names(rosters: bool = False) -> list[str]:
    """The ready layouts of dispatch exports, or those of rosters (ccu/people)."""
    stems = sorted(path.stem for path in READY.glob("*.toml"))
    return [stem for stem in stems if stem.startswith(ROSTER) == rosters]


def load(named: str) -> Layout:
    """The layout of that name, or in that file. Raises InvalidInput, naming the key at fault."""
    return parse(*found(named, names()))


def found(named: str, ready: list[str]) -> tuple[str, str]:
    """The name of a layout to tell it by, and its text. Raises InvalidInput."""
    if named in ready:
        return named, (READY / f"{named}.toml").read_text(encoding="utf-8")
    path = Path(named)
    if path.suffix.lower() != ".toml" and not naming.is_file(path):
        raise InvalidInput(
            f"there is no layout of that name; the ready ones are {', '.join(ready)},"
            " or give the path of a .toml file"
        )
    return path.name, _text(path, path.name)


def _text(path: Path, name: str) -> str:
    try:
        return naming.content(path, f"layout {name}", LARGEST, pipe=False).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"layout {name} is not a UTF-8 text file") from None


def parse(name: str, text: str) -> Layout:
    """The layout written in that TOML. Raises InvalidInput, naming the key at fault."""
    top = keys_of(name, text)
    columns = {field: joined(texts) for field, texts in top.table("columns", FIELDS).items()}
    defaults = Keys(name, "defaults.", top.table("defaults"))
    made = Layout(
        name=name,
        source=top.text("source", needed=True),
        columns={field: texts for field, texts in columns.items() if texts},
        formats=tuple(top.texts("formats", needed=True)),
        natures=top.words("natures"),
        dispositions=top.words("dispositions"),
        agencies=top.words("agencies"),
        identity=tuple(top.texts("identity")),
        blank={column: frozenset(joined(texts)) for column, texts in top.table("blank").items()},
        care=frozenset(top.texts("care")) if "care" in top else None,
        town=top.text("town"),
        state=top.text("state"),
        lead_agency=defaults.text("lead_agency") or None,
        call_source=defaults.text("source") or None,
        timezone=top.text("timezone"),
        ambiguous=top.text("ambiguous", "earlier"),
        encoding=top.choice("encoding", ENCODINGS),
        delimiter=top.text("delimiter", ","),
        guarded=top.flag("guarded"),
    )
    defaults.refuse_others()
    top.refuse_others()
    _check(made)
    return made


def keys_of(name: str, text: str) -> "Keys":
    """The layout's keys, to be taken one after the other. Raises InvalidInput."""
    try:
        return Keys(name, "", tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(f"layout {name} is not valid TOML: {str(error)[:200]}") from None


def joined(texts: Any) -> tuple[str, ...]:
    """A text or a list of texts, as a tuple."""
    return (texts,) if isinstance(texts, str) else tuple(texts)


def _check(layout: Layout) -> None:
    wrong = ""
    if "occurred" not in layout.columns:
        wrong = "does not say which column is the time: columns.occurred"
    elif layout.source == "ccu":
        wrong = "calls its source ccu, which is for calls logged by hand"
    elif len(layout.delimiter) != 1 or layout.delimiter in '"\r\n ':
        wrong = "must have one character as delimiter"
    elif layout.natures.twice() or layout.agencies.twice():
        text = layout.natures.twice() or layout.agencies.twice()
        wrong = f'gives "{text}" two codes'
    if wrong:
        raise InvalidInput(f"layout {layout.name} {wrong}")


class Keys:
    """The keys of one table, taken one after the other; what is left at the end is unknown."""

    def __init__(self, layout: str, prefix: str, values: Mapping[str, Any]) -> None:
        self._layout, self._prefix, self._left = layout, prefix, dict(values)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def _wrong(self, key: str, what: str) -> InvalidInput:
        return InvalidInput(f"layout {self._layout}: {self._prefix}{key} {what}")

    def text(self, key: str, default: str = "", needed: bool = False) -> str:
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
        value = self.text(key, choices[0])
        if value not in choices:
            raise self._wrong(key, f"must be one of {', '.join(choices)}")
        return value

    def flag(self, key: str) -> bool:
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "must be true or false")
        return value

    def texts(self, key: str, needed: bool = False) -> list[str]:
        value = self._left.pop(key, [])
        if not _is_texts(value):
            raise self._wrong(key, "must be a list of texts")
        if needed and not value:
            raise self._wrong(key, "is missing")
        return [value] if isinstance(value, str) else list(value)

    def table(self, key: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """A table whose values are texts or lists of texts, its keys among `known` if given."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "must be a table")
        for name, texts in value.items():
            if known and name not in known:
                raise self._wrong(f"{key}.{name}", "is not a key that ccu knows")
            if not _is_texts(texts):
                raise self._wrong(f"{key}.{name}", "must be a text or a list of texts")
        return value

    def words(self, key: str) -> Words:
        return Words({code: joined(texts) for code, texts in self.table(key).items()})

    def refuse_others(self) -> None:
        for key in self._left:
            raise self._wrong(key, "is not a key that ccu knows")


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(text, str) for text in value)
    )
