"""A roster's layout: a TOML file that says how one office's list of clients is to be read.

Every key is in `ccu/layouts/roster-hsd.toml` with a comment. A column that looks like a national or
an insurance number is refused: none is needed to tell people apart, so none is kept.
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ccu.errors import InvalidInput
from ccu.imports.dispatch import layout as layouts
from ccu.imports.dispatch.codes import Words

FIELDS = (
    *("number", "given", "family", "name", "aliases", "birth_date", "age", "sex", "phone"),
    *("email", "home", "postcode", "language", "housing", "veteran", "minor"),
    *("worker", "since", "status", "closed"),
)
ORDERS = ("given family", "family given")  # of a whole name without a comma
_DIRECTIVES = re.compile("%[^YymdbBj-]|%-")

# What such a column is called, in words and with all but letters left out.
_NUMBER_WORDS = re.compile(
    r"\b(ssn|soc|sin|nino|ni|nhs|itin|tin|insur|ins|mbi|hicn?|cpf|curp|dni|aadhaar|nric|ppsn?)"
    r"( ?(id|no|num|number|nbr))?\b"
)
_NUMBER_LETTERS = re.compile(
    "socsec|socialsec|socialins|medicaid|medicare|insurance|insured|passport|nationalid"
    "|nationalnum|nationalins|nhsn|licen[cs]e(?!d)|healthcard|healthnumber|taxid|taxpayer|greencard"
    "|aliennum|policyn|subscriberid|stateid|pensionn"
)


@dataclass(frozen=True)
class Layout:
    """A layout, checked as far as it can be without the database and the file."""

    name: str
    source: str  # the office: its client numbers are unique within it
    columns: Mapping[str, tuple[str, ...]]  # field -> the columns it is joined from
    formats: tuple[str, ...]  # of dates, as strptime has them
    order: str
    sexes: Words
    housing: Words
    statuses: Words
    workers: Words
    blank: Mapping[str, frozenset[str]]  # column -> texts that mean: nothing
    encoding: str = "auto"
    delimiter: str = ","

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, each once."""
        named = [column for columns in self.columns.values() for column in columns]
        return list(dict.fromkeys([*named, *self.blank]))


def names() -> list[str]:
    """The ready layouts."""
    return layouts.names(rosters=True)


def load(named: str) -> Layout:
    """The layout of that name, or in that file. Raises InvalidInput, naming the key at fault."""
    return parse(*layouts.found(named, names()))


def parse(name: str, text: str) -> Layout:
    """The layout written in that TOML. Raises InvalidInput, naming the key at fault."""
    top = layouts.keys_of(name, text)
    columns = {field: _stripped(said) for field, said in top.table("columns", FIELDS).items()}
    made = Layout(
        name=name,
        source=top.text("source", needed=True).strip(),
        columns={field: said for field, said in columns.items() if said},
        formats=tuple(top.texts("formats")),
        order=top.choice("name_order", ORDERS),
        sexes=top.words("sex"),
        housing=top.words("housing"),
        statuses=top.words("status"),
        workers=top.words("workers"),
        blank={
            column.strip(): frozenset(_stripped(texts))
            for column, texts in top.table("blank").items()
        },
        encoding=top.choice("encoding", layouts.ENCODINGS),
        delimiter=top.text("delimiter", ","),
    )
    top.refuse_others()
    _check(made)
    return made


def _stripped(texts: object) -> tuple[str, ...]:
    return tuple(text.strip() for text in layouts.joined(texts) if text.strip())


def is_identity_number(column: str) -> bool:
    """Whether a column's name looks like that of a national or an insurance number."""
    apart = re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", column)
    words = " ".join(re.findall("[a-z]+", apart.lower()))
    letters = words.replace(" ", "")
    return bool(_NUMBER_WORDS.search(words) or _NUMBER_LETTERS.search(letters))


def _check(layout: Layout) -> None:
    wrong = ""
    if layout.source == "ccu":
        wrong = "calls its source ccu, which is this program"
    elif not {"given", "family", "name"} & {*layout.columns}:
        wrong = "does not say which column is the name: columns.given and family, or name"
    elif "name" in layout.columns and {"given", "family"} & {*layout.columns}:
        wrong = "names both columns.name and given or family; the name stands in one of them"
    elif len(layout.delimiter) != 1 or layout.delimiter in '"\r\n ':
        wrong = "must have one character as delimiter"
    elif {*layout.statuses.used} - {"active", "closed"}:
        wrong = "may map a status to active or closed only"
    elif {*layout.sexes.used} - {"male", "female", "other"}:
        wrong = "may map a sex to male, female or other only"
    elif "status" in layout.columns and not layout.statuses.used:
        wrong = "names a status column and does not say under [status] which texts mean closed"
    elif text := layout.sexes.twice() or layout.housing.twice() or layout.statuses.twice():
        wrong = f"gives {text!a} two meanings"
    for column in layout.wanted:
        if is_identity_number(column):
            wrong = (
                f"names the column {column!a}, which looks like a national or an insurance number;"
                " no such number is needed or kept, so leave it out"
            )
    for form in layout.formats:
        wrong = wrong or _wrong_format(form)
    if wrong:
        raise InvalidInput(f"layout {layout.name} {wrong}")


def _wrong_format(form: str) -> str:
    """What is wrong with a format, as an end of a sentence; empty when it can be used."""
    day = date(1987, 11, 23)
    kept = None  # strptime of a day without a year warns in Python 3.13 and may fail in 3.15
    if re.search("%[Yy]", form) and not _DIRECTIVES.search(form):
        with contextlib.suppress(ValueError):
            kept = datetime.strptime(day.strftime(form), form).date()
    if kept != day:
        return "has a date format that does not give day, month and year, such as %m/%d/%Y"
    return ""
