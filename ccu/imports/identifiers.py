"""Columns that an import refuses: criminal-history identifiers and social security numbers.

FBI and state identification numbers are keys of criminal histories, which have their own rules;
none is needed to identify a call or a client. All columns of the file are checked, not only those
that a layout reads, because a rejects file would include the others. A column is recognized by its
name or, for a distinctive pattern, by its cells. No cell is ever printed.
"""

import re
import tomllib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.errors import InvalidInput
from ccu.imports.layout import packaged
from ccu.output import say

if TYPE_CHECKING:
    from ccu.imports.rows import Table

SAMPLE = 200  # cells of a column that are checked, without the empty ones
LONGEST_NAME = 40  # of a column, that is printed
_TEXT = packaged(Path(__file__).with_suffix(".toml"))
KNOWN: dict[str, dict[str, str]] = tomllib.loads(
    _TEXT.replace("{number}", "(no|nbr|num|number|id)")
)


def check(table: "Table", allow: Sequence[str]) -> list[str]:
    """Look at the columns; `allow` are those that may pass, by name or by place.

    Returns the types of the columns allowed, because the audit must not have names of a file.
    Raises InvalidInput.
    """
    rows = table.sample()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(table.names)
    passed = _places(table.names, allow)
    allowed: list[str] = []
    refused: list[tuple[str, str]] = []
    for place, (name, cells) in enumerate(zip(table.names, columns, strict=True)):
        filled = list(islice(filter(None, map(str.strip, cells)), SAMPLE))
        what = _by_name(KNOWN["refused"], name, filled) or _by_cells(filled)
        if what and place in passed:
            allowed.append(what.removeprefix("an ").removeprefix("a "))
        elif what:
            refused.append((_label(place, name), what))
        elif (what := _by_name(KNOWN["told"], name, filled)) and place not in passed:
            say(f"{_label(place, name)} looks like {what}; leave it out of the export if you can")
    if refused:
        raise InvalidInput(_sentence(refused))
    return allowed


def is_identity_number(column: str) -> bool:
    """Return whether a column's name looks like that of a national or an insurance number."""
    words, known = _words(column), KNOWN["people"]
    letters = words.replace(" ", "")
    return bool(re.search(known["words"], words) or re.search(known["letters"], letters))


def _words(column: str) -> str:
    """Return the words of a column's name in lower case, those of CamelCase apart."""
    apart = re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", column)
    return " ".join(re.findall("[a-z]+", apart.lower()))


def _places(names: Sequence[str], allow: Sequence[str]) -> set[int]:
    """Return the places of the columns that may pass, given by name or by place."""
    places: set[int] = set()
    for said in allow:
        wanted = " ".join(said.split()).casefold()
        found = [i for i, name in enumerate(names) if " ".join(name.split()).casefold() == wanted]
        if not found and re.fullmatch("[0-9]{1,4}", wanted) and 1 <= int(wanted) <= len(names):
            found = [int(wanted) - 1]
        if not found:
            raise InvalidInput("--allow-column names a column that the file does not have")
        places.update(found)
    return places


def _by_name(kinds: dict[str, str], name: str, cells: Sequence[str]) -> str:
    """Return what the column is by its name; empty when its cells show that it holds no number."""
    words = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", _words(name.replace("#", " no ")))  # S.S.N.
    if cells and not any(len(cell) > 3 and re.search(r"\d", cell) for cell in cells):
        return ""  # `state_id` with CT in it, `FBI` with yes and no
    return next((what for what, pattern in kinds.items() if re.search(pattern, words)), "")


def _by_cells(cells: Sequence[str]) -> str:
    for what, pattern in KNOWN["cells"].items():
        if 2 * sum(bool(re.fullmatch(pattern, cell)) for cell in cells) > len(cells):
            return what
    return ""


def _label(place: int, name: str) -> str:
    """Return the column's name, or its place where the name may be a cell: no header."""
    plain = name.isprintable() and 0 < len(name) <= LONGEST_NAME
    if not plain or re.search(r"\d\D*\d\D*\d", name):
        return f"column {place + 1}"
    return f"column {name!a}"


def _sentence(refused: Sequence[tuple[str, str]]) -> str:
    told = " and ".join(f"{label} looks like {what}" for label, what in refused)
    it = "it" if len(refused) == 1 else "them"
    return (
        f"{told}; leave {it} out of the export, or allow {it} with --allow-column and the"
        " column's name or its position"
    )
